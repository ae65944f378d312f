"""The report's fixed words for what a record holds: statuses, severities, families, kinds."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.policy import Limit, Severity
from auditor.record import Judged, Measured, Status, Verdict
from auditor.render.dresses import dressed_title
from auditor.render.numbers import digits_for
from auditor.render.view import Chip
from auditor.render.words import Words

STATUSES: tuple[Status, ...] = ("fail", "error", "inconclusive", "open", "waived", "not_applicable", "pass", "attested")
SEVERITIES: tuple[Severity, ...] = ("blocker", "major", "minor")
NONE = "–"


def status_chip(status: Status, words: Words) -> Chip:
    """A finding's status."""
    told = {
        "pass": words("Pass"),
        "fail": words("Fail"),
        "inconclusive": words("Inconclusive"),
        "not_applicable": words("Not applicable"),
        "error": words("Error"),
        "attested": words("Attested"),
        "open": words("Statement due"),
        "waived": words("Waived"),
    }
    return Chip(status, told[status])


def verdict_chip(verdict: Verdict, words: Words) -> Chip:
    """The verdict of the whole audit."""
    told = {
        "PASS": words("PASS"),
        "CONDITIONAL": words("CONDITIONAL"),
        "FAIL": words("FAIL"),
        "INCONCLUSIVE": words("INCONCLUSIVE"),
    }
    return Chip(verdict.lower(), told[verdict])


def severity_chip(severity: Severity, words: Words) -> Chip:
    """How much a requirement weighs."""
    return Chip(severity, {"blocker": words("Blocker"), "major": words("Major"), "minor": words("Minor")}[severity])


def family_title(family: str, words: Words) -> str:
    """A family of checks, as a heading."""
    titles = {
        "performance": words("Performance"),
        "data": words("Data"),
        "behavior": words("Behavior under stress"),
        "importance": words("What the model relies on"),
        "surrogate": words("Readable surrogate"),
        "bias": words("Differences between groups"),
        "internals": words("Inside the model"),
        "artifact": words("The model file"),
    }
    return dressed_title(family, words) or titles.get(family, family.capitalize())


def family_lead(family: str, words: Words) -> str:
    """What a family of checks is about, in a sentence."""
    leads = {
        "performance": words("How well the scores separate, predict and replicate the outcome on the test data."),
        "data": words("Whether the data that everything else rests on are what they should be."),
        "behavior": words("How the model answers when its inputs are changed on purpose."),
        "importance": words("Which features and which steps in time the model needs for its predictions."),
        "surrogate": words("How far a model that people can read reproduces what the network does."),
        "bias": words("Whether the model serves the groups declared in the data equally well."),
        "internals": words("What the layers and gates of the network do."),
        "artifact": words("Whether the file that was audited is sound."),
    }
    return leads.get(family, "")


def limit_text(limit: Limit, unit: str, words: Words) -> str:
    """A limit as the reader sees it: ≥ 0.7, or −0.1 to 0.1."""
    tail = f"\u00a0{unit}" if unit else ""
    bare = words.numbers.bare
    if limit.between is not None:
        low, high = limit.between
        return f"{bare(low)}\u00a0{words.numbers.to} {bare(high)}{tail}"
    return f"≥\u00a0{bare(limit.low)}{tail}" if limit.low is not None else f"≤\u00a0{bare(limit.high or 0.0)}{tail}"


def limit_digits(judged: Iterable[Judged], limit: Limit | None) -> int:
    """Decimals with which every judged number, and each side of the limit, can be told apart."""
    numbers = [number for one in judged for number in (one.value, one.low, one.high)]
    return digits_for(numbers, (limit.low, limit.high) if limit else ())


def is_count(value: float, low: float | None, high: float | None) -> bool:
    """That a value is a whole number known without uncertainty."""
    return low == value == high and value == int(value)


def params_text(measured: Measured, words: Words) -> str:
    """The parameters of a check's run that are set: attribute = sex, repeats = 5."""
    given = {name: value for name, value in measured.params.items() if value not in (None, [], {}, "")}
    return ", ".join(f"{name} = {_param(value, words)}" for name, value in given.items())


def _param(value: object, words: Words) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return words("yes") if value else words("no")
    if isinstance(value, int):
        return words.numbers.count(value)
    if isinstance(value, float):
        return words.numbers.bare(value)
    if isinstance(value, list | tuple):
        return ", ".join(_param(item, words) for item in value) or NONE
    return str(value)


def short(digest: str) -> str:
    """The first characters of a digest, in fours: enough to recognise, never to verify."""
    return " ".join(digest[at : at + 4] for at in range(0, 12, 4))
