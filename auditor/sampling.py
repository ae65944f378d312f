"""How the rows depend on one another, and what follows from that for the uncertainty of every estimate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset
from auditor.errors import NotApplicable
from auditor.estimate import (
    Estimate,
    Koopman,
    Mover,
    Normal,
    NotEstimable,
    Scale,
    Wilson,
)
from auditor.kernels.clusters import NONE, Clusters
from auditor.kernels.rates import rate
from auditor.kernels.stat import Floats, Integers, Stat

Mask = NDArray[np.bool_]
Contrast = TypeVar("Contrast", Mover, Koopman)

_NORMAL = 200  # degrees of freedom from which on Student's t is as good as normal


@dataclass(frozen=True, eq=False)
class Sampling:
    """Rows are independent (codes None), or the clusters are: `codes` (n,), each an index below `clusters`."""

    codes: Integers | None
    kind: Literal["rows", "entities", "time blocks"]
    clusters: int

    @classmethod
    def of(cls, dataset: Dataset) -> Sampling:
        """How the rows of a data set depend on one another, as its loader found it.

        Raises NotApplicable where rows have different weights: no interval here takes account of these.
        """
        if dataset.weight is not None and np.ptp(dataset.weight) > 0:
            raise NotApplicable("rows have different weights, and intervals of weighted rows are not supported")
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

    def beside(self, other: Sampling) -> Sampling:
        """The sampling of these rows followed by those of another sample, whose clusters are others."""
        if self.codes is None and other.codes is None:
            return Sampling(None, self.kind, self.clusters + other.clusters)
        one, two = (np.arange(side.clusters) if side.codes is None else side.codes for side in (self, other))
        kind = other.kind if self.codes is None else self.kind
        return Sampling(np.concatenate([one, two + self.clusters]), kind, self.clusters + other.clusters)

    def estimate(
        self,
        stat: Stat,
        *,
        n: int,
        method: str,
        scale: Scale = "identity",
        events: int | Mask | None = None,
        rows: Mask | None = None,
    ) -> Estimate:
        """An estimate whose spread is Student's t on `scale`, or normal where the variance is known well.

        rows: (n,) True at the rows that `stat` was computed on; None where it was computed on all of them. events: how
        many of these have the outcome, or which (as many entries as `stat` has rows). `entities` counts the clusters
        that contribute to the stratum which has the fewest, and, where it is known which rows are events, those with an
        event and those with none: the judge sees when an outcome comes from three patients only. The degrees of freedom
        are Satterthwaite's (1946), at most the contributing clusters (or rows) - 1. A variance that is zero, or cannot
        be formed, gives NotEstimable: a sample without variance is not certainty.
        """
        if rows is not None:
            return self.only(rows).estimate(stat, n=n, method=method, scale=scale, events=events)
        variance, fewest, df = self.structure.variance(stat)
        entities = None if self.codes is None else fewest
        if isinstance(events, np.ndarray):
            if self.codes is not None:
                entities = min(fewest, self.structure.contributing(events), self.structure.contributing(~events))
            events = int(events.sum())
        reason = self._unusable(stat.value, variance, fewest, scale)
        if reason:
            spread: Normal | NotEstimable = NotEstimable(reason=reason)
        else:
            se = math.sqrt(variance) / _slope(scale, stat.value)
            spread = Normal(scale=scale, se=se, df=df if self.codes is not None or df < _NORMAL else None)
            method += self._by_cluster(fewest, spread.df)
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
        variance, clusters, df = self.structure.variance(stat)
        if clusters < 2:
            spread: Wilson | NotEstimable = NotEstimable(reason=f"all {what} come from one of the {self.kind}")
            return Estimate(value=value, n=n, entities=clusters, method="Wilson", spread=spread)
        known = variance > NONE * value * (1 - value)
        size = value * (1 - value) / variance if known else self.structure.alike(among)
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
        spread = self._contrast(Mover, hit, (first, one), (second, other))
        return self._paired(one.value - other.value, one, other, spread, "MOVER of two Wilson intervals")

    def ratio(self, hit: Mask, first: Mask, second: Mask) -> Estimate:
        """The rate of `hit` in the rows `first` over that in the rows `second`, all (n,).

        Koopman's (1984) score interval on the sizes of the two Wilson intervals, with the correlation of the rates as
        in `difference`. Where no row of `second` is hit, the interval has no upper end, and the value is that with half
        a hit and half a miss added to each side (Walter 1975), as its method says. n and entities are those of the
        smaller side. Raises NotApplicable where a side has no rows, or neither has a hit.
        """
        one, other = self.rate(hit, first), self.rate(hit, second)
        if one.value == 0 == other.value:
            raise NotApplicable("both rates are 0, so they have no ratio")
        method = "score interval of a ratio (Koopman)"
        if other.value > 0:
            value = one.value / other.value
        else:
            value = (one.value * one.n + 0.5) / (one.n + 1) / (0.5 / (other.n + 1))
            method += ", value with half a row added as the lower rate is 0"
        spread = self._contrast(Koopman, hit, (first, one), (second, other))
        return self._paired(value, one, other, spread, method)

    def correlation(self, influences: Sequence[Floats]) -> tuple[tuple[float, ...], ...]:
        """The correlation of estimates by their influence values, each (n,).

        It is positive semidefinite with ones on the diagonal. An estimate without variance is correlated with nothing.
        """
        matrix = self.structure.correlation(influences)
        return tuple(tuple(float(entry) for entry in row) for row in matrix)

    def covariance(self, influences: Sequence[Floats]) -> Floats:
        """The covariance (k, k) of estimates by their influence values, each (n,)."""
        return self.structure.covariance(influences)

    def _contrast(
        self, kind: type[Contrast], hit: Mask, first: tuple[Mask, Estimate], second: tuple[Mask, Estimate]
    ) -> Contrast | NotEstimable:
        """The spread of a contrast of two rates; each side: its rows and its rate."""
        (rows, one), (others, other) = first, second
        if isinstance(one.spread, NotEstimable):
            return one.spread
        if isinstance(other.spread, NotEstimable):
            return other.spread
        assert isinstance(one.spread, Wilson)  # noqa: S101 - a rate has no other spread
        assert isinstance(other.spread, Wilson)  # noqa: S101 - same
        return kind(
            first_value=one.value,
            first=one.spread,
            second_value=other.value,
            second=other.spread,
            correlation=self.correlation([rate(hit, rows).influence, rate(hit, others).influence])[0][1],
        )

    def _paired(
        self, value: float, one: Estimate, other: Estimate, spread: Mover | Koopman | NotEstimable, method: str
    ) -> Estimate:
        entities = None if one.entities is None or other.entities is None else min(one.entities, other.entities)
        if entities is not None and not isinstance(spread, NotEstimable):
            method += self._by_cluster(entities, spread.df)
        return Estimate(value=value, n=min(one.n, other.n), entities=entities, method=method, spread=spread)

    @property
    def structure(self) -> Clusters:
        """The clusters, as kernels take them."""
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
        if df is None:
            return ""
        if self.codes is None:
            return f", t with {df:.3g} degrees of freedom"
        return f", t with {df:.3g} degrees of freedom ({clusters} {self.kind})"


def _inside(scale: Scale, value: float) -> bool:
    low = {"identity": -math.inf, "log_rest": -math.inf, "logit": 0.0, "log": 0.0, "fisher": -1.0}[scale]
    return low < value < (math.inf if scale in ("identity", "log") else 1.0)


def _slope(scale: Scale, value: float) -> float:
    """How much the value moves for a small step on the scale."""
    slopes = {"log": value, "log_rest": 1 - value, "logit": value * (1 - value), "fisher": 1 - value * value}
    return slopes.get(scale, 1.0)
