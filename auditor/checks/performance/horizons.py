"""What a regression model predicts for each horizon, and how far off that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from auditor.checks.performance.charts import dots
from auditor.dataset import Floats
from auditor.estimate import Estimate, Scale
from auditor.intervals import loss
from auditor.kernels import errors
from auditor.kernels.stat import Stat
from auditor.measurement import Axis, Bars, Meaning, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

METHOD = "influence function"
_UNIT = "in the target's unit"
MEANINGS: Mapping[str, Meaning] = {
    "mean_absolute_error_by_horizon": Meaning(
        title=f"Mean absolute error by horizon, {_UNIT}", better="lower", per="horizon", low=0.0
    ),
    "root_mean_squared_error_by_horizon": Meaning(
        title=f"Root mean squared error by horizon, {_UNIT}", better="lower", per="horizon", low=0.0
    ),
    "mean_error_by_horizon": Meaning(
        title=f"Mean error (predicted − observed) by horizon, {_UNIT}", better="target", per="horizon"
    ),
    "r_squared_by_horizon": Meaning(title="R² by horizon", better="higher", per="horizon", high=1.0),
}


@dataclass(frozen=True, eq=False)
class Predicted:
    """What is predicted for one horizon. observed, point, each of quantiles: (rows,).

    point: the predicted value, else the median; None where neither is declared. quantiles: probability -> what is
    predicted, rising.
    """

    label: str
    observed: Floats
    point: Floats | None
    quantiles: Mapping[float, Floats]


def predicted(subject: Subject, forecasts: Floats) -> list[Predicted]:
    """Each horizon in the order in which it is declared; forecasts: (rows, forecasts)."""
    data, declared, found = subject.test, subject.output.forecasts, []
    for at, label in enumerate(data.horizons):
        columns = {one.quantile: forecasts[:, k] for k, one in enumerate(declared) if one.label == label}
        levels = sorted(level for level in columns if level is not None)
        assert data.targets is not None  # noqa: S101 - horizons are those of the targets
        point = columns.get(None, columns.get(0.5))
        found.append(Predicted(label, data.targets[:, at], point, {level: columns[level] for level in levels}))
    return found


def quantity(sampling: Sampling, stats: Mapping[str, Stat], estimate: Callable[[Stat], Estimate]) -> Quantity:
    """An estimate of each part, with their correlation, so that all are judged together."""
    return Quantity(
        parts={part: estimate(stat) for part, stat in stats.items()},
        correlation=sampling.correlation([stat.influence for stat in stats.values()]),
    )


def errors_by_horizon(
    subject: Subject, sampling: Sampling, forecasts: Floats
) -> tuple[dict[str, Quantity], dict[str, str], tuple[Bars, ...]]:
    """The quantities of MEANINGS, or why there are none, and a chart. A horizon with quantiles alone is left out."""
    told = {one.label: one for one in predicted(subject, forecasts) if one.point is not None}
    if len(subject.test.horizons) < 2:
        return {}, dict.fromkeys(MEANINGS, "the data specification declares one horizon only"), ()
    left_out = {label: "no value and no median is predicted" for label in subject.test.horizons if label not in told}

    def all_of(name: str, estimate: Callable[[Stat], Estimate]) -> Quantity:
        stats = {}
        for label, one in told.items():
            assert one.point is not None  # noqa: S101 - told holds no other
            stats[label] = getattr(errors, name)(one.observed, one.point)
        return quantity(sampling, stats, estimate).model_copy(update={"unmeasured": left_out})

    def plain(scale: Scale) -> Callable[[Stat], Estimate]:
        return lambda stat: sampling.estimate(stat, n=len(subject.test), scale=scale, method=METHOD)

    found = {
        "mean_absolute_error_by_horizon": all_of("mean_absolute_error", plain("log")),
        "root_mean_squared_error_by_horizon": all_of(
            "root_mean_squared_error", lambda stat: loss(sampling, stat, n=len(subject.test), method=METHOD, power=0.5)
        ),
        "mean_error_by_horizon": all_of("mean_error", plain("identity")),
    }
    unmeasured = {}
    if any(np.ptp(one.observed) == 0 for one in told.values()):
        unmeasured["r_squared_by_horizon"] = "at one horizon all observed values are the same"
    else:
        found["r_squared_by_horizon"] = all_of("r_squared", plain("log_rest"))
    chart = dots(
        "Error by horizon",
        "How far off predictions are on average, for each horizon.",
        found["mean_absolute_error_by_horizon"].parts,
        Axis(title="Mean absolute error", unit=subject.test.target.unit, low=0.0),
    )
    return found, unmeasured, (chart,)
