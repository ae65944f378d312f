"""What attribution shows: features by their share, time, and both together with signs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from auditor.checks.importance.attributed import PARTS, Attributed
from auditor.explain.players import parts_of
from auditor.measurement import Axis, Bars, Heatmap, Quantity

_MOST = _MAPPED = 12


def bars(share: Quantity, method: str) -> Bars:
    """Features, the largest share first."""
    order = sorted(share.parts, key=lambda name: (-share.parts[name].value, name))
    caption = f"'{order[0]}' moves the scores most. Shares of the mean size of all credit ({method}), 95 % intervals."
    if len(order) > _MOST:
        caption += f" The {_MOST} largest of {len(order)} are shown."
    return _bars("Share of each feature in what moves the scores", caption, share, order[:_MOST])


def by_part(share: Quantity) -> Bars:
    """Parts of the history as time runs, then what does not change in time."""
    caption = "How far back the model looks: the share of each part of the history, the oldest first, 95 % intervals."
    return _bars("Share of each part of the history in what moves the scores", caption, share, list(share.parts))


def heatmap(attributed: Attributed) -> Heatmap:
    """Mean credit of the leading features in each part of the history, with its sign."""
    question, players = attributed.question, attributed.credit.players
    lags = parts_of(question.steps, PARTS)
    at = np.array([question.steps - first for first, _ in lags])
    mean = attributed.credit.values.mean(0)[players.sequence[at]]  # (parts, features)
    size = np.abs(attributed.credit.values).mean(0)[players.sequence[at]].sum(0)
    names = [feature.name for feature in question.data.features]
    order = sorted(range(len(names)), key=lambda i: (-size[i], names[i]))[:_MAPPED]
    columns = [f"t-{last}…t-{first}" if last > first else f"t-{first}" for first, last in lags]
    return Heatmap(
        title="Mean credit of each feature in each part of the history",
        caption="Above zero: on average it moves the score up; t-1 is the last step. Opposite effects cancel here.",
        rows=tuple(names[i] for i in order),
        columns=tuple(columns),
        values=tuple(tuple(mean[:, i].tolist()) for i in order),
        value=Axis(title="Mean credit", unit=attributed.credit.unit),
        row_title="Feature",
        column_title="Steps before the end",
        diverging=True,
    )


def _bars(title: str, caption: str, share: Quantity, order: Sequence[str]) -> Bars:
    intervals = [share.parts[name].interval(0.95) for name in order]
    return Bars(
        title=title,
        caption=caption,
        labels=tuple(order),
        values=tuple(share.parts[name].value for name in order),
        low=tuple(interval.low if math.isfinite(interval.low) else None for interval in intervals),
        high=tuple(interval.high if math.isfinite(interval.high) else None for interval in intervals),
        axis=Axis(title="Share of the credit"),
    )
