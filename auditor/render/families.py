"""A section for each family of checks: what was measured, why, what it cannot see, its numbers and drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.measurement import Bars, Column, Lines, Shown, Table, Text
from auditor.record import Measured, Record
from auditor.render.alternatives import alternative, data
from auditor.render.charts import Drawn, chart
from auditor.render.curves import is_square
from auditor.render.places import check_number, family_of, runs
from auditor.render.quantities import quantities, unmeasured
from auditor.render.telling import anchor, check_anchor, check_title, sentence
from auditor.render.view import Cell, CheckView, Code, Fact, Figure, Grid, Head, Link, ShownView, TextBlock
from auditor.render.vocabulary import NONE, params_text, status_chip
from auditor.render.words import Words

_MOST_ROWS = 16  # of a shown table in the report; the record has them all
_MANY_DIGITS, _TINY = 7, 1e-4
_MOST_LINES = 60  # of a shown text
_TALL = 420.0  # CSS pixels: more than half a page with the caption


def check_views(record: Record, family: str, figures: Iterator[int], words: Words) -> tuple[CheckView, ...]:
    """The runs of a family's checks. figures: numbers of figures, which run through the whole report."""
    return tuple(
        _check_view(key, record.measured[key], check_number(key, record), record, figures, words)
        for key in runs(family, record)
    )


def _check_view(
    key: str, entry: Measured, number: str, record: Record, figures: Iterator[int], words: Words
) -> CheckView:
    measurement, params = entry.measurement, params_text(entry, words)
    used = tuple(Link(f.requirement.id, anchor(f)) for f in record.findings if f.measured == key)
    shown = tuple(_shown(one, figures, words) for one in measurement.shown) if measurement else ()
    judged = {f.requirement.limit.quantity for f in record.findings if f.measured == key and f.requirement.limit}
    grids, drawn = quantities(entry, record.policy.statistics.level, judged, words), tall_last(for_paper(placed(shown)))
    chip = None if entry.status == "measured" else status_chip(entry.status, words)
    return CheckView(
        anchor=check_anchor(key, record),
        number=number,
        title=check_title(key, record, words),
        id=entry.check,
        chip=chip,
        reason=sentence(entry.reason),
        facts=tuple(_facts(entry, params, _twin(key, record, words), words)),
        used_by=used,
        quantities=grids,
        shown=drawn,
        notes=(*unmeasured(entry, words), *map(words.numbers.regrouped, measurement.notes)) if measurement else (),
        elsewhere=_elsewhere(sum(one.aside for one in (*grids, *drawn)), words),
    )


def _elsewhere(left: int, words: Words) -> str:
    told = words.many(
        "{count} further table or drawing is in report.html; its numbers are in the attached record.",
        "{count} further tables and drawings are in report.html; their numbers are in the attached record.",
        left,
    )
    return told if left else ""


def for_paper(views: Sequence[ShownView]) -> tuple[ShownView, ...]:
    """The same, where all but the first drawing (or two of half the width), the first table, and a text where nothing
    else is shown, are for the screen only.
    """
    width, tables, made = 0.0, 0, list[ShownView]()
    for one in views:
        if isinstance(one, Figure):
            width += 0.5 if one.place == "half" else 1.0
        tables += isinstance(one, Grid)
        kept = {Figure: width <= 1, Grid: tables <= 1}.get(type(one), not made)
        made.append(replace(one, aside=not kept))
    return tuple(made)


def tall_last(views: Sequence[ShownView]) -> tuple[ShownView, ...]:
    """The same, where a drawing that needs most of a page stands after the table, which fills the page before it."""
    table = next((one for one in views if isinstance(one, Grid) and not one.aside), None)
    tall = next((one for one in views if isinstance(one, Figure) and not one.aside and _height(one) > _TALL), None)
    if table is None or tall is None or views.index(tall) > views.index(table):
        return tuple(views)
    rest = [one for one in views if one is not table]
    rest.insert(rest.index(tall), table)
    return tuple(rest)


def _height(shown: Figure) -> float:
    """CSS pixels, as the drawing itself says."""
    found = re.search(r'<svg[^>]* height="([\d.]+)"', shown.svg)
    return float(found[1]) if found else 0.0


def _twin(key: str, record: Record, words: Words) -> Link | None:
    """The first run of the same check, where this is a later one: what it measures and why is told there."""
    check = record.measured[key].check
    first = next(one for one in runs(family_of(record.measured[key]), record) if record.measured[one].check == check)
    told = words("in {number}", number=check_number(first, record))
    return None if first == key else Link(told, check_anchor(first, record))


