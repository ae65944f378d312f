"""Shown evidence as drawings: Altair describes them, vl-convert draws them as SVG, without a browser or a network."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib.resources import as_file
from typing import TYPE_CHECKING, Any

from auditor.measurement import Bars, Heatmap, Lines, Tree
from auditor.render.bars import bars
from auditor.render.curves import lines
from auditor.render.fonts import TEXT
from auditor.render.heatmaps import heatmap
from auditor.render.labels import SCALE
from auditor.render.palette import GRID, INK, MUTED
from auditor.render.treeplot import tree
from auditor.shipped import shipped

if TYPE_CHECKING:
    from auditor.render.words import Words

Drawn = Lines | Bars | Heatmap | Tree
_MEASURED_FONT = "IBM Plex Sans"  # as the shipped files name it, so that vl-convert knows how wide the words are
_SHARE_OF_BOX = 'x1="0" x2="1" y1="0" y2="0"'


def chart(shown: Drawn, key: str, words: Words) -> str:
    """The drawing as an `svg` element, to be set into HTML.

    key: unique in the document; the ids inside the drawing are made from it, so that two drawings never clash.
    """
    import vl_convert
    from altair.utils.schemapi import debug_mode

    _fonts()
    point = words.numbers.number(0, 1)[1]
    locale = {"decimal": point, "thousands": "\u202f", "grouping": [3], "currency": ["", ""]}
    with debug_mode(False):  # checking each piece against Vega's schema takes half the time; the tests draw with it
        drawing = _plot(shown, words).configure(**_config()).to_json()
    return _set_in(vl_convert.vegalite_to_svg(drawing, format_locale=locale), key, shown.title)


def _plot(shown: Drawn, words: Words) -> Any:
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


def _set_in(svg: str, key: str, title: str) -> str:
    """The drawing without what a page does not need, with ids of its own and a title for those who cannot see it."""
    names: dict[str, str] = {}
    for name in re.findall(r'\bid="([^"]+)"', svg):
        names.setdefault(name, f"{key}-{len(names) + 1}")
    svg = re.sub(r'\bid="([^"]+)"', lambda found: f'id="{names[found[1]]}"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{names[found[1]]})", svg)
    svg = re.sub(r' (?:class|pointer-events|aria-[a-z]+|role)="[^"]*"', "", svg)
    svg = svg.replace(_MEASURED_FONT, TEXT)
    svg = svg.replace("<image ", '<image image-rendering="crisp-edges" ')  # PDF/A wants cells with edges
    # A scale in the drawing's own units: WeasyPrint 70 loses one that is given as a share of its box.
    svg = svg.replace(_SHARE_OF_BOX, f'gradientUnits="userSpaceOnUse" x1="0" x2="{SCALE}" y1="0" y2="0"')
    return re.sub(
        r"^<svg[^>]*?( width=[^>]*)>", rf'<svg class="chart" role="img"\1><title>{escape(title)}</title>', svg
    )
