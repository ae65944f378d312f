"""What the simulations of docs/validation.md rest on: their truths, their counts, and the page that they write."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from coverage_tables import Line, read, renewed, saved, summary
from coverage_truths import truths
from coverage_worlds import DESIGNS, Cell, drawn
from validity_coverage import coverage, makers
from validity_joint import DESIGNS as SHARED
from validity_joint import alarms
from written import replaced

SIZE = 60_000


@pytest.mark.parametrize(("design", "far"), [("rows", 0.02), ("time blocks", 0.08)])
def test_truths_are_those_of_a_large_sample(design: str, far: float) -> None:
    """Every number that is integrated comes out of very many rows, too; distances of groups that are alike are 0."""
    cell, known = Cell(design, SIZE, 0.3), truths(0.3)
    found = {name: make().value for name, make in makers(drawn(cell, np.random.default_rng(4)), cell)}
    assert {name for name in known if "by entity" not in name} == set(found)
    near = {name: pytest.approx(known[name], rel=0.05, abs=far) for name in found}
    assert near == found


def test_truths_of_whole_entities() -> None:
    """The same of groups with each entity in one of them."""
    cell, known = Cell("entities of 5", SIZE, 0.3), truths(0.3)
    made = makers(drawn(cell, np.random.default_rng(4)), cell)
    found = {name: make().value for name, make in made if "by entity" in name}
    assert {name: pytest.approx(known[name], rel=0.05, abs=0.03) for name in known if "by entity" in name} == found


@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_of_a_cell_are_counted(design: str) -> None:
    """The same seed gives the same counts, and nearly all intervals hold the truth."""
    cell = Cell(design, 1000, 0.5)
    lines = coverage(cell, 3, 1)
    assert [line for line in lines if line.name in ("F1", "KS")] == coverage(cell, 3, 1, ["KS", "F1"])
    assert all(line.runs == (3 if "entities" in design or "by entity" not in line.name else 0) for line in lines)
    assert sum(line.below + line.above for line in lines) < 0.3 * sum(line.judged for line in lines)


def test_counts_of_two_seeds_are_added(tmp_path: Path) -> None:
    """As they were saved; a table tells their share."""
    line = Line(Cell("rows", 100, 0.5), "rate", 500, 400, 8, 12)
    for name in ("one.csv", "two.csv"):
        saved([line], tmp_path / name)
    both = read([tmp_path / "one.csv", tmp_path / "two.csv"])
    assert [Line(line.cell, "rate", 1000, 800, 16, 24)] == both
    assert "| rate | 95.0 | 95.0 | – | – |" in summary(both)


def test_one_estimate_is_made_anew() -> None:
    """Its cells take the place of what was told of it; of a part of its cells, none is told."""
    cells = [Cell("rows", n, 0.5) for n in (100, 300)]
    before = [Line(cell, name, 500, 400, 8, 12) for cell in cells for name in ("rate", "ratio")]
    now = [Line(cell, "ratio", 500, 400, 4, 6) for cell in reversed(cells)]
    assert [before[0], now[1], before[2], now[0]] == renewed(before, now, 2)
    with pytest.raises(ValueError, match="ratio"):
        renewed(before, now[:1], 2)


def test_groups_that_do_not_differ_seldom_fail() -> None:
    """Pairs that are widened for their number fail less often than those that are not."""
    shares = alarms(next(iter(SHARED)), 6, "difference of sensitivity", 12, 1)
    assert shares["max-t"] <= shares["not widened"]
    assert shares["max-t"] < 50


def test_only_what_is_between_the_marks_is_written(tmp_path: Path) -> None:
    """The page around them stays; without both marks nothing is written."""
    page = tmp_path / "page.md"
    page.write_text("before\n<a>\nold\n<b>\nafter\n", encoding="utf-8")
    replaced(page, "<a>", "<b>", "new")
    assert page.read_text(encoding="utf-8") == "before\n<a>\nnew\n<b>\nafter\n"
    with pytest.raises(ValueError, match="no place"):
        replaced(page, "<c>", "<b>", "new")
