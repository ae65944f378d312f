"""The dresses of a report: a domain's words, the order of its sections, its typical measures first, its colour.

No dress changes a number, a status or a verdict, and none leaves a section out.
"""

from __future__ import annotations

from auditor.policy import Dress
from auditor.record import Record
from auditor.render.words import Words

FAMILIES = ("performance", "data", "behavior", "importance", "surrogate", "bias", "internals", "artifact")
_ORDER: dict[Dress, tuple[str, ...]] = {
    "plain": FAMILIES,
    "finance": ("performance", "bias", "importance", "data", "behavior", "surrogate", "internals", "artifact"),
    "medical": ("performance", "behavior", "bias", "data", "importance", "surrogate", "internals", "artifact"),
}
_FIRST: dict[Dress, tuple[str, ...]] = {
    "plain": (),
    "finance": (
        "performance.discrimination",
        "performance.calibration",
        "performance.over_time",
        "performance.migration",
        "performance.error",
        "bias.selection_rate",
        "importance.reasons",
        "data.drift",
    ),
    "medical": (
        "performance.calibration",
        "performance.discrimination",
        "performance.net_benefit",
        "performance.alerts",
        "performance.threshold",
        "behavior.missing",
        "behavior.noise",
        "bias.equal_opportunity",
        "bias.calibration",
    ),
}


def dress_of(record: Record) -> Dress:
    """The dress that a record's report has."""
    return record.policy.report.dress


def family_order(dress: Dress) -> tuple[str, ...]:
    """The families of checks in the order of the sections."""
    return _ORDER[dress]


def measures_first(dress: Dress) -> tuple[str, ...]:
    """Checks that a domain's readers look for first; the others follow in the order of the policy."""
    return _FIRST[dress]


def dressed_title(family: str, words: Words) -> str:
    """A domain's own name of a family of checks; empty where it has none."""
    titles: dict[Dress, dict[str, str]] = {
        "plain": {},
        "finance": {
            "performance": words("Discriminatory power, calibration and stability"),
            "data": words("Data quality and representativeness"),
            "importance": words("Risk drivers and reason codes"),
            "surrogate": words("Benchmark rules"),
            "bias": words("Fair treatment of customer groups"),
            "behavior": words("Stress and sensitivity tests"),
        },
        "medical": {
            "performance": words("Predictive performance"),
            "data": words("Data and participants"),
            "importance": words("What the predictions rest on"),
            "bias": words("Performance across patient groups"),
            "behavior": words("Robustness to charting and measurement"),
        },
    }
    return titles[words.dress].get(family, "")


def kind_of_report(words: Words) -> str:
    """What the full report is called."""
    return {
        "plain": words("Model audit report"),
        "finance": words("Model audit report · for model risk management"),
        "medical": words("Model audit report · for clinical evaluation"),
    }[words.dress]


def board(words: Words) -> str:
    """What the committee's report is called."""
    return {
        "plain": words("Report to the committee"),
        "finance": words("Report to the model risk committee"),
        "medical": words("Report to the clinical safety committee"),
    }[words.dress]
