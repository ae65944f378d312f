"""Plausible ranges and units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.data.parts import ordered
from auditor.checks.data.seen import Seen
from auditor.checks.data.units import slips
from auditor.dataset import Dataset, Feature, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.measurement import Cell, Column, Meaning, Measurement, Quantity, Table
from auditor.subject import Subject

_COMMON = (0.05, 0.95)  # between these quantiles of plausible values lies what "looks right"


class Params(Frozen):
    """None: plausible ranges and units are declared with the data."""


@dataclass(frozen=True)
class Usual:
    """Of plausible cells: the least, the most, and the ends of their middle 90 %."""

    least: float
    most: float
    low: float
    high: float


@dataclass(frozen=True)
class Checked:
    """A feature of one data set. cells: how many are measured. common: a range that is not seldom left, by quantiles.

    outside: share of the measured cells outside the declared range; None where none is declared. other: share of the
    cells that are out of range and would look right in another unit; None where there is nothing to compare with.
    """

    feature: Feature
    cells: int
    common: tuple[float, float] | None
    outside: float | None
    other: float | None
    slip: str


@check(
    quantities={
        "nonfinite": Meaning(title="Cells that are infinite", better="lower", low=0.0),
        "outside": Meaning(
            title="Share of measured cells outside the plausible range",
            better="lower",
            per="feature",
            low=0.0,
            high=1.0,
        ),
        "other_unit": Meaning(
            title="Share of measured cells that would look right in another unit",
            better="lower",
            per="feature",
            low=0.0,
            high=1.0,
        ),
    }
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Measurements are finite, plausible, and in the unit that is declared.

    Measures: for each numeric feature of the test and of the reference data, the share of measured cells outside the
    declared plausible range; and the share of cells that lie out of range as they stand, but among the common values
    (the middle 90 %) once a slip of unit is undone: a factor of 10, 100 or 1,000, the sign, °F for °C, lb for kg and
    the like. Where no range is declared, the range that the reference data show takes its place for the units.
    Why: one column in another unit, or one device that writes 0 for "not measured", silently changes what a model sees.
    Blind to: wrong values that are plausible; categorical features; slips of unit that stay within the plausible range.
    """
    sets = {"": subject.test} | ({" (reference)": subject.reference} if subject.reference else {})
    infinite, cells = 0, 0
    found: dict[str, Checked] = {}
    held = {suffix: _columns(subject, data) for suffix, data in sets.items()}
    base = held.get(" (reference)", {})
    usual = {name: _usual(feature, values) for name, (feature, values) in (base or held[""]).items()}
    for suffix, data in sets.items():
        columns = held[suffix]
        infinite += sum(int(np.isinf(values).sum()) for _, values in columns.values())
        cells += sum(values.size for _, values in columns.values())
        for name, (feature, values) in columns.items():
            if feature.kind == "numeric":
                showable = len(data) * _COMMON[0] >= subject.smallest_cell
                found[name + suffix] = _checked(feature, values, usual[name], bool(base), showable)
    if not cells:
        raise NotApplicable("the data have no cell")
    counted = Estimate(value=infinite, n=cells, method="a count of cells", spread=Exact())
    quantities = {"nonfinite": Quantity.of(counted)}
    unmeasured = {}
    undeclared = "no plausible range is declared with the data"
    for name, why in (("outside", undeclared), ("other_unit", undeclared + ", and there are no reference data")):
        if found:
            quantities[name] = _quantity(found, "outside" if name == "outside" else "other", why)
        else:
            unmeasured[name] = "no feature is numeric"
    return Measurement(quantities=quantities, unmeasured=unmeasured, shown=_shown(found))


def _columns(subject: Subject, data: Dataset) -> dict[str, tuple[Feature, Floats]]:
    """The measured cells of every feature: those of all lines that a row holds, and the static ones of every row."""
    held = Seen.of(subject, data).lines()
    lines = data.values if held.all() else data.values[np.flatnonzero(held)]
    both = [*zip(data.features, lines.T, strict=True)]
    both += [*zip(data.static_features, data.static.T, strict=True)] if data.static_features else []
    return {feature.name: (feature, _measured(column)) for feature, column in both}


def _measured(column: Floats) -> Floats:
    absent = np.isnan(column)
    return (column[np.flatnonzero(~absent)] if absent.any() else column).astype(float, copy=False)


def _usual(feature: Feature, values: Floats) -> Usual | None:
    """What is usual of these cells, None where none is plausible."""
    if feature.kind != "numeric":
        return None
    outside = _outside(feature, values)
    plausible = values[~outside] if outside.any() else values
    if not len(plausible):
        return None
    low, high = np.quantile(plausible, _COMMON)
    return Usual(float(plausible.min()), float(plausible.max()), float(low), float(high))


def _outside(feature: Feature, values: Floats) -> NDArray[np.bool_]:
    low = -np.inf if feature.low is None else feature.low
    high = np.inf if feature.high is None else feature.high
    return np.asarray((values < low) | (values > high))


def _checked(feature: Feature, values: Floats, usual: Usual | None, compared: bool, showable: bool) -> Checked:
    """usual, compared: of the reference data, if there are any. showable: quantiles point at nobody."""
    declared = feature.low is not None or feature.high is not None
    n, outside = len(values), _outside(feature, values)
    if not n:
        return Checked(feature, 0, None, None, None, "")
    share = float(outside.mean()) if declared else None
    common = None
    if showable:
        low, high = np.quantile(values, _COMMON)
        common = (float(low), float(high))
    if usual is None or not (declared or compared):
        return Checked(feature, n, common, share, None, "")
    strange = values[outside if declared else (values < usual.least) | (values > usual.most)]
    best, name = 0, ""
    for slip in slips(feature):
        undone = slip.undone(strange)
        right = int(((undone >= usual.low) & (undone <= usual.high)).sum())
        best, name = max((best, name), (right, slip.name), key=lambda one: one[0])
    return Checked(feature, n, common, share, best / n, name)


def _quantity(found: dict[str, Checked], name: str, why: str) -> Quantity:
    parts, unmeasured = {}, {}
    for key, one in found.items():
        value = one.outside if name == "outside" else one.other
        if value is None:
            unmeasured[key] = why if one.cells else "never measured"
        else:
            parts[key] = Estimate(value=value, n=one.cells, method="every measured cell; no sampling", spread=Exact())
    return Quantity(parts=ordered(parts), unmeasured=unmeasured)


def _shown(found: dict[str, Checked]) -> tuple[Table, ...]:
    if not found:
        return ()
    columns = (
        Column(title="Feature"),
        Column(title="Unit"),
        Column(title="Declared range", kind="interval", digits=None),
        Column(title="Middle 90 %", kind="interval", digits=None),
        Column(title="Outside", kind="percent", digits=4),
        Column(title="Right in another unit", kind="percent", digits=4),
        Column(title="Such as"),
    )
    caption = "Cells outside the declared range, and those that a slip of unit explains. An empty field: not declared."
    return (Table(title="Ranges and units", caption=caption, columns=columns, rows=tuple(_rows(found))),)


def _rows(found: dict[str, Checked]) -> Iterator[tuple[Cell | tuple[float | None, float | None], ...]]:
    for key, one in sorted(found.items(), key=lambda item: -max(item[1].outside or 0.0, item[1].other or 0.0)):
        feature = one.feature
        declared = None if feature.low is None and feature.high is None else (feature.low, feature.high)
        yield (key, feature.unit, declared, one.common, one.outside, one.other, one.slip)
