"""Calibration."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.outcome import class_scores, positive
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen, Scale
from auditor.evidence import SCORES, Evidence
from auditor.kernels import calibration, errors, multiclass
from auditor.kernels.curve import calibration_curve
from auditor.kernels.stat import Stat
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.sampling import Sampling
from auditor.subject import Subject

_CRITICAL = 1.959963984540054  # of the band that is drawn: 95 %, pointwise
_SANDWICH = "influence function (sandwich variance)"


class Params(Frozen):
    """How the drawn curve is binned."""

    bins: int = Field(default=10, ge=2, le=50, description="Groups of about equal size that are drawn as points.")


@check(
    quantities={
        "slope": Meaning(title="Calibration slope", better="target"),
        "intercept": Meaning(title="Calibration in the large", better="target"),
        "expected_to_observed": Meaning(title="Expected over observed outcomes", better="target"),
        "brier": Meaning(title="Brier score", better="lower"),
        "log_loss": Meaning(title="Log loss", better="lower", unit="nats"),
        "slope_by_class": Meaning(title="Calibration slope, one class against the rest", better="target", per="class"),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """What the model predicts is what happens, as often or as much as it says.

    Measures: the calibration slope (1 is ideal; below 1 predictions are too extreme), calibration in the large (0 is
    ideal), expected over observed outcomes, Brier score and log loss; a smooth calibration curve with its band. For a
    predicted number: slope and intercept of the observed on the predicted. For several classes: the slope of each.
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
    unmeasured = judge.unmeasured | {"slope_by_class": "defined for several classes only"}
    if "slope" in judge.unmeasured:
        return Measurement(quantities=judge.quantities, unmeasured=unmeasured)
    curve, ici = _curve(event, scores, params.bins, sampling)
    note = f"Integrated calibration index (mean distance from the diagonal): {ici:.4f}."
    return Measurement(quantities=judge.quantities, unmeasured=unmeasured, shown=(curve,), notes=(note,))


class _Maker:
    """Collects quantities about one outcome; those that have no value are told with the reason."""

    def __init__(self, sampling: Sampling, event: NDArray[np.bool_] | None, n: int = 0) -> None:
        self.sampling = sampling
        self.n = n if event is None else len(event)
        self.events = None if event is None else int(event.sum())
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
    names = ("expected_to_observed", "brier", "log_loss", "slope_by_class")
    unmeasured = judge.unmeasured | dict.fromkeys(names, reason)
    return Measurement(quantities=judge.quantities, unmeasured=unmeasured)


def _of_classes(subject: Subject, scores: Floats, sampling: Sampling) -> Measurement:
    parts, influences, absent = {}, [], {}
    for name, (event, score) in class_scores(subject.test, scores).items():
        try:
            slope = calibration.recalibration(event, score)[1]
        except NotApplicable as error:
            absent[name] = error.reason
            continue
        parts[name] = _Maker(sampling, event).estimate(slope, "identity")
        influences.append(slope.influence)
    correlation = sampling.correlation(influences) if parts else None
    judge = _Maker(sampling, None, len(scores))
    truth = subject.test.y.astype(int)
    judge.add("brier", lambda: multiclass.multiclass_brier(truth, scores), "log")
    judge.add("log_loss", lambda: multiclass.multiclass_log_loss(truth, scores), "log")
    by_class = {"slope_by_class": Quantity(parts=parts, correlation=correlation, unmeasured=absent)}
    reason = "defined for two outcomes or a number; see slope_by_class"
    return Measurement(
        quantities=judge.quantities | by_class,
        unmeasured=judge.unmeasured | dict.fromkeys(("slope", "intercept", "expected_to_observed"), reason),
    )


def _curve(event: NDArray[np.bool_], scores: Floats, bins: int, sampling: Sampling) -> tuple[Lines, float]:
    curve = calibration_curve(event, scores)
    influence = [curve.influence[:, k] for k in range(curve.influence.shape[1])]
    low, high = curve.band(sampling.covariance(influence), _CRITICAL)
    binned = calibration.quantile_bins(scores, bins)
    groups = [binned == code for code in range(int(binned.max()) + 1)]
    rates = [sampling.rate(event, rows) for rows in groups]
    intervals = [rate.interval(0.95) for rate in rates]
    finite = [np.isfinite(interval).all() for interval in intervals]
    points = [i for i, drawn in enumerate(finite) if drawn]
    shown = Lines(
        title="Calibration curve",
        caption="On the diagonal, what is predicted is what happens; below it, predictions are too high. The band and "
        "the bars of the points are pointwise 95 % intervals.",
        x=Axis(title="Predicted probability", low=0, high=1),
        y=Axis(title="Observed frequency", low=0, high=1),
        series=(
            Series(
                name="smooth curve",
                x=tuple(curve.at.tolist()),
                y=tuple(curve.observed.tolist()),
                low=tuple(low.tolist()),
                high=tuple(high.tolist()),
            ),
            Series(
                name=f"{len(points)} groups of rows",
                x=tuple(float(scores[groups[i]].mean()) for i in points),
                y=tuple(rates[i].value for i in points),
                low=tuple(intervals[i].low for i in points),
                high=tuple(intervals[i].high for i in points),
                style="points",
            ),
        ),
        diagonal="perfect calibration",
    )
    return shown, curve.ici
