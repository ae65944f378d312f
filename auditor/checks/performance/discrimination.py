"""Discrimination."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.outcome import positive
from auditor.checks.performance.classes import ByClass, Curves, against_rest
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen, NotEstimable, Scale
from auditor.evidence import SCORES, Evidence
from auditor.kernels.auroc import auroc, average_precision, gini
from auditor.kernels.stat import Stat
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.sampling import Sampling
from auditor.shift import distances
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_POINTS = 120
_MEASURES: Mapping[str, tuple[Callable[[Mask, Floats], Stat], Scale, str]] = MappingProxyType(
    {
        "auroc": (auroc, "logit", "DeLong, logit scale"),
        "gini": (gini, "fisher", "DeLong, Fisher's scale"),
        "average_precision": (average_precision, "logit", "influence function, logit scale"),
    }
)


class Params(Frozen):
    """None."""


@check(
    quantities={
        "auroc": Meaning(title="Area under the ROC curve", better="higher", low=0.0, high=1.0),
        "gini": Meaning(
            title="Gini coefficient (2 × area under the ROC curve − 1)", better="higher", low=-1.0, high=1.0
        ),
        "average_precision": Meaning(
            title="Area under the precision–sensitivity curve (average precision)",
            better="higher",
            low=0.0,
            high=1.0,
        ),
        "ks": Meaning(
            title="Kolmogorov–Smirnov distance between those with and without the outcome",
            better="higher",
            low=0.0,
            high=1.0,
        ),
        "auroc_by_class": Meaning(
            title="Area under the ROC curve, one class against the rest",
            better="higher",
            per="class",
            low=0.0,
            high=1.0,
        ),
        "gini_by_class": Meaning(
            title="Gini coefficient, one class against the rest", better="higher", per="class", low=-1.0, high=1.0
        ),
        "average_precision_by_class": Meaning(
            title="Average precision, one class against the rest",
            better="higher",
            per="class",
            low=0.0,
            high=1.0,
        ),
        "ks_by_class": Meaning(
            title="Kolmogorov–Smirnov distance, one class against the rest",
            better="higher",
            per="class",
            low=0.0,
            high=1.0,
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Rows that have the outcome score above rows that do not.

    Measures: the area under the ROC curve (of two rows, one with the outcome and one without, how often the first
    scores higher) and the same as Gini coefficient; average precision, which looks at the rows with the highest scores;
    the largest distance of the scores' two distribution functions (Kolmogorov–Smirnov). With several classes:
    the same of each class against the rest by its own score, and, but for the distance, the means over classes.
    Why: a score that does not separate the outcomes cannot support any decision.
    Blind to: whether the scores are right as probabilities; whether the decision threshold is well chosen; who is
    harmed by the errors. Average precision falls with the frequency of the outcome, so two data sets cannot be compared
    by it.
    """
    data, sampling = subject.test, Sampling.of(subject.test)
    if data.task == "regression":
        raise NotApplicable("the target is a number, not an outcome; see performance.error")
    scores = evidence.finite(SCORES)
    if data.task == "multiclass":
        return _multiclass(subject, scores, sampling)
    event = positive(data)
    quantities = {
        name: Quantity.of(
            sampling.estimate(compute(event, scores), scale=scale, n=len(event), events=event, method=method)
        )
        for name, (compute, scale, method) in _MEASURES.items()
    }
    quantities["ks"] = Quantity.of(distances(sampling, event, scores)[0].estimate)
    return Measurement(
        quantities={name: _explained(one) for name, one in quantities.items()},
        unmeasured=dict.fromkeys((f"{name}_by_class" for name in quantities), "defined for several classes only"),
        shown=(_roc({"model": (event, scores)}), _precision_sensitivity({"model": (event, scores)})),
        notes=("The score is the same for every row.",) if np.ptp(scores) == 0 else (),
    )


def _multiclass(subject: Subject, scores: Floats, sampling: Sampling) -> Measurement:
    curves, absent = against_rest(subject, scores)
    if not curves:
        raise NotApplicable("; ".join(f"{name}: {reason}" for name, reason in absent.items()))
    quantities: dict[str, Quantity] = {}
    unmeasured = {"ks": "defined for two outcomes only; see ks_by_class"}
    for name, (compute, scale, method) in _MEASURES.items():
        each = ByClass.of(curves, absent, compute, sampling, scale, method)
        quantities[f"{name}_by_class"] = each.quantity
        try:
            quantities[name] = Quantity.of(each.mean())
        except NotApplicable as error:
            unmeasured[name] = error.reason
    apart = {part: distances(sampling, event, score)[0] for part, (event, score) in curves.items()}
    quantities["ks_by_class"] = Quantity(
        parts={part: one.estimate for part, one in apart.items()},
        correlation=sampling.correlation([one.influence for one in apart.values()]),
        unmeasured=absent,
    )
    shown = (_roc(curves), _precision_sensitivity(curves))
    told = {name: _explained(one) for name, one in quantities.items()}
    return Measurement(quantities=told, unmeasured=unmeasured, shown=shown)


def _explained(quantity: Quantity) -> Quantity:
    """With the reason why what is told apart without a fault has no interval."""
    why = NotEstimable(reason="all rows are ranked rightly, so that no interval can be made")
    parts = {
        part: one.model_copy(update={"spread": why}) if one.value == 1 and not one.spread.estimable else one
        for part, one in quantity.parts.items()
    }
    return quantity.model_copy(update={"parts": parts})


def _roc(curves: Curves) -> Lines:
    series = []
    for name, (event, score) in curves.items():
        found, alarms = _counts(event, score)
        x, y = alarms / max(1, alarms[-1]), found / max(1, found[-1])
        series.append(_thinned(name, x, y))
    return Lines(
        title="ROC curve",
        caption="The further above the diagonal, the better outcomes are told apart.",
        x=Axis(title="1 − specificity", low=0, high=1),
        y=Axis(title="Sensitivity", low=0, high=1),
        series=tuple(series),
        diagonal="chance",
    )


def _precision_sensitivity(curves: Curves) -> Lines:
    series = []
    for name, (event, score) in curves.items():
        found, alarms = (counts[1:] for counts in _counts(event, score))
        series.append(_thinned(name, found / found[-1], found / (found + alarms)))
        if len(curves) == 1:
            prevalence = float(event.mean())
            series.append(Series(name="prevalence", x=(0.0, 1.0), y=(prevalence, prevalence)))
    return Lines(
        title="Precision and sensitivity",
        caption="How many of those above a threshold have the outcome, as the threshold is lowered from left to right; "
        "a score that tells nothing stays at the prevalence.",
        x=Axis(title="Sensitivity", low=0, high=1),
        y=Axis(title="Precision", low=0, high=1),
        series=tuple(series),
    )


def _counts(event: Mask, score: Floats) -> tuple[Floats, Floats]:
    """Events and non-events at or above each distinct score, from the highest score on, starting at none."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    found, alarms = np.cumsum(event[order])[last], np.cumsum(~event[order])[last]
    return np.append(0.0, found), np.append(0.0, alarms)


def _thinned(name: str, x: Floats, y: Floats) -> Series:
    keep = np.unique(np.linspace(0, len(x) - 1, _POINTS).round().astype(int))
    return Series(name=name, x=tuple(x[keep].tolist()), y=tuple(y[keep].tolist()))
