"""Shown evidence as drawings: described in Vega-Lite, drawn as SVG by vl-convert, without a browser or a network."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib.resources import as_file
from typing import TYPE_CHECKING, Any

from auditor.measurement import Bars, Heatmap, Lines, Tree
from auditor.render.bars import bars
from auditor.render.curves import lines
from auditor.render.drawing import set_in
from auditor.render.fonts import families
from auditor.render.heatmaps import heatmap
from auditor.render.palette import GRID, INK, MUTED
from auditor.render.treeplot import tree
from auditor.render.vega import Chart, over
from auditor.shipped import shipped

if TYPE_CHECKING:
    from auditor.render.words import Words

Drawn = Lines | Bars | Heatmap | Tree
_KEPT = 64  # drawings
_MEASURED_FONT = "IBM Plex Sans"  # as the shipped files name it, so that vl-convert knows how wide the words are


def chart(shown: Drawn, key: str, alternative: str, words: Words) -> str:
    """The drawing as an `svg` element, to be set into HTML.

    key: unique in the document; the ids inside the drawing are made from it, so that two drawings never clash.
    alternative: what is to be seen, for those who cannot see it.
    """
    svg = _svg(words, specification(shown, words))
    return set_in(svg.replace(_MEASURED_FONT, families(svg)), key, shown.title, alternative)


def picture(shown: Drawn, words: Words) -> bytes:
    """The drawing as a PNG on white, for programs that show no SVG."""
    import vl_convert

    drawing = specification(shown, words)
    svg = _svg(words, {**drawing, "config": {**drawing["config"], "background": "white"}})
    return bytes(vl_convert.svg_to_png(svg, scale=1.5))


def warm() -> None:
    """Start what draws, which takes half a second: for a time when something else is waited for."""
    _drawn(json.dumps(over([{"x": 1}]).mark("point").encode(x="x:Q").with_(config=_config()).document()), ".")


def _svg(words: Words, drawing: dict[str, Any]) -> str:
    return _drawn(json.dumps(drawing), words.numbers.number(0, 1)[1])


@lru_cache(_KEPT)
def _drawn(drawing: str, point: str) -> str:
    """The same drawing stands in several reports of a record."""
    import vl_convert

    _fonts()
    locale = {"decimal": point, "thousands": "\u202f", "grouping": [3], "currency": ["", ""]}
    return str(vl_convert.vegalite_to_svg(drawing, format_locale=locale))


def specification(shown: Drawn, words: Words) -> dict[str, Any]:
    """The Vega-Lite chart that is drawn."""
    return _plot(shown, words).with_(config=_config()).document()


def _plot(shown: Drawn, words: Words) -> Chart:
    if isinstance(shown, Lines):
        return lines(shown)
    if isinstance(shown, Bars):
        return bars(shown)
    return heatmap(shown, words) if isinstance(shown, Heatmap) else tree(shown, words)


def _config() -> dict[str, Any]:
    text = {"labelFontSize": 10, "titleFontSize": 10.5, "titleFontWeight": "normal", "labelLimit": 0, "titleLimit": 0}
    colours = {"labelColor": INK, "titleColor": MUTED}
    return {
        "aria": False,
        "background": "transparent",
        "font": _MEASURED_FONT,
        "padding": 2,
        "view": {"stroke": None},
        "axis": {
            **text,
            **colours,
            "gridColor": GRID,
            "domainColor": MUTED,
            "tickColor": MUTED,
            "tickSize": 4,
            "labelFlush": False,
        },
        "legend": {**text, **colours, "symbolSize": 60},
        "text": {"color": INK, "fontSize": 10},
    }


@cache
def _fonts() -> None:
    import vl_convert

    with as_file(shipped("templates") / "fonts") as folder:
        vl_convert.register_font_directory(str(folder))
