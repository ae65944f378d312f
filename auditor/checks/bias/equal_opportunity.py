"""Equal opportunity: sensitivity by group."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.groups import Levels, levels
from auditor.checks.outcome import positive
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.rates import rate
from auditor.measurement import Axis, Bars, Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject


class Params(Frozen):
    """Which groups are compared."""

    attribute: str = Field(description="The group attribute, as the data specification names it.")
    leave_out: tuple[str, ...] = Field(
        default=(), description="Levels that are shown but not compared, such as 'other' where it means nothing."
    )


@dataclass(frozen=True)
class Outcome:
    """An outcome to be found equally often: its name (empty where there is one only), who has it, who is found."""

    name: str
    event: NDArray[np.bool_]
    found: NDArray[np.bool_]


@check(
    quantities={
        "sensitivity": Meaning(title="Sensitivity", better="higher", per="group"),
        "sensitivity_difference": Meaning(title="Difference of sensitivity", better="target", per="pair of groups"),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """People who have the outcome are found equally often in every group.

    Measures: sensitivity at the decision threshold in each group, and the difference of every pair of groups. With
    several classes: for each class, how often its members are predicted as such.
    Why: a group whose cases are missed more often is harmed by using the model (Hardt, Price and Srebro 2016).
    Blind to: differences in false alarms; attributes that were not recorded; outcomes that were recorded unequally.
    """
    compared = levels(subject, params.attribute, params.leave_out)
    sampling = Sampling.of(subject.test)
    parts: dict[str, Estimate] = {}
    differences: dict[str, Estimate] = {}
    influences: list[Floats] = []
    unmeasured: dict[str, str] = {}
    for outcome in _outcomes(subject, evidence.finite(SCORES)):
        members = _members(compared, outcome, subject.smallest_cell, unmeasured)
        for name, rows in members.items():
            parts[_key(outcome, name)] = sampling.rate(outcome.found, rows)
        for (one, rows), (other, others) in combinations(members.items(), 2):
            differences[_key(outcome, f"{one} − {other}")] = sampling.difference(outcome.found, rows, others)
            influences.append(rate(outcome.found, rows).influence - rate(outcome.found, others).influence)
    pairs = "" if differences else "fewer than two groups can be compared"
    quantities = {"sensitivity": Quantity(parts=parts, unmeasured=unmeasured)} if parts or unmeasured else {}
    if differences:
        quantities["sensitivity_difference"] = Quantity(
            parts=differences, correlation=sampling.correlation(influences), unmeasured=unmeasured
        )
    return Measurement(
        quantities=quantities,
        unmeasured={"sensitivity_difference": pairs} if pairs else {},
        shown=_shown(parts, differences, params.attribute),
        notes=compared.notes,
    )


def _outcomes(subject: Subject, scores: Floats) -> list[Outcome]:
    data = subject.test
    if data.task == "regression":
        raise NotApplicable("the target is a number, so nobody has or lacks the outcome")
    if data.task == "multiclass":
        chosen = scores.argmax(axis=1)
        return [Outcome(name, data.y == code, chosen == code) for code, name in enumerate(data.target.classes)]
    if subject.decision is None:
        raise NotApplicable("the audit declares no decision threshold")
    return [Outcome("", positive(data), scores >= subject.decision.threshold)]


def _members(
    compared: Levels, outcome: Outcome, smallest: int, unmeasured: dict[str, str]
) -> dict[str, NDArray[np.bool_]]:
    """The rows with the outcome in each level; levels with too few of them go to `unmeasured`."""
    members = {}
    for name, rows in compared.rows.items():
        having = rows & outcome.event
        if int(having.sum()) < smallest:
            unmeasured[_key(outcome, name)] = f"fewer than {smallest} rows with the outcome; suppressed"
        else:
            members[name] = having
    unmeasured.update({_key(outcome, name): why for name, why in compared.suppressed.items()})
    return members


def _key(outcome: Outcome, name: str) -> str:
    return f"{outcome.name}: {name}" if outcome.name else name


def _shown(parts: dict[str, Estimate], differences: dict[str, Estimate], attribute: str) -> tuple[Bars, ...]:
    charts = []
    if parts:
        title, caption = f"Sensitivity by {attribute}", "Intervals that hardly overlap point to a real difference."
        charts.append(_dots(title, caption, parts, None))
    if differences:
        caption = "A difference of zero is equal opportunity; each dot is one pair of groups."
        charts.append(_dots(f"Differences of sensitivity by {attribute}", caption, differences, 0.0))
    return tuple(charts)


def _dots(title: str, caption: str, estimates: dict[str, Estimate], reference: float | None) -> Bars:
    intervals = [estimate.interval(0.95) for estimate in estimates.values()]
    return Bars(
        title=title,
        caption=caption + " Bars are unadjusted 95 % intervals.",
        labels=tuple(estimates),
        values=tuple(estimate.value for estimate in estimates.values()),
        low=tuple(interval.low if math.isfinite(interval.low) else None for interval in intervals),
        high=tuple(interval.high if math.isfinite(interval.high) else None for interval in intervals),
        axis=Axis(title="Sensitivity" if reference is None else "Difference of sensitivity"),
        points=True,
        reference=reference,
    )
