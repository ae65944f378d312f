"""Design effects of the difference of two samples' shares by bin, where rows are clustered."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels import drift
from auditor.kernels.clusters import Clusters
from auditor.kernels.stat import Floats, Integers

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Design:
    """total: the sum of the squares that the differences of shares, each over the root of its bin's share, have where
    both samples are of one population. freedom: how many of these squares vary freely. known: degrees of freedom of
    `total`. along: the variance of the stability index by how it follows the shares, to first order. shared: how much
    of their rows the samples have in the same clusters, from 0 (each cluster is in one of them) to 1.
    """

    total: float
    freedom: float
    known: float
    along: float
    shared: float


def design(clusters: Clusters, bins: Integers, second: Mask) -> Design:
    """How differences of shares vary, by bins (n,) of which more than one holds a row; second: (n,) the second sample.

    The mean of the generalised design effects and their mean square (Rao and Scott 1981, 1984), the latter without the
    products of a cluster with itself, which only say how few clusters there are. What each cluster adds to the variance
    tells how well it is known (Satterthwaite 1946). Each sample has two clusters or more. Samples that differ do so in
    one way, whose own design effect may be far above the mean one (`along`), or far below it, where what all rows of a
    cluster have in common is in both samples.
    Raises NotApplicable where the shares do not vary among clusters.
    """
    pooled = np.bincount(bins) / len(bins)
    held = pooled > 0
    one, other = (_of_sample(clusters, bins, rows)[:, held] for rows in (~second, second))
    slopes = drift.index_slopes(*drift.shares(bins, second))
    along = float(((one @ slopes[0] + other @ slopes[1]) ** 2).sum())
    parts = (one - other) / np.sqrt(pooled[held])
    each = (parts**2).sum(axis=1)
    total, own = float(each.sum()), float((each**2).sum())
    if total <= 0:
        raise NotApplicable("the shares of the bins do not vary among clusters")
    between = float(((parts.T @ parts) ** 2).sum()) - own
    free = (total**2 - own) / between if between > 0 else 1.0
    uneven = own - total**2 / int((each > 0).sum())
    known = max(1.0, 2 * total**2 / uneven) if uneven > 0 else math.inf
    return Design(total, max(1.0, min(held.sum() - 1.0, free)), known, along, _shared(clusters, second))


def _shared(clusters: Clusters, second: Mask) -> float:
    """The share of rows that both samples have in the same clusters."""
    assert clusters.codes is not None  # noqa: S101 - the caller has seen that rows are clustered
    one, other = (
        np.bincount(clusters.codes[rows], minlength=clusters.count) / rows.sum() for rows in (~second, second)
    )
    return float(np.minimum(one, other).sum())


def _of_sample(clusters: Clusters, bins: Integers, rows: Mask) -> Floats:
    """(clusters, bins) what each cluster adds to the error of each share; one with many rows of the sample more, as in
    `Clusters.variance`.
    """
    assert clusters.codes is not None  # noqa: S101 - the caller has seen that rows are clustered
    count = int(bins.max()) + 1
    cells = np.bincount(clusters.codes[rows] * count + bins[rows], minlength=clusters.count * count)
    table = cells.reshape(clusters.count, count).astype(float)
    total, sizes = table.sum(), table.sum(axis=1, keepdims=True)
    present = clusters.contributing(rows)
    parts = (table - sizes * (table.sum(axis=0) / total)) / (total - sizes)
    return np.asarray(parts * math.sqrt((present - 1) / present))
