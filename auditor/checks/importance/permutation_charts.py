"""What permutation importance shows: features ranked, steps in time, and both together."""

from __future__ import annotations

import math
from collections.abc import Sequence

from auditor.checks.quality import WORDS
from auditor.dataset import Dataset
from auditor.measurement import Axis, Bars, Heatmap, Quantity

_MOST = 12  # features drawn


def bars(data: Dataset, importance: Quantity) -> Bars:
    """Features, the most important first."""
    order = sorted(importance.parts, key=lambda name: (-importance.parts[name].value, name))
    left_out = f" The {_MOST} largest of {len(order)} are shown." if len(order) > _MOST else ""
    caption = (
        f"Without '{order[0]}' the predictions lose most; a feature whose interval holds zero is not shown to matter. "
        f"Whiskers are 95 % intervals.{left_out}"
    )
    return _bars("What the predictions lose without each feature", caption, data, importance, order[:_MOST])


def by_step(data: Dataset, importance: Quantity) -> Bars:
    """Blocks of steps, the oldest first, as time runs."""
    caption = "How far back the model looks: all features are replaced in one part of the history."
    caption += " Whiskers are 95 % intervals."
    order = list(reversed(importance.parts))
    return _bars("What the predictions lose without each part of the history", caption, data, importance, order)


def heatmap(
    data: Dataset, names: Sequence[str], lags: Sequence[tuple[int, int]], cells: Sequence[Sequence[float]]
) -> Heatmap:
    """cells[feature][block], the blocks from the end on; drawn as time runs."""
    columns = [f"t-{last}…t-{first}" if last > first else f"t-{first}" for first, last in lags]
    left_out = f" The {len(names)} most important features are shown." if len(names) < len(data.features) else ""
    return Heatmap(
        title="What the predictions lose without a feature in a part of the history",
        caption=f"Where in time each feature matters; t-1 is the last step. One repeat, without intervals.{left_out}",
        rows=tuple(names),
        columns=tuple(reversed(columns)),
        values=tuple(tuple(reversed(row)) for row in cells),
        value=_axis(data),
        row_title="Feature",
        column_title="Steps before the end",
        diverging=True,
    )


def _bars(title: str, caption: str, data: Dataset, importance: Quantity, order: Sequence[str]) -> Bars:
    intervals = [importance.parts[name].interval(0.95) for name in order]
    return Bars(
        title=title,
        caption=caption,
        labels=tuple(order),
        values=tuple(importance.parts[name].value for name in order),
        low=tuple(interval.low if math.isfinite(interval.low) else None for interval in intervals),
        high=tuple(interval.high if math.isfinite(interval.high) else None for interval in intervals),
        axis=_axis(data),
        reference=0.0,
    )


def _axis(data: Dataset) -> Axis:
    return Axis(title=WORDS[data.task].capitalize(), unit=data.target.unit if data.task == "regression" else "")
