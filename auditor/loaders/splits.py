"""Which rows are test, reference and calibration, and which rows depend on one another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Integers
from auditor.errors import WrittenFault
from auditor.loaders.forecasts import reach
from auditor.loaders.keys import keys
from auditor.loaders.rows import Rows
from auditor.loaders.spec import DataSpec, SplitSpec
from auditor.loaders.variables import Value

TEST, REFERENCE, CALIBRATION, NEITHER, CROSSING = 1, 0, 2, -1, -2
_PIECE = 2**16
_BLOCKS, _LONGEST = 30, 4  # blocks that are left at least where they are made longer; how many times at most


def parts(spec: DataSpec, rows: Rows) -> Integers:
    """For each row its part, NEITHER, or CROSSING: its target is of the time of a later part."""
    if rows.by_file is not None:
        return rows.by_file
    if spec.split is None:
        return np.full(len(rows), TEST)
    if spec.split.column is not None:
        return _by_column(spec.split, spec.split.column, rows)
    if spec.split.hash is not None:
        return _by_hash(spec, spec.split.hash, rows)
    return _by_time(spec.split, rows)


def has_calibration(spec: DataSpec) -> bool:
    """Whether a part for calibration is asked for."""
    by_file = any(file.split == "calibration" for file in spec.files)
    return by_file or (spec.split is not None and spec.split.calibration is not None)


def _by_column(split: SplitSpec, column: str, rows: Rows) -> Integers:
    """Where only the test value is named, every other value that is not missing is reference."""
    named = ((TEST, split.test), (REFERENCE, split.reference), (CALIBRATION, split.calibration))
    there = [(part, value) for part, value in named if value is not None]
    found = rows.at.levels(column, [value for _, value in there])
    other = NEITHER if split.reference is not None else REFERENCE
    is_part = [found == code for code in range(len(there))]
    return np.select([np.isnan(found), *is_part], [NEITHER, *(part for part, _ in there)], default=other)


def _by_time(split: SplitSpec, rows: Rows) -> Integers:
    """The latest rows are test; those before, from the start of calibration on, are calibration; the rest reference."""
    boundary = _moment(split.time, rows.index_time)
    part = np.where(rows.target_time < boundary, REFERENCE, CROSSING)
    if split.calibration is not None:
        begin = _moment(split.calibration, rows.index_time)
        if begin >= boundary:
            raise WrittenFault("the calibration part begins when the test part does, or later")
        late = rows.index_time >= begin
        part = np.where(late & (part == REFERENCE), CALIBRATION, part)
        part = np.where(~late & (rows.target_time >= begin), CROSSING, part)
    return np.where(rows.index_time >= boundary, TEST, part)


def _by_hash(spec: DataSpec, column: str, rows: Rows) -> Integers:
    """sha256 of the value as text, its first 32 bits as a share of 2^32: test, then calibration."""
    if column == spec.entity_column:
        codes, values = rows.entity, rows.entities
    else:
        tables = rows.at.source(column)
        per_line, values = keys(tables, column)
        if tables is rows.at.tables:
            codes = rows.at.pick(column, per_line.astype(float)).astype(np.int64)
        else:
            codes = per_line[rows.at.static_line]
    first = (int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) for text in _texts(values))
    shares = np.fromiter(first, dtype=np.uint32, count=len(values)) / 2**32
    share, more = (float(one or 0) for one in ((spec.split.test, spec.split.calibration) if spec.split else (0, 0)))
    own = shares[codes]
    return np.select([own < share, own < share + more], [TEST, CALIBRATION], default=REFERENCE)


def _texts(values: NDArray[Any]) -> Iterator[str]:
    for start in range(0, len(values), _PIECE):  # objects take ten times the room of numbers
        yield from map(str, values[start : start + _PIECE].tolist())


def _moment(written: Value | None, times: NDArray[Any]) -> Any:
    if times.dtype.kind != "M":
        if isinstance(written, str):
            raise WrittenFault(f"the split's time is '{written}', and the times of the files are numbers")
        return written
    try:
        return np.datetime64(str(written), "us")
    except ValueError as error:
        raise WrittenFault(f"the split's time '{written}' is no date", remedy='Write it as in "2014-01-31".') from error


def clusters(
    spec: DataSpec, rows: Rows, pick: Integers
) -> tuple[Integers | None, Literal["rows", "entities", "time blocks"]]:
    """Codes of what is independent among the picked rows, and its kind.

    Entities where any has several rows, however few they are: what is told of them says how others would fare. Windows
    of one series: blocks of time that are no shorter than window and horizon together, so that only neighbouring blocks
    share lines: see `time_blocks`.
    """
    counts = np.bincount(rows.entity[pick], minlength=1)
    if counts.max() < 2:
        return None, "rows"
    if spec.windows is None or rows.run is None or rows.position is None or np.count_nonzero(counts) > 1:
        return rows.entity[pick], "entities"
    return time_blocks(rows.run[pick], rows.position[pick], spec.windows.length + reach(spec)), "time blocks"


def time_blocks(run: Integers, position: Integers, shortest: int) -> Integers:
    """(rows,) codes of blocks of lines within runs; run, position: (rows,), the latter in lines.

    Rows of neighbouring blocks share lines, which a variance by block does not see: with blocks just as long as window
    and horizon, it may miss a fifth. So they are up to four times as long where at least 30 of them are left.
    """
    codes = _blocks(run, position, shortest)
    times = min(_LONGEST, (int(codes.max()) + 1) // _BLOCKS)
    return _blocks(run, position, times * shortest) if times > 1 else codes


def _blocks(run: Integers, position: Integers, length: int) -> Integers:
    _, codes = np.unique(np.stack([run, position // length]), axis=1, return_inverse=True)
    return np.asarray(codes).reshape(-1)


def left_out(rows: Rows, part: Integers, known: NDArray[np.bool_]) -> tuple[Integers, dict[int, dict[str, int]]]:
    """The part of each row, NEITHER where it is left out, and the counts: TEST, REFERENCE -> reason -> how many.

    known: (rows,) whether the target is. What belongs to neither part is counted with the test.
    """
    seen = rows.measured_anywhere()
    whole = {
        TEST: {**rows.dropped, "rows in neither split": int((part == NEITHER).sum())},
        REFERENCE: {"rows before the split whose target is after it": int((part == CROSSING).sum())},
        CALIBRATION: {},
    }
    for key, reasons in whole.items():
        reasons["rows without any measured value"] = int((~seen & (part == key)).sum())
        reasons["rows without a target"] = int((seen & ~known & (part == key)).sum())
    counts = {key: {reason: n for reason, n in reasons.items() if n} for key, reasons in whole.items()}
    return np.where(seen & known, part, NEITHER), counts
