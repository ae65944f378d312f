"""Curves as Vega-Lite charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auditor.measurement import Lines, Series
from auditor.render.labels import WIDTH, reach, titled, wrapped
from auditor.render.palette import DASHES, MUTED, SERIES, SHAPES
from auditor.render.vega import Chart, channel, layer, over

_HALF = 232  # CSS pixels of a side of a square plot, of which two stand beside each other


def is_square(shown: Lines) -> bool:
    """That both axes run over the same range, so that the plot is drawn square."""
    ends = (shown.x.low, shown.x.high)
    return None not in ends and ends == (shown.y.low, shown.y.high)


def lines(shown: Lines) -> Chart:
    """Curves, each with its band; points with their intervals; the line of equality dashed."""
    every = (*shown.series, *_diagonal(shown))
    names = [series.name for series in every]
    half = is_square(shown)
    size = {"width": _HALF, "height": _HALF} if half else {"width": WIDTH - 90, "height": 165}
    colour = channel("s:N", legend=_legend(every, half), scale=_scale(names, SERIES, shown.diagonal, MUTED))
    x = channel(
        "x:Q",
        title=titled(shown.x, 38 if half else 76),
        scale=reach(shown.x),
        axis={"tickCount": 5 if half else 8},
    )
    y = channel("y:Q", title=titled(shown.y, 38 if half else 31), scale=reach(shown.y), axis={"tickCount": 5})
    keys = _Keys(colour, *_forms(every, shown.diagonal, half))
    layers = [layer for series in every for layer in _layers(series, x, y, keys, series.name == shown.diagonal)]
    return layer(layers).with_(**size)


def _diagonal(shown: Lines) -> tuple[Series, ...]:
    if not shown.diagonal:
        return ()
    xs = [value for series in shown.series for value in series.x]
    low = shown.x.low if shown.x.low is not None else min(xs)
    high = shown.x.high if shown.x.high is not None else max(xs)
    return (Series(name=shown.diagonal, x=(low, high), y=(low, high)),)


@dataclass(frozen=True)
class _Keys:
    """What tells the series apart: colour, dashes, shapes of points."""

    colour: Any
    dash: Any
    shape: Any


def _legend(every: tuple[Series, ...], half: bool) -> Any:
    if len(every) < 2:
        return None
    line: dict[str, Any] = (
        {} if any(one.style == "points" for one in every) else {"symbolType": "stroke", "symbolSize": 300}
    )
    columns = 1 if half else 3
    text = "split(datum.label, '\\n')"
    how = {"orient": "bottom", "columns": columns, "labelExpr": text, "symbolOpacity": 1, "offset": 12}
    return {"title": None, **how, **line}


def _forms(every: tuple[Series, ...], diagonal: str, half: bool) -> tuple[Any, Any]:
    """Dashes of lines and shapes of points, in the same legend as the colours."""
    names, legend = [series.name for series in every], _legend(every, half)
    shapes = [SHAPES[at % len(SHAPES)] if series.style == "points" else "stroke" for at, series in enumerate(every)]
    dashed = None if any(one.style == "points" for one in every) else legend  # else points would be drawn dashed
    return (
        channel("s:N", legend=dashed, scale=_scale(names, DASHES, diagonal, [4, 3])),
        channel("s:N", legend=legend, scale=_scale(names, shapes, "", "stroke")),
    )


def _layers(series: Series, x: Any, y: Any, keys: _Keys, thin: bool) -> list[Any]:
    columns = [given for given in (series.x, series.y, series.low, series.high) if given]
    rows = [
        {"s": wrapped(series.name, 40)} | dict(zip(("x", "y", "low", "high"), row, strict=False))
        for row in zip(*columns, strict=True)
    ]
    base = over(rows).encode(x=x, color=keys.colour)
    ends = {"y": channel("low:Q"), "y2": "high:Q"}
    if series.style == "points":
        points = base.mark("point", filled=True, size=38, opacity=1, clip=True).encode(y=y, shape=keys.shape)
        whiskers = [base.mark("rule", strokeWidth=1.3, clip=True).encode(**ends)] if series.low else []
        return [*whiskers, points]
    step: Any = "step-after" if series.style == "step" else "linear"
    band = [base.mark("area", opacity=0.18, interpolate=step, clip=True).encode(**ends)] if series.low else []
    line = base.mark("line", interpolate=step, clip=True, strokeWidth=1 if thin else 1.8)
    return [*band, line.encode(y=y, strokeDash=keys.dash)]


def _scale(names: list[str], values: Any, diagonal: str, special: Any) -> Any:
    plain = [special if name == diagonal and diagonal else values[at % len(values)] for at, name in enumerate(names)]
    return {"domain": [wrapped(name, 40) for name in names], "range": plain}
