"""Labels, axes and sizes that the drawings share."""

from __future__ import annotations

import re
from typing import Any

from auditor.measurement import Axis
from auditor.render.palette import MUTED
from auditor.render.vega import Chart, over, pixels

MOST_BARS = 40  # drawn; the rest is in the data table and the record
WIDTH = 620  # CSS pixels: the text column of an A4 page
NUMBERED = "split(slice(datum.label, 4), '\\n')"
SCALE = 200  # CSS pixels of a colour scale in a legend
_CLOSING = " ,.;:!?)）】》」』，。、；：！？"  # a line never starts with one of these
WRAP = 34
_LINE = 12  # CSS pixels of a line of a label


def titled(axis: Axis, width: int = 76) -> list[str]:
    """An axis title with its unit, in lines that fit along the axis."""
    return wrapped(f"{axis.title} ({axis.unit})" if axis.unit else axis.title, width).split("\n")


def reach(axis: Axis, zero: bool = False) -> dict[str, Any]:
    """The scale of an axis: its declared ends, else what suits the data (zero: with zero in it)."""
    ends: dict[str, Any] = {"domainMin": axis.low, "domainMax": axis.high}
    given = {end: value for end, value in ends.items() if value is not None}
    return {"zero": zero, "nice": len(given) < 2, **given}


def wrapped(text: str, width: int = WRAP, most: int = 4) -> str:
    """The text in lines of at most `width` (a Chinese character counts as two), most of a very long one."""
    lines, line, used = [], "", 0
    for word in _words(text, width):
        size = sum(2 if ord(one) > 0x2E7F else 1 for one in word)
        if used + size > width and line:
            lines.append(line.strip())
            line, used = "", 0
        line, used = line + word, used + size
    lines.append(line.strip())
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + " …"])


def _words(text: str, width: int) -> list[str]:
    """Pieces that a line may end after: words, and pieces of words that are longer than a line; Chinese anywhere."""
    pieces: list[str] = []
    for word in text.split():
        whole = word + " "
        if any(ord(one) > 0x2E7F for one in word):
            pieces += re.findall(rf".[{_CLOSING}]*", whole)
        else:
            pieces += [whole[at : at + width] for at in range(0, len(whole), width)]
    return pieces


def numbered(labels: tuple[str, ...], width: int = WRAP, most: int = 3) -> list[str]:
    """Labels in lines, with their number before, so that two equal ones stay two; `NUMBERED` takes it off again.

    Where some label would take more than two lines, all get longer ones.
    """
    made = [wrapped(label, width, most) for label in labels]
    if any(text.count("\n") > 1 for text in made):
        made = [wrapped(label, round(1.4 * width), most) for label in labels]
    return [f"{at:04d}{text}" for at, text in enumerate(made)]


def row_labels(labels: list[str], y: Any, field: str = "at", title: str = "") -> list[Chart]:
    """Numbered labels left of the axis, each block of lines centred on its row (an axis would hang it from there)."""
    layers = []
    if title:
        head = over([{"t": title}]).mark("text", align="right", baseline="bottom", color=MUTED)
        layers.append(head.encode(text="t:N", x=pixels(-8), y=pixels(-5)))
    for lines_of in sorted({label.count("\n") for label in labels}):
        rows = [{field: label, "t": label[4:]} for label in labels if label.count("\n") == lines_of]
        base = over(rows)
        text = base.mark(
            "text", align="right", baseline="middle", lineBreak="\n", lineHeight=_LINE, dy=-lines_of * _LINE / 2
        )
        layers.append(text.encode(y=y, text="t:N", x=pixels(-8)))
    return layers


def longest(labels: list[str]) -> int:
    """Pixels that the widest line of numbered labels takes, about."""
    lines_of = (line for label in labels for line in label[4:].split("\n"))
    return round(max((sum(10 if ord(one) > 0x2E7F else 5.6 for one in line) for line in lines_of), default=0))


def tallest(labels: list[str]) -> int:
    """Pixels that a row needs for the label with the most lines."""
    return 6 + _LINE * max((label.count("\n") + 1 for label in labels), default=1)
