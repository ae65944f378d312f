"""Rows of the layout long: lines of entities put in the order of time, whole or cut into windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.errors import FileFault
from auditor.loaders.forecasts import offsets, reach
from auditor.loaders.keys import keys, times
from auditor.loaders.rows import Pick, Places, Rows, measured, place, splits_by_file
from auditor.loaders.spec import DataSpec, Windows
from auditor.loaders.tables import Table, Tables


@dataclass(frozen=True, eq=False)
class _Lines:
    """Lines in the order (series, time). order: (lines,) their numbers in the files. starts, stops: of each series.

    A series is an entity in the files of one split, so that no window reaches from reference into test files.
    """

    order: Integers
    time: NDArray[Any]
    starts: Integers
    stops: Integers
    entity: Integers
    sorted_here: bool


def series_rows(spec: DataSpec, tables: Tables, static: Table | None) -> Rows:
    """The rows of long files, with what was left out. Lines twice at the same time of an entity are a FileFault."""
    entity, entities, static_line = _entities(spec, tables, static)
    lines = _ordered(spec, tables, entity)
    windows = spec.windows or Windows(length=max(1, int((lines.stops - lines.starts).max(initial=1))), minimum=1)
    ahead = reach(spec)
    series, starts, stops = _cut(lines, windows, ahead) if spec.windows else (_all(lines), lines.starts, lines.stops)
    target_line = stops - 1 + ahead
    by_file = splits_by_file(tables)
    last = lines.order[stops - 1]
    whole = None if spec.windows else _constant(tables, lines)
    return Rows(
        values=_values(spec, tables, lines.order),
        starts=starts,
        stops=stops,
        entity=lines.entity[series],
        index_time=lines.time[stops - 1],
        target_time=lines.time[target_line],
        at=Places(
            tables,
            whole or _at(last),
            whole or _at(lines.order[target_line]),
            {each: _at(lines.order[stops - 1 + each]) for each in offsets(spec)},
            static,
            static_line[lines.entity[series]],
        ),
        entities=entities,
        run=series if spec.windows else None,
        position=stops - 1 - lines.starts[series] if spec.windows else None,
        by_file=None if by_file is None else by_file[last],
        dropped=_left_out(lines, series, len(entities)),
        notes=("Lines were not in the order of time, and were put into it.",) if lines.sorted_here else (),
    )


def _entities(spec: DataSpec, tables: Tables, static: Table | None) -> tuple[Integers, NDArray[Any], Integers]:
    """Entity codes of the lines, what they stand for, and the static file's line of each entity (or zeros)."""
    count = sum(table.rows for table in tables)
    if spec.entity is None:
        return np.zeros(count, dtype=np.int64), np.empty(0), np.zeros(1, dtype=np.int64)
    codes, values = keys((*tables, static) if static else tables, spec.entity)
    if static is None:
        return codes, values, np.zeros(len(values), dtype=np.int64)
    lines, described = codes[:count], codes[count:]
    times_described = np.bincount(described, minlength=len(values))
    if times_described.max(initial=0) > 1:
        at = int(np.flatnonzero(described == times_described.argmax())[1])
        what = f"{spec.entity} {values[times_described.argmax()]} stands twice; a static file has one line an entity"
        raise FileFault(what, where=static.place(at))
    unknown = times_described[lines] == 0
    if unknown.any():
        at = int(unknown.argmax())
        what = f"{spec.entity} {values[lines[at]]} has no line in {static.name}"
        missing = len(np.unique(lines[unknown]))
        raise FileFault(f"{what} ({missing} of {len(values)} have none)", where=place(tables, at))
    static_line = np.zeros(len(values), dtype=np.int64)
    static_line[described] = np.arange(len(described))
    return lines, values, static_line


def _ordered(spec: DataSpec, tables: Tables, entity: Integers) -> _Lines:
    by_file = splits_by_file(tables)
    series = entity if by_file is None else entity * 3 + by_file
    time = times(tables, spec.time or "")
    order = np.lexsort((time, series))
    sorted_here = not np.array_equal(order, np.argsort(series, kind="stable"))
    series, time = series[order], time[order]
    begins = np.flatnonzero(np.concatenate([[True], np.diff(series) != 0])) if len(series) else np.array([], int)
    twice = (np.diff(series) == 0) & (time[1:] == time[:-1])
    if twice.any():
        first, second = order[int(twice.argmax())], order[int(twice.argmax()) + 1]
        what = f"two lines of one entity have the {spec.time} {time[int(twice.argmax())]}"
        remedy = f"The other is {place(tables, int(first))}; {int(twice.sum())} lines repeat a time in all."
        raise FileFault(what, where=place(tables, int(second)), remedy=remedy)
    return _Lines(
        order, time, begins, np.append(begins[1:], len(series)).astype(int), entity[order][begins], sorted_here
    )


def _all(lines: _Lines) -> Integers:
    return np.arange(len(lines.starts))


def _cut(lines: _Lines, windows: Windows, ahead: int) -> tuple[Integers, Integers, Integers]:
    """Windows as (series, first line, line after the last); their ends lie `stride` apart, from `minimum` lines on."""
    minimum = windows.minimum or windows.length
    room = lines.stops - lines.starts - minimum - ahead
    count = np.maximum(room // windows.stride + 1, 0) * (room >= 0)
    series = np.repeat(np.arange(len(count)), count)
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    stops = lines.starts[series] + minimum + nth * windows.stride
    return series, np.maximum(lines.starts[series], stops - windows.length), stops


def _at(line: Integers) -> Pick:
    def pick(_: str, values: Floats) -> Floats:
        return np.asarray(values[line])

    return pick


def _constant(tables: Tables, lines: _Lines) -> Pick:
    def pick(name: str, values: Floats) -> Floats:
        """The one value of a series; lines where it is missing do not count."""
        if not len(lines.starts):
            return values[:0]
        ordered = values[lines.order]
        low, high = np.fmin.reduceat(ordered, lines.starts), np.fmax.reduceat(ordered, lines.starts)
        if (low < high).any():
            at = int(lines.order[lines.starts[int((low < high).argmax())]])
            remedy = "Cut rows with windows, whose values are those of their last line, or correct the file."
            what = f"column '{name}' changes within the entity that begins here, and the whole entity is one row"
            raise FileFault(what, where=place(tables, at), remedy=remedy)
        return np.asarray(low)

    return pick


def _values(spec: DataSpec, tables: Tables, order: Integers) -> Floats:
    values = np.empty((len(order), len(spec.features)), dtype=np.float32)
    for j, feature in enumerate(spec.features):
        values[:, j] = measured(tables, feature, feature.column or "")[order]
    return values


def _left_out(lines: _Lines, series: Integers, entities: int) -> dict[str, int]:
    with_lines = len(np.unique(lines.entity))
    counts = {
        "entities without lines": entities - with_lines if entities else 0,
        "entities shorter than a window": with_lines - len(np.unique(lines.entity[series])),
    }
    return {reason: count for reason, count in counts.items() if count}
