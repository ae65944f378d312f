"""A tree from left to right: questions in boxes, the way for yes above the way for no, values as levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.measurement import Node, Tree
from auditor.render.labels import WIDTH, wrapped
from auditor.render.numbers import digits_for
from auditor.render.palette import GRID, INK, MUTED, ZONE
from auditor.render.treelist import listed
from auditor.render.vega import Chart, channel, layer, over

if TYPE_CHECKING:
    from auditor.render.words import Words

_LINE = 12  # pixels of a line of text
_MOST_LINES = 4
_MOST_COLUMNS = 4  # of boxes that can be read beside each other


@dataclass(frozen=True)
class Placed:
    """A node with its place: column by depth, row by its leaves; `way` is the answer that leads to it."""

    node: Node
    column: int
    row: float
    parent: Placed | None
    way: str


def tree(shown: Tree, words: Words) -> Chart:
    """Layered marks: lines to the branches, boxes, texts."""
    if is_deep(shown.root):
        return listed(shown, words)
    placed = list(_placed(shown.root, words, 0, None, "", [0.0]))
    columns = 1 + max(one.column for one in placed)
    pitch = WIDTH / columns
    box = pitch - 34
    width = max(10, int(box / 5.3))
    texts = {id(one): wrapped(one.node.text, width, _MOST_LINES) for one in placed}
    tall = max(2, *(text.count("\n") + 2 for text in texts.values())) * _LINE + 16
    place = _Place(pitch, box, tall)
    leaves = 1 + max(one.row for one in placed)
    digits = min(3, digits_for(one.node.value for one in placed))
    data = [_drawn(one, texts[id(one)], place, digits, words) for one in placed]
    layers = [*_branches([row for row in data if "px" in row]), *_boxes(data, shown)]
    return layer(layers).with_(width=WIDTH - 4, height=leaves * tall)


def is_deep(node: Node, columns: int = _MOST_COLUMNS) -> bool:
    """Whether a tree has more boxes beside each other than can be read, so that it is drawn as a list."""
    return columns < 1 or any(is_deep(branch, columns - 1) for branch in (node.yes, node.no) if branch)


@dataclass(frozen=True)
class _Place:
    pitch: float
    box: float
    tall: float

    def of(self, one: Placed) -> tuple[float, float]:
        """Left edge and middle of a node's box."""
        return one.column * self.pitch, (one.row + 0.5) * self.tall


def _placed(
    node: Node, words: Words, column: int, parent: Placed | None, way: str, rows: list[float]
) -> Iterator[Placed]:
    """Every node; leaves take the next free row, a question stands in the middle of its leaves."""
    leaves = _leaves(node)
    one = Placed(node, column, rows[0] + (leaves - 1) / 2, parent, way)
    yield one
    if node.yes is None and node.no is None:
        rows[0] += 1
    for branch, answer in ((node.yes, words("yes")), (node.no, words("no"))):
        if branch is not None:
            yield from _placed(branch, words, column + 1, one, answer, rows)


def _leaves(node: Node) -> int:
    return sum(_leaves(branch) for branch in (node.yes, node.no) if branch is not None) or 1


def _drawn(one: Placed, text: str, place: _Place, digits: int, words: Words) -> dict[str, Any]:
    x, y = place.of(one)
    half = ((text.count("\n") + 1 if text else 0) * _LINE + _LINE + 14) / 2
    value = words.numbers.number(one.node.value, digits)
    count = words("n = {n}", n=words.numbers.count(one.node.n))
    row: dict[str, Any] = {"x": x, "x2": x + place.box, "y": y - half, "y2": y + half, "v": one.node.value}
    row |= {"m": y, "tx": x + 7, "ty": y - half + 6, "text": text}
    row |= {"by": y + half - 5, "told": f"{value} · {count}"}
    if one.parent is not None:
        left, middle = place.of(one.parent)
        row |= {"px": left + place.box, "py": middle, "bend": x - 17, "way": one.way, "wx": x - 15}
    return row


def _fixed(field: str) -> dict[str, Any]:
    return channel(f"{field}:Q", scale=None, axis=None)


def _branches(rows: list[dict[str, Any]]) -> list[Any]:
    base = over(rows)
    across = base.mark("rule", color=MUTED)
    xy = {"x": _fixed("px"), "y": _fixed("py")}
    first = across.encode(x=xy["x"], x2="bend:Q", y=xy["y"])
    down = across.encode(x=_fixed("bend"), y=xy["y"], y2="m:Q")
    last = across.encode(x=_fixed("bend"), x2="x:Q", y=_fixed("m"))
    way = base.mark("text", align="left", dy=-5, fontSize=9, color=MUTED)
    return [first, down, last, way.encode(x=_fixed("wx"), y=_fixed("m"), text="way:N")]


def _boxes(rows: list[dict[str, Any]], shown: Tree) -> list[Any]:
    values = [row["v"] for row in rows]
    low = shown.value.low if shown.value.low is not None else min(values)
    high = shown.value.high if shown.value.high is not None else max(values)
    base = over(rows)
    corner = {"x": _fixed("x"), "x2": "x2:Q", "y": _fixed("y"), "y2": "y2:Q"}
    box = base.mark("rect", fill="#fbfcfd", fillOpacity=0, stroke=ZONE, cornerRadius=3).encode(**corner)
    span = (high - low) or 1.0
    for row in rows:
        row["bar"] = row["x"] + 3
        row["b2"] = row["y2"] - (row["y2"] - row["y"]) * min(1.0, max(0.0, (row["v"] - low) / span))
    track = base.mark("rect", fill=GRID).encode(x=corner["x"], x2="bar:Q", y=corner["y"], y2="y2:Q")
    level = base.mark("rect", fill="#0072b2").encode(x=corner["x"], x2="bar:Q", y=_fixed("b2"), y2="y2:Q")
    text = base.mark("text", align="left", baseline="top", fontSize=9.5, lineBreak="\n", lineHeight=_LINE, color=INK)
    told = base.mark("text", align="left", baseline="bottom", fontSize=9.5, fontWeight="bold", color=INK)
    return [
        box,
        track,
        level,
        text.encode(x=_fixed("tx"), y=_fixed("ty"), text="text:N"),
        told.encode(x=_fixed("tx"), y=_fixed("by"), text="told:N"),
    ]
