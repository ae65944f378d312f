"""Calibration within groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.checks.bias.charts import shown
from auditor.checks.bias.contrasts import ByGroup, Combine, Measure, measurement
from auditor.checks.bias.differences import difference_of_stats, of_stat, ratio_of_stats, slope_of_ratio
from auditor.checks.check import check
from auditor.checks.groups import Compared, Grouping, Groups, Mask
from auditor.checks.outcome import class_scores, positive
from auditor.dataset import Floats
from auditor.estimate import Scale
from auditor.evidence import SCORES, Evidence
from auditor.kernels import calibration, errors
from auditor.kernels.stat import Stat
from auditor.measurement import Bars, Meaning, Measurement, Quantity, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

_METHOD = "influence function (sandwich variance)"


@dataclass(frozen=True)
class Aspect:
    """One way to be calibrated: the statistic of an outcome and its scores, and how two groups are compared in it."""

    name: str
    title: str
    gap: str
    compute: Callable[[Floats, Floats], Stat]
    scale: Scale
    ratio: bool = False


_OF_CHANCES = (
    Aspect(
        "slope",
        "Calibration slope",
        "slope_difference",
        lambda event, score: calibration.recalibration(event == 1, score)[1],
        "identity",
    ),
    Aspect(
        "in_the_large",
        "Calibration in the large",
        "in_the_large_difference",
        lambda event, score: calibration.in_the_large(event == 1, score),
        "identity",
    ),
    Aspect(
        "expected_to_observed",
        "Expected over observed",
        "expected_to_observed_ratio",
        lambda event, score: calibration.expected_observed(event == 1, score),
        "log",
        ratio=True,
    ),
)
_OF_NUMBERS = (
    Aspect("slope", "Calibration slope", "slope_difference", lambda y, p: errors.calibration_line(y, p)[1], "identity"),
)


@check(
    quantities={
        "slope": Meaning(title="Calibration slope", better="target", per="group"),
        "slope_difference": Meaning(title="Difference of calibration slopes", better="target", per="pair of groups"),
        "in_the_large": Meaning(title="Calibration in the large", better="target", unit="log odds", per="group"),
        "in_the_large_difference": Meaning(
            title="Difference of calibration in the large", better="target", unit="log odds", per="pair of groups"
        ),
        "expected_to_observed": Meaning(title="Expected over observed outcomes", better="target", per="group", low=0.0),
        "expected_to_observed_ratio": Meaning(
            title="Ratio of expected over observed outcomes",
            better="target",
            per="pair of groups",
            low=0.0,
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Grouping) -> Measurement:
    """A predicted chance means the same in every group.

    Measures: the calibration slope (1 is ideal), calibration in the large (0 is ideal) and expected over observed
    outcomes (1 is ideal) within each group, and how groups differ in them. For a predicted number: the slope of the
    observed on the predicted (its mean error is in bias.error). With several classes: each class against the rest.
    Why: where a score of 20 % means 30 % in one group, that group's risks are underestimated, and every decision that
    uses the chance itself (a price, a provision, a triage) treats its members wrongly.
    Blind to: whether the score ranks well within a group; outcomes that were recorded unequally.
    """
    groups, sampling = Groups.of(subject, params), Sampling.of(subject.test)
    aspects = _OF_NUMBERS if subject.test.task == "regression" else _OF_CHANCES
    targets = list(_targets(subject, groups, evidence.finite(SCORES)))
    told: dict[str, Quantity | None] = {}
    charts: list[Table | Bars] = []
    notes: dict[str, None] = {}
    for aspect in aspects:
        found = ByGroup(sampling, params.compare)
        for target in targets:
            found.add(target.compared, _measure(aspect, target, sampling), target.name)
        combine: Combine = difference_of_stats(sampling, _METHOD)
        if aspect.ratio:
            combine = ratio_of_stats(sampling, f"{_METHOD}, log scale")
        gaps = found.gaps(combine, slope_of_ratio) if aspect.ratio else found.gaps(combine)
        told |= {aspect.name: found.quantity(), aspect.gap: gaps}
        words = f"{'Ratio' if aspect.ratio else 'Difference'} of {aspect.title[0].lower()}{aspect.title[1:]}"
        says = f"{aspect.title} of each group; ideal is {1 if aspect.name != 'in_the_large' else 0}."
        charts += shown(found, {words: gaps}, aspect.title, groups.title, says)
        notes |= found.notes
    absent = {a.name for a in _OF_CHANCES} | {a.gap for a in _OF_CHANCES}
    reason = dict.fromkeys(sorted(absent - set(told)), "defined for outcomes, not for a number; see bias.error")
    return measurement(told, charts, notes, reason)


@dataclass(frozen=True, eq=False)
class Target:
    """What is predicted: its name where there are several, the observed and the predicted (rows,), and the groups."""

    name: str
    observed: Floats
    predicted: Floats
    event: Mask | None
    compared: Compared


def _targets(subject: Subject, groups: Groups, scores: Floats) -> Iterator[Target]:
    data = subject.test
    if data.task == "regression":
        yield Target("", data.y, scores, None, groups.among())
        return
    of = class_scores(data, scores) if data.task == "multiclass" else {"": (positive(data), scores)}
    for name, (event, score) in of.items():
        yield Target(name, event.astype(float), score, event, groups.by_outcome())


def _measure(aspect: Aspect, target: Target, sampling: Sampling) -> Measure:
    def compute(rows: Mask) -> Stat:
        return aspect.compute(target.observed[rows], target.predicted[rows])

    method = _METHOD if aspect.scale == "identity" else f"{_METHOD}, {aspect.scale} scale"
    return of_stat(sampling, compute, method, aspect.scale, target.event)
