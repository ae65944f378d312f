"""A statistic in every group, and its differences between groups, with the correlations that max-t needs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from auditor.checks.groups import Compare, Compared, Mask
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Mover, NotEstimable, Wilson
from auditor.kernels.clusters import NONE
from auditor.kernels.rates import rate
from auditor.kernels.stat import Regression, Stat
from auditor.measurement import Measurement, Quantity, Shown
from auditor.sampling import Sampling

FEW_GROUPS = "fewer than two groups can be compared"


@dataclass(frozen=True, eq=False)
class Side:
    """A statistic of some of the rows: its estimate, and its influence seen from all rows."""

    estimate: Estimate
    stat: Stat


Measure = Callable[[Mask], Side]
Combine = Callable[[Side, Side, float], Estimate]


class ByGroup:
    """Collects a statistic by group, of one outcome or of several.

    parts: of the groups that are compared; aside: of those that are only shown; unmeasured: why one has none.
    """

    def __init__(self, sampling: Sampling, compare: Compare) -> None:
        self.sampling = sampling
        self.compare = compare
        self.parts: dict[str, Estimate] = {}
        self.aside: dict[str, Estimate] = {}
        self.unmeasured: dict[str, str] = {}
        self.notes: dict[str, None] = {}
        self._sides: dict[str, Side] = {}
        self._pairs: dict[str, tuple[str, str]] = {}
        self._peers: dict[str, str] = {}

    def add(self, compared: Compared, measure: Measure, outcome: str = "") -> None:
        """Measure every group; `measure` may raise NotApplicable for one. outcome: named where there are several."""
        before = f"{outcome}: " if outcome else ""
        self.notes |= dict.fromkeys(compared.notes)
        self.unmeasured |= {before + name: why for name, why in compared.suppressed.items()}
        measured = {}
        for name, rows in compared.rows.items():
            try:
                self._sides[before + name] = measure(rows)
                self.parts[before + name] = self._sides[before + name].estimate
                measured[name] = rows
            except NotApplicable as error:
                self.unmeasured[before + name] = error.reason
        for name, rows in compared.aside.items():
            try:
                self.aside[before + name] = measure(rows).estimate
            except NotApplicable:
                continue  # it is only shown, so that nothing hangs on it
        self._peers |= {before + name: before for name in measured}
        self._pair(measured, measure, before)

    def others(self, part: str) -> list[Estimate]:
        """The groups that a group is compared with."""
        same = [name for name, of in self._peers.items() if of == self._peers[part] and name != part]
        return [self.parts[name] for name in same]

    def _pair(self, measured: dict[str, Mask], measure: Measure, before: str) -> None:
        if len(measured) < 2:
            return
        if self.compare == "pairs":
            for one, other in itertools.combinations(measured, 2):
                self._pairs[f"{before}{one} − {other}"] = (before + one, before + other)
            return
        for one in measured:
            others = np.logical_or.reduce([rows for name, rows in measured.items() if name != one])
            self._sides[f"{before}not {one}"] = measure(others)
            self._pairs[f"{before}{one} − rest"] = (before + one, f"{before}not {one}")

    def quantity(self) -> Quantity | None:
        """The statistic of each group; None where no group was asked for."""
        if not self.parts:
            return Quantity(parts={}, unmeasured=self.unmeasured) if self.unmeasured else None
        influences = [self._sides[name].stat.influence for name in self.parts]
        correlation = self.sampling.correlation(influences)
        return Quantity(parts=self.parts, correlation=correlation, unmeasured=self.unmeasured)

    def gaps(self, combine: Combine, slope: Callable[[float], float] = lambda value: 1.0) -> Quantity | None:
        """How the groups differ; None where fewer than two could be measured.

        slope: how much the compared transform of the statistic moves with it (1: the difference; 1/value: the ratio).
        """
        if not self._pairs:
            return None
        names = list(self._sides)
        covariance = self.sampling.covariance([self._sides[name].stat.influence for name in names])
        contrast = np.zeros((len(self._pairs), len(names)))
        for row, pair in enumerate(self._pairs.values()):
            for name, sign in zip(pair, (1.0, -1.0), strict=True):
                contrast[row, names.index(name)] = sign * slope(self._sides[name].estimate.value)
        between = _correlation(covariance)
        parts = {
            key: combine(self._sides[one], self._sides[other], between[names.index(one), names.index(other)])
            for key, (one, other) in self._pairs.items()
        }
        joint = _correlation(contrast @ covariance @ contrast.T)
        correlation = tuple(tuple(float(entry) for entry in row) for row in joint)
        return Quantity(parts=parts, correlation=correlation, unmeasured=self.unmeasured)


def measurement(
    groups: ByGroup, found: Mapping[str, Quantity | None], shown: Iterable[Shown], unmeasured: Mapping[str, str]
) -> Measurement:
    """What was found by name; a quantity that is None has too few groups. unmeasured: what has another reason."""
    quantities = {name: quantity for name, quantity in found.items() if quantity is not None}
    absent = {name: FEW_GROUPS for name, quantity in found.items() if quantity is None}
    return Measurement(
        quantities=quantities, unmeasured={**absent, **unmeasured}, shown=tuple(shown), notes=tuple(groups.notes)
    )


def rates(sampling: Sampling, hit: Mask, what: str) -> Measure:
    """The share of `hit` among the rows of a group."""
    return lambda rows: Side(sampling.rate(hit, rows, what), rate(hit, rows))


def difference_of_rates(one: Side, other: Side, correlation: float) -> Estimate:
    """MOVER (Newcombe 1998; Zou and Donner 2008), as `Sampling.difference`, with the correlation already known."""
    first, second = one.estimate.spread, other.estimate.spread
    spread: Mover | NotEstimable
    if isinstance(first, Wilson) and isinstance(second, Wilson):
        spread = Mover(
            first_value=one.estimate.value,
            first=first,
            second_value=other.estimate.value,
            second=second,
            correlation=float(correlation),
        )
    else:
        spread = next(s for s in (first, second) if isinstance(s, NotEstimable))
    fewer = limiting(one.estimate, other.estimate)
    method = f"MOVER of two intervals: {fewer.method}"
    value = one.estimate.value - other.estimate.value
    return Estimate(value=value, n=fewer.n, entities=fewest_entities(one, other), method=method, spread=spread)


def difference_of_stats(sampling: Sampling, method: str) -> Combine:
    """The difference of two statistics that have influence values, on its own scale."""

    def combine(one: Side, other: Side, correlation: float) -> Estimate:
        fewer = limiting(one.estimate, other.estimate)
        both = sampling.estimate(apart(one.stat, other.stat), n=fewer.n, events=fewer.events, method=method)
        return both.model_copy(update={"entities": fewest_entities(one, other)})

    return combine


def apart(first: Stat, second: Stat) -> Stat:
    """`first - second` of two groups, both seen from all rows and without a row in common: each its own strata."""
    strata = np.full(len(first.influence), -1)
    above = 0
    for stat in (first, second):
        own = np.zeros_like(strata) if stat.strata is None else stat.strata
        strata = np.where(own >= 0, own + above, strata)
        above = int(strata.max(initial=-1)) + 1
    value, influence = first.value - second.value, first.influence - second.influence
    if first.regression is None or second.regression is None:
        return Stat(value, influence, strata)
    one, other = first.regression, second.regression
    return Stat(
        value,
        influence,
        strata,
        Regression(
            np.hstack([one.columns, other.columns]),
            one.weight + other.weight,
            one.residual + other.residual,
            np.concatenate([one.contrast, -other.contrast]),
        ),
    )


def among(stat: Stat, rows: Mask) -> Stat:
    """A statistic of the rows (n,) of a group, seen from all rows; its regression comes along."""
    wide = stat.among(rows)
    if stat.regression is None:
        return wide
    part, factor = stat.regression, math.sqrt(len(rows) / len(stat.influence))
    columns = np.zeros((len(rows), part.columns.shape[1]))
    columns[rows] = factor * part.columns
    weight, residual = np.zeros(len(rows)), np.zeros(len(rows))
    weight[rows], residual[rows] = part.weight, part.residual
    return Stat(wide.value, wide.influence, wide.strata, Regression(columns, weight, residual, factor * part.contrast))


def limiting(one: Estimate, other: Estimate) -> Estimate:
    """The side that rests on less, which is what limits the knowledge of a difference."""

    def fewest(estimate: Estimate) -> int:
        events = estimate.n if estimate.events is None else min(estimate.events, estimate.n - estimate.events)
        return min(estimate.n, events)

    return min(one, other, key=fewest)


def fewest_entities(one: Side, other: Side) -> int | None:
    """The independent entities of the side that has fewer; None where rows are independent."""
    counts = [side.estimate.entities for side in (one, other) if side.estimate.entities is not None]
    return min(counts) if counts else None


def _correlation(covariance: Floats) -> Floats:
    """Correlations of a covariance; what has no variance is correlated with nothing."""
    variance = np.diag(covariance)
    known = variance > NONE**2 * max(1.0, float(variance.max(initial=0.0)))
    unit = np.where(known, 1 / np.sqrt(np.where(known, variance, 1.0)), 0.0)
    product = np.clip(unit[:, None] * covariance * unit, -1.0, 1.0)
    np.fill_diagonal(product, 1.0)
    return np.asarray(product)
