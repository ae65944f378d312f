"""Bars, and dots with intervals, as Vega-Lite charts."""

from __future__ import annotations

from auditor.measurement import Bars
from auditor.render.labels import MOST_BARS, WIDTH, WRAP, longest, numbered, reach, row_labels, tallest, titled
from auditor.render.palette import INK, MUTED, SERIES
from auditor.render.vega import Chart, channel, layer, over

_MANY, _LONG = 12, 56  # rows: of more each label has one line if it can, or they would fill a page


def bars(shown: Bars) -> Chart:
    """A row for each label, from the top: a bar from zero or a dot, with its interval as a thin line."""
    keep = range(min(len(shown.labels), MOST_BARS))
    low, high = shown.low or (None,) * len(shown.labels), shown.high or (None,) * len(shown.labels)
    labels = numbered(shown.labels[: len(keep)], _LONG if len(keep) > _MANY else WRAP)
    rows = [{"at": labels[i], "v": shown.values[i], "low": low[i], "high": high[i]} for i in keep]
    band = {"domain": labels, "paddingInner": 0.35, "paddingOuter": 0.25}
    y = channel("at:O", title=None, axis=None, scale=band)
    x = channel("v:Q", title=titled(shown.axis), scale=reach(shown.axis, zero=not shown.points), axis={"tickCount": 7})
    base = over(rows).encode(y=y)
    mark = (
        base.mark("point", filled=True, size=46, opacity=1, color=SERIES[0])
        if shown.points
        else base.mark("bar", color=SERIES[0])
    )
    whisker = base.with_(transform=[{"filter": "datum.low != null && datum.high != null"}])
    whisker = whisker.mark("rule", color=SERIES[0] if shown.points else INK, strokeWidth=1.3).encode(
        x="low:Q", x2="high:Q"
    )
    layers = [mark.encode(x=x), whisker] if not shown.points else [whisker, mark.encode(x=x)]
    if shown.reference is not None:
        rule = over([{"v": shown.reference}])
        layers.insert(0, rule.mark("rule", color=MUTED, strokeDash=[4, 3]).encode(x="v:Q"))
    layers += row_labels(labels, y)
    return layer(layers).with_(width=WIDTH - 40 - longest(labels), height={"step": tallest(labels)})
