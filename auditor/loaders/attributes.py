"""What stands once a row: target, groups, static features, weights, recorded scores."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Feature, Floats, Group, Target
from auditor.errors import FileFault, WrittenFault
from auditor.loaders.forecasts import primary_offset
from auditor.loaders.rows import Places
from auditor.loaders.spec import DataSpec, GroupSpec
from auditor.loaders.tables import matches
from auditor.loaders.variables import Measured, Value


def feature(spec: Measured) -> Feature:
    """A variable as checks and reports know it."""
    low, high = spec.plausible or (None, None)
    levels = tuple((spec.levels or {}).values())
    return Feature(spec.name, spec.kind, spec.unit, spec.description, low, high, levels, spec.error, spec.immutable)


def target(spec: DataSpec, at: Places) -> tuple[Target, Floats]:
    """The target, and its value or class code in each row: (rows,), NaN where missing."""
    column, named = spec.target_column, spec.target.classes or {}
    about = Target(spec.target.name or column, spec.target.unit, tuple(named.values()))
    if spec.task == "regression":
        return about, at.numbers(column, target=True, ahead=primary_offset(spec))
    keys = list(named)
    if spec.task == "binary":
        keys = _two(spec, at)
        about = Target(about.name, about.unit, tuple(named.get(key, _text(key)) for key in keys))
    return about, at.levels(column, keys, strict=True, target=True)


def _two(spec: DataSpec, at: Places) -> list[Value]:
    """The negative and the positive value of a binary target. Values that are neither are a FileFault."""
    positive, column, named = spec.target.positive, spec.target_column, spec.target.classes or {}
    if positive is None:
        raise WrittenFault("a binary target needs its positive value")
    negative = next((key for key in named if key != positive), spec.target.negative)
    if negative is not None:
        return [negative, positive]
    found = at.distinct(column)
    others = [value for value in found if not matches(value, positive)]
    if len(others) > 1:
        shown = ", ".join(repr(value) for value in found[:6]) + (", ..." if len(found) > 6 else "")
        what = f"column '{column}' has more than two values ({shown}), and the target is binary"
        remedy = "Name the other value too (negative: ...), or the task multiclass."
        raise FileFault(what, where=", ".join(table.name for table in at.source(column)), remedy=remedy)
    return [*(others or [f"not {_text(positive)}"]), positive]


def _text(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def group(spec: GroupSpec, at: Places) -> Group:
    """An attribute of the rows; a value that is not listed, and a missing one, is unknown."""
    if spec.levels is not None:
        found = at.levels(spec.column, list(spec.levels))
        return Group(spec.name, tuple(spec.levels.values()), np.where(np.isnan(found), -1, found).astype(np.int64))
    cuts, values = spec.cut or (), at.numbers(spec.column)
    whole = all(cut == int(cut) for cut in cuts) and bool((np.isnan(values) | (values == np.floor(values))).all())
    codes = np.where(np.isnan(values), -1, np.searchsorted(cuts, values, side="right"))
    return Group(spec.name, _bands(cuts, whole), codes.astype(np.int64))


def _bands(cuts: Sequence[float], whole: bool) -> tuple[str, ...]:
    """Labels of the bands between cut points, as in <30, 30-39, 40+; of numbers that are not whole: 30 to <40."""
    inner = []
    for low, high in itertools.pairwise(cuts):
        last = f"{high - 1:g}"
        inner.append((f"{low:g}" if last == f"{low:g}" else f"{low:g}-{last}") if whole else f"{low:g} to <{high:g}")
    return (f"<{cuts[0]:g}", *inner, f"{cuts[-1]:g}+")


def statics(spec: DataSpec, at: Places) -> Floats:
    """Static features in original units or codes: (rows, static features)."""
    columns = [at.measured(one, one.column) for one in spec.static]
    return np.stack(columns, axis=1) if columns else np.empty((0, 0))


def weight(spec: DataSpec, at: Places) -> Floats | None:
    """Weights: (rows,), finite and not below zero. Raises FileFault where one is not."""
    if spec.weight is None:
        return None
    weights = at.numbers(spec.weight)
    bad = ~(weights >= 0)
    if bad.any():
        shown = "missing" if np.isnan(weights[bad][0]) else f"{weights[bad][0]:g}"
        raise FileFault(f"column '{spec.weight}': {int(bad.sum())} weights are missing or below zero (one is {shown})")
    if not weights.any():
        raise FileFault(f"column '{spec.weight}': every weight is 0, so that no row counts")
    return weights


def recorded(spec: DataSpec, at: Places) -> NDArray[np.floating] | None:
    """The developer's scores: (rows,) or (rows, classes), NaN where there are none."""
    if spec.recorded_score is None:
        return None
    columns = [at.numbers(name) for name in spec.recorded_score.names]
    return columns[0] if len(columns) == 1 else np.stack(columns, axis=1)
