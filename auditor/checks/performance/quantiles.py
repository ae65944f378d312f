"""Predicted quantiles, and the intervals between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.performance.horizons import METHOD, Predicted, predicted, quantity
from auditor.checks.performance.quantile_charts import curve, table
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen, Mover, Wilson
from auditor.evidence import FORECASTS, Evidence
from auditor.intervals import loss
from auditor.kernels import errors
from auditor.kernels.rates import rate
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

_KNOWN = 1e15  # rows behind a stated probability, which is known: its own interval is shorter than 1e-7
_SAME = 1e-9  # probabilities that belong to one central interval sum to 1 within less than that
Mask = NDArray[np.bool_]
Hits = Mapping[str, tuple[Mask, float]]


class Params(Frozen):
    """None."""


@check(
    quantities={
        "quantile_loss": Meaning(
            title="Quantile (pinball) loss, in the target's unit",
            better="lower",
            per="horizon and quantile",
            low=0.0,
        ),
        "quantile_error": Meaning(
            title="Share observed at or below a quantile less its probability",
            better="target",
            per="horizon and quantile",
            low=-1.0,
            high=1.0,
        ),
        "coverage": Meaning(
            title="Share observed inside a central interval",
            better="target",
            per="horizon and central interval",
            low=0.0,
            high=1.0,
        ),
        "coverage_error": Meaning(
            title="Share observed inside a central interval less its probability",
            better="target",
            per="horizon and central interval",
            low=-1.0,
            high=1.0,
        ),
        "interval_width": Meaning(
            title="Mean width of a central interval, in the target's unit",
            better="lower",
            per="horizon and central interval",
        ),
        "crossing": Meaning(
            title="Share of rows in which a higher quantile is predicted below a lower one",
            better="lower",
            per="horizon",
            low=0.0,
            high=1.0,
        ),
    },
    needs=(FORECASTS,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Predicted quantiles and intervals say as much as they promise.

    Measures: for each declared quantile of each horizon the quantile loss, and the share of rows whose observed value
    lies at or below it, less its probability; for each central interval between two quantiles (0.1 and 0.9: 80 %) the
    share of observed values inside and the mean width; the share of rows in which quantiles cross.
    Why: whoever plans with a range relies on it. A range that is too narrow hides the risk; one that is too wide tells
    nothing.
    Blind to: ranges that hold on average and fail in one season, one group or at high values; values beyond the
    outermost quantiles, however far. Where many observed values are equal (zeros), a right quantile has more than its
    share at or below it.
    """
    horizons = [one for one in predicted(subject, evidence.finite(FORECASTS)) if one.quantiles]
    if not horizons:
        raise NotApplicable("the data specification declares no quantiles (output: forecasts)")
    sampling, n = Sampling.of(subject.test), len(subject.test)

    def plain(stat: Stat) -> Estimate:
        return sampling.estimate(stat, n=n, method=METHOD)

    losses = {
        _part(one, f"{level:g}"): errors.quantile_loss(one.observed, column, level)
        for one in horizons
        for level, column in one.quantiles.items()
    }
    below, inside, widths = _below(horizons), _inside(horizons), _widths(horizons)
    quantities = {
        "quantile_loss": quantity(sampling, losses, lambda stat: loss(sampling, stat, n=n, method=METHOD)),
        "quantile_error": _rates(sampling, below, _less),
        "crossing": _crossing(sampling, horizons),
    }
    unmeasured = {}
    if inside:
        quantities["coverage"] = _rates(sampling, inside, lambda share, _: share)
        quantities["coverage_error"] = _rates(sampling, inside, _less)
        quantities["interval_width"] = quantity(sampling, widths, plain)
    else:
        told = "no two quantiles are declared whose probabilities sum to 1"
        unmeasured = dict.fromkeys(("coverage", "coverage_error", "interval_width"), told)
    promised = {part: probability for part, (_, probability) in inside.items()}
    return Measurement(
        quantities=quantities,
        unmeasured=unmeasured,
        shown=(curve(sampling, horizons), *table(quantities, promised, subject.test.target.unit)),
    )


def _part(one: Predicted, what: str) -> str:
    return f"{one.label}: {what}" if one.label else what


def _below(horizons: list[Predicted]) -> Hits:
    """Which rows lie at or below each quantile, and its probability."""
    return {
        _part(one, f"{level:g}"): (np.asarray(one.observed <= column), level)
        for one in horizons
        for level, column in one.quantiles.items()
    }


def _pairs(one: Predicted) -> list[tuple[float, float]]:
    return [
        (low, high) for low in one.quantiles for high in one.quantiles if low < high and abs(low + high - 1) < _SAME
    ]


def _inside(horizons: list[Predicted]) -> Hits:
    """Which rows lie inside each central interval, and its probability."""
    found = {}
    for one in horizons:
        for low, high in _pairs(one):
            inside = (one.observed >= one.quantiles[low]) & (one.observed <= one.quantiles[high])
            found[_part(one, f"{high - low:.4g}")] = (np.asarray(inside), high - low)
    return found


def _widths(horizons: list[Predicted]) -> dict[str, Stat]:
    return {
        _part(one, f"{high - low:.4g}"): row_mean(np.asarray(one.quantiles[high] - one.quantiles[low]))
        for one in horizons
        for low, high in _pairs(one)
    }


def _crossing(sampling: Sampling, horizons: list[Predicted]) -> Quantity:
    hits = {}
    for one in horizons:
        rising = np.stack(list(one.quantiles.values()), axis=1)
        hits[one.label] = (np.asarray((np.diff(rising, axis=1) < 0).any(axis=1)), 0.0)
    return _rates(sampling, hits, lambda share, _: share)


def _rates(sampling: Sampling, hits: Hits, told: Callable[[Estimate, float], Estimate]) -> Quantity:
    everyone = {part: np.ones(len(hit), dtype=bool) for part, (hit, _) in hits.items()}
    return Quantity(
        parts={part: told(sampling.rate(hit, everyone[part]), promised) for part, (hit, promised) in hits.items()},
        correlation=sampling.correlation([rate(hit).influence for hit, _ in hits.values()]),
    )


def _less(share: Estimate, promised: float) -> Estimate:
    """A share less a probability that is known; what cannot be estimated stays so."""
    value = share.value - promised
    if not isinstance(share.spread, Wilson):
        return share.model_copy(update={"value": value})
    known = Wilson(size=_KNOWN)
    spread = Mover(first_value=share.value, first=share.spread, second_value=promised, second=known)
    return share.model_copy(update={"value": value, "spread": spread, "method": f"{share.method}, less the promised"})
