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
) -> tuple[Bars | Lines, ...]:
    """The shift of every feature, and the distribution of each score."""
    pieces: list[Bars | Lines] = []
    shift = quantities["shift"].parts if "shift" in quantities else {}
    if shift:
        far = list(shift)[:_MOST]
        some = f" The {_MOST} largest of {len(shift)} are drawn." if len(shift) > _MOST else ""
        caption = f"How far values moved from reference to test, on average.{some}"
        axis = Axis(title="Shift, in reference standard deviations", low=0)
        pieces.append(dots("Shift from reference to test", caption, {name: shift[name] for name in far}, axis))
    for name, values in scores.items():
        pieces.append(_curves(name, values[~is_test], values[is_test]))
    return tuple(pieces)


def chance_table(quantities: Mapping[str, Quantity], chances: Mapping[str, float]) -> tuple[Table, ...]:
    """The adjusted p-value of every number beside its distances, the smallest first; nothing where there is none."""
    if not chances:
        return ()
    some = f" The {_MOST} smallest of {len(chances)} are listed." if len(chances) > _MOST else ""
    heads = {"psi": "Stability index", "ks": "Largest distance", "shift": "Shift"}
    parts = {name: quantities[name].parts if name in quantities else {} for name in heads}
    told = [
        (name, *(found[name].value if name in found else None for found in parts.values()), chance)
        for name, chance in list(chances.items())[:_MOST]
    ]
    columns = [Column(title=title, kind="number") for title in heads.values()]
    return (
        Table(
            title="Whether chance explains the change",
            caption="The p-value is the chance of such a largest distance (of levels: of such an index) where nothing "
            "has changed, adjusted for how many are compared (Holm). A small one says that something has changed, not "
            f"how much; a large one does not say that nothing has. None below 1e-9 is told.{some}",
            columns=(Column(title="Of"), *columns, Column(title="p-value", kind="number", digits=None)),
            rows=tuple(told),
        ),
    )


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
