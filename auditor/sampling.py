"""How the rows depend on one another, and what follows from that for the uncertainty of every estimate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditor import pairs
from auditor.dataset import Dataset
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Normal, NotEstimable, Scale, Skewed, Wilson
from auditor.kernels.clusters import NONE, Clusters, Variance, satterthwaite
from auditor.kernels.rates import rate
from auditor.kernels.stat import Floats, Integers, Stat

Mask = NDArray[np.bool_]

Kind = Literal["rows", "entities", "time blocks"]

_WIDE = 8  # codes a row from which on a table of all of them would be larger than it is quick
_NORMAL = 200  # degrees of freedom from which on Student's t is as good as normal
_MANY = 2000  # clusters, from which on it does not matter whose degrees of freedom are taken


@dataclass(frozen=True, eq=False)
class Sampling:
    """Rows are independent (codes None), or the clusters are: `codes` (n,), each an index below `clusters`."""

    codes: Integers | None
    kind: Kind
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
        return cls(*_numbered(dataset.cluster, dataset.cluster_kind))

    def only(self, rows: Mask) -> Sampling:
        """The sampling of the rows (n,) alone."""
        if self.codes is None:
            return Sampling(None, self.kind, int(np.count_nonzero(rows)))
        return Sampling(*_numbered(self.codes[np.flatnonzero(rows)], self.kind))

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
        event and those with none: the judge sees when an outcome comes from three patients only. The variance is that
        of leaving out each cluster on the scale (`Clusters.variance`), its degrees of freedom are Satterthwaite's
        (1946), at most the `entities` (or contributing rows) - 1. Where it is known how far the value is off on
        average, the interval is moved by it, and the value is not. A variance that is zero, or cannot be formed, gives
        NotEstimable: a sample without variance is not certainty.
        """
        if rows is not None:
            return self.only(rows).estimate(stat, n=n, method=method, scale=scale, events=events)
        found = self.structure.variance(stat, events if isinstance(events, np.ndarray) else None)
        fewest = found.fewest
        entities = None if self.codes is None else fewest
        if isinstance(events, np.ndarray):
            if self.codes is not None:
                entities = min(fewest, self.structure.contributing(events), self.structure.contributing(~events))
            events = int(np.count_nonzero(events))
        if reason := self._unusable(stat.value, found.value, fewest, scale):
            spread: Normal | Skewed | NotEstimable = NotEstimable(reason=reason)
        else:
            there = self.scaled(found, stat.value, scale)
            df = self._freedom(there.df, entities)
            se = math.sqrt(there.value)
            spread = Normal(scale=scale, se=se, df=df)
            if there.off:
                spread = Skewed(scale=scale, se=se, bend=0.0, shift=-there.off / se, df=df)
                method += ", less its bias by leaving out clusters"
            if stat.bend is not None:
                square, shift = stat.bend
                spread = Skewed(scale=scale, se=se, bend=square * se, shift=shift * se, df=df)
                method += ", skewness of a count by Hall's transformation"
            method += self._by_cluster(fewest, df)
        return Estimate(value=stat.value, n=n, events=events, entities=entities, method=method, spread=spread)

    def rate(self, hit: Mask, among: Mask, what: str = "rows") -> Estimate:
        """The share of `hit` in the rows `among`, both (n,). `what` names these rows where there are none.

        Wilson (1927). Where rows are clustered, on the effective size p(1-p)/variance with Student's t (Korn, Graubard
        1998, in score form); the variance is that of the log odds when each cluster is left out, its degrees of freedom
        as in `estimate`. Where the clusters show no variance, the size is that which holds if all rows of a cluster are
        alike (Kish 1965). Raises NotApplicable where no row is among them.
        """
        n = int(np.count_nonzero(among))
        if n == 0:
            raise NotApplicable(f"there are no {what}")
        value = int(np.count_nonzero(hit & among)) / n
        if self.codes is None:
            return Estimate(value=value, n=n, method="Wilson", spread=Wilson(size=n))
        stat = rate(hit, among)
        found = self.structure.variance(stat)
        clusters, certain = found.fewest, value * (1 - value)
        if clusters < 2:
            spread: Wilson | NotEstimable = NotEstimable(reason=f"all {what} come from one of the {self.kind}")
            return Estimate(value=value, n=n, entities=clusters, method="Wilson", spread=spread)
        if found.value > NONE * certain:
            odds = self.scaled(found, value, "logit")
            spread = Wilson(size=1 / (certain * odds.value), df=odds.df)
        else:
            spread = Wilson(size=self.structure.alike(among), df=found.df)
        method = "Wilson on the effective sample size" + self._by_cluster(clusters, spread.df)
        return Estimate(value=value, n=n, entities=clusters, method=method, spread=spread)

    def difference(self, hit: Mask, first: Mask, second: Mask) -> Estimate:
        """The rate of `hit` in the rows `first` minus that in the rows `second`, all (n,): see `pairs.difference`.

        Raises NotApplicable where a side has no rows.
        """
        sides = self.rate(hit, first), self.rate(hit, second)
        return pairs.difference(*sides, self.joint(rate(hit, first).influence, rate(hit, second).influence))

    def ratio(self, hit: Mask, first: Mask, second: Mask) -> Estimate:
        """The rate of `hit` in the rows `first` over that in the rows `second`, all (n,): see `pairs.ratio`.

        Raises NotApplicable where a side has no rows, or neither has a hit.
        """
        one, other = self.rate(hit, first), self.rate(hit, second)
        logs = [rate(hit, rows).influence / (side.value or 1.0) for rows, side in ((first, one), (second, other))]
        return pairs.ratio(one, other, self.joint(*logs))

    def joint(self, first: Floats, second: Floats) -> pairs.Joint:
        """How two estimates vary together, and how well their difference is known, by their influence values (n,)."""
        freedom = self.freedom([first, second], np.array([[1.0, -1.0]]))[0]
        return pairs.Joint(self.correlation([first, second])[0][1], freedom, self.kind)

    def freedom(self, influences: Sequence[Floats], contrasts: Floats) -> list[float | None]:
        """Satterthwaite's degrees of freedom of contrasts (m, k) of k estimates, by their influence values, each (n,).

        None where rows are independent, or clusters so many that those of each estimate tell enough, or where no
        cluster varies, as nothing is missing in either group: no few of them carry that.
        """
        if self.codes is None or self.clusters > _MANY:
            return [None] * len(contrasts)
        sums = np.array([self.structure.sums(influence) for influence in influences])
        most = (np.abs(contrasts) @ np.abs(sums) > 0).sum(axis=1)
        parts = zip(contrasts @ sums, most, strict=True)
        return [satterthwaite(part, max(2, int(count))) if count else None for part, count in parts]

    def correlation(self, influences: Sequence[Floats]) -> tuple[tuple[float, ...], ...]:
        """The correlation of estimates by their influence values, each (n,).

        It is positive semidefinite with ones on the diagonal. An estimate without variance is correlated with nothing.
        """
        matrix = self.structure.correlation(influences)
        return tuple(tuple(float(entry) for entry in row) for row in matrix)

    def covariance(self, influences: Sequence[Floats]) -> Floats:
        """The covariance (k, k) of estimates by their influence values, each (n,)."""
        return self.structure.covariance(influences)

    def scaled(self, found: Variance, value: float, scale: Scale) -> Variance:
        """A variance on a scale that `value` is inside of: where rows are clustered, from leaving out each there."""
        slope = _slope(scale, value)
        if self.codes is None or scale == "identity":
            return found._replace(value=found.value / slope**2, parts=found.parts / slope)
        return found.curved(value, partial(_to_scale, scale), slope)

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

    def _freedom(self, df: float, entities: int | None) -> float | None:
        """Degrees of freedom of an estimate; None where the variance of independent rows is known well."""
        if entities is None:
            return None if df >= _NORMAL else df
        return min(df, max(1.0, entities - 1.0))

    def _by_cluster(self, clusters: int, df: float | None) -> str:
        if df is None:
            return ""
        if self.codes is None:
            return f", t with {df:.3g} degrees of freedom"
        return f", t with {df:.3g} degrees of freedom ({clusters} {self.kind})"


