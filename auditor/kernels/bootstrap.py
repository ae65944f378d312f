"""The cluster bootstrap, for statistics that have no closed form. Resamples are weights of clusters, many at a time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from auditor.kernels.clusters import Clusters
from auditor.kernels.stat import Floats

_BLOCK = 2**23  # weights at a time: 64 MiB
_STEPS = 65  # points of the distribution that are kept


def resampled(
    clusters: Clusters, rows: int, statistic: Callable[[Floats], Floats], rng: np.random.Generator, resamples: int
) -> Floats:
    """(resamples,) the statistic of samples of as many clusters, drawn with replacement (Davison and Hinkley 1997).

    statistic: weights (r, rows), how often each row was drawn, -> (r,); it may answer NaN where it has no value. The
    answer does not depend on how many resamples are formed at a time.
    """
    each, draws = max(1, _BLOCK // max(1, rows, clusters.count)), []
    even = np.full(clusters.count, 1 / clusters.count)
    for start in range(0, resamples, each):
        drawn = rng.multinomial(clusters.count, even, size=min(each, resamples - start)).astype(float)
        draws.append(statistic(drawn if clusters.codes is None else drawn[:, clusters.codes]))
    return np.concatenate(draws)


def acceleration(parts: Floats) -> float:
    """Efron's (1987) acceleration from the influence of each cluster (count,)."""
    squares = float((parts**2).sum())
    return float((parts**3).sum()) / (6 * squares**1.5) if squares > 0 else 0.0


def corrected(value: float, draws: Floats, clusters: int, accelerated: float) -> tuple[Floats, Floats]:
    """Probabilities (k,) and quantiles (k,) of the confidence distribution: BCa (Efron 1987), widened for few clusters.

    draws: (resamples,), finite. Percentiles are those of Student's t with clusters - 1 degrees of freedom and the scale
    of clusters / (clusters - 1) (Hesterberg 2015), which the plain bootstrap misses.
    """
    from scipy import special

    ordered = np.sort(draws)
    below = float((draws < value).mean() + (draws == value).mean() / 2)
    last = special.ndtri(1 / (len(draws) + 1))  # no quantile is told beyond the outermost draws
    z = np.linspace(last, -last, _STEPS)
    probability = special.ndtr(z)
    wide = math.sqrt(clusters / (clusters - 1)) * special.stdtrit(clusters - 1, probability)
    shift = float(special.ndtri(min(max(below, 1 / (len(draws) + 1)), len(draws) / (len(draws) + 1))))
    moved = shift + wide
    at = special.ndtr(shift + moved / np.maximum(1 - accelerated * moved, 0.1))
    return probability, np.quantile(ordered, np.clip(at, 0.0, 1.0))
