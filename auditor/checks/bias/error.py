"""Errors of a prediction by group."""

from __future__ import annotations

import numpy as np

from auditor.checks.bias.charts import shown
from auditor.checks.bias.contrasts import ByGroup, measurement
from auditor.checks.bias.differences import (
    difference_of_rates,
    difference_of_stats,
    of_stat,
    rates,
    ratio_of_stats,
    slope_of_ratio,
)
from auditor.checks.check import check
from auditor.checks.groups import Grouping, Groups
from auditor.checks.outcome import chosen
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.kernels import errors
from auditor.kernels.multiclass import right
from auditor.measurement import Meaning, Measurement
from auditor.sampling import Sampling
from auditor.subject import Subject

_METHOD = "influence function"
_NUMBERS = (
    "mean_absolute_error",
    "mean_absolute_error_difference",
    "mean_absolute_error_ratio",
    "mean_error",
    "mean_error_difference",
)
_CLASSES = ("error_rate", "error_rate_difference")


@check(
    quantities={
        "mean_absolute_error": Meaning(
            title="Mean absolute error, in the target's unit", better="lower", per="group", low=0.0
        ),
        "mean_absolute_error_difference": Meaning(
            title="Difference of mean absolute errors, in the target's unit", better="target", per="pair of groups"
        ),
        "mean_absolute_error_ratio": Meaning(
            title="Ratio of mean absolute errors",
            better="target",
            per="pair of groups",
            low=0.0,
        ),
        "mean_error": Meaning(
            title="Mean error (predicted − observed), in the target's unit", better="target", per="group"
        ),
        "mean_error_difference": Meaning(
            title="Difference of mean errors, in the target's unit", better="target", per="pair of groups"
        ),
        "error_rate": Meaning(
            title="Share of rows whose class is predicted wrongly", better="lower", per="group", low=0.0, high=1.0
        ),
        "error_rate_difference": Meaning(
            title="Difference of shares predicted wrongly",
            better="target",
            per="pair of groups",
            low=-1.0,
            high=1.0,
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Grouping) -> Measurement:
    """Predictions are as good in every group, and err to the same side.

    Measures: for a predicted number, the mean absolute error and the mean error (predicted − observed) in each group,
    their differences, and the ratio of the absolute errors. For several classes: the share predicted wrongly; groups
    are not compared in it where every row is predicted to be of the same class, as it then tells how often the group
    is of another class, and nothing of the model.
    Why: a group whose values are predicted worse, or always too low, is served worse by the same model.
    Blind to: whether the target itself is harder to predict in one group for reasons that no model can change.
    """
    groups, sampling = Groups.of(subject, params), Sampling.of(subject.test)
    scores = evidence.finite(SCORES)
    if subject.test.task == "multiclass":
        return _of_classes(subject, groups, params, scores)
    if subject.test.task == "binary":
        raise NotApplicable("the target has two outcomes; see bias.equalised_odds and bias.discrimination")
    observed = subject.test.y
    size, side = ByGroup(sampling, params.compare), ByGroup(sampling, params.compare)
    size.add(
        groups.among(),
        of_stat(sampling, lambda rows: errors.mean_absolute_error(observed[rows], scores[rows]), _METHOD, "log"),
    )
    side.add(groups.among(), of_stat(sampling, lambda rows: errors.mean_error(observed[rows], scores[rows]), _METHOD))
    worse, ratio = (
        size.gaps(difference_of_stats(sampling, _METHOD)),
        size.gaps(ratio_of_stats(sampling, f"{_METHOD}, log scale"), slope_of_ratio),
    )
    apart = side.gaps(difference_of_stats(sampling, _METHOD))
    found = (size.quantity(), worse, ratio, side.quantity(), apart)
    charts = (
        *shown(
            size,
            {"Difference of mean absolute errors": worse, "Ratio of mean absolute errors": ratio},
            "Mean absolute error",
            groups.title,
            "How far predictions are off in each group, in the unit of the target.",
        ),
        *shown(
            side,
            {"Difference of mean errors": apart},
            "Mean error",
            groups.title,
            "Above zero, predictions are too high on average.",
        ),
    )
    absent = dict.fromkeys(_CLASSES, "defined for several classes only")
    return measurement(dict(zip(_NUMBERS, found, strict=True)), charts, size.notes, absent)


def _of_classes(subject: Subject, groups: Groups, params: Grouping, scores: Floats) -> Measurement:
    sampling = Sampling.of(subject.test)
    wrong = ~right(subject.test.y.astype(np.intp), scores)
    found = ByGroup(sampling, params.compare)
    found.add(groups.among(), rates(sampling, wrong, "rows"), undecided=_undecided(subject, scores))
    gaps = found.gaps(difference_of_rates)
    says = "The share of each group whose class is predicted wrongly."
    charts = shown(found, {"Difference of shares predicted wrongly": gaps}, "Error rate", groups.title, says)
    told = dict(zip(_CLASSES, (found.quantity(), gaps), strict=True))
    return measurement(told, charts, found.notes, dict.fromkeys(_NUMBERS, "defined for a number only"))


def _undecided(subject: Subject, scores: Floats) -> str:
    """Why groups whose shares are alike say nothing; empty where they do."""
    try:
        chosen(subject.test, scores)
    except NotApplicable as error:
        return error.reason
    return ""
