"""How far two samples are apart, with intervals and p-values that hold where rows are clustered.

second: (n,) True at the rows of the second sample; the sampling is that of both together (`Sampling.beside`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.estimate import Estimate, NoncentralChi2, NotEstimable, Perfect, Quantiles
from auditor.kernels import drift
from auditor.kernels.design import Design, design
from auditor.kernels.process import compared
from auditor.kernels.stat import Floats, Integers, Stat
from auditor.sampling import Sampling

Mask = NDArray[np.bool_]
_STEPS = 41  # points of a confidence distribution that are kept
_ROUNDING = 1e-7  # of a distribution function: less than chance makes of a billion rows


def stability_index(sampling: Sampling, bins: Integers, second: Mask) -> Estimate:
    """Population stability index over bins (n,), 0 upward. n is the smaller sample, entities its clusters.

    Where the samples are alike, the index times the effective size is chi-square (Yurdakul and Naranjo 2020), else
    noncentral; where rows are clustered, about so (`_squares`). Raises NotApplicable where a sample has no row, or all
    rows are in one bin.
    """
    first, other = drift.shares(bins, second)
    if len(first) < 2:
        raise NotApplicable("all rows are in the same bin")
    fewest = min(sampling.structure.contributing(rows) for rows in (~second, second))
    entities = None if sampling.codes is None else fewest
    if entities is not None and entities < 2:
        raise NotApplicable(f"fewer than two {sampling.kind} in one of the two samples")
    value = drift.stability_index(first, other)
    return Estimate(
        value=value,
        n=min(int(second.sum()), int((~second).sum())),
        entities=entities,
        method="noncentral chi-square" + ("" if entities is None else f" on the effective size ({entities} clusters)"),
        spread=_squares(sampling, bins, second, fewest, value),
    )


def _squares(sampling: Sampling, bins: Integers, second: Mask, fewest: int, value: float) -> NoncentralChi2:
    """How the index is spread: of independent rows as n m / (n + m) rows, which vary freely in every bin but one.

    Where rows are clustered, as the design effects of the differences of shares say (`kernels.design`); where the
    samples are alike the size is such that, at 95 %, the index leaves 0 as a quotient of variances does. value: the
    index.
    """
    from scipy import special

    if sampling.codes is None:
        n, m = int((~second).sum()), int(second.sum())
        return NoncentralChi2(freedom=len(np.unique(bins)) - 1, size=n * m / (n + m))
    found = design(sampling.structure, bins, second)
    df = min(fewest - 1.0, found.known)
    freedom, tails = int(found.freedom), 2 * float(special.ndtr(-special.stdtrit(df, 0.975)))
    exact = math.isfinite(found.known)
    far = special.fdtri(freedom, found.known, 0.95) if exact else special.chdtri(freedom, 0.05) / freedom
    size = float(special.chdtri(freedom, tails) / (found.total * far))
    apart = _apart(found, value, size, freedom / size, df)
    return NoncentralChi2(freedom=freedom, size=size, apart=apart, df=df)


def _apart(found: Design, value: float, size: float, chance: float, df: float) -> float | None:
    """On how many rows the way in which the samples differ is known; None: on `size`, as all others.

    The slopes of the index are those of a truth and of what chance adds to it. chance: what that is on average.
    """
    if min(value, found.along) <= 0:
        return None
    apart = 4 * value / found.along  # as of a noncentral chi-square on so many rows
    if apart < size:
        return 1 / (1 / apart + chance / max(value - chance, chance) * (1 / apart - 1 / size))
    sure = apart * (1 - math.sqrt(1 / (2 * df)))  # less half a standard error of a variance
    return None if sure <= size else size + found.shared * (sure - size)


@dataclass(frozen=True)
class Apart:
    """How far two samples are apart, and the chance that samples of one population are as far apart.

    p_value: two-sided; None where it cannot be told. influence: (n,), where the distribution functions differ: how
    distances of several pairs vary together.
    """

    estimate: Estimate
    p_value: float | None
    influence: Floats


def distances(sampling: Sampling, second: Mask, values: Floats) -> tuple[Apart, Apart]:
    """The largest distance of the two distribution functions (Kolmogorov and Smirnov), and the area between them
    (Wasserstein, in the unit of the values).

    For a bank's KS statistic `second` is who has the outcome, and `values` the score. Neither is a smooth function of
    the data, so both are judged by a Gaussian process with the covariance of the distance at 64 values. Searching for
    the largest, or counting every distance as positive, makes both too large: the lower end of the interval is set back
    by as much as the process adds once more (the basic bootstrap of Davison and Hinkley 1997), and is 0 where, at 95 %,
    one of 20 pairs of samples of one population would be as far apart. No interval can miss a truth of 0 from below,
    nor an area within what chance makes of none: there the lower end has all the tail (`_set_back`). The upper end of a
    largest distance of clustered rows is that of the places that are surely apart (`Process.reached`). A distance of 1
    is known from below alone (`Perfect`). Where no draw of the process is as far, the chance of the largest distance is
    bounded by the sum of those at the single values (Boole), so that it may become as small as it is; that of the area
    is never below 1 in 1,025. events are the rows of `second`; entities those of the sample with fewer. Raises
    NotApplicable where a sample has no row.
    """
    largest, area = drift.distances(second, values)
    if reason := _unusable(sampling, second, values):
        unknown = NotEstimable(reason=reason)
        one, other = (
            Apart(_estimate(sampling, second, stat.value, unknown), None, stat.influence) for stat in (largest, area)
        )
        return one, other
    known = math.inf
    if sampling.codes is not None:
        known = min(sampling.structure.variance(stat).df for stat in (largest, area))
    process = compared(sampling.structure, second, values, known)

    def apart(stat: Stat, measure: Callable[[Floats], Floats], beyond: float, high: float | None) -> Apart:
        value = stat.value
        here, null = float(measure(process.distance)), measure(process.noise)
        p = float(1 + (null >= here).sum()) / (1 + len(null))
        added = measure(process.distance + process.noise) - here
        spread: Perfect | Quantiles | NotEstimable
        if value == high:  # not one pair of rows is the other way round
            spread = Perfect(size=1 / sum(1 / size for size in process.sizes), df=process.df)
        elif np.abs(process.noise).max() <= _ROUNDING or not null.any():
            spread = NotEstimable(reason="the sample has zero variance")
        else:
            # The largest is searched for: of small distances, too, the interval misses the truth from above alone.
            alone = np.zeros(1) if high == 1.0 else null
            above = process.reached(value) if high and process.df else value + added
            spread = _set_back(value, min(value, here), added, above, p, alone, high)
        told = min(p, beyond) if null.max() < here else p
        return Apart(_estimate(sampling, second, value, spread), told, stat.influence)

    return apart(largest, process.largest, process.beyond, 1.0), apart(area, process.area, 1.0, None)


def _unusable(sampling: Sampling, second: Mask, values: Floats) -> str:
    if np.ptp(values) == 0:
        return "all values are the same"
    fewest = min(sampling.structure.contributing(rows) for rows in (~second, second))
    return f"fewer than two {sampling.kind} in one of the two samples" if fewest < 2 else ""


def _estimate(sampling: Sampling, second: Mask, value: float, spread: Perfect | Quantiles | NotEstimable) -> Estimate:
    events = int(second.sum())
    clusters = min(sampling.structure.contributing(rows) for rows in (~second, second))
    return Estimate(
        value=value,
        n=len(second),
        events=events,
        entities=None if sampling.codes is None else clusters,
        method="Gaussian process of the distance"
        + ("" if sampling.codes is None else f" ({clusters} {sampling.kind})"),
        spread=spread,
    )


def _set_back(
    value: float, here: float, added: Floats, above: Floats, p: float, alone: Floats, high: float | None
) -> Quantiles:
    """The confidence distribution of a distance from what the process adds to it (draws,).

    here: the distance at the values of the process, not above the distance itself. above: (draws,) whose quantiles are
    the upper ends. high: the largest that there is. alone: (draws,) distances that no upper end falls short of: up to
    its quantile at the level of the upper end, the lower end alone can miss the truth, and has the tails of both
    (unified, in the manner of Feldman and Cousins 1998); further away it is that of two sides. It leaves 0 where the
    test of none at both tails does (p: two-sided).
    """
    from scipy import special

    last = special.ndtri(1 / (len(added) + 1))
    probabilities = special.ndtr(np.linspace(last, -last, _STEPS))
    both = np.minimum(2 * probabilities, 0.5)
    more, less, near, back = _quantiles(added, probabilities, 1 - probabilities, both, 1 - both)
    reach, up = _quantiles(alone, 1 - probabilities)[0], _quantiles(above, probabilities)[0]
    low = np.maximum(here + np.minimum(more, -less), np.minimum(here + np.minimum(near, -back), reach))
    low = np.minimum.accumulate(low[::-1])[::-1]  # of a lower level never further off
    low[2 * probabilities < p] = 0.0
    ends = np.maximum.accumulate(np.maximum(0.0, np.where(probabilities < 0.5, low, up)))
    return Quantiles(probabilities=tuple(probabilities.tolist()), values=tuple(ends.tolist()), low=0.0, high=high)


def _quantiles(draws: Floats, *probabilities: Floats) -> list[Floats]:
    """The quantiles of draws, which are sorted once, at each set of probabilities."""
    ordered = np.sort(draws)
    return [np.interp(each * (len(ordered) - 1), np.arange(len(ordered)), ordered) for each in probabilities]
