"""What paper has room for: methods under a table, drawings in their size and in their place."""

from __future__ import annotations

import pytest
from records import a_record

from auditor.estimate import Estimate, Normal
from auditor.measurement import Measurement, Quantity
from auditor.render.drawing import taken_out
from auditor.render.families import tall_last
from auditor.render.quantities import quantities
from auditor.render.view import Figure, Grid
from auditor.render.words import words


def test_methods_are_those_of_the_rows_that_are_shown() -> None:
    """A long table shows its ends, and under it no method of a row that it leaves out."""
    entry = a_record().measured["performance.discrimination"]
    parts = {
        f"f{i}": Estimate(value=float(i), n=100, method="middling" if i == 20 else "extreme", spread=Normal(se=1.0))
        for i in range(40)
    }
    measurement = Measurement(quantities={"auroc": Quantity(parts=parts)})
    (grid,) = quantities(entry.model_copy(update={"measurement": measurement}), 0.95, (), words("en"))
    assert ("(a) extreme",) == grid.notes


@pytest.mark.parametrize(("wide", "style"), [(279, ""), (425, ' style="max-width: 382px"'), (620, "")])
def test_a_drawing_is_not_blown_up(wide: int, style: str) -> None:
    """On paper one of few columns keeps the scale of the others; those that stand beside each other have their own."""
    drawn = f'<svg class="chart" role="img" width="{wide}" height="90"><title>T</title><desc>D</desc></svg>'
    page, _ = taken_out(drawn, str)
    assert f'<img class="chart" src="0" width="{wide}" height="90"{style} alt="T. D.">' == page


@pytest.mark.parametrize(("tall", "order"), [(300, ["figure", "table"]), (700, ["table", "figure"])])
def test_a_tall_drawing_leaves_no_page_empty(tall: int, order: list[str]) -> None:
    """It stands after its table, which can be broken, and fills what is left of the page before it."""
    data = Grid("D", (), ())
    drawing = Figure("a", "Figure 1", "T", "", f'<svg class="chart" width="620" height="{tall}">', "wide", "", data)
    table = Grid("G", (), ())
    assert order == ["table" if one is table else "figure" for one in tall_last((drawing, table))]
