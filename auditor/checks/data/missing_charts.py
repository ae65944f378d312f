"""What the check of missing values shows."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.checks.performance.charts import dots
from auditor.measurement import Axis, Bars, Heatmap, Quantity

_MOST = 24  # dots that a reader can still tell apart
_WORDS = {
    "missing_by_outcome": (
        "Not measured, by outcome",
        "Right of zero: not measured more often in rows that have the outcome.",
    ),
    "missing_by_group": (
        "Not measured, by group",
        "Right of zero: the group is measured less than the other rows.",
    ),
    "missing_change": (
        "Not measured, in test and reference data",
        "Right of zero: measured less in the test than in the reference data.",
    ),
}


def charts(quantities: Mapping[str, Quantity]) -> tuple[Heatmap | Bars, ...]:
    """The shares over the sequence, and the differences, the largest first."""
    pieces: list[Heatmap | Bars] = []
    if "missing_by_block" in quantities:
        pieces.append(_over_time(quantities["missing_by_block"]))
    for name, (title, caption) in _WORDS.items():
        parts = quantities[name].parts if name in quantities else {}
        if parts:
            largest = sorted(parts, key=lambda key: (-abs(parts[key].value), key))[:_MOST]
            some = f" The {_MOST} largest of {len(parts)} are drawn." if len(parts) > _MOST else ""
            axis = Axis(title="Difference of the share not measured")
            pieces.append(dots(title, caption + some, {key: parts[key] for key in largest}, axis, 0.0))
    return tuple(pieces)


def _over_time(blocks: Quantity) -> Heatmap:
    keys = [*blocks.parts, *blocks.unmeasured]
    features = tuple(dict.fromkeys(key.rpartition(", ")[0] for key in keys))
    quarters = ("first quarter", "second quarter", "third quarter", "last quarter")
    values = tuple(
        tuple(blocks.parts[key].value if (key := f"{name}, {q}") in blocks.parts else None for q in quarters)
        for name in features
    )
    return Heatmap(
        title="Not measured, over the sequence",
        caption="The share of cells of the test data that were not measured, in each quarter of a row's steps. A "
        "column that is darker than the others is a time when less is measured.",
        rows=features,
        columns=quarters,
        values=values,
        value=Axis(title="Share not measured", low=0, high=1),
        row_title="Feature",
        column_title="Quarter of the sequence",
    )
