"""Discrimination."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.outcome import class_scores, positive
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.auroc import auroc, average_precision
from auditor.kernels.stat import mean
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.sampling import Sampling
from auditor.subject import Subject

_POINTS = 120
_DELONG = "DeLong, logit scale"


class Params(Frozen):
    """None."""


@check(
    quantities={
        "auroc": Meaning(title="Area under the ROC curve", better="higher"),
        "auroc_by_class": Meaning(
            title="Area under the ROC curve, one class against the rest", better="higher", per="class"
        ),
        "average_precision": Meaning(title="Average precision", better="higher"),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Rows that have the outcome score above rows that do not.

    Measures: the area under the ROC curve and average precision. With several classes: the area of each class against
    the rest, and their mean.
    Why: a score that does not separate the outcomes cannot support any decision.
    Blind to: whether the scores are right as probabilities; whether the decision threshold is well chosen; who is
    harmed by the errors.
    """
    data, sampling = subject.test, Sampling.of(subject.test)
    if data.task == "regression":
        raise NotApplicable("the target is a number, not an outcome; see performance.error")
    scores = evidence.finite(SCORES)
    if data.task == "multiclass":
        return _multiclass(subject, scores, sampling)
    event = positive(data)
    ranking, n, events = auroc(event, scores), len(event), int(event.sum())
    precision = average_precision(event, scores)
    quantities = {
        "auroc": Quantity.of(sampling.estimate(ranking, scale="logit", n=n, events=events, method=_DELONG)),
        "average_precision": Quantity.of(
            sampling.estimate(precision, scale="logit", n=n, events=events, method="influence function, logit scale")
        ),
    }
    shown = [_roc({"model": (event, scores)}), _precision_recall(event, scores)]
    notes = ["The score is the same for every row."] if np.ptp(scores) == 0 else []
    return Measurement(quantities=quantities, shown=tuple(shown), notes=tuple(notes))


def _multiclass(subject: Subject, scores: Floats, sampling: Sampling) -> Measurement:
    columns = class_scores(subject.test, scores)
    n, parts, stats, absent, curves = len(scores), {}, [], {}, {}
    for name, (event, score) in columns.items():
        if event.all() or not event.any():
            absent[name] = "no test row of this class" if not event.any() else "every test row is of this class"
            continue
        stats.append(auroc(event, score))
        parts[name] = sampling.estimate(stats[-1], scale="logit", n=n, events=int(event.sum()), method=_DELONG)
        curves[name] = (event, score)
    if not stats:
        raise NotApplicable("all rows have the same outcome")
    by_class = Quantity(
        parts=parts, correlation=sampling.correlation([stat.influence for stat in stats]), unmeasured=absent
    )
    quantities = {"auroc_by_class": by_class}
    unmeasured = {"auroc": f"no area for the class {', '.join(absent)}"} if absent else {}
    if not absent:
        quantities["auroc"] = Quantity.of(_macro(sampling, parts, mean(stats), n))
    reason = "defined for two outcomes only"
    unmeasured["average_precision"] = reason
    return Measurement(quantities=quantities, unmeasured=unmeasured, shown=(_roc(curves),))


def _macro(sampling: Sampling, parts: dict[str, Estimate], macro: object, n: int) -> Estimate:
    rarest = min(part.events for part in parts.values() if part.events is not None)
    method = "mean over classes of the area against the rest; DeLong, logit scale"
    return sampling.estimate(macro, scale="logit", n=n, events=rarest, method=method)  # type: ignore[arg-type]


def _roc(curves: dict[str, tuple[NDArray[np.bool_], Floats]]) -> Lines:
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


def _precision_recall(event: NDArray[np.bool_], score: Floats) -> Lines:
    found, alarms = _counts(event, score)
    found, alarms = found[1:], alarms[1:]
    prevalence = float(event.mean())
    return Lines(
        title="Precision and sensitivity",
        caption="How many of those above a threshold have the outcome, as the threshold is lowered.",
        x=Axis(title="Sensitivity", low=0, high=1),
        y=Axis(title="Precision", low=0, high=1),
        series=(
            _thinned("model", found / found[-1], found / (found + alarms)),
            Series(name="prevalence", x=(0.0, 1.0), y=(prevalence, prevalence)),
        ),
    )


def _counts(event: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats]:
    """Events and non-events at or above each distinct score, from the highest score on, starting at none."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    found, alarms = np.cumsum(event[order])[last], np.cumsum(~event[order])[last]
    return np.append(0.0, found), np.append(0.0, alarms)


def _thinned(name: str, x: Floats, y: Floats) -> Series:
    keep = np.unique(np.linspace(0, len(x) - 1, _POINTS).round().astype(int))
    return Series(name=name, x=tuple(x[keep].tolist()), y=tuple(y[keep].tolist()))
