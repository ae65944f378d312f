"""How far the distribution of each number is from that in the reference data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from auditor.checks.data.parts import ordered
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, NoncentralChi2
from auditor.kernels.drift import binned, quantile_edges
from auditor.measurement import Quantity
from auditor.sampling import Sampling
from auditor.shift import distances, stability_index

MEASURES = ("psi", "ks", "shift")
_BINS = 10
_FEWEST = 20  # rows and entities of either sample, below which chance explains nearly everything
_LEAST = 1e-9  # a chance below it is no better known than that
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Numbers:
    """One number of every row of both data sets, NaN where unknown. categorical: codes of levels."""

    name: str
    values: Floats
    categorical: bool

    @property
    def measures(self) -> tuple[str, ...]:
        """What is defined for it: levels have no order, so that there is no distance along them."""
        return ("psi",) if self.categorical else MEASURES


@dataclass(eq=False)
class _Found:
    parts: dict[str, dict[str, Estimate]] = field(default_factory=lambda: {name: {} for name in MEASURES})
    unmeasured: dict[str, dict[str, str]] = field(default_factory=lambda: {name: {} for name in MEASURES})
    chances: dict[str, float] = field(default_factory=dict)


def compared(
    numbers: Iterable[Numbers], is_test: Mask, sampling: Sampling, smallest: int
) -> tuple[dict[str, Quantity], dict[str, float]]:
    """Stability index, largest distance and shift, by name, those that have any part; and the p-value of each number.

    A number that fewer than `smallest` rows of either sample have is unmeasured. The p-values are adjusted for how many
    there are; a number that is the same in all rows, or that few rows or entities have, has none.
    """
    found = _Found()
    for one in numbers:
        measured = ~np.isnan(one.values)
        if min(int((measured & is_test).sum()), int((measured & ~is_test).sum())) < smallest:
            reason = f"measured in fewer than {smallest} rows of the test or of the reference data"
            for name in one.measures:
                found.unmeasured[name][one.name] = reason
        elif measured.all() and np.ptp(one.values) == 0:
            for name in one.measures:
                method = "the same in every row of both"
                found.parts[name][one.name] = Estimate(value=0.0, n=len(is_test), method=method, spread=Exact())
        else:
            _compare(one, measured, is_test, sampling, found)
    quantities = {
        name: Quantity(parts=ordered(found.parts[name]), unmeasured=found.unmeasured[name])
        for name in MEASURES
        if found.parts[name] or found.unmeasured[name]
    }
    return quantities, _adjusted(found.chances)


def _compare(one: Numbers, measured: Mask, is_test: Mask, sampling: Sampling, found: _Found) -> None:
    bins = np.zeros(len(measured), dtype=np.intp)  # what is not measured is a bin of its own
    values, second = one.values[measured], is_test[measured]
    edges = np.arange(values.max()) if one.categorical else quantile_edges(values[~second], _BINS)
    bins[measured] = binned(values, edges) + 1
    try:
        index = stability_index(sampling, np.unique(bins, return_inverse=True)[1], is_test)
        found.parts["psi"][one.name] = index
        if one.categorical and _enough(sampling, is_test):
            found.chances[one.name] = _chance(index)
    except NotApplicable as refusal:
        found.unmeasured["psi"][one.name] = refusal.reason
    if one.categorical:
        return
    if np.ptp(values) == 0:
        same = Estimate(value=0.0, n=len(values), method="every measured value is the same", spread=Exact())
        found.parts["ks"][one.name] = found.parts["shift"][one.name] = same
    else:
        unit, among = float(values[~second].std()) or 1.0, sampling.only(measured)
        largest, moved = distances(among, second, values / unit)
        found.parts["ks"][one.name], found.parts["shift"][one.name] = largest.estimate, moved.estimate
        if largest.p_value is not None and _enough(among, second):
            found.chances[one.name] = largest.p_value


def _enough(sampling: Sampling, is_test: Mask) -> bool:
    """That both samples have rows and entities enough for chance to be told from change."""
    sides = (is_test, ~is_test)
    return min(min(int(rows.sum()), sampling.structure.contributing(rows)) for rows in sides) >= _FEWEST


def _chance(index: Estimate) -> float:
    """The chance of such an index where nothing has changed: of a chi-square (Yurdakul and Naranjo 2020), and as its
    interval takes it, where few clusters tell how far chance goes.
    """
    from scipy import special

    spread = index.spread
    assert isinstance(spread, NoncentralChi2)  # noqa: S101 - what `stability_index` gives
    tail = float(special.chdtrc(spread.freedom, spread.size * index.value))
    return tail if spread.df is None else 2 * float(special.stdtr(spread.df, float(special.ndtri(tail / 2))))


def _adjusted(chances: dict[str, float]) -> dict[str, float]:
    """Holm (1979): the family-wise error over all of them holds whatever their dependence; the smallest first."""
    adjusted, highest = {}, _LEAST
    for at, name in enumerate(sorted(chances, key=lambda name: (chances[name], name))):
        highest = max(highest, min(1.0, (len(chances) - at) * chances[name]))
        adjusted[name] = highest
    return adjusted
