"""A statistic in every group, and how the groups differ in it, with the correlations that max-t needs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from auditor.checks.groups import Compare, Compared, Mask
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate
from auditor.kernels.clusters import NONE
from auditor.kernels.stat import Stat
from auditor.measurement import Measurement, Quantity, Shown
from auditor.pairs import Joint
from auditor.sampling import Sampling

FEW_GROUPS = "fewer than two groups can be compared"


@dataclass(frozen=True, eq=False)
class Side:
    """A statistic of some of the rows: its estimate, and its influence seen from all rows."""

    estimate: Estimate
    stat: Stat


Measure = Callable[[Mask], Side]
Combine = Callable[[Side, Side, Joint], Estimate]


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
        self._alike: dict[str, str] = {}

    def add(self, compared: Compared, measure: Measure, outcome: str = "", undecided: str = "") -> None:
        """Measure every group; `measure` may raise NotApplicable for one. outcome: named where there are several.

        undecided: why groups that are alike say nothing, so that they are told and not compared.
        """
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
        if not undecided:
            self._pair(measured, measure, before)
        elif self.compare == "pairs":
            self._alike |= {f"{before}{a} − {b}": undecided for a, b in itertools.combinations(measured, 2)}
        else:
            self._alike |= {f"{before}{name} − rest": undecided for name in measured if len(measured) > 1}

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
            try:
                self._sides[f"{before}not {one}"] = measure(others)
                self._pairs[f"{before}{one} − rest"] = (before + one, f"{before}not {one}")
            except NotApplicable as error:
                self.unmeasured[f"{before}{one} − rest"] = error.reason

    def quantity(self) -> Quantity | None:
        """The statistic of each group; None where no group was asked for."""
        if not self.parts:
            return Quantity(parts={}, unmeasured=self.unmeasured) if self.unmeasured else None
        influences = [self._sides[name].stat.influence for name in self.parts]
        correlation = self.sampling.correlation(influences)
        return Quantity(parts=self.parts, correlation=correlation, unmeasured=self.unmeasured)

    def gaps(self, combine: Combine, slope: Callable[[float], float] = lambda value: 1.0) -> Quantity | None:
        """How the groups differ; None where fewer than two could be measured.

        combine may raise NotApplicable for a pair. slope: how much what is compared moves with the statistic (1 where
        it is the difference, 1/value where it is the ratio).
        """
        if not self._pairs:
            return Quantity(parts={}, unmeasured={**self.unmeasured, **self._alike}) if self._alike else None
        names = list(self._sides)
        influences = [self._sides[name].stat.influence for name in names]
        covariance = self.sampling.covariance(influences)
        contrast = np.zeros((len(self._pairs), len(names)))
        for row, pair in enumerate(self._pairs.values()):
            for name, sign in zip(pair, (1.0, -1.0), strict=True):
                contrast[row, names.index(name)] = sign * slope(self._sides[name].estimate.value)
        between = _correlation(covariance)
        freedom = self.sampling.freedom(influences, contrast)
        parts, unmeasured, kept = {}, {**self.unmeasured, **self._alike}, []
        for row, (key, (one, other)) in enumerate(self._pairs.items()):
            try:
                known = float(between[names.index(one), names.index(other)])
                joint = Joint(known, freedom[row], self.sampling.kind)
                parts[key] = combine(self._sides[one], self._sides[other], joint)
                kept.append(row)
            except NotApplicable as error:
                unmeasured[key] = error.reason
        matrix = _correlation(contrast[kept] @ covariance @ contrast[kept].T)
        correlation = tuple(tuple(float(entry) for entry in row) for row in matrix)
        return Quantity(parts=parts, correlation=correlation, unmeasured=unmeasured)


def measurement(
    found: Mapping[str, Quantity | None],
    shown: Iterable[Shown],
    notes: Iterable[str],
    unmeasured: Mapping[str, str] = MappingProxyType({}),
) -> Measurement:
    """What was found by name; a quantity that is None has too few groups. unmeasured: what has another reason."""
    quantities = {name: quantity for name, quantity in found.items() if quantity is not None}
    absent = {name: FEW_GROUPS for name, quantity in found.items() if quantity is None}
    return Measurement(
        quantities=quantities, unmeasured={**absent, **unmeasured}, shown=tuple(shown), notes=tuple(notes)
    )


def _correlation(covariance: Floats) -> Floats:
    """Correlations of a covariance; what has no variance is correlated with nothing."""
    variance = np.diag(covariance)
    known = variance > NONE**2 * max(1.0, float(variance.max(initial=0.0)))
    unit = np.where(known, 1 / np.sqrt(np.where(known, variance, 1.0)), 0.0)
    product = np.clip(unit[:, None] * covariance * unit, -1.0, 1.0)
    np.fill_diagonal(product, 1.0)
    return np.asarray(product)
