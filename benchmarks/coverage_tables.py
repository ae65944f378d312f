"""Tables of simulated coverage, for benchmarks/validity_coverage.py: one line for each kind of estimate."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from coverage_worlds import DESIGNS, Cell
from written import replaced

DOCS = Path(__file__).parent.parent / "docs"
START, END = "<!-- coverage: written by benchmarks/validity_coverage.py -->", "<!-- coverage: end -->"
FEWEST_RUNS = 200  # judged runs below which a cell is not counted: its standard error would be above 1.5 points
HEADER = ("design", "n", "prevalence", "estimate", "runs", "judged", "below", "above")


@dataclass(frozen=True)
class Line:
    """One estimate in one cell: runs, judged ones, and those whose interval lies above or below the truth."""

    cell: Cell
    name: str
    runs: int
    judged: int
    below: int
    above: int

    @property
    def share(self) -> float:
        """Percent of judged runs whose interval holds the truth."""
        return 100 * (1 - (self.below + self.above) / self.judged)


def saved(lines: Iterable[Line], path: Path) -> None:
    """Every line in a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for line in lines:
            cell = (line.cell.design, line.cell.n, line.cell.prevalence)
            writer.writerow((*cell, line.name, line.runs, line.judged, line.below, line.above))


def read(paths: Iterable[Path]) -> list[Line]:
    """The lines of CSV files that `saved` wrote; counts of the same estimate in the same cell are added."""
    counts: dict[tuple[Cell, str], list[int]] = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                key = Cell(row["design"], int(row["n"]), float(row["prevalence"])), row["estimate"]
                more = [int(row[name]) for name in HEADER[4:]]
                counts[key] = [one + other for one, other in zip(counts.get(key, [0] * 4), more, strict=True)]
    return [Line(cell, name, *held) for (cell, name), held in counts.items()]


def renewed(before: list[Line], now: list[Line], cells: int) -> list[Line]:
    """The lines `before`, those of each estimate that is among `now` replaced by these; new estimates follow.

    Raises ValueError where one of `now` lacks any of its cells: counts of two forms of an interval would be mixed.
    """
    by_name: dict[str, list[Line]] = {}
    for line in now:
        by_name.setdefault(line.name, []).append(line)
    if part := sorted(name for name, held in by_name.items() if len(held) != cells):
        raise ValueError(f"not in all {cells} cells: {', '.join(part)}; simulate every part of the grid")
    kept: dict[str, list[Line]] = {}
    for line in before:
        kept.setdefault(line.name, []).append(line)
    of_cell = {cell: place for place, cell in enumerate(dict.fromkeys(line.cell for line in [*before, *now]))}
    return sorted(chain(*(kept | by_name).values()), key=lambda line: of_cell[line.cell])


def write(lines: list[Line], least: float, cells: int) -> None:
    """The summary and the weak cells between the marks of docs/validation.md; every cell into docs/coverage.csv.

    cells: how many there are, so that the page says whether all of them were simulated.
    """
    runs = [line.runs for line in lines if line.runs]  # what needs entities is not made of independent rows
    made = len({line.cell for line in lines})
    each = f"{min(runs):,}" if min(runs) == max(runs) else f"{min(runs):,} to {max(runs):,}"
    head = f"{made} of {cells} cells, {each} runs each.\n\n{summary(lines)}"
    text = f"{head}\n\nEvery cell below {least:g} %:\n\n{weak(lines, least)}"
    replaced(DOCS / "validation.md", START, END, text)
    saved(lines, DOCS / "coverage.csv")


def summary(lines: list[Line]) -> str:
    """For each estimate and design, mean and minimum over cells in Markdown; and where the lowest one is."""
    head = [f"{design}: mean | min" for design in DESIGNS]
    rows = [f"| estimate | {' | '.join(head)} | lowest cell | cells |"]
    rows += ["|---" + "|---:" * (2 * len(DESIGNS)) + "|---|---:|"]
    for name in dict.fromkeys(line.name for line in lines):
        counted = [line for line in lines if line.name == name and line.judged >= FEWEST_RUNS]
        if not counted:
            continue
        cells = [_pair([line.share for line in counted if line.cell.design == design]) for design in DESIGNS]
        lowest = min(counted, key=lambda line: line.share)
        where = f"{lowest.cell.design}, n = {lowest.cell.n}, {lowest.cell.prevalence:.0%}"
        rows.append(f"| {name} | {' | '.join(cells)} | {where} | {len(counted)} |")
    return "\n".join(rows)


def weak(lines: list[Line], least: float) -> str:
    """Every cell below `least` percent, worst first, in Markdown; on which side of the intervals the truth lay."""
    rows = ["| estimate | rows from | n | prevalence | held | judged | truth below | truth above |"]
    rows += ["|---|---|---:|---:|---:|---:|---:|---:|"]
    low = [line for line in lines if line.judged >= FEWEST_RUNS and line.share < least]
    for line in sorted(low, key=lambda line: line.share):
        cell = f"{line.cell.design} | {line.cell.n} | {line.cell.prevalence:.0%}"
        sides = " | ".join(f"{100 * count / line.judged:.1f}" for count in (line.below, line.above))
        rows.append(f"| {line.name} | {cell} | {line.share:.1f} | {100 * line.judged / line.runs:.0f} % | {sides} |")
    return "\n".join(rows)


def _pair(shares: list[float]) -> str:
    return f"{sum(shares) / len(shares):.1f} | {min(shares):.1f}" if shares else "– | –"
