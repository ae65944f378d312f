"""A drawing in words, for those who cannot see it, and its numbers as a table."""

from __future__ import annotations

from auditor.measurement import Axis, Bars, Heatmap, Lines, Node, Tree
from auditor.render.charts import Drawn
from auditor.render.labels import MOST_BARS
from auditor.render.numbers import digits_for
from auditor.render.view import Cell, Grid, Head
from auditor.render.vocabulary import NONE
from auditor.render.words import Words

_MOST_ROWS = 60  # of a data table in the report; the record has them all


def alternative(shown: Drawn, words: Words) -> str:
    """What is to be seen, in a sentence or two."""
    if isinstance(shown, Lines):
        return _curves_told(shown, words)
    if isinstance(shown, Bars):
        return _bars_told(shown, words)
    return _heatmap_told(shown, words) if isinstance(shown, Heatmap) else _tree_told(shown, words)


def data(shown: Drawn, words: Words) -> Grid:
    """The numbers that are drawn."""
    if isinstance(shown, Lines):
        return _curves(shown, words)
    if isinstance(shown, Bars):
        return _bars(shown, words)
    return _heatmap(shown, words) if isinstance(shown, Heatmap) else _tree(shown, words)


def _grid(shown: Drawn, heads: tuple[Head, ...], rows: list[tuple[Cell, ...]], words: Words) -> Grid:
    left = len(rows) - _MOST_ROWS
    after = words.many("{count} further row is in the record.", "{count} further rows are in the record.", left)
    return Grid(
        words("Data of “{title}”", title=shown.title), heads, tuple(rows[:_MOST_ROWS]), after=after if left > 0 else ""
    )


def _named(axis: Axis) -> str:
    return f"{axis.title} ({axis.unit})" if axis.unit else axis.title


def _curves_told(shown: Lines, words: Words) -> str:
    digits = digits_for(value for series in shown.series for value in series.y)
    number = words.numbers.number
    told = [
        words(
            "{name} goes from {first} to {last}",
            name=one.name,
            first=number(one.y[0], digits),
            last=number(one.y[-1], digits),
        )
        for one in shown.series
        if one.y
    ]
    text = words("{y} over {x}", y=_named(shown.y), x=_named(shown.x))
    return f"{text}. {'; '.join(told)}."


def _curves(shown: Lines, words: Words) -> Grid:
    numbers = words.numbers
    across = digits_for(value for series in shown.series for value in series.x)
    digits = digits_for(value for series in shown.series for value in (*series.y, *series.low, *series.high))
    rows: list[tuple[Cell, ...]] = []
    for series in shown.series:
        ends = [numbers.interval(*pair, digits) for pair in zip(series.low, series.high, strict=True)]
        for x, y, interval in zip(series.x, series.y, ends or [NONE] * len(series.x), strict=True):
            rows.append((series.name, numbers.number(x, across), numbers.number(y, digits), interval))
    heads = (
        Head(words("Series")),
        *(Head(title, "right") for title in (_named(shown.x), _named(shown.y), words("Interval"))),
    )
    return _grid(shown, heads, rows, words)


def _bars_told(shown: Bars, words: Words) -> str:
    digits = digits_for(shown.values)
    listed = [f"{name} {words.numbers.number(v, digits)}" for name, v in zip(shown.labels, shown.values, strict=True)]
    text = f"{_named(shown.axis)}: {'; '.join(listed[:8])}."
    if len(listed) > MOST_BARS:
        text += " " + words("The first {n} of {of} are drawn.", n=MOST_BARS, of=len(listed))
    return text


def _bars(shown: Bars, words: Words) -> Grid:
    numbers = words.numbers
    digits = digits_for((*shown.values, *shown.low, *shown.high))
    low, high = shown.low or (None,) * len(shown.values), shown.high or (None,) * len(shown.values)
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            numbers.number(value, digits),
            NONE if one is None and other is None else numbers.interval(one, other, digits),
        )
        for name, value, one, other in zip(shown.labels, shown.values, low, high, strict=True)
    ]
    heads = (Head(words("Name")), Head(_named(shown.axis), "right"), Head(words("Interval"), "right"))
    return _grid(shown, heads, rows, words)


def _cells(shown: Heatmap) -> list[tuple[float, str, str]]:
    return [
        (value, row, column)
        for row, line in zip(shown.rows, shown.values, strict=True)
        for column, value in zip(shown.columns, line, strict=True)
        if value is not None
    ]


def _heatmap_told(shown: Heatmap, words: Words) -> str:
    cells = _cells(shown)
    text = words(
        "{value} for {rows} rows by {columns} columns.",
        value=_named(shown.value),
        rows=len(shown.rows),
        columns=len(shown.columns),
    )
    if not cells:
        return text + " " + words("Nothing was measured.")
    high, low = max(cells, key=lambda cell: cell[0]), min(cells, key=lambda cell: cell[0])
    digits = digits_for((high[0], low[0]))
    ends = words(
        "Highest {high} at {high_at}; lowest {low} at {low_at}.",
        high=words.numbers.number(high[0], digits),
        high_at=f"{high[1]}, {high[2]}",
        low=words.numbers.number(low[0], digits),
        low_at=f"{low[1]}, {low[2]}",
    )
    missing = len(shown.rows) * len(shown.columns) - len(cells)
    grey = words.many("{count} cell was not measured (grey).", "{count} cells were not measured (grey).", missing)
    return f"{text} {ends}" + (f" {grey}" if missing else "")


def _heatmap(shown: Heatmap, words: Words) -> Grid:
    """The cells in a long list, the strongest first: as a square it would be wider than any page."""
    cells = sorted(_cells(shown), key=lambda cell: -abs(cell[0]))
    digits = digits_for(cell[0] for cell in cells)
    rows: list[tuple[Cell, ...]] = [(row, column, words.numbers.number(value, digits)) for value, row, column in cells]
    row, column = shown.row_title or words("Row"), shown.column_title or words("Column")
    return _grid(shown, (Head(row), Head(column), Head(_named(shown.value), "right")), rows, words)


def _tree_told(shown: Tree, words: Words) -> str:
    questions, leaves, depth = _size(shown.root)
    return words(
        "A tree of {questions} questions and {leaves} leaves, {depth} questions deep; the first question is: {first}",
        questions=questions,
        leaves=leaves,
        depth=depth,
        first=shown.root.text or NONE,
    )


def _size(node: Node) -> tuple[int, int, int]:
    branches = [_size(branch) for branch in (node.yes, node.no) if branch is not None]
    if not branches:
        return 0, 1, 0
    return 1 + sum(b[0] for b in branches), sum(b[1] for b in branches), 1 + max(b[2] for b in branches)


def _tree(shown: Tree, words: Words) -> Grid:
    rows: list[tuple[Cell, ...]] = []

    def visit(node: Node, path: str) -> None:
        rows.append(
            (path or NONE, node.text or words("leaf"), words.numbers.number(node.value), words.numbers.count(node.n))
        )
        for branch, answer in ((node.yes, words("yes")), (node.no, words("no"))):
            if branch is not None:
                visit(branch, f"{path} → {answer}" if path else answer)

    visit(shown.root, "")
    heads = (Head(words("Way")), Head(words("Question")), Head(_named(shown.value), "right"), Head("n", "right"))
    return _grid(shown, heads, rows, words)
