"""Bars, and dots with intervals, as Altair charts."""

from __future__ import annotations

from typing import Any

from auditor.measurement import Bars
from auditor.render.labels import MOST_BARS, WIDTH, longest, numbered, over, reach, row_labels, tallest, titled
from auditor.render.palette import INK, MUTED, SERIES


def bars(shown: Bars) -> Any:
    """A row for each label, from the top: a bar from zero or a dot, with its interval as a thin line."""
    import altair as alt

    keep = range(min(len(shown.labels), MOST_BARS))
    low, high = shown.low or (None,) * len(shown.labels), shown.high or (None,) * len(shown.labels)
    labels = numbered(shown.labels[: len(keep)])
    rows = [{"at": labels[i], "v": shown.values[i], "low": low[i], "high": high[i]} for i in keep]
    band = alt.Scale(domain=labels, paddingInner=0.35, paddingOuter=0.25)
    y = alt.Y("at:O", title=None, axis=None, scale=band)
    x = alt.X(
        "v:Q", title=titled(shown.axis), scale=reach(shown.axis, zero=not shown.points), axis=alt.Axis(tickCount=7)
    )
    base = over(rows).encode(y=y)
    mark = (
        base.mark_point(filled=True, size=46, opacity=1, color=SERIES[0])
        if shown.points
        else base.mark_bar(color=SERIES[0])
    )
    whisker = base.transform_filter("datum.low != null && datum.high != null")
    whisker = whisker.mark_rule(color=SERIES[0] if shown.points else INK, strokeWidth=1.3).encode(
        x="low:Q", x2="high:Q"
    )
    layers = [mark.encode(x=x), whisker] if not shown.points else [whisker, mark.encode(x=x)]
    if shown.reference is not None:
        rule = over([{"v": shown.reference}])
        layers.insert(0, rule.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(x="v:Q"))
    layers += row_labels(labels, y)
    return alt.layer(*layers).properties(width=WIDTH - 40 - longest(labels), height=alt.Step(tallest(labels)))
