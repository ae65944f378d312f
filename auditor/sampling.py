"""How the rows depend on one another, and what follows from that for the uncertainty of every estimate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Mover, Normal, NotEstimable, Scale, Wilson
from auditor.kernels.rates import rate
from auditor.kernels.stat import Floats, Integers, Stat

Mask = NDArray[np.bool_]
_NONE = 1e-12  # a standard error below this share of the value is rounding, not knowledge


@dataclass(frozen=True, eq=False)
class Sampling:
    """Rows are independent (codes None), or the clusters are: `codes` (n,), each an index below `clusters`."""

    codes: Integers | None
    kind: Literal["rows", "entities", "time blocks"]
    clusters: int

    @classmethod
    def of(cls, dataset: Dataset) -> Sampling:
        """How the rows of a data set depend on one another, as its loader found it."""
        if dataset.cluster is None:
            return cls(None, "rows", len(dataset))
        distinct, codes = np.unique(dataset.cluster, return_inverse=True)
        return cls(codes.astype(np.intp), dataset.cluster_kind, len(distinct))

    def estimate(
        self,
        stat: Stat,
        *,
        n: int,
        method: str,
        scale: Scale = "identity",
        events: int | None = None,
        rows: Mask | None = None,
    ) -> Estimate:
        """An estimate whose spread is normal on `scale`, or Student's t where rows are clustered.

        rows: (N,) True at the rows that `stat` was computed on; None where it was computed on all of them (or where its
        strata say which). The degrees of freedom are the contributing clusters - 1, of the stratum that has the fewest;
        the judge then sees that an outcome comes from three patients only. A variance that is zero, or that cannot be
        formed, gives NotEstimable: a sample without variance is not certainty.
        """
        whole = stat if rows is None else stat.among(rows)
        variance, fewest = self._variance(whole)
        entities = None if self.codes is None else fewest
        reason = self._unusable(stat.value, variance, fewest, scale)
        if reason:
            spread: Normal | NotEstimable = NotEstimable(reason=reason)
        else:
            df = None if self.codes is None else fewest - 1
            spread = Normal(scale=scale, se=math.sqrt(variance) / _slope(scale, stat.value), df=df)
            method += self._by_cluster(fewest)
        return Estimate(value=stat.value, n=n, events=events, entities=entities, method=method, spread=spread)

    def rate(self, hit: Mask, among: Mask, what: str = "rows") -> Estimate:
        """The share of `hit` in the rows `among`, both (n,). `what` names these rows where there are none.

        Wilson (1927). Where rows are clustered, on the effective size p(1-p)/variance with Student's t (Korn, Graubard
        1998, in score form); where the clusters show no variance, on the size that holds if all rows of a cluster are
        alike (Kish 1965). Raises NotApplicable where no row is among them.
        """
        n = int(among.sum())
        if n == 0:
            raise NotApplicable(f"there are no {what}")
        value = float(hit[among].sum()) / n
        if self.codes is None:
            return Estimate(value=value, n=n, method="Wilson", spread=Wilson(size=n))
        stat = rate(hit, among)
        variance, clusters = self._variance(stat)
        if clusters < 2:
            spread: Wilson | NotEstimable = NotEstimable(reason=f"all {what} come from one of the {self.kind}")
            return Estimate(value=value, n=n, entities=clusters, method="Wilson", spread=spread)
        known = variance > _NONE * value * (1 - value)
        size = value * (1 - value) / variance if known else _alike(np.bincount(self.codes[among]))
        spread = Wilson(size=size, df=clusters - 1)
        method = "Wilson on the effective sample size" + self._by_cluster(clusters)
        return Estimate(value=value, n=n, entities=clusters, method=method, spread=spread)

    def difference(self, hit: Mask, first: Mask, second: Mask) -> Estimate:
        """The rate of `hit` in the rows `first` minus that in the rows `second`, all (n,).

        MOVER (Newcombe 1998; Zou and Donner 2008) with the correlation of the two rates from cluster sums: 0 where
        rows are independent and no row is in both. n and entities are those of the smaller side, which is what limits
        the knowledge of a difference. Raises NotApplicable where a side has no rows.
        """
        one, other = self.rate(hit, first), self.rate(hit, second)
        value, n = one.value - other.value, min(one.n, other.n)
        entities = None if one.entities is None or other.entities is None else min(one.entities, other.entities)
        if not isinstance(one.spread, Wilson) or not isinstance(other.spread, Wilson):
            unknown = next(side.spread for side in (one, other) if isinstance(side.spread, NotEstimable))
            return Estimate(value=value, n=n, entities=entities, method="MOVER", spread=unknown)
        correlation = self.correlation([rate(hit, first).influence, rate(hit, second).influence])[0][1]
        spread = Mover(
            first_value=one.value,
            first=one.spread,
            second_value=other.value,
            second=other.spread,
            correlation=correlation,
        )
        method = "MOVER of two Wilson intervals" + ("" if entities is None else self._by_cluster(entities))
        return Estimate(value=value, n=n, entities=entities, method=method, spread=spread)

    def correlation(self, influences: Sequence[Floats]) -> tuple[tuple[float, ...], ...]:
        """The correlation of estimates by their influence values, each (n,).

        It is positive semidefinite with ones on the diagonal. An estimate without variance is correlated with nothing.
        """
        sums = np.array([self._sums(influence) for influence in influences])
        norms = np.sqrt((sums**2).sum(1))
        known = norms > _NONE * np.array([np.abs(influence).sum() for influence in influences])
        unit = sums * (known / np.where(known, norms, 1.0))[:, None]
        product = np.clip(unit @ unit.T, -1.0, 1.0)
        np.fill_diagonal(product, 1.0)
        return tuple(tuple(float(entry) for entry in row) for row in product)

    def covariance(self, influences: Sequence[Floats]) -> Floats:
        """The covariance (k, k) of estimates by their influence values, each (n,), with G/(G - 1) over all clusters."""
        sums = np.array([self._sums(influence) for influence in influences])
        correction = self.clusters / max(1, self.clusters - 1)
        return np.asarray(correction * (sums @ sums.T) / len(influences[0]) ** 2)

    def _sums(self, influence: Floats) -> Floats:
        if self.codes is None:
            return influence
        return np.bincount(self.codes, weights=influence, minlength=self.clusters).astype(float, copy=False)

    def _variance(self, stat: Stat) -> tuple[float, int]:
        """The variance, and the clusters (or rows) behind the stratum that has the fewest; NaN below two.

        Each stratum's own squares carry G/(G - 1) with its own G, the products of two strata that of all clusters, as
        in Obuchowski (1997), which for independent rows is DeLong's.
        """
        strata = np.zeros(len(stat.influence), dtype=np.intp) if stat.strata is None else stat.strata
        counts, squares = [], []
        for stratum in range(int(strata.max(initial=-1)) + 1):
            inside = strata == stratum
            counts.append(self._contributing(inside))
            squares.append(float((self._sums(np.where(inside, stat.influence, 0.0)) ** 2).sum()))
        fewest = min(counts, default=0)
        if fewest < 2:
            return math.nan, fewest
        everywhere = self._contributing(strata >= 0)
        crossed = float((self._sums(stat.influence) ** 2).sum()) - sum(squares)
        total = sum(square * count / (count - 1) for square, count in zip(squares, counts, strict=True))
        if self.codes is not None and len(squares) > 1:
            total += crossed * everywhere / (everywhere - 1)
        return total / len(stat.influence) ** 2, fewest

    def _contributing(self, rows: Mask) -> int:
        if self.codes is None:
            return int(rows.sum())
        return int((np.bincount(self.codes[rows], minlength=self.clusters) > 0).sum())

    def _unusable(self, value: float, variance: float, fewest: int, scale: Scale) -> str:
        if fewest < 2:
            return f"fewer than two {self.kind} contribute"
        if not math.isfinite(variance) or variance <= (_NONE * value) ** 2:
            return "the sample has zero variance"
        if not _inside(scale, value):
            return f"{value:g} is at the end of what is possible"
        return ""

    def _by_cluster(self, clusters: int) -> str:
        if self.codes is None:
            return ""
        return f", t with {clusters - 1} degrees of freedom ({clusters} {self.kind})"


def _alike(sizes: Integers) -> float:
    """How many independent rows clusters of these sizes are worth when the rows of each are all alike (Kish 1965)."""
    return float(sizes.sum()) ** 2 / float((sizes.astype(float) ** 2).sum())


def _inside(scale: Scale, value: float) -> bool:
    low = {"identity": -math.inf, "logit": 0.0, "log": 0.0, "fisher": -1.0}[scale]
    return low < value < (math.inf if scale in ("identity", "log") else 1.0)


def _slope(scale: Scale, value: float) -> float:
    """How much the value moves for a small step on the scale."""
    return {"identity": 1.0, "log": value, "logit": value * (1 - value), "fisher": 1 - value * value}[scale]
