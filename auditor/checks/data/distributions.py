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

MEASURES = ("psi", "ks", "shift", "p_value")
_BINS = 10
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
        return ("psi", "p_value") if self.categorical else MEASURES


@dataclass(eq=False)
class _Found:
    parts: dict[str, dict[str, Estimate]] = field(default_factory=lambda: {name: {} for name in MEASURES})
    unmeasured: dict[str, dict[str, str]] = field(default_factory=lambda: {name: {} for name in MEASURES})
    p_values: dict[str, float] = field(default_factory=dict)


def compared(numbers: Iterable[Numbers], is_test: Mask, sampling: Sampling, smallest: int) -> dict[str, Quantity]:
    """Stability index, largest distance, shift and adjusted p-value, by name; those that have any part.

    A number that fewer than `smallest` rows of either sample have is unmeasured.
    """
    found = _Found()
    for one in numbers:
        measured = ~np.isnan(one.values)
        if min(int((measured & is_test).sum()), int((measured & ~is_test).sum())) < smallest:
            reason = f"measured in fewer than {smallest} rows of the test or of the reference data"
            for name in one.measures:
                found.unmeasured[name][one.name] = reason
        elif measured.all() and np.ptp(one.values) == 0:
            for name in one.measures[:-1]:
                method = "the same in every row of both"
                found.parts[name][one.name] = Estimate(value=0.0, n=len(is_test), method=method, spread=Exact())
            found.p_values[one.name] = 1.0
        else:
            _compare(one, measured, is_test, sampling, found)
    found.parts["p_value"] = _adjusted(found.p_values, len(is_test))
    return {
        name: Quantity(parts=_first(name, found.parts[name]), unmeasured=found.unmeasured[name])
        for name in MEASURES
        if found.parts[name] or found.unmeasured[name]
    }


def _first(name: str, parts: dict[str, Estimate]) -> dict[str, Estimate]:
    """What has drifted most first."""
    far = ordered(parts)
    return dict(reversed(far.items())) if name == "p_value" else far


def _compare(one: Numbers, measured: Mask, is_test: Mask, sampling: Sampling, found: _Found) -> None:
    bins = np.zeros(len(measured), dtype=np.intp)  # what is not measured is a bin of its own
    values, second = one.values[measured], is_test[measured]
    edges = np.arange(values.max()) if one.categorical else quantile_edges(values[~second], _BINS)
    bins[measured] = binned(values, edges) + 1
    try:
        index = stability_index(sampling, np.unique(bins, return_inverse=True)[1], is_test)
        found.parts["psi"][one.name] = index
        if one.categorical:
            found.p_values[one.name] = _chance(index)
    except NotApplicable as refusal:
        for name in ("psi", "p_value") if one.categorical else ("psi",):
            found.unmeasured[name][one.name] = refusal.reason
    if one.categorical:
        return
    if np.ptp(values) == 0:
        same = Estimate(value=0.0, n=len(values), method="every measured value is the same", spread=Exact())
        found.parts["ks"][one.name] = found.parts["shift"][one.name] = same
        found.p_values[one.name] = 1.0
    else:
        unit = float(values[~second].std()) or 1.0
        largest, moved = distances(sampling.only(measured), second, values / unit)
        found.parts["ks"][one.name], found.parts["shift"][one.name] = largest.estimate, moved.estimate
        found.p_values[one.name] = largest.p_value


def _chance(index: Estimate) -> float:
    """The chance of such an index where nothing has changed: of a chi-square (Yurdakul and Naranjo 2020)."""
    from scipy import special

    spread = index.spread
    assert isinstance(spread, NoncentralChi2)  # noqa: S101 - what `stability_index` gives
    return float(special.chdtrc(spread.freedom, spread.size * index.value))


def _adjusted(p_values: dict[str, float], n: int) -> dict[str, Estimate]:
    """Holm (1979): the family-wise error over all of them holds whatever their dependence."""
    adjusted, highest = {}, 0.0
    for at, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        highest = max(highest, min(1.0, (len(p_values) - at) * p_values[name]))
        adjusted[name] = Estimate(value=highest, n=n, method="a p-value, adjusted (Holm)", spread=Exact())
    return {name: adjusted[name] for name in p_values}
