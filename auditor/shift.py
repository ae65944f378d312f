"""How far two samples are apart, with intervals and p-values that hold where rows are clustered.

second: (n,) True at the rows of the second sample; the sampling is that of both together (`Sampling.beside`).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.estimate import Estimate, NoncentralChi2
from auditor.kernels import drift
from auditor.kernels.stat import Floats, Integers
from auditor.sampling import Sampling

Mask = NDArray[np.bool_]


def stability_index(sampling: Sampling, bins: Integers, second: Mask) -> Estimate:
    """Population stability index over bins (n,), 0 upward. n is the smaller sample, entities its clusters.

    Where the samples are alike, the index times the effective size is chi-square (Yurdakul and Naranjo 2020), else
    noncentral; the effective size is that of `effective_size`. Raises NotApplicable where a sample has no row, or all
    rows are in one bin.
    """
    first, other = drift.shares(bins, second)
    if len(first) < 2:
        raise NotApplicable("all rows are in the same bin")
    entities = None if sampling.codes is None else min(_clusters(sampling.codes, rows) for rows in (~second, second))
    if entities is not None and entities < 2:
        raise NotApplicable(f"fewer than two {sampling.kind} in one of the two samples")
    spread = NoncentralChi2(
        freedom=len(first) - 1,
        size=effective_size(sampling, bins, second),
        df=None if entities is None else entities - 1,
    )
    return Estimate(
        value=drift.stability_index(first, other),
        n=min(int(second.sum()), int((~second).sum())),
        entities=entities,
        method="noncentral chi-square" + ("" if entities is None else f" on the effective size ({entities} clusters)"),
        spread=spread,
    )


def effective_size(sampling: Sampling, bins: Integers, second: Mask) -> float:
    """How many independent rows, as n m / (n + m) of two samples, would tell as much of the shares of the bins.

    Where rows are clustered: the mean generalised design effect of the differences of shares (Rao and Scott 1981).
    Raises NotApplicable where a sample has no row, or all rows are in one bin.
    """
    n, m = int((~second).sum()), int(second.sum())
    pooled = np.bincount(bins) / len(bins)
    if not n or not m or (pooled > 0).sum() < 2:
        raise NotApplicable("one of the two samples has no row, or all rows are in the same bin")
    if sampling.codes is None:
        return n * m / (n + m)
    apart = _of_clusters(sampling, bins, ~second) - _of_clusters(sampling, bins, second)
    held = pooled > 0
    design = float(((apart**2).sum(axis=0)[held] / pooled[held]).sum())
    if design <= 0:
        raise NotApplicable("the shares of the bins do not vary among clusters")
    return float(held.sum() - 1) / design


def p_value(largest: float, size: float) -> float:
    """The chance that two like samples are this far apart, in the largest distance of their distribution functions.

    largest: of `drift.kolmogorov_smirnov`; size: n m / (n + m), effective. The limit for many rows (Kolmogorov 1933),
    which errs to the safe side where values are tied.
    """
    from scipy import special

    return float(special.kolmogorov(math.sqrt(size) * largest))


def _of_clusters(sampling: Sampling, bins: Integers, rows: Mask) -> Floats:
    """(clusters, k) what each cluster adds to the error of each share among `rows`."""
    assert sampling.codes is not None  # noqa: S101 - the caller has seen that rows are clustered
    count = int(bins.max()) + 1
    cells = np.bincount(sampling.codes[rows] * count + bins[rows], minlength=sampling.clusters * count)
    table = cells.reshape(sampling.clusters, count).astype(float)
    total = table.sum()
    present = _clusters(sampling.codes, rows)
    parts = (table - table.sum(axis=1, keepdims=True) * (table.sum(axis=0) / total)) / total
    return np.asarray(parts * math.sqrt(present / max(1, present - 1)))


def _clusters(codes: Integers, rows: Mask) -> int:
    return len(np.unique(codes[rows]))
