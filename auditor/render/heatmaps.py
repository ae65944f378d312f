"""Heat maps: few cells as rectangles with their numbers, many as one picture under the same axes."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

from auditor.measurement import Heatmap
from auditor.render.labels import NUMBERED, SCALE, WIDTH, longest, numbered, row_labels, tallest, titled
from auditor.render.numbers import digits_for
from auditor.render.palette import DIVERGING, SEQUENTIAL, UNMEASURED
from auditor.render.vega import Chart, beside, channel, layer, over, pixels

if TYPE_CHECKING:
    from auditor.render.words import Words

_MOST_CELLS = 200  # drawn one by one; more are drawn as a picture
_MOST_NUMBERS = 100
_MANY = 24  # rows, beyond which each label has one line
_FIGURE = 5.2  # CSS pixels of a figure of a number in a cell
_PIXELS = 8  # side of a cell in the picture
_DARK_INK, _LIGHT_INK = "#1f242b", "#fefefe"  # in cells, which look the same on a dark page
_NARROW = 10  # letters of a line of a column's label there
_APART = 20  # CSS pixels between the two halves of one
_TALL = 760  # CSS pixels: what fits on a page with its caption


def heatmap(shown: Heatmap, words: Words) -> Chart:
    """Rows by columns in colour; grey where nothing was measured. Many rows of few columns stand in two halves."""
    ends, many, half = _ends(shown), len(shown.rows) > _MANY, -(-len(shown.rows) // 2)
    columns, room = numbered(shown.columns, _NARROW), WIDTH / 2 - _APART
    if not many or longest(_row_labels(shown.rows, many)) + _least(columns) * len(columns) > room:
        return _part(shown, ends, many, numbered(shown.columns, 18), WIDTH - 60, words)
    halves = (
        shown.model_copy(update={"rows": shown.rows[part], "values": shown.values[part]})
        for part in (slice(half), slice(half, None))
    )
    return beside((_part(one, ends, many, columns, room, words) for one in halves), _APART)


def _row_labels(rows: tuple[str, ...], many: bool) -> list[str]:
    return numbered(rows, 46 if many else 34, 1 if many else 3)


def _least(columns: list[str]) -> float:
    """CSS pixels of a column whose label fits."""
    return max(54.0, min(110.0, longest(columns) + 12.0))


def _part(
    shown: Heatmap, ends: tuple[float, float], many: bool, columns: list[str], room: float, words: Words
) -> Chart:
    """Rows of a heat map, labels and cells in so many CSS pixels. many: that there are so many in all."""
    rows = _row_labels(shown.rows, many)
    tall = max(10.5 if many else 22.0, 1.0 * tallest(rows) - 7.5 * many)
    wide = min(room - longest(rows), _least(columns) * len(columns))
    size = {"width": wide, "height": min(tall * len(rows), _TALL)}
    cells = [
        {"r": rows[i], "c": columns[j], "v": value}
        for i, line in enumerate(shown.values)
        for j, value in enumerate(line)
    ]
    at = _axes(shown, rows, columns, size)
    if len(cells) > _MOST_CELLS:
        layers = _picture(shown, ends, at, (rows, columns), size)
    else:
        layers = _rectangles(shown, ends, at, cells, size["width"] / max(1, len(columns)), words)
    layers += row_labels(rows, at["y"], "r", shown.row_title)
    return layer(layers).with_(**size)


def _axes(shown: Heatmap, rows: list[str], columns: list[str], size: dict[str, float]) -> dict[str, Any]:
    common: dict[str, Any] = {"labelExpr": NUMBERED, "ticks": False, "domain": False}
    slanted = longest(columns) > size["width"] / max(1, len(columns)) and longest(columns) > 30
    turn: dict[str, Any] = (
        {"labelAngle": -90, "labelAlign": "right", "labelBaseline": "middle"} if slanted else {"labelAngle": 0}
    )
    every = max(1, -(-len(columns) * (13 if slanted else longest(columns) + 8) // int(size["width"])))
    shown_columns = columns[::every]
    x_axis = {"values": shown_columns, "labelOverlap": False, **turn, **common}
    return {
        "x": channel(
            "c:O",
            title=shown.column_title or None,
            axis=x_axis,
            scale={"type": "band", "domain": columns, "padding": 0},
        ),
        "y": channel("r:O", title=None, axis=None, scale={"type": "band", "domain": rows, "padding": 0}),
    }


def _colour(shown: Heatmap, ends: tuple[float, float]) -> Any:
    stops = DIVERGING if shown.diverging else SEQUENTIAL
    domain = [ends[0] + (ends[1] - ends[0]) * i / (len(stops) - 1) for i in range(len(stops))]
    scale = {"domain": domain, "range": list(stops), "interpolate": "rgb", "clamp": True}
    name = titled(shown.value)
    legend = {"title": name, "orient": "bottom", "direction": "horizontal", "tickCount": 5}
    legend |= {"gradientLength": SCALE, "gradientThickness": 9}
    return channel("v:Q", scale=scale, legend=legend)


def _rectangles(
    shown: Heatmap,
    ends: tuple[float, float],
    at: dict[str, Any],
    cells: list[dict[str, Any]],
    wide: float,
    words: Words,
) -> list[Any]:
    measured = [cell for cell in cells if cell["v"] is not None]
    missing = [cell for cell in cells if cell["v"] is None]
    layers = [
        over(missing).mark("rect", color=UNMEASURED, stroke="#ffffff", strokeWidth=1).encode(**at),
        over(measured).mark("rect", stroke="#ffffff", strokeWidth=1).encode(color=_colour(shown, ends), **at),
    ]
    digits = _digits([cell["v"] for cell in measured], wide)
    if len(cells) <= _MOST_NUMBERS and digits is not None:
        layers += [_numbers(shown, ends, at, measured, pale, digits, words) for pale in (True, False)]
    return layers


def _digits(values: list[float], wide: float) -> int | None:
    """Decimals, three at most, with which every number fits into a cell so many pixels wide; None where none do."""
    most = 0 if all(value == int(value) for value in values) else min(3, digits_for(values))
    for digits in range(most, min(most, 2) - 1, -1):
        if max((len(f"{value:,.{digits}f}") for value in values), default=0) * _FIGURE < wide - 2:
            return digits
    return None


def _numbers(
    shown: Heatmap,
    ends: tuple[float, float],
    at: dict[str, Any],
    cells: list[dict[str, Any]],
    pale: bool,
    digits: int,
    words: Words,
) -> Any:
    """The numbers of the pale cells in dark ink, or those of the dark cells in light ink."""
    rows = []
    for cell in cells:
        share = (cell["v"] - ends[0]) / (ends[1] - ends[0])
        if (0.15 < share < 0.85 if shown.diverging else share < 0.55) is pale:
            rows.append(cell | {"t": words.numbers.number(cell["v"], digits)})
    ink = _DARK_INK if pale else _LIGHT_INK
    return over(rows).mark("text", fontSize=9, color=ink).encode(text="t:N", **at)


def _picture(
    shown: Heatmap,
    ends: tuple[float, float],
    at: dict[str, Any],
    labels: tuple[list[str], list[str]],
    size: dict[str, float],
) -> list[Any]:
    """The picture, and an invisible mark at each end of the scales, which the axes and the legend are made from."""
    picture = over([{"url": _png(shown, ends)}]).mark(
        "image", width=size["width"], height=size["height"], align="left", baseline="top", aspect=False
    )
    corner = [{"r": labels[0][0], "c": labels[1][0], "v": end} for end in ends]
    unseen = over(corner).mark("point", size=0, strokeWidth=0, opacity=0)
    return [
        picture.encode(url="url:N", x=pixels(0), y=pixels(0)),
        unseen.encode(color=_colour(shown, ends), **at),
    ]


def _ends(shown: Heatmap) -> tuple[float, float]:
    values = [value for line in shown.values for value in line if value is not None] or [0.0, 1.0]
    if shown.diverging:
        far = max(map(abs, (*values, shown.value.low or 0.0, shown.value.high or 0.0))) or 1.0
        return -far, far
    low = shown.value.low if shown.value.low is not None else min(values)
    high = shown.value.high if shown.value.high is not None else max(values)
    return (low, high) if low < high else (low, low + 1.0)


def _png(shown: Heatmap, ends: tuple[float, float]) -> str:
    """The cells as a PNG, so many pixels each that no viewer blurs them, as a data URI."""
    import numpy as np
    from PIL import Image

    stops = np.array([_rgb(colour) for colour in (DIVERGING if shown.diverging else SEQUENTIAL)])
    values = np.array([[np.nan if v is None else v for v in line] for line in shown.values], float)
    share = np.clip((values - ends[0]) / (ends[1] - ends[0]), 0, 1)
    places = np.linspace(0, 1, len(stops))
    known = np.nan_to_num(share)
    pixels = np.stack([np.interp(known, places, stops[:, channel]) for channel in range(3)], axis=-1)
    pixels[np.isnan(values)] = _rgb(UNMEASURED)
    pixels = pixels.round().astype(np.uint8).repeat(_PIXELS, 0).repeat(_PIXELS, 1)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _rgb(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
