"""Variance where rows are independent, or only the clusters that they belong to are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.kernels.fits import Apart, Regression, Together
from auditor.kernels.stat import Floats, Integers, Stat

NONE = 1e-12  # a variation below this share of what it could be is rounding, not knowledge


Mask = NDArray[np.bool_]


class Variance(NamedTuple):
    """value: NaN where it cannot be formed. fewest: clusters or rows of the stratum that has the fewest. df: how well
    the variance itself is known. parts: (count,) what leaving out each cluster takes from the estimate. most: the most
    degrees of freedom that there could be, and one. off: how far the estimate is above the truth on average, where
    leaving out clusters tells.
    """

    value: float
    fewest: int
    df: float
    parts: Floats
    most: int
    off: float = 0.0

    def curved(self, value: float, scale: Callable[[Floats], Floats], slope: float) -> Variance:
        """The same on a scale, from leaving out each cluster there. slope: of the scale's inverse at `value`.

        Where a part would lead out of the scale, its step is straight.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            steps = scale(np.array(value)) - scale(value - self.parts)
        straight = self.parts / slope
        steps = np.where(np.isfinite(steps), steps, straight)
        squares = float((straight**2).sum())
        bent = float((steps**2).sum()) / squares if squares > 0 else 1.0
        return Variance(
            self.value / slope**2 * bent,
            self.fewest,
            satterthwaite(steps, self.most),
            steps,
            self.most,
            self.off / slope,
        )


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

    def contributing(self, rows: Mask) -> int:
        """How many clusters have any of these rows (n,)."""
        if self.codes is None:
            return int(np.count_nonzero(rows))
        seen = np.zeros(self.count, dtype=bool)
        seen[self.codes[np.flatnonzero(rows)]] = True
        return int(np.count_nonzero(seen))

    def alike(self, rows: Mask) -> float:
        """How many independent rows these are worth when the rows of each cluster are all alike (Kish 1965)."""
        if self.codes is None:
            return float(np.count_nonzero(rows))
        sizes = np.bincount(self.codes[np.flatnonzero(rows)]).astype(float)
        return float(sizes.sum() ** 2 / (sizes**2).sum())

    def variance(self, stat: Stat, events: Mask | None = None) -> Variance:
        """The variance of an estimate from leaving out each cluster in one step, and what it rests on.

        For independent rows, and for clusters of equal size, it is the sum of squares with G/(G - 1) of each stratum's
        own G: DeLong's for areas, Obuchowski's (1997) for clustered ones. A cluster that holds the share h of a stratum
        pulls the estimate towards itself, so that it counts 1/(1 - h) times (in the manner of Bell and McCaffrey 2002).
        events: (n,), of an estimate without strata: a cluster's share is that of events or of non-events if these are
        more. The products of two strata carry the G of all clusters.
        """
        if self.codes is not None and stat.regression is not None:
            return self._regressed(stat.regression, self.codes, stat.bend is not None)
        if self.codes is None and stat.strata is None and len(stat.influence) > 1:  # as below, of one sample of rows
            n = len(stat.influence)
            each = stat.influence / (1 - 1 / n) / n
            return Variance(float((each**2).sum()) * (n - 1) / n, n, satterthwaite(each, n), each, n)
        strata = np.zeros(len(stat.influence), dtype=np.intp) if stat.strata is None else stat.strata
        inside = [strata == stratum for stratum in range(int(strata.max(initial=-1)) + 1)]
        held = [self._held(rows) for rows in inside]
        counts = [int(np.count_nonzero(rows)) for rows in held]
        fewest = min(counts, default=0)
        sides = [[rows] for rows in held]
        if stat.strata is None and events is not None:
            sides = [[self._held(events), self._held(~events)]]
        shares = [self._shares(rows, count) for rows, count in zip(sides, counts, strict=True)]
        if fewest < 2 or max(float(share.max()) for share in shares) >= 1 - NONE:
            return Variance(math.nan, fewest, math.nan, np.zeros(self.count), 1)
        # Of one stratum, no other row contributes: there is nothing to tell apart.
        own = [stat.influence if len(inside) == 1 else np.where(rows, stat.influence, 0.0) for rows in inside]
        parts = [self.sums(each) / (1 - share) / len(strata) for each, share in zip(own, shares, strict=True)]
        squares = [float((part**2).sum()) for part in parts]
        total = sum(square * (count - 1) / count for square, count in zip(squares, counts, strict=True))
        together: Floats = np.sum(parts, axis=0)
        if self.codes is not None and len(parts) > 1:
            everywhere = int(np.count_nonzero(np.any(held, axis=0)))
            total += (float((together**2).sum()) - sum(squares)) * (everywhere - 1) / everywhere
        most = sum(counts) if self.codes is None else fewest
        return Variance(total, fewest, satterthwaite(together, most), together, most)

    def _held(self, rows: Mask) -> Integers:
        """(count,) how many of these rows (n,) each cluster has; of rows that are clusters themselves, which."""
        if self.codes is None:
            return rows.view(np.int8)
        # Places first: picking by a mask that is as good as random takes more than twice as long.
        return np.bincount(self.codes[np.flatnonzero(rows)], minlength=self.count)

    def _shares(self, sides: Sequence[Integers], count: int) -> Floats:
        """(count,) the largest share that each cluster has of any side, as `_held` counts it; the share of one row."""
        if self.codes is None:
            return np.array(1 / max(1, count))
        return np.asarray(np.max([held / max(1, int(held.sum())) for held in sides], axis=0))

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

    def _regressed(self, regression: Regression | Apart | Together, codes: Integers, bent: bool) -> Variance:
        """The variance from leaving out one cluster at a time, in one step (CR3: Bell and McCaffrey 2002).

        Of what is fitted in a bend, to second order, and with it how far the estimate is off (Quenouille 1956). A line
        has no bend, and its variance is known no better than from as many clusters as its information is worth (Kish
        1965): those that carry it may by chance have added little. bent: how the estimate is skewed is known.
        """
        clusters = self.contributing(np.ones(len(codes), dtype=bool))
        try:
            without = regression.without(codes, self.count) / len(codes)
        except np.linalg.LinAlgError:  # one cluster carries all the information
            return Variance(math.nan, clusters, math.nan, np.zeros(self.count), 1)
        value = (clusters - 1) / clusters * float((without**2).sum())
        off = -(clusters - 1) / clusters * float(without.sum()) if regression.turned else 0.0
        df = satterthwaite(without, clusters)
        if not regression.turned and not bent:
            expected = regression.expected(codes, self.count)
            df = min(df, max(1.0, float(expected.sum() ** 2 / (expected**2).sum()) - 1.0))
        return Variance(value, clusters, df, without, clusters, off)


def satterthwaite(parts: Floats, clusters: int) -> float:
    """Degrees of freedom of a sum of squares by matching two moments (Satterthwaite 1946), in 1..clusters - 1.

    Where a few clusters, or rows, carry most of the variance, it is known as badly as from those few.
    """
    squares = parts**2
    total = float(squares.sum())
    spread = float((squares**2).sum()) - total**2 / clusters
    return max(1.0, min(clusters - 1.0, 2 * total**2 / spread)) if spread > 0 else clusters - 1.0
