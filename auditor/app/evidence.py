"""Long tables of a record as Parquet beside it, for those who want to work with the numbers.

The record holds them too; these are copies in a form that data tools read. A file is named by the SHA-256 of its bytes
and says in its metadata which measurement it belongs to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from auditor.measurement import Column, Table
from auditor.record import Record

if TYPE_CHECKING:
    import pyarrow as pa

_LONG = 50  # rows that still fit on a page


def evidence(record: Record) -> dict[str, bytes]:
    """Path in the audit's folder -> bytes, for each table of more than 50 rows."""
    files = {}
    for key, entry in record.measured.items():
        shown = entry.measurement.shown if entry.measurement else ()
        for table in shown:
            if isinstance(table, Table) and len(table.rows) > _LONG:
                data = _parquet(table, key)
                files[f"evidence/{hashlib.sha256(data).hexdigest()}.parquet"] = data
    return files


def _parquet(table: Table, key: str) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    fields: list[pa.Field] = []
    arrays: list[pa.Array] = []
    for at, column in enumerate(table.columns):
        for title, values in _flat(column, [row[at] for row in table.rows]):
            array = _array(values)
            names = [field.name for field in fields]
            name = title if title not in names else f"{title} [{at + 1}]"
            fields.append(pa.field(name, array.type, metadata={"unit": column.unit}))
            arrays.append(array)
    about = {"measurement": key, "title": table.title, "caption": table.caption}
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=about)), sink)
    return bytes(sink.getvalue().to_pybytes())


def _flat(column: Column, cells: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """A column as it is, or the two ends of its intervals as columns of their own."""
    if not any(isinstance(cell, tuple) for cell in cells):
        yield column.title, cells
        return
    for end, word in enumerate(("low", "high")):
        yield f"{column.title} {word}", [cell[end] if isinstance(cell, tuple) else cell for cell in cells]


def _array(values: list[Any]) -> pa.Array:
    """Numbers as numbers; where one of the values is text, all as text."""
    import pyarrow as pa

    given = [value for value in values if value is not None]
    if any(isinstance(value, str) for value in given):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    whole = all(isinstance(value, int) for value in given)
    return pa.array(values, pa.int64() if whole and given else pa.float64())
