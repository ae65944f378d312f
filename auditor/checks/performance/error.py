"""Error of a predicted number."""

from __future__ import annotations

import numpy as np

from auditor.checks.check import check
from auditor.checks.performance.horizons import MEANINGS, errors_by_horizon
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen, Scale
from auditor.evidence import FORECASTS, SCORES, Evidence
from auditor.intervals import loss
from auditor.kernels import errors
from auditor.kernels.stat import Stat
from auditor.measurement import Axis, Column, Lines, Meaning, Measurement, Quantity, Series, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

_BINS = 20
_SHARES = (0.5, 0.8, 0.9, 0.95, 0.99)
_METHOD = "influence function"


class Params(Frozen):
    """None."""


@check(
    quantities={
        "mean_absolute_error": Meaning(title="Mean absolute error, in the target's unit", better="lower", low=0.0),
        "root_mean_squared_error": Meaning(
            title="Root mean squared error, in the target's unit", better="lower", low=0.0
        ),
        "mean_error": Meaning(title="Mean error (predicted − observed), in the target's unit", better="target"),
        "r_squared": Meaning(title="R²", better="higher", high=1.0),
        **MEANINGS,
    },
    needs=(SCORES, FORECASTS),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Predicted numbers are near the observed ones.

    Measures: the mean absolute error, the root mean squared error, the mean error (bias) and the share of variance
    explained, over all test rows; how far off single predictions are. Where the model predicts for several horizons,
    the same at each of them.
    Why: these say, in the unit of the target, how far off a single prediction is, and whether it errs to one side.
    Blind to: whether a simple forecast does as well (see performance.challenger); errors at one time of day or in one
    season; whether a range that is stated with the prediction holds (see performance.quantiles).
    """
    if subject.test.task != "regression":
        raise NotApplicable("the target is an outcome, not a number; see performance.discrimination")
    observed, predicted = subject.test.y, evidence.finite(SCORES)
    sampling = Sampling.of(subject.test)

    def quantity(stat: Stat, scale: Scale = "identity") -> Quantity:
        return Quantity.of(sampling.estimate(stat, n=len(observed), scale=scale, method=_METHOD))

    squared = errors.root_mean_squared_error(observed, predicted)
    quantities = {
        "mean_absolute_error": quantity(errors.mean_absolute_error(observed, predicted), "log"),
        "root_mean_squared_error": Quantity.of(loss(sampling, squared, n=len(observed), method=_METHOD, power=0.5)),
        "mean_error": quantity(errors.mean_error(observed, predicted)),
    }
    unmeasured = {}
    try:
        quantities["r_squared"] = quantity(errors.r_squared(observed, predicted), "log_rest")
    except NotApplicable as error:
        unmeasured["r_squared"] = error.reason
    ahead, absent, charts = errors_by_horizon(subject, sampling, evidence.finite(FORECASTS))
    shown = (*_shown(subject, observed, predicted), *charts)
    return Measurement(quantities=quantities | ahead, unmeasured=unmeasured | absent, shown=shown)


def _shown(subject: Subject, observed: Floats, predicted: Floats) -> tuple[Lines | Table, ...]:
    order = np.argsort(predicted, kind="stable")
    pieces = [piece for piece in np.array_split(order, min(_BINS, len(order))) if len(piece)]
    middle = [float(predicted[piece].mean()) for piece in pieces]
    quantiles = np.array([np.quantile(observed[piece], (0.1, 0.5, 0.9)) for piece in pieces])
    unit = subject.test.target.unit
    return (
        Lines(
            title="Observed against predicted",
            caption="Median of the observed among rows with about the same prediction; the band holds the middle 80 % "
            "of them. On the diagonal the prediction is the median.",
            x=Axis(title="Predicted", unit=unit),
            y=Axis(title="Observed", unit=unit),
            series=(
                Series(
                    name="median observed",
                    x=tuple(middle),
                    y=tuple(quantiles[:, 1].tolist()),
                    low=tuple(quantiles[:, 0].tolist()),
                    high=tuple(quantiles[:, 2].tolist()),
                ),
            ),
            diagonal="equal",
        ),
        *_how_far(np.abs(observed - predicted), unit, subject.smallest_cell),
    )


def _how_far(distance: Floats, unit: str, smallest: int) -> list[Table]:
    """Quantiles of the absolute error; none beyond which fewer rows lie than the smallest cell."""
    told = [share for share in _SHARES if (1 - share) * len(distance) >= smallest]
    if not told:
        return []
    table = Table(
        title="How far off single predictions are",
        caption="Half of the predictions are within the first distance of what was observed, and so on.",
        columns=(
            Column(title="Share of rows", kind="percent", digits=0),
            Column(title="Within", kind="number", unit=unit),
        ),
        rows=tuple((share, float(np.quantile(distance, share))) for share in told),
    )
    return [table]