def _facts(entry: Measured, params: str, twin: Link | None, words: Words) -> Iterator[Fact]:
    if twin:
        yield Fact(words("Measures"), Link(words("as {place}", place=twin.text), twin.anchor))
    else:
        yield Fact(words("Measures"), sentence(entry.documentation.measures))
        yield Fact(words("Why"), sentence(entry.documentation.why))
        yield Fact(words("Blind to"), sentence(entry.documentation.blind_to))
    if params:
        yield Fact(words("Parameters"), params)
    sampled = entry.measurement.sampled if entry.measurement else None
    if sampled is not None:
        n, of = words.numbers.count(sampled.n), words.numbers.count(sampled.of)
        yield Fact(
            words("Rows used"), words("{n} of {of}: {how}", n=n, of=of, how=words.numbers.regrouped(sampled.how))
        )


def _shown(shown: Shown, figures: Iterator[int], words: Words) -> ShownView:
    if isinstance(shown, Table):
        return table(shown, words)
    if isinstance(shown, Text):
        lines = shown.body.split("\n")
        more = words.many(
            "… {count} further line is in the record",
            "… {count} further lines are in the record",
            len(lines) - _MOST_LINES,
        )
        body = lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], more]
        return TextBlock(shown.title, shown.caption, "\n".join(body))
    return figure(shown, next(figures), words)


def figure(shown: Drawn, number: int, words: Words) -> Figure:
    """A drawing with its number, which no other one of the page has."""
    key, told = f"figure-{number}", alternative(shown, words)
    return Figure(
        anchor=key,
        name=words("Figure {n}", n=number),
        title=shown.title,
        caption=_caption(shown, words),
        svg=chart(shown, key, told, words),
        place="half" if isinstance(shown, Lines) and is_square(shown) else "wide",
        alternative=told,
        data=data(shown, words),
    )


def placed(views: Sequence[ShownView]) -> tuple[ShownView, ...]:
    """The same, where a square drawing without another one next to it has its caption beside it."""
    made = list(views)
    at = 0
    while at < len(made):
        one, after = made[at], made[at + 1] if at + 1 < len(made) else None
        if isinstance(one, Figure) and one.place == "half":
            if isinstance(after, Figure) and after.place == "half":
                at += 1
            else:
                made[at] = replace(one, place="beside")
        at += 1
    return tuple(made)


def _caption(shown: Drawn, words: Words) -> str:
    """The caption, and what the dashed line among bars stands at."""
    if not isinstance(shown, Bars) or shown.reference is None:
        return shown.caption
    line = words("Dashed line: {value}.", value=words.numbers.bare(shown.reference))
    return f"{shown.caption} {line}".strip()


def table(shown: Table, words: Words) -> Grid:
    """A shown table: numbers by the decimals that its columns ask for."""
    heads = tuple(
        Head(f"{one.title} ({one.unit})" if one.unit else one.title, "left" if one.kind == "text" else "right")
        for one in shown.columns
    )
    rows = tuple(
        tuple(_cell(value, column, words) for value, column in zip(row, shown.columns, strict=True))
        for row in shown.rows[:_MOST_ROWS]
    )
    left = len(shown.rows) - _MOST_ROWS
    after = words.many("{count} further row is in the record.", "{count} further rows are in the record.", left)
    notes = (shown.caption,) if shown.caption else ()
    return Grid(shown.title, heads, rows, notes, after if left > 0 else "")


def _decimals(value: float, column: Column) -> int | None:
    """Those of the column; of a column that holds very small numbers too, those that suit this one."""
    return column.digits if column.digits is None or column.digits < _MANY_DIGITS or abs(value) < _TINY else None


def _cell(value: object, column: Column, words: Words) -> Cell:
    numbers = words.numbers
    if isinstance(value, tuple) and column.digits is None:
        return numbers.ends(*value)
    if isinstance(value, tuple):
        return numbers.interval(value[0], value[1], column.digits or 0)
    if value is None:
        return NONE
    if isinstance(value, str):
        return numbers.regrouped(value) or NONE
    if isinstance(value, int | float):
        if column.kind == "percent":
            return numbers.percent(value, 1 if column.digits is None else max(0, column.digits - 2))
        if column.kind == "count" or (isinstance(value, int) and column.kind != "number"):
            return numbers.count(int(value))
        return numbers.number(value, _decimals(value, column))
    return Code(str(value))
