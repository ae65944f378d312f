"""What the check of drift shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from auditor.checks.performance.charts import dots
from auditor.dataset import Floats
from auditor.measurement import Axis, Bars, Column, Lines, Quantity, Series, Table

_MOST = 24  # dots that a reader can still tell apart
_POINTS = 60


def charts(
    quantities: Mapping[str, Quantity], scores: Mapping[str, Floats], is_test: NDArray[np.bool_]
) -> tuple[Bars | Lines | Table, ...]:
    """The shift of every feature, the distribution of each score, and all numbers."""
    pieces: list[Bars | Lines | Table] = []
    shift = quantities["shift"].parts if "shift" in quantities else {}
    if shift:
        far = sorted(shift, key=lambda name: (-shift[name].value, name))[:_MOST]
        some = f" The {_MOST} largest of {len(shift)} are drawn." if len(shift) > _MOST else ""
        caption = f"How far values moved from reference to test, on average.{some}"
        axis = Axis(title="Shift, in reference standard deviations", low=0)
        pieces.append(dots("Shift from reference to test", caption, {name: shift[name] for name in far}, axis))
    for name, values in scores.items():
        pieces.append(_curves(name, values[~is_test], values[is_test]))
    if "psi" in quantities:
        pieces.append(_table(quantities))
    return tuple(pieces)


def _curves(name: str, reference: Floats, test: Floats) -> Lines:
    share = np.linspace(0.01, 0.99, _POINTS)
    return Lines(
        title=f"Distribution of the {name}",
        caption="Where the curves part, the model answers the test rows otherwise than the reference rows.",
        x=Axis(title=name.capitalize()),
        y=Axis(title="Share of rows up to that score", low=0, high=1),
        series=tuple(
            Series(name=label, x=tuple(np.quantile(values, share).tolist()), y=tuple(share.tolist()))
            for label, values in (("reference", reference), ("test", test))
        ),
    )


def _table(quantities: Mapping[str, Quantity]) -> Table:
    columns = ("psi", "ks", "shift", "p_value")
    given = {name: quantities[name].parts if name in quantities else {} for name in columns}
    names = list(dict.fromkeys(name for parts in given.values() for name in parts))
    rows = tuple(
        (name, *(given[column][name].value if name in given[column] else None for column in columns)) for name in names
    )
    return Table(
        title="Drift, number by number",
        caption="An empty field: not defined for a category, or not measured often enough.",
        columns=(
            Column(title="Feature"),
            Column(title="Stability index", kind="number"),
            Column(title="Largest distance", kind="number"),
            Column(title="Shift", kind="number", unit="SD"),
            Column(title="p-value, adjusted", kind="number"),
        ),
        rows=rows,
    )
