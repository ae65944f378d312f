"""Drawings: what Vega knows, well formed, and there even for awkward numbers."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from auditor.measurement import Axis, Bars, Heatmap, Lines, Node, Series, Tree
from auditor.record import Record
from auditor.render.alternatives import alternative, data
from auditor.render.charts import Drawn, chart, specification
from auditor.render.words import words

WORDS = words("en")
VALUE = Axis(title="value")
LEAF = Node(text="", value=0.5, n=10)


def _deep(depth: int) -> Node:
    if depth == 0:
        return LEAF
    return Node(
        text=f"a question at depth {depth} & more",
        value=0.4,
        n=2**depth * 10,
        yes=_deep(depth - 1),
        no=_deep(depth - 1),
    )


AWKWARD: dict[str, Drawn] = {
    "one bar": Bars(title="t", caption="c", labels=("a",), values=(0.0,), axis=VALUE),
    "equal names": Bars(title="t", caption="c", labels=("a", "a"), values=(1.0, 2.0), axis=VALUE),
    "fifty bars": Bars(title="t", caption="c", labels=tuple(map(str, range(50))), values=(1.0,) * 50, axis=VALUE),
    "half an interval": Bars(
        title="t", caption="c", labels=("a",), values=(1.0,), low=(None,), high=(2.0,), axis=VALUE, points=True
    ),
    "one point": Lines(title="t", caption="c", x=VALUE, y=VALUE, series=(Series(name="s", x=(1.0,), y=(1.0,)),)),
    "nothing measured": Heatmap(title="t", caption="c", rows=("r",), columns=("c",), values=((None,),), value=VALUE),
    "one value": Heatmap(
        title="t", caption="c", rows=("r",), columns=("c",), values=((0.0,),), value=VALUE, diverging=True
    ),
    "a leaf": Tree(title="t", caption="c", root=LEAF, value=VALUE),
    "a deep tree": Tree(title="t", caption="c", root=_deep(6), value=VALUE),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_numbers_are_drawn(name: str) -> None:
    """A drawing is well-formed SVG with some mark in it, and comes with words and a table."""
    shown = AWKWARD[name]
    svg = chart(shown, "figure-1", alternative(shown, WORDS), WORDS)
    root = ET.fromstring(svg.replace("<svg ", '<svg xmlns:xlink="x" ', 1))
    assert {"path", "text", "rect", "line"} & {str(element.tag) for element in root.iter()}
    assert "NaN" not in svg
    assert data(shown, WORDS).heads


def test_drawings_are_what_vega_knows(record: Record) -> None:
    """Every drawing of the sample is valid by Vega-Lite's own schema."""
    import altair

    drawn = [one for run in record.measured.values() if run.measurement for one in run.measurement.shown]
    kinds = {one.kind: one for one in drawn if isinstance(one, Lines | Bars | Heatmap | Tree)}
    assert {"lines", "bars", "heatmap", "tree"} == set(kinds)
    for one in kinds.values():
        assert altair.Chart.from_dict(specification(one, WORDS), validate=True)


def test_ids_are_the_figures_own() -> None:
    """Ids inside a drawing are made from its key, so that two drawings in a page never clash."""
    drawing = AWKWARD["a deep tree"]
    ids = re.findall(r'\bid="([^"]+)"', chart(drawing, "figure-7", "words", WORDS))
    assert [] == [one for one in ids if not one.startswith("figure-7-")]


def test_title_with_backslashes_and_markup() -> None:
    """A title is text, whatever is in it."""
    drawing = Bars(title=r"a\1 <b>\g<0>", caption="c", labels=("a",), values=(1.0,), axis=VALUE)
    root = ET.fromstring(chart(drawing, "figure-1", r"\2 & more", WORDS).replace("<svg ", '<svg xmlns:xlink="x" ', 1))
    assert [r"a\1 <b>\g<0>", r"\2 & more"] == [element.text for element in list(root)[:2]]
