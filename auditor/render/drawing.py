"""A drawing as text: made fit for a page, and found again in one."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

from auditor.render.labels import SCALE, WIDTH

_HALF = 300  # CSS pixels, up to which a drawing may stand beside another one, which the style sheets set
_PRINTED = 0.9  # of its size: how a drawing as wide as the text is set on paper
_SHARE_OF_BOX = 'x1="0" x2="1" y1="0" y2="0"'
# Drawn by nothing: the whole is filled with nothing unless a shape says otherwise, and has no lines around it.
_UNSEEN = re.compile(
    r'<path d="(?:M0,0h0v0h0Z)?"[^>]*/>|<path d="[^"]*"(?: transform="[^"]*")?/>'
    r'|<(?:line|path|rect)(?= )[^>]* opacity="0"[^>]*/>|<text(?= )[^>]* opacity="0"[^>]*>[^<]*</text>'
)
_SAID_ANYWAY = re.compile(r' opacity="1"| pointer-events="[^"]*"')
_EMPTY = re.compile(r'<g(?: transform="[^"]*")?></g>')
_LINES = re.compile(r"<line [^>]*/>(?:<line [^>]*/>)+")
_LINE = re.compile(r'<line transform="translate\(([^)]*)\)" x2="([^"]*)" y2="([^"]*)"([^>]*)/>')
_FOR_SCRIPTS = re.compile(r' (?:class|aria-[a-z]+|role)="[^"]*"')
_ATTRIBUTE = re.compile(r'="[-\d][^"]*\.\d{3}[^"]*"|="[a-zMm][^":]*\.\d{3}[^"]*"')
_LONG = re.compile(r"(\.\d\d)\d+")  # hundredths of a pixel are more than any printer shows
_SET = re.compile(
    r'<svg class="chart"[^>]*?( width="[^"]*" height="[^"]*")[^>]*>'
    r"<title>([^<]*)</title><desc>([^<]*)</desc>.*?</svg>",
    re.DOTALL,
)


def set_in(svg: str, key: str, title: str, alternative: str) -> str:
    """The drawing without what a page does not need, with ids of its own, a title, and words for who cannot see it."""
    names: dict[str, str] = {}
    for name in re.findall(r'\bid="([^"]+)"', svg):
        names.setdefault(name, f"{key}-{len(names) + 1}")
    svg = re.sub(r'\bid="([^"]+)"', lambda found: f'id="{names[found[1]]}"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{names[found[1]]})", svg)
    svg = _seen(_FOR_SCRIPTS.sub("", _SAID_ANYWAY.sub("", svg)))
    svg = _ATTRIBUTE.sub(lambda found: _LONG.sub(r"\1", found[0]), svg)
    svg = svg.replace("<image ", '<image image-rendering="crisp-edges" ')  # PDF/A wants cells with edges
    # A scale in the drawing's own units: WeasyPrint 70 loses one that is given as a share of its box.
    svg = svg.replace(_SHARE_OF_BOX, f'gradientUnits="userSpaceOnUse" x1="0" x2="{SCALE}" y1="0" y2="0"')
    told = f"<title>{escape(title)}</title><desc>{escape(alternative)}</desc>"
    return re.sub(r"^<svg[^>]*?( width=[^>]*)>", rf'<svg class="chart" role="img"\1>{_literal(told)}', svg, count=1)


def taken_out(page: str, address: Callable[[int], str]) -> tuple[str, dict[str, str]]:
    """The page with a picture in the place of each drawing, and the drawings by the addresses of the pictures.

    Inside a page, WeasyPrint computes the style of every line of a drawing as it does for a paragraph.
    """
    drawings: dict[str, str] = {}

    def picture(found: re.Match[str]) -> str:
        at = address(len(drawings))
        drawings[at] = found[0].replace(
            "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ', 1
        )
        words = escape(". ".join(unescape(text).rstrip(".") for text in (found[2], found[3]) if text))
        return f'<img class="chart" src="{at}"{found[1]}{_no_larger(found[1])} alt="{words}.">'

    return _SET.sub(picture, page), drawings


def _no_larger(size: str) -> str:
    """The style that keeps a drawing of a few columns from being blown up to the width of the others."""
    wide = float(size.split('"')[1])
    return f' style="max-width: {_PRINTED * wide:.0f}px"' if _HALF < wide < WIDTH else ""


def _seen(svg: str) -> str:
    """Without what draws nothing; lines that lie side by side and look alike, such as a grid's, are one shape."""
    svg, found = _UNSEEN.subn("", svg)
    while found:
        svg, found = _EMPTY.subn("", svg)
    return _LINES.sub(lambda found: _as_paths(found[0]), svg)


def _as_paths(lines: str) -> str:
    if _LINE.sub("", lines):
        return lines  # one of them is placed otherwise, and may have to stay above another
    alike: dict[str, list[str]] = {}
    for at, right, down, look in _LINE.findall(lines):
        alike.setdefault(look, []).append(f"M{at}l{right},{down}")
    return "".join(f'<path d="{"".join(moves)}"{look}/>' for look, moves in alike.items())


def _literal(text: str) -> str:
    """Text for the right side of a substitution."""
    return text.replace("\\", "\\\\")
