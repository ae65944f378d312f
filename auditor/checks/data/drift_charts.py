"""What the check of drift shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from auditor.checks.performance.charts import dots
from auditor.dataset import Floats
from auditor.measurement import Axis, Bars, Lines, Quantity, Series

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
