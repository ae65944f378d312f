"""What a data file seems to hold, before anybody has described it: its columns, their kinds and their values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, StringConstraints

from auditor.dataset import Side
from auditor.errors import FileFault
from auditor.loaders.arrays import open_arrays, read_arrays
from auditor.loaders.csvfile import open_csv
from auditor.loaders.parquet import open_parquet
from auditor.loaders.spec import Arrays
from auditor.loaders.tables import MOST_COLUMNS, Raw, Table, combined, is_text, stripped
from auditor.spread import Frozen

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_LEVELS = 40
_MOST_CELLS = 2**27
_LATE = 0.7  # of the lines are earlier
_INDEX = re.compile(r"__index_level_\d+__")  # where the lines of a frame in memory lay: nobody measured it

Kind = Literal["number", "text", "time"]
Text = Annotated[str, StringConstraints(max_length=300)]
Level = bool | int | float | Text


class Column(Frozen):
    """A column. low, middle, high: of numbers. late: the value (of a number or a time) below which 70 % lie.

    levels: its values, where they are few, the most frequent first, with how often each is there. unique: no two
    lines have the same. constant: no entity has two values in it.
    """

    name: Text
    kind: Kind
    missing: int
    distinct: int
    whole: bool = False
    low: float | None = None
    middle: float | None = None
    high: float | None = None
    late: Text = ""
    levels: Annotated[tuple[tuple[Level, int], ...], Field(max_length=_MOST_LEVELS)] = ()
    unique: bool = False
    constant: bool = False


class Profile(Frozen):
    """A file. shape: (rows, steps, features) of the array `values`, where it holds one; side: where that is padded.

    fewest, most: lines of an entity, where one was named.
    """

    rows: int
    columns: Annotated[tuple[Column, ...], Field(max_length=MOST_COLUMNS)]
    values: Text = ""
    shape: tuple[int, int, int] | None = None
    side: Side | None = None
    fewest: int = 0
    most: int = 0

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((one for one in self.columns if one.name == name), None)


def profile(raw: Raw, name: str, entity: str | None = None) -> Profile:
    """What the bytes of a file hold. name: the file's; its ending says how it is read. entity: a column of it.

    Raises FileFault where it cannot be read, or is larger than what is looked at as a whole.
    """
    table = _table(raw, name)
    if not table.rows:
        raise FileFault("holds no rows", where=name, remedy="Give a file with data; look at what wrote this one.")
    if table.rows * max(1, len(table.names)) > _MOST_CELLS:
        what = f"{table.rows:,} lines of {len(table.names):,} columns are more than is looked at as a whole"
        raise FileFault(what, where=name, remedy="Give a sample of the lines, and the whole file in dataset.yaml.")
    columns = {one: _typed(table.column(one)) for one in table.names if not _INDEX.fullmatch(one)}
    known = columns.get(entity) if entity else None
    lines, several = _within(columns, known) if known is not None else ((0, 0), set(columns))
    shape = None if table.values is None else (table.values.shape[0], table.values.shape[1], table.values.shape[2])
    return Profile(
        rows=table.rows,
        columns=tuple(_column(one, data, constant=one not in several) for one, data in columns.items()),
        values=_values_name(raw, name) if shape else "",
        shape=shape,
        side=None if table.values is None else _side(table),
        fewest=lines[0],
        most=lines[1],
    )


def _table(raw: Raw, name: str) -> Table:
    ending = Path(name).suffix.lower()
    if ending == ".npz":
        return open_arrays(raw, name, None, Arrays(values=_values_name(raw, name)))
    if ending in (".parquet", ".pq"):
        return open_parquet(raw, name, None, open_parquet(raw, name, None, ()).names)
    return open_csv(raw, name, None, open_csv(raw, name, None, ()).names)


def _values_name(raw: Raw, name: str) -> str:
    found = [key for key, array in read_arrays(raw, name).items() if array.ndim == 3]
    if len(found) != 1:
        what = f"{len(found) or 'no'} arrays of shape (rows, steps, features): {', '.join(found) or 'none'}"
        raise FileFault(f"holds {what}", where=name, remedy="Give a file with one array of values.")
    return found[0]


def _typed(column: pa.ChunkedArray) -> pa.Array:
    """Numbers as float64, times as they are, all else as text; text that holds numbers only is numbers."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if is_text(kind):
        text = stripped(column)
        for target in (pa.float64(), pa.timestamp("us")):
            try:
                return combined(text.cast(target))
            except pa.ArrowInvalid:
                continue
        return combined(text.cast(pa.string()))
    if pa.types.is_temporal(kind):
        return combined(column.cast(pa.timestamp("us")))
    try:
        floats = np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(len(column), pa.string())
    return pa.array(np.where(np.isinf(floats), np.nan, floats), from_pandas=True)


def _column(name: str, data: pa.Array, *, constant: bool) -> Column:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind: Kind = "number" if pa.types.is_floating(data.type) else "text" if is_text(data.type) else "time"
    present = data.drop_null()
    facts: dict[str, Any] = {"missing": data.null_count, "distinct": pc.count_distinct(present).as_py()}
    facts |= {"unique": facts["distinct"] == len(data) > 1}
    if kind == "number" and len(present):
        numbers = present.to_numpy()
        low, middle, late, high = np.quantile(numbers, [0, 0.5, _LATE, 1], method="lower").tolist()
        whole = bool((numbers == np.round(numbers)).all())
        facts |= {"low": low, "middle": middle, "high": high, "late": f"{late:g}", "whole": whole}
    if kind == "time" and len(present):
        late = np.sort(present.to_numpy(zero_copy_only=False))[int(_LATE * (len(present) - 1))]
        facts |= {"late": str(late.astype("datetime64[s]"))}
    if kind != "time" and 0 < facts["distinct"] <= _MOST_LEVELS:
        facts |= {"levels": tuple(_levels(present, whole=facts.get("whole", False)))}
    return Column(name=name[:300], kind=kind, constant=constant, **facts)


def _levels(present: pa.Array, *, whole: bool) -> Iterator[tuple[Level, int]]:
    counts = present.value_counts().to_pylist()
    for one in sorted(counts, key=lambda one: (-one["counts"], str(one["values"]))):
        value = one["values"]
        yield (value[:300] if isinstance(value, str) else int(value) if whole else value), one["counts"]


def _within(columns: dict[str, pa.Array], entity: pa.Array) -> tuple[tuple[int, int], set[str]]:
    """Fewest and most lines of an entity, and the columns of which some entity has two values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if entity.null_count == len(entity):
        return (0, 0), set(columns)
    codes = entity.dictionary_encode().indices
    counts = codes.value_counts().field("counts")
    several = set()
    for name, data in columns.items():
        pairs = pa.table({"entity": codes, "value": data}).filter(data.is_valid())
        found = pairs.group_by("entity", use_threads=False).aggregate([("value", "count_distinct")])
        if len(found) and pc.max(found.column("value_count_distinct")).as_py() > 1:
            several.add(name)
    return (pc.min(counts).as_py(), pc.max(counts).as_py()), several


def _side(table: Table) -> Side:
    """Where the array is padded: on the side whose last step is more often the same all over, or empty."""
    values: NDArray[Any] = np.asarray(table.values)
    first, last = (_blank(values[:, step, :]) for step in (0, -1))
    return "right" if last > first else "left"


def _blank(cells: NDArray[Any]) -> int:
    same = (cells == cells[:, :1]).all(1) if cells.shape[1] > 1 else cells[:, 0] == 0
    return int((same | np.isnan(cells.astype(float)).all(1)).sum())
