"""Calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.outcome import class_scores, positive
from auditor.checks.performance.calibration_charts import Groups, drawn, drawn_by_class, summary
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen, Scale
from auditor.evidence import SCORES, Evidence
from auditor.kernels import calibration, errors, multiclass
from auditor.kernels.curve import calibration_curve
from auditor.kernels.stat import Stat
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

_BY_CLASS = ("slope_by_class", "expected_to_observed_by_class")
Mask = NDArray[np.bool_]
_SANDWICH = "influence function (sandwich variance)"


class Params(Frozen):
    """How rows are grouped in what is shown beside the curve."""

    bins: int = Field(
        default=10, ge=2, le=50, description="Groups of about equal size that are drawn as points and summed up."
    )


@check(
    quantities={
        "slope": Meaning(title="Calibration slope", better="target"),
        "intercept": Meaning(title="Calibration in the large", better="target"),
        "expected_to_observed": Meaning(title="Expected over observed outcomes", better="target", low=0.0),
        "brier": Meaning(title="Brier score", better="lower", low=0.0),
        "log_loss": Meaning(title="Log loss", better="lower", unit="nats", low=0.0),
        "slope_by_class": Meaning(title="Calibration slope, one class against the rest", better="target", per="class"),
        "expected_to_observed_by_class": Meaning(
            title="Expected over observed rows of each class",
            better="target",
            per="class",
            low=0.0,
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """What the model predicts is what happens, as often or as much as it says.

    Measures: the calibration slope (1 is ideal; below 1 predictions are too extreme), calibration in the large (0 is
    ideal), expected over observed outcomes, Brier score and log loss; a smooth calibration curve with its band. For a
    predicted number: the slope of the observed on the predicted, and observed less predicted on average. For several
    classes: the slope and expected over observed rows of each. Shown and never judged, since they depend on how rows
    are grouped or are too large in small samples: the mean distance of the curve from the diagonal (integrated
    calibration index), the expected calibration error, and what the Brier score is made of.
    Why: a score that is used as a chance (for prices, provisions, triage) must be right as a chance, not only in order.
    Blind to: calibration within groups, and at times or places that are not in the test data.
    """
    data, sampling, scores = subject.test, Sampling.of(subject.test), evidence.finite(SCORES)
    if data.task == "regression":
        return _of_number(data.y, scores, sampling)
    if data.task == "multiclass":
        return _of_classes(subject, scores, sampling)
    event = positive(data)
    judge = _Maker(sampling, event)
    judge.add("slope", lambda: calibration.recalibration(event, scores)[1])
    judge.add("intercept", lambda: calibration.in_the_large(event, scores))
    judge.add("expected_to_observed", lambda: calibration.expected_observed(event, scores), "log")
    judge.add("brier", lambda: calibration.brier(event, scores), "log")
    judge.add("log_loss", lambda: calibration.log_loss(event, scores), "log")
    unmeasured = judge.unmeasured | dict.fromkeys(_BY_CLASS, "defined for several classes only")
    if "slope" in judge.unmeasured:
        return Measurement(quantities=judge.quantities, unmeasured=unmeasured)
    curve = calibration_curve(event, scores)
    groups = Groups.of(event, scores, params.bins)
    shown = (drawn(curve, groups, sampling, subject.smallest_cell), summary(curve, groups))
    return Measurement(quantities=judge.quantities, unmeasured=unmeasured, shown=shown)


class _Maker:
    """Collects quantities about one outcome; those that have no value are told with the reason."""

    def __init__(self, sampling: Sampling, event: Mask | None, n: int = 0) -> None:
        self.sampling = sampling
        self.n = n if event is None else len(event)
        self.events = event
        self.quantities: dict[str, Quantity] = {}
        self.unmeasured: dict[str, str] = {}

    def add(self, name: str, compute: Callable[[], Stat], scale: Scale = "identity") -> None:
        try:
            self.quantities[name] = Quantity.of(self.estimate(compute(), scale))
        except NotApplicable as error:
            self.unmeasured[name] = error.reason

    def estimate(self, stat: Stat, scale: Scale) -> Estimate:
        method = _SANDWICH if scale == "identity" else f"{_SANDWICH}, {scale} scale"
        return self.sampling.estimate(stat, scale=scale, n=self.n, events=self.events, method=method)


def _of_number(observed: Floats, predicted: Floats, sampling: Sampling) -> Measurement:
    judge = _Maker(sampling, None, len(observed))
    judge.add("slope", lambda: errors.calibration_line(observed, predicted)[1])
    judge.add("intercept", lambda: errors.mean_error(predicted, observed))
    reason = "defined for outcomes, not for a number"
    unmeasured = judge.unmeasured | dict.fromkeys(("expected_to_observed", "brier", "log_loss", *_BY_CLASS), reason)
    return Measurement(quantities=judge.quantities, unmeasured=unmeasured)


def _of_classes(subject: Subject, scores: Floats, sampling: Sampling) -> Measurement:
    columns, judge = class_scores(subject.test, scores), _Maker(sampling, None, len(scores))
    measures: dict[str, tuple[Callable[[Mask, Floats], Stat], Scale]] = {
        "slope_by_class": (lambda event, score: calibration.recalibration(event, score)[1], "identity"),
        "expected_to_observed_by_class": (calibration.expected_observed, "log"),
    }
    for name, (compute, scale) in measures.items():
        judge.quantities[name] = _by_class(columns, sampling, compute, scale)
    truth = subject.test.y.astype(int)
    judge.add("brier", lambda: multiclass.multiclass_brier(truth, scores), "log")
    judge.add("log_loss", lambda: multiclass.multiclass_log_loss(truth, scores), "log")
    reason = "defined for two outcomes or a number; see what is told by class"
    curves = {name: calibration_curve(*columns[name]) for name in judge.quantities["slope_by_class"].parts}
    return Measurement(
        quantities=judge.quantities,
        unmeasured=judge.unmeasured | dict.fromkeys(("slope", "intercept", "expected_to_observed"), reason),
        shown=(drawn_by_class(curves, sampling),) if curves else (),
    )


def _by_class(
    columns: Mapping[str, tuple[Mask, Floats]],
    sampling: Sampling,
    compute: Callable[[Mask, Floats], Stat],
    scale: Scale,
) -> Quantity:
    parts, influences, absent = {}, [], {}
    for name, (event, score) in columns.items():
        try:
            stat = compute(event, score)
        except NotApplicable as error:
            absent[name] = error.reason
            continue
        parts[name] = _Maker(sampling, event).estimate(stat, scale)
        influences.append(stat.influence)
    correlation = sampling.correlation(influences) if parts else None
    return Quantity(parts=parts, correlation=correlation, unmeasured=absent)
