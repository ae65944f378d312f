"""Intervals that take more than a standard error: of losses with a long tail, and of what has no closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from auditor.estimate import Estimate, Normal, NotEstimable, Quantiles, Skewed
from auditor.kernels import bootstrap
from auditor.kernels.clusters import NONE
from auditor.kernels.stat import Floats, Stat
from auditor.sampling import Sampling

_SHORT = 1.5  # a sample's skewness falls short of that of a long tail; by simulation (docs/decisions/0006-intervals.md)


def loss(sampling: Sampling, stat: Stat, *, n: int, method: str, power: float = 1.0) -> Estimate:
    """The mean of a loss that few rows dominate, as squared errors and quantile losses are, on the log scale.

    The t-statistic is bent by the skewness of what rows or clusters contribute, as Hall (1992) does for a mean, less
    what the logarithm bends already. power: `stat` is the mean loss to this power (a root mean squared error: 1/2).
    entities: as many as count, where a few have most of the rows (`_worth`): their tails are not seen yet.
    """
    mean = Stat(stat.value ** (1 / power), stat.influence * stat.value ** (1 / power - 1) / power)
    plain = sampling.estimate(mean, n=n, method=method, scale="log")
    if not isinstance(plain.spread, Normal):
        return plain.model_copy(update={"value": stat.value})
    parts = sampling.scaled(sampling.structure.variance(mean), mean.value, "log").parts
    skewness = _SHORT * 6 * bootstrap.acceleration(parts)
    se = plain.spread.se
    bent = Skewed(scale="log", se=power * se, bend=skewness / 3 - se / 2, shift=skewness / 6, df=plain.spread.df)
    method, entities = f"{plain.method}, skewness by Hall's transformation", plain.entities
    if entities is not None and (worth := _worth(sampling)) < entities:
        method, entities = f"{method}; worth {worth} {sampling.kind} of equal size", worth
    update = {"value": stat.value, "spread": bent, "method": method, "entities": entities}
    return plain.model_copy(update=update)


def _worth(sampling: Sampling) -> int:
    """How many clusters of equal size these are worth, at most: Kish's (1965) number, and twice as many as there would
    be if all were as large as the largest. By simulation intervals of losses hold where both are 20 or more (92 %;
    where a few of 25 to 200 entities have most of the rows, 83 to 88 %).
    """
    assert sampling.codes is not None  # noqa: S101 - only clusters are counted
    rows = len(sampling.codes)
    largest = int(np.bincount(sampling.codes).max())
    return round(min(sampling.structure.alike(np.ones(rows, dtype=bool)), 2 * rows / largest))


def bootstrapped(
    sampling: Sampling,
    value: float,
    statistic: Callable[[Floats], Floats],
    rng: np.random.Generator,
    *,
    n: int,
    influence: Floats | None = None,
    resamples: int = 1999,
) -> Estimate:
    """An estimate whose spread is bootstrapped over clusters, for a statistic that has no closed form.

    value: the statistic of the sample. statistic: weights (r, rows) -> (r,), the statistic of r samples in which each
    row counts as often as its weight says; NaN where it has no value. influence: (rows,), where it is known, for the
    acceleration of BCa. Where a tenth of the resamples has no value, or all have the same, it is NotEstimable.
    """
    rows = sampling.clusters if sampling.codes is None else len(sampling.codes)
    draws = bootstrap.resampled(sampling.structure, rows, statistic, rng, resamples)
    draws = draws[np.isfinite(draws)]
    method = f"bootstrap of {sampling.kind} (BCa, {resamples} resamples)"
    if sampling.clusters < 2 or len(draws) < 0.9 * resamples or np.ptp(draws) <= NONE * abs(value):
        spread: Quantiles | NotEstimable = NotEstimable(reason="resamples of these rows have no spread or no value")
    else:
        skewed = 0.0 if influence is None else bootstrap.acceleration(sampling.structure.sums(influence))
        probabilities, values = bootstrap.corrected(value, draws, sampling.clusters, skewed)
        spread = Quantiles(probabilities=tuple(probabilities.tolist()), values=tuple(values.tolist()))
    entities = None if sampling.codes is None else sampling.clusters
    return Estimate(value=value, n=n, entities=entities, method=method, spread=spread)
