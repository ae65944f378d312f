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
from auditor.kernels.clusters import NONE, Clusters
from auditor.kernels.rates import rate
from auditor.kernels.stat import Floats, Integers, Stat

Mask = NDArray[np.bool_]


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

    def only(self, rows: Mask) -> Sampling:
        """The sampling of the rows (n,) alone."""
        if self.codes is None:
            return Sampling(None, self.kind, int(rows.sum()))
        distinct, codes = np.unique(self.codes[rows], return_inverse=True)
        return Sampling(codes, self.kind, len(distinct))

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

        rows: (n,) True at the rows that `stat` was computed on; None where it was computed on all of them. `entities`
        counts the contributing clusters of the stratum with the fewest, so the judge sees when an outcome comes from
        three patients only. The degrees of freedom are Satterthwaite's (1946), at most `entities` - 1. A variance
        that is zero, or cannot be formed, gives NotEstimable: a sample without variance is not certainty.
        """
        if rows is not None:
            return self.only(rows).estimate(stat, n=n, method=method, scale=scale, events=events)
        variance, fewest, df = self._clusters.variance(stat)
        entities = None if self.codes is None else fewest
        reason = self._unusable(stat.value, variance, fewest, scale)
        if reason:
            spread: Normal | NotEstimable = NotEstimable(reason=reason)
        else:
            se = math.sqrt(variance) / _slope(scale, stat.value)
            spread = Normal(scale=scale, se=se, df=None if self.codes is None else df)
            method += self._by_cluster(fewest, df)
        return Estimate(value=stat.value, n=n, events=events, entities=entities, method=method, spread=spread)

    def rate(self, hit: Mask, among: Mask, what: str = "rows") -> Estimate:
        """The share of `hit` in the rows `among`, both (n,). `what` names these rows where there are none.

        Wilson (1927). Where rows are clustered, on the effective size p(1-p)/variance with Student's t (Korn, Graubard
        1998, in score form), its degrees of freedom as in `estimate`; where the clusters show no variance, on the size
        that holds if all rows of a cluster are alike (Kish 1965). Raises NotApplicable where no row is among them.
        """
        n = int(among.sum())
        if n == 0:
            raise NotApplicable(f"there are no {what}")
        value = float(hit[among].sum()) / n
        if self.codes is None:
            return Estimate(value=value, n=n, method="Wilson", spread=Wilson(size=n))
        stat = rate(hit, among)
        variance, clusters, df = self._clusters.variance(stat)
        if clusters < 2:
            spread: Wilson | NotEstimable = NotEstimable(reason=f"all {what} come from one of the {self.kind}")
            return Estimate(value=value, n=n, entities=clusters, method="Wilson", spread=spread)
        known = variance > NONE * value * (1 - value)
        size = value * (1 - value) / variance if known else self._clusters.alike(among)
        spread = Wilson(size=size, df=df)
        method = "Wilson on the effective sample size" + self._by_cluster(clusters, df)
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
        method = "MOVER of two Wilson intervals" + ("" if entities is None else self._by_cluster(entities, spread.df))
        return Estimate(value=value, n=n, entities=entities, method=method, spread=spread)

    def correlation(self, influences: Sequence[Floats]) -> tuple[tuple[float, ...], ...]:
        """The correlation of estimates by their influence values, each (n,).

        It is positive semidefinite with ones on the diagonal. An estimate without variance is correlated with nothing.
        """
        matrix = self._clusters.correlation(influences)
        return tuple(tuple(float(entry) for entry in row) for row in matrix)

    def covariance(self, influences: Sequence[Floats]) -> Floats:
        """The covariance (k, k) of estimates by their influence values, each (n,)."""
        return self._clusters.covariance(influences)

    @property
    def _clusters(self) -> Clusters:
        return Clusters(self.codes, self.clusters)

    def _unusable(self, value: float, variance: float, fewest: int, scale: Scale) -> str:
        if fewest < 2:
            return f"fewer than two {self.kind} contribute"
        if math.isnan(variance):
            return f"one of the {self.kind} carries all the information"
        if variance <= (NONE * value) ** 2:
            return "the sample has zero variance"
        if not _inside(scale, value):
            return f"{value:g} is at the end of what is possible"
        return ""

    def _by_cluster(self, clusters: int, df: float | None) -> str:
        if self.codes is None:
            return ""
        return f", t with {df:.3g} degrees of freedom ({clusters} {self.kind})"


def _inside(scale: Scale, value: float) -> bool:
    low = {"identity": -math.inf, "logit": 0.0, "log": 0.0, "fisher": -1.0}[scale]
    return low < value < (math.inf if scale in ("identity", "log") else 1.0)


def _slope(scale: Scale, value: float) -> float:
    """How much the value moves for a small step on the scale."""
    return {"identity": 1.0, "log": value, "logit": value * (1 - value), "fisher": 1 - value * value}[scale]
