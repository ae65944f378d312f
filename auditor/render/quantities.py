"""The numbers of a measurement as tables: one for what has a single estimate, one for each quantity with parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from auditor.estimate import Estimate, Exact, NotEstimable
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.record import Measured
from auditor.render.methods_told import gathered, mark
from auditor.render.numbers import digits_for
from auditor.render.view import Cell, Grid, Head
from auditor.render.vocabulary import NONE, is_count
from auditor.render.words import Words

_MOST_PARTS, _EXTREMES = 8, 3  # of a quantity; of more the lowest and the highest are shown, the record has them all
_MANY_ALIKE = 5


@dataclass(frozen=True)
class _Row:
    name: str
    unit: str
    estimate: Estimate | None
    reason: str = ""


def quantities(measured: Measured, level: float, judged: Collection[str], words: Words) -> tuple[Grid, ...]:
    """Every estimate of a check's run, unadjusted, at the policy's level.

    judged: the quantities of which paper shows the parts; where nothing is judged, the first that has any.
    """
    measurement = measured.measurement
    if measurement is None:
        return ()
    single, several = _singles(measured, measurement), list[Grid]()
    for name, quantity in measurement.quantities.items():
        if "" not in quantity.parts:
            known = measured.meanings.get(name)
            grid = _parts(known.title if known else name, known, quantity, level, words)
            several.append(replace(grid, aside=name not in judged and bool(judged or several)))
    grids = [_grid(words("Estimates over all rows"), words("Quantity"), single, level, words)] if single else []
    return tuple(grids + several)


def unmeasured(measured: Measured, words: Words) -> tuple[str, ...]:
    """What could not be measured at all: a line for each reason."""
    reasons: dict[str, list[str]] = {}
    for name, reason in (measured.measurement.unmeasured if measured.measurement else {}).items():
        reasons.setdefault(reason, []).append(_named(name, measured)[0])
    return tuple(
        words("Not measured: {names} ({reason}).", names=", ".join(names), reason=reason.rstrip("."))
        for reason, names in reasons.items()
    )


def _singles(measured: Measured, measurement: Measurement) -> list[_Row]:
    return [
        _Row(*_named(name, measured), one.parts[""]) for name, one in measurement.quantities.items() if "" in one.parts
    ]


def _named(name: str, measured: Measured) -> tuple[str, str]:
    known = measured.meanings.get(name)
    return (known.title, known.unit) if known else (name, "")


def _parts(title: str, known: Meaning | None, quantity: Quantity, level: float, words: Words) -> Grid:
    unit = known.unit if known else ""
    rows = [_Row(part, unit, estimate) for part, estimate in quantity.parts.items()]
    rows += [_Row(part, unit, None, reason) for part, reason in quantity.unmeasured.items()]
    rows = _together(rows, words)
    per = (known.per if known else "") or words("part")
    return _grid(title, per[0].upper() + per[1:], rows, level, words)


def _together(rows: list[_Row], words: Words) -> list[_Row]:
    """One row for many that all say the same for certain, such as zero faults in each feature."""
    known = {one.estimate.value for one in rows if one.estimate and isinstance(one.estimate.spread, Exact)}
    exact = all(one.estimate is not None and isinstance(one.estimate.spread, Exact) for one in rows)
    if len(rows) < _MANY_ALIKE or not exact or len(known) != 1:
        return rows
    fewest = min((one.estimate for one in rows if one.estimate), key=lambda estimate: estimate.n)
    return [_Row(words("each of {n}; n is the least", n=words.numbers.count(len(rows))), rows[0].unit, fewest)]


def _absent(rows: list[_Row], words: Words) -> list[str]:
    """What could not be measured: a sentence for each reason, with the first few names."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.reason:
            reasons.setdefault(row.reason, []).append(row.name)
    told = []
    for reason, names in reasons.items():
        more = words.many("{count} more", "{count} more", len(names) - _MOST_PARTS)
        listed = names if len(names) <= _MOST_PARTS else [*names[:_MOST_PARTS], more]
        told.append(words("Not measured: {names} ({reason}).", names=", ".join(listed), reason=reason.rstrip(".")))
    return told


def _told(rows: list[_Row]) -> list[_Row]:
    """All rows, or of many those with the lowest and the highest values, in the order that they have."""
    if len(rows) <= _MOST_PARTS:
        return rows
    ranked = sorted((row.estimate.value, at) for at, row in enumerate(rows) if row.estimate is not None)
    kept = {at for _, at in (*ranked[:_EXTREMES], *ranked[-_EXTREMES:])}
    return [row for at, row in enumerate(rows) if at in kept]


def _grid(caption: str, first: str, rows: list[_Row], level: float, words: Words, absent: tuple[str, ...] = ()) -> Grid:
    measured = [row.estimate for row in rows if row.estimate is not None]
    shown = _told(rows)
    methods = gathered((row.estimate.method for row in shown if row.estimate is not None), words)
    told = {text: mark(at) for at, text in enumerate(dict.fromkeys(methods.values()))}
    marks = {method: told[text] for method, text in methods.items()}
    events = any(estimate.events is not None for estimate in measured)
    entities = any(estimate.entities is not None for estimate in measured)
    numeric = [words("Value"), words("{level} interval", level=words.numbers.level(level)), "n"]
    numeric += [words("Events")] * events + [words("Entities")] * entities
    heads = (Head(first), *(Head(title, "right") for title in numeric), Head("", narrow=True))
    digits = _digits(rows, level)
    drawn = tuple(_cells(row, digits[row.unit], level, marks, (events, entities), words) for row in shown)
    notes = [f"{mark} {method}" for method, mark in told.items()]
    notes += _absent(rows, words)
    left = len(rows) - len(shown)
    after = words.many(
        "{count} further row lies between these; it is in the record.",
        "The lowest and the highest are shown; {count} further rows are in the record.",
        left,
    )
    return Grid(caption, heads, drawn, tuple(notes), after if left > 0 else "")


def _digits(rows: Iterable[_Row], level: float) -> dict[str, int]:
    """Decimals by unit, so that the numbers of a column line up."""
    numbers: dict[str, list[float]] = {}
    for row in rows:
        given = numbers.setdefault(row.unit, [])
        if row.estimate is not None and not isinstance(row.estimate.spread, Exact):
            given += [row.estimate.value, *row.estimate.interval(level)]
    return {unit: digits_for(given) for unit, given in numbers.items()}


def _cells(
    row: _Row, digits: int, level: float, marks: dict[str, str], columns: tuple[bool, bool], words: Words
) -> tuple[Cell, ...]:
    numbers, estimate = words.numbers, row.estimate
    if estimate is None:
        return (row.name, words("not measured"), *([NONE] * (2 + sum(columns))), "")
    value = numbers.number(estimate.value, digits, row.unit)
    interval = numbers.interval(*estimate.interval(level), digits)
    if isinstance(estimate.spread, Exact):
        whole = is_count(estimate.value, estimate.value, estimate.value)
        value = numbers.count(int(estimate.value)) if whole else numbers.number(estimate.value, None, row.unit)
        interval = numbers.exact
    elif isinstance(estimate.spread, NotEstimable):
        interval = words("not estimable")
    counts = [(estimate.events, columns[0]), (estimate.entities, columns[1])]
    drawn = [NONE if count is None else numbers.count(count) for count, there in counts if there]
    return (row.name, value, interval, numbers.count(estimate.n), *drawn, marks[estimate.method])