def _numbered(codes: Integers, kind: Kind) -> tuple[Integers, Kind, int]:
    """Codes (n,) from 0 without a gap, in their order, the kind, and how many there are; without sorting them."""
    span = int(codes.max(initial=-1)) + 1
    if codes.min(initial=0) < 0 or span > _WIDE * len(codes):
        distinct, numbers = np.unique(codes, return_inverse=True)
        return numbers.astype(np.intp), kind, len(distinct)
    there = np.zeros(span, dtype=np.intp)
    there[codes] = 1
    number = np.cumsum(there)
    return number[codes] - 1, kind, int(number[-1]) if span else 0


def _inside(scale: Scale, value: float) -> bool:
    low = {"identity": -math.inf, "log_rest": -math.inf, "logit": 0.0, "log": 0.0, "fisher": -1.0}[scale]
    return low < value < (math.inf if scale in ("identity", "log") else 1.0)


def _to_scale(scale: Scale, value: Floats) -> Floats:
    if scale == "log":
        return np.log(value)
    if scale == "log_rest":
        return -np.log1p(-value)
    return np.log(value) - np.log1p(-value) if scale == "logit" else np.arctanh(value)


def _slope(scale: Scale, value: float) -> float:
    """How much the value moves for a small step on the scale."""
    slopes = {"log": value, "log_rest": 1 - value, "logit": value * (1 - value), "fisher": 1 - value * value}
    return slopes.get(scale, 1.0)
