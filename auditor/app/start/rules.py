"""The first policy.yaml and audit.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from auditor.app.asking import asked
from auditor.app.start.plan import Plan
from auditor.app.start.roles import positive
from auditor.app.start.wishes import Guess
from auditor.app.start.yamltext import flow, line
from auditor.checks import CATALOGUE
from auditor.loaders.policies import load_policy
from auditor.policy import Requirement
from auditor.yamlfile import slip

_FINANCE = ("credit", "loan", "account", "default", "pd", "arrears", "client", "card")
_MEDICINE = ("patient", "icu", "hospital", "death", "mortality", "stay", "triage", "diagnosis", "sepsis", "clinical")
_MARKETS = ("price", "return", "volatility", "market", "yield", "stock")
CONFIRMED = "INIT-1"
_HEAD = "# Written by `auditor init`. What it guessed is marked; what is yours to decide says so.\n"
_OWN = {
    "binary": (
        "performance.discrimination",
        "auroc",
        "at_least",
        0.7,
        "Rows with the outcome are ranked above others.",
    ),
    "multiclass": (
        "performance.discrimination",
        "auroc_by_class",
        "at_least",
        0.7,
        "Each class is told from the others.",
    ),
    "regression": ("performance.error", "r_squared", "at_least", 0.0, "The forecast is better than the mean."),
}

_CONFIRMED = (
    f"  - id: {CONFIRMED}",
    "    text: What was guessed when dataset.yaml, policy.yaml and audit.yaml were first written has been confirmed.",
    "    attest: {role: model owner, bound_to: [dataset, decision, policy]}",
    "    severity: blocker",
    "    rationale: A report on a guess may be about another model, other rows or another outcome.",
)
_SERIES = (
    "  - id: DATA-3",
    "    text: No feature tells at its last step alone what comes next.",
    "    limit: {quantity: jump, at_most: 0.1}  # guess: a series is like its last value; please confirm",
)


def fitting(plan: Plan, words: set[str]) -> Guess[str]:
    """The shipped policy that task and names suggest. words: of the columns and files."""
    finance, medicine, markets = (_among(words, known) for known in (_FINANCE, _MEDICINE, _MARKETS))
    told = "{} speaks of it, and the task is " + plan.task.value
    if plan.task.value == "binary" and medicine:
        return Guess("medical/icu-risk", told.format(f"'{medicine}'"))
    if plan.task.value == "binary" and finance:
        return Guess("finance/credit-default", told.format(f"'{finance}'"))
    if plan.task.value == "multiclass" and medicine:
        return Guess("medical/diagnosis-multiclass", told.format(f"'{medicine}'"))
    if plan.task.value == "regression" and markets:
        return Guess("finance/market-forecast", told.format(f"'{markets}'"))
    return Guess("baseline", "no name of a column or file tells what the model is for")


def policy(plan: Plan, base: Guess[str], beside: Path) -> str:
    """The file's text: a policy over a shipped one. beside: the folder that a path is relative to.

    Raises WrittenFault where there is no such policy.
    """
    loaded = load_policy(base.value, CATALOGUE, beside).policy
    known = {one.name for one in plan.groups}
    own = [*_absent(known, loaded.requirements)]
    if base.value == "baseline":
        own += [*_measured(plan), *(_SERIES if plan.ahead else ())]
    head = [
        line("policy", "ours"),
        line("version", 1),
        line("title", f"What we ask of this model, over {base.value}"),
        line("extends", base.value, base.why),
        "requirements:  # limits of your own go here: docs/policies.md, auditor policy show",
        *_CONFIRMED,
        *own,
    ]
    return _HEAD + "\n".join(head) + "\n"


def audit(plan: Plan, model: str, name: str, threshold: Guess[float] | None) -> str:
    """The file's text."""
    told = [
        line("model", {"file": model, "name": name, "version": "0"}),
        "# Yours to say, behind `version`: owner, intended_use, population, materiality (docs/audit.md).",
        line("data", "dataset.yaml"),
        line("policy", "policy.yaml"),
        line("attestations", "attestations.yaml"),
    ]
    if threshold:
        made = {"threshold": threshold.value, "action": "act on the score", "favourable": "below"}
        told += [line("decision", made, f"{threshold.why}; below it nothing happens to the person".lstrip("; "))]
    elif plan.task.value == "binary":
        told += ["# No decision: checks of decisions do not apply."]
    return _HEAD + "\n".join(told) + "\n"


def threshold(plan: Plan, wanted: float | None) -> Guess[float] | None:
    """Where scores become decisions: as often as the outcome is seen, or a half."""
    if plan.task.value != "binary":
        return None
    if wanted is not None:
        return Guess(wanted)
    event, counts = positive(plan.column).value, dict(plan.column.levels)
    share = round(counts.get(event, 0) / max(1, sum(counts.values())), 2)
    if 0 < share < 0.5:
        return Guess(share, f"the share of lines with the outcome, {share:.0%}")
    return Guess(0.5, "the usual one")


def _absent(known: set[str], needs: Iterable[Requirement]) -> Iterator[str]:
    """Requirements that ask for groups which were not found: held to one that is called almost so, or allowed not to
    apply, and said so.
    """
    for need in needs:
        groups = [name for _, what, name in asked(need) if what == "group"]
        called = [slip(name, known) or name for name in groups]
        if called != groups:
            given = {"attribute": called[0] if isinstance(need.params["attribute"], str) else called}
            yield f"  - {flow({'id': need.id, 'with': given})}  # guess: it is meant by the name; please confirm"
        elif not need.may_not_apply and (missing := [name for name in groups if name not in known]):
            why = f"The data name no group {missing[0]!r}; add it to dataset.yaml and take this requirement out here."
            yield f"  - {flow({'id': need.id, 'may_not_apply': why})}  # guess: not in the data; please confirm"


def _measured(plan: Plan) -> Iterator[str]:
    """What the baseline leaves to others: whether the model is any good."""
    check, quantity, side, value, text = _OWN[plan.task.value]
    yield "  - id: PERF-1"
    yield f"    text: {text}"
    yield f"    check: {check}"
    yield f"    limit: {flow({'quantity': quantity, side: value})}  # guess: a convention; yours to decide"
    yield "    severity: blocker"
    yield "    rationale: A convention until you have agreed on your own limit."


def _among(words: set[str], known: tuple[str, ...]) -> str:
    return next((one for one in known if one in words), "")
