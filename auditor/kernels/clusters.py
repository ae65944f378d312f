"""Variance where rows are independent, or only the clusters that they belong to are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.kernels.stat import Floats, Integers, Regression, Stat

NONE = 1e-12  # a variation below this share of what it could be is rounding, not knowledge


class Variance(NamedTuple):
    """value: NaN where it cannot be formed. fewest: clusters or rows of the stratum that has the fewest. df: how well
    the variance itself is known.
    """

    value: float
    fewest: int
    df: float


@dataclass(frozen=True, eq=False)
class Clusters:
    """codes: (n,) each below `count`, or None where each row is its own."""

    codes: Integers | None
    count: int

    def sums(self, influence: Floats) -> Floats:
        """(count,) the sum over each cluster."""
        if self.codes is None:
            return influence
        return np.bincount(self.codes, weights=influence, minlength=self.count).astype(float, copy=False)

    def contributing(self, rows: NDArray[np.bool_]) -> int:
        """How many clusters have any of these rows (n,)."""
        if self.codes is None:
            return int(rows.sum())
        return int((np.bincount(self.codes[rows], minlength=self.count) > 0).sum())

    def alike(self, rows: NDArray[np.bool_]) -> float:
        """How many independent rows these are worth when the rows of each cluster are all alike (Kish 1965)."""
        if self.codes is None:
            return float(rows.sum())
        sizes = np.bincount(self.codes[rows]).astype(float)
        return float(sizes.sum() ** 2 / (sizes**2).sum())

    def variance(self, stat: Stat) -> Variance:
        """The variance of an estimate, and what it rests on.

        Each stratum's own squares carry G/(G - 1) with its own G, the products of two strata that of all clusters, as
        in Obuchowski (1997), which for independent rows is DeLong's.
        """
        if self.codes is not None and stat.regression is not None:
            return self._left_out(stat.regression, self.codes)
        strata = np.zeros(len(stat.influence), dtype=np.intp) if stat.strata is None else stat.strata
        counts, squares = [], []
        for stratum in range(int(strata.max(initial=-1)) + 1):
            inside = strata == stratum
            counts.append(self.contributing(inside))
            squares.append(float((self.sums(np.where(inside, stat.influence, 0.0)) ** 2).sum()))
        fewest = min(counts, default=0)
        if fewest < 2:
            return Variance(math.nan, fewest, math.nan)
        total = sum(square * count / (count - 1) for square, count in zip(squares, counts, strict=True))
        if self.codes is not None and len(squares) > 1:
            everywhere = self.contributing(strata >= 0)
            crossed = float((self.sums(stat.influence) ** 2).sum()) - sum(squares)
            total += crossed * everywhere / (everywhere - 1)
        most = sum(counts) if self.codes is None else fewest
        return Variance(total / len(stat.influence) ** 2, fewest, _satterthwaite(self.sums(stat.influence), most))

    def correlation(self, influences: Sequence[Floats]) -> Floats:
        """(k, k), positive semidefinite, ones on the diagonal; an estimate without variance correlates with nothing."""
        sums = np.array([self.sums(influence) for influence in influences])
        norms = np.sqrt((sums**2).sum(1))
        known = norms > NONE * np.array([np.abs(influence).sum() for influence in influences])
        unit = sums * (known / np.where(known, norms, 1.0))[:, None]
        product = np.clip(unit @ unit.T, -1.0, 1.0)
        np.fill_diagonal(product, 1.0)
        return np.asarray(product)

    def covariance(self, influences: Sequence[Floats]) -> Floats:
        """(k, k) of k estimates, with G/(G - 1) over all clusters."""
        sums = np.array([self.sums(influence) for influence in influences])
        correction = self.count / max(1, self.count - 1)
        return np.asarray(correction * (sums @ sums.T) / len(influences[0]) ** 2)

    def _left_out(self, regression: Regression, codes: Integers) -> Variance:
        """The variance from leaving out one cluster at a time, in one step (CR3: Bell and McCaffrey 2002)."""
        clusters = self.contributing(np.ones(len(codes), dtype=bool))
        try:
            without = regression.without(codes, self.count)
        except np.linalg.LinAlgError:  # one cluster carries all the information
            return Variance(math.nan, clusters, math.nan)
        value = (clusters - 1) / clusters * float((without**2).sum()) / len(codes) ** 2
        return Variance(value, clusters, _satterthwaite(without, clusters))


def _satterthwaite(parts: Floats, clusters: int) -> float:
    """Degrees of freedom of a sum of squares by matching two moments (Satterthwaite 1946), in 1..clusters - 1.

    Where a few clusters, or rows, carry most of the variance, it is known as badly as from those few.
    """
    squares = parts**2
    total = float(squares.sum())
    spread = float((squares**2).sum()) - total**2 / clusters
    return max(1.0, min(clusters - 1.0, 2 * total**2 / spread)) if spread > 0 else clusters - 1.0
