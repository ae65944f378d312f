"""A deep tree as a list: a line for each node, set in by its depth, its ways at the left, its value at the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.measurement import Node, Tree
from auditor.render.labels import WIDTH, wrapped
from auditor.render.numbers import digits_for
from auditor.render.palette import GRID, INK, MUTED, SERIES
from auditor.render.vega import Chart, channel, layer, over, pixels

if TYPE_CHECKING:
    from auditor.render.words import Words

_ROW, _STEP = 17, 15  # CSS pixels of a line, and of a step to the right
_BAR, _NUMBER, _COUNT = 90, 46, 46  # CSS pixels of the columns at the right
_LETTER = 5.1  # CSS pixels of a letter of the text, about
_MOST_ROWS = 44  # lines that fit on a page; the data table and the record have them all


@dataclass(frozen=True)
class _Line:
    node: Node
    depth: int
    way: str
    parent: int


def listed(shown: Tree, words: Words) -> Chart:
    """Layered marks: ways, answers and texts, and a bar and two numbers for each node."""
    lines = list(_lines(shown.root, words))
    keep = lines[:_MOST_ROWS]
    rows = _drawn(keep, shown, words)
    width = WIDTH - 4
    layers = [*_ways(rows), *_texts(rows), *_values(rows, width)]
    return layer(layers).with_(width=width, height=_ROW * (len(keep) + 1))


def _lines(root: Node, words: Words) -> Iterator[_Line]:
    stack = [_Line(root, 0, "", -1)]
    at = 0
    while stack:
        line = stack.pop()
        yield line
        answers = ((line.node.no, words("no")), (line.node.yes, words("yes")))
        stack += [_Line(node, line.depth + 1, way, at) for node, way in answers if node is not None]
        at += 1


def _drawn(lines: list[_Line], shown: Tree, words: Words) -> list[dict[str, Any]]:
    values = [line.node.value for line in lines]
    low = shown.value.low if shown.value.low is not None else min(0.0, *values)
    high = shown.value.high if shown.value.high is not None else max(values)
    digits = min(3, digits_for(values))
    left = WIDTH - 4 - _BAR - _NUMBER - _COUNT
    rows = []
    for at, line in enumerate(lines):
        x, y = line.depth * _STEP, (at + 1.5) * _ROW
        way = f"{line.way}: " if line.way else ""
        leaf = line.node.yes is None and line.node.no is None
        room = int((left - x - 14) / _LETTER)
        share = min(1.0, max(0.0, (line.node.value - low) / ((high - low) or 1.0)))
        row = {"x": x + 4, "y": y, "text": wrapped(way + (line.node.text or words("leaf")), room, 1), "leaf": leaf}
        row |= {"bar": left, "bar2": left + share * (_BAR - 10), "track": left + _BAR - 10}
        row |= {"top": y - 4, "bottom": y + 4, "value": words.numbers.number(line.node.value, digits)}
        row |= {"n": words.numbers.count(line.node.n)}
        if line.parent >= 0:
            row |= {"px": x - _STEP + 7, "py": (line.parent + 1.5) * _ROW + 6}
        rows.append(row)
    return rows


def _at(field: str) -> dict[str, Any]:
    return channel(f"{field}:Q", scale=None, axis=None)


def _ways(rows: list[dict[str, Any]]) -> list[Any]:
    base = over([row for row in rows if "px" in row]).mark("rule", color=MUTED, strokeWidth=0.8)
    down = base.encode(x=_at("px"), y=_at("py"), y2="y:Q")
    return [down, base.encode(x=_at("px"), x2="x:Q", y=_at("y"))]


def _texts(rows: list[dict[str, Any]]) -> list[Any]:
    made = []
    for leaf in (False, True):
        base = over([row for row in rows if row["leaf"] is leaf])
        text = base.mark("text", align="left", baseline="middle", dx=3, fontSize=9.5, color=MUTED if leaf else INK)
        made.append(text.encode(x=_at("x"), y=_at("y"), text="text:N"))
    return made


def _values(rows: list[dict[str, Any]], width: float) -> list[Any]:
    base = over(rows)
    ends = {"y": _at("top"), "y2": "bottom:Q"}
    track = base.mark("rect", fill=GRID).encode(x=_at("bar"), x2="track:Q", **ends)
    bar = base.mark("rect", fill=SERIES[0]).encode(x=_at("bar"), x2="bar2:Q", **ends)
    right = {"align": "right", "baseline": "middle", "fontSize": 9.5, "color": INK}
    value = base.mark("text", fontWeight="bold", **right).encode(x=pixels(width - _COUNT), text="value:N")
    count = base.mark("text", **right).encode(x=pixels(width), text="n:N")
    head = over([{"t": "n"}]).mark("text", **(right | {"color": MUTED})).encode(x=pixels(width), text="t:N")
    return [
        track,
        bar,
        *(one.encode(y=_at("y")) for one in (value, count)),
        head.encode(y=pixels(_ROW / 2)),
    ]
