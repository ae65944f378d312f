"""Calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.outcome import positive
from auditor.checks.performance.calibration_charts import (
    Groups,
    drawn,
    drawn_by_class,
    drawn_of_number,
    summary,
    summary_by_class,
)
from auditor.checks.performance.classes import ByClass, against_rest
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen, Scale
from auditor.evidence import SCORES, Evidence
from auditor.kernels import calibration, errors, multiclass
from auditor.kernels.curve import calibration_curve, calibration_curve_of_number
from auditor.kernels.stat import Stat
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_SANDWICH = "influence function (sandwich variance)"
_AGAINST_REST: Mapping[str, tuple[Callable[[Mask, Floats], Stat], Scale]] = MappingProxyType(
    {
        "slope": (lambda event, score: calibration.recalibration(event, score)[1], "identity"),
        "intercept": (calibration.in_the_large, "identity"),
        "expected_to_observed": (calibration.expected_observed, "log"),
        "brier": (calibration.brier, "log"),
    }
)
_MEANS: Mapping[str, Callable[[Sequence[tuple[Mask, Floats]]], Stat] | None] = MappingProxyType(
    {"slope": None, "expected_to_observed": calibration.mean_expected_observed}
)
_OF_CLASSES = (*(f"{name}_by_class" for name in _AGAINST_REST), *(f"macro_{name}" for name in _MEANS))


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
        "intercept_by_class": Meaning(
            title="Calibration in the large, one class against the rest", better="target", per="class"
        ),
        "expected_to_observed_by_class": Meaning(
            title="Expected over observed rows of each class",
            better="target",
            per="class",
            low=0.0,
        ),
        "brier_by_class": Meaning(
            title="Brier score, one class against the rest", better="lower", per="class", low=0.0, high=1.0
        ),
        "macro_slope": Meaning(title="Calibration slope, mean over classes", better="target"),
        "macro_expected_to_observed": Meaning(
            title="Expected over observed rows, mean over classes", better="target", low=0.0
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """What the model predicts is what happens, as often or as much as it says.

    Measures: the calibration slope (1 is ideal; below 1 predictions are too extreme), calibration in the large (0 is
    ideal), expected over observed outcomes, Brier score and log loss; a smooth calibration curve with its band. For a
    predicted number: the slope of the observed on the predicted, and observed less predicted on average; the curve of
    the observed. For several classes: the same of each class against the rest, the means over classes of slope and
    expected over observed, and Brier score and log loss of all together. Shown and never judged, since they depend on
    how rows are grouped or are too large in small samples: the mean distance of the curve from the diagonal (integrated
    calibration index), the expected calibration error, and what the Brier score is made of, corrected for the bias of
    small groups (Ferro and Fricker 2012).
    Why: a score that is used as a chance (for prices, provisions, triage) must be right as a chance, not only in order.
    Blind to: calibration within groups, and at times or places that are not in the test data. In a mean over classes,
    one that is predicted too often makes up for one that is predicted too seldom: limits belong on the classes.
    """
    data, sampling, scores = subject.test, Sampling.of(subject.test), evidence.finite(SCORES)
    if data.task == "regression":
        return _of_number(subject, scores, sampling, params.bins)
    if data.task == "multiclass":
        return _of_classes(subject, scores, sampling, params.bins)
    event = positive(data)
    judge = _Maker(sampling, event)
    judge.add("slope", lambda: calibration.recalibration(event, scores)[1])
    judge.add("intercept", lambda: calibration.in_the_large(event, scores))
    judge.add("expected_to_observed", lambda: calibration.expected_observed(event, scores), "log")
    judge.add("brier", lambda: calibration.brier(event, scores), "log")
    judge.add("log_loss", lambda: calibration.log_loss(event, scores), "log")
    unmeasured = judge.unmeasured | dict.fromkeys(_OF_CLASSES, "defined for several classes only")
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
        return self.sampling.estimate(stat, scale=scale, n=self.n, events=self.events, method=_method(scale))


def _of_number(subject: Subject, predicted: Floats, sampling: Sampling, bins: int) -> Measurement:
    observed = subject.test.y
    judge = _Maker(sampling, None, len(observed))
    judge.add("slope", lambda: errors.calibration_line(observed, predicted)[1])
    judge.add("intercept", lambda: errors.mean_error(predicted, observed))
    if not judge.quantities:
        raise NotApplicable("; ".join(dict.fromkeys(judge.unmeasured.values())))
    reason = "defined for outcomes, not for a number"
    unmeasured = judge.unmeasured | dict.fromkeys(("expected_to_observed", "brier", "log_loss", *_OF_CLASSES), reason)
    try:
        curve = calibration_curve_of_number(observed, predicted)
    except NotApplicable as error:
        notes = (f"No calibration curve: {error.reason}.",)
        return Measurement(quantities=judge.quantities, unmeasured=unmeasured, notes=notes)
    groups = Groups.of(observed, predicted, bins)
    shown = (drawn_of_number(curve, groups, sampling, subject.smallest_cell, subject.test.target.unit),)
    return Measurement(quantities=judge.quantities, unmeasured=unmeasured, shown=shown)


def _of_classes(subject: Subject, scores: Floats, sampling: Sampling, bins: int) -> Measurement:
    (columns, few), judge = against_rest(subject, scores), _Maker(sampling, None, len(scores))
    reason = "defined for two outcomes or a number; see what is told by class"
    unmeasured = dict.fromkeys(("slope", "intercept", "expected_to_observed"), reason)
    for name, (compute, scale) in _AGAINST_REST.items():
        each = ByClass.of(columns, few, compute, sampling, scale, _method(scale))
        judge.quantities[f"{name}_by_class"] = each.quantity
        if name in _MEANS:
            try:
                over = _MEANS[name]
                mean = each.mean(partial(over, list(columns.values())) if over else None)
                judge.quantities[f"macro_{name}"] = Quantity.of(mean)
            except NotApplicable as error:
                unmeasured[f"macro_{name}"] = error.reason
    truth = subject.test.y.astype(int)
    judge.add("brier", lambda: multiclass.multiclass_brier(truth, scores), "log")
    judge.add("log_loss", lambda: multiclass.multiclass_log_loss(truth, scores), "log")
    curves = {name: calibration_curve(*columns[name]) for name in judge.quantities["slope_by_class"].parts}
    groups = {name: Groups.of(*columns[name], bins) for name in curves}
    return Measurement(
        quantities=judge.quantities,
        unmeasured=judge.unmeasured | unmeasured,
        shown=(drawn_by_class(curves, sampling), summary_by_class(curves, groups)) if curves else (),
    )


def _method(scale: Scale) -> str:
    return _SANDWICH if scale == "identity" else f"{_SANDWICH}, {scale} scale"
