"""One data file as named columns, and what is read from a column: numbers or levels."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.errors import FileFault
from auditor.loaders.spec import Part
from auditor.loaders.variables import Value

if TYPE_CHECKING:
    import pyarrow as pa

Raw = bytes | mmap.mmap
"""The bytes of a file, in memory."""
MOST_COLUMNS = 20_000
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of one file, made when asked for. place(i) tells where entry i stands, as in `test.csv:17`."""

    name: str
    names: tuple[str, ...]
    rows: int
    split: Part | None
    column: Callable[[str], pa.ChunkedArray]
    place: Callable[[int], str]
    values: NDArray[Any] | None = None


Tables = Sequence[Table]


def numbers(tables: Tables, name: str, dtype: type[np.floating[Any]] = np.float64) -> Floats:
    """A column of all tables as numbers: (rows,), NaN where empty. A table without the column gives NaN.

    Raises FileFault naming file, line, column and value where it holds text or infinity.
    """
    out = np.full(sum(table.rows for table in tables), np.nan, dtype=dtype)
    start = 0
    for table in tables:
        part = out[start : start + table.rows]
        start += table.rows
        if name not in table.names:
            continue
        with np.errstate(over="ignore"):
            part[:] = _as_floats(table, name)
        if np.isinf(part).any():
            at = int(np.isinf(part).argmax())
            what = f"column '{name}': {_shown(table, name, at)} is infinite or too large"
            raise FileFault(what, where=table.place(at), remedy="Leave the cell empty where nothing was measured.")
    return out


def levels(tables: Tables, name: str, keys: Sequence[Value], *, strict: bool = False) -> Integers:
    """A column of all tables as positions in `keys`: (rows,) int32; -1 a value not among them, -2 missing.

    Numbers match as numbers and text as text: 1 matches 1, 1.0 and "1". strict: an unlisted value is a FileFault.
    """
    parts, position = [], _positions(keys)
    for table in tables:
        encoded = combined(table.column(name)).dictionary_encode()
        known = np.array([*(position(value) for value in encoded.dictionary.to_pylist()), -2], dtype=np.int32)
        found = known[encoded.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)]
        if strict and (found == -1).any():
            at = int((found == -1).argmax())
            remedy = f"Listed are: {', '.join(map(repr, keys[:30]))}. List it too, or correct the file."
            what = f"column '{name}': {_shown(table, name, at)} is not listed"
            raise FileFault(what, where=table.place(at), remedy=remedy)
        parts.append(found)
    return np.concatenate(parts)


def distinct(tables: Tables, name: str) -> list[Value]:
    """The different values of a column, without missing ones, in order of text."""
    found = {value for table in tables for value in combined(table.column(name)).unique().to_pylist()}
    position = _positions(())
    return sorted((value for value in found if position(value) == -1), key=str)


def _as_floats(table: Table, name: str) -> NDArray[Any]:
    import pyarrow as pa

    column = table.column(name)
    kind = column.type
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    if pa.types.is_temporal(kind):
        raise FileFault(f"column '{name}' holds times, not numbers", where=table.name)
    if is_text(kind):
        column = parsed(table, name, column, pa.float64(), "is not a number")
    elif pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise FileFault(f"column '{name}' holds {kind}, not numbers", where=table.name)
    return np.asarray(column.to_numpy())


def parsed(table: Table, name: str, column: pa.ChunkedArray, target: pa.DataType, fault: str) -> pa.ChunkedArray:
    """Text as another type; FileFault naming the first entry that is not."""
    import pyarrow as pa

    text = stripped(column)
    try:
        return text.cast(target)
    except pa.ArrowInvalid:
        at, stop = 0, len(text)
        while stop - at > 1:  # the first half that cannot be cast holds the first fault
            middle = (at + stop) // 2
            try:
                text.slice(at, middle - at).cast(target)
                at = middle
            except pa.ArrowInvalid:
                stop = middle
        remedy = "Write decimal points, not commas." if "," in text[at].as_py() else ""
        what = f"column '{name}': {_shown(table, name, at)} {fault}"
        raise FileFault(what, where=table.place(at), remedy=remedy) from None


def stripped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text without blanks around it, and null where it spells a missing value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.is_in(trimmed, pa.array(MISSING, column.type)), pa.scalar(None, column.type), trimmed)


def matches(value: Any, key: Value) -> bool:
    """Whether a value of a file is the one that the specification writes: numbers as numbers, text as text."""
    text = str(value).strip()
    if isinstance(key, str):
        return text == key
    return _number(value) == key or (isinstance(key, bool) and text.casefold() == str(key).casefold())


def _positions(keys: Sequence[Value]) -> Callable[[Any], int]:
    """Where the first of `keys` stands that a value matches: looked up, as the words of a language are many."""
    text: dict[str, int] = {}
    numbers: dict[float, int] = {}
    truths: dict[str, int] = {}
    for i, key in reversed(list(enumerate(keys))):
        if isinstance(key, str):
            text[key] = i
            continue
        numbers[float(key)] = i
        if isinstance(key, bool):
            truths[str(key).casefold()] = i

    def position(value: Any) -> int:
        said, number = str(value).strip(), _number(value)
        found = [text.get(said), None if number is None else numbers.get(number), truths.get(said.casefold())]
        blank = isinstance(value, str) and value.strip() in MISSING
        absent = value is None or blank or value != value  # noqa: PLR0124 - NaN alone differs from itself
        return min((one for one in found if one is not None), default=-2 if absent else -1)

    return position


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds text."""
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def combined(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    return column.combine_chunks()


def _shown(table: Table, name: str, at: int) -> str:
    text = str(table.column(name)[at].as_py())
    return f"'{text[:40]}...'" if len(text) > 40 else f"'{text}'"
