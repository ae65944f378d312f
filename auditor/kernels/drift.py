"""How far two samples of one number are apart. second: (n,) True at the rows of the second sample, of both together.

The strata of each statistic are the two samples, so that `Sampling.beside` gives its variance.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.stat import Floats, Integers, Stat

Mask = NDArray[np.bool_]


def quantile_edges(reference: Floats, bins: int) -> Floats:
    """(at most bins - 1,) inner edges that cut the reference into bins of about equal size; equal ones once.

    Each is a value of the reference, so that edges are the same where every row is there twice.
    """
    return np.unique(np.quantile(reference, np.arange(1, bins) / bins, method="inverted_cdf"))


def binned(values: Floats, edges: Floats) -> Integers:
    """(n,) the bin of each value, 0..len(edges); a value at an edge is in the bin below it."""
    return np.searchsorted(edges, values, side="left")


def shares(bins: Integers, second: Mask) -> tuple[Floats, Floats]:
    """(k,), (k,): the share of each bin in the first and the second sample, over bins that hold any row.

    Where a bin is empty in one of them, half a row is added to all bins of both, so that the logarithm of each share is
    a number. Raises NotApplicable where a sample has no row.
    """
    count = int(bins.max(initial=0)) + 1
    counts = np.array([np.bincount(bins[rows], minlength=count) for rows in (~second, second)], dtype=float)
    if not counts.sum(axis=1).all():
        raise NotApplicable("one of the two samples has no row")
    counts = counts[:, counts.sum(axis=0) > 0]
    if not counts.all():
        counts += 0.5
    first, other = counts / counts.sum(axis=1, keepdims=True)
    return first, other


def stability_index(first: Floats, second: Floats) -> float:
    """Population stability index of two distributions over the same bins (k,): Jeffreys' divergence, in nats."""
    return float(((first - second) * np.log(first / second)).sum())


def index_slopes(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """How the stability index moves with each share of the first and of the second distribution, each (k,)."""
    away = np.log(first / second)
    return away + (first - second) / first, -away - (first - second) / second


def kolmogorov_smirnov(second: Mask, values: Floats) -> Stat:
    """The largest distance of the two distribution functions, in [0, 1] (Kolmogorov 1933; Smirnov 1939).

    For a bank's KS statistic `second` is who has the outcome, and `values` the score. The influence is that of the two
    rates at the value where the distance is largest; that it was searched for makes the number a little too large.
    Raises NotApplicable where a sample has no row.
    """
    return distances(second, values)[0]


def wasserstein(second: Mask, values: Floats) -> Stat:
    """The area between the two distribution functions, in the unit of the values: Wasserstein's distance of order 1.

    It is how far, on average, a value must be moved to turn one sample into the other (Vallender 1974). The influence
    holds where the functions differ. Raises NotApplicable where a sample has no row.
    """
    return distances(second, values)[1]


def distances(second: Mask, values: Floats) -> tuple[Stat, Stat]:
    """`kolmogorov_smirnov` and `wasserstein` of the same samples, whose values are sorted once."""
    level, distance, distinct = _distance(second, values)
    at = int(np.abs(distance).argmax())
    sign = math.copysign(1.0, float(distance[at]))
    widths = np.append(np.diff(distinct), 0.0)
    beyond = np.cumsum((np.sign(distance) * widths)[::-1])[::-1]  # the area that a row adds to
    return (
        _between(second, abs(float(distance[at])), sign * (level <= at)),
        _between(second, float(np.abs(distance) @ widths), beyond[level]),
    )


def _between(second: Mask, value: float, part: Floats) -> Stat:
    """The statistic whose change is that of the mean of `part` (n,) in the first sample less that in the second."""
    share = float(second.mean())
    first = (part - part[~second].mean()) / (1 - share)
    other = (part[second].mean() - part) / share
    return Stat(value, np.where(second, other, first), np.where(second, 1, 0))


def _distance(second: Mask, values: Floats) -> tuple[Integers, Floats, Floats]:
    """The level of each row among the distinct values; at each, first distribution function less second; the values."""
    if second.all() or not second.any():
        raise NotApplicable("one of the two samples has no row")
    distinct, level = np.unique(values, return_inverse=True)
    counts = [np.bincount(level[rows], minlength=len(distinct)) for rows in (~second, second)]
    first, other = (np.cumsum(count) / count.sum() for count in counts)
    return level, first - other, distinct.astype(float)
