"""Parquet files, one column at a time."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from auditor.errors import FileFault
from auditor.loaders.spec import Part
from auditor.loaders.tables import MOST_COLUMNS, Raw, Table

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_INFLATED = 200  # times the file's own size
_HARMLESS = 2**30  # bytes


def open_parquet(raw: Raw, name: str, split: Part | None, needed: Collection[str]) -> Table:
    """A Parquet file whose columns are read when asked for.

    Raises FileFault where it is truncated or none, has a needed column twice, or more columns, rows or text than memory
    can hold.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        plain = parquet.ParquetFile(pa.BufferReader(raw))
        names = tuple(plain.schema_arrow.names)
        if len(names) > MOST_COLUMNS:
            raise FileFault(f"has {len(names):,} columns; at most {MOST_COLUMNS:,} are read", where=name)
        # Text stays as its different values until it is known how long all of it is.
        texts = [one.name for one in plain.schema_arrow if one.name in needed and _is_text(one.type)]
        file = parquet.ParquetFile(pa.BufferReader(raw), read_dictionary=texts)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise FileFault("is not a Parquet file, or not all of it", where=name) from error

    twice = [column for column in sorted(needed) if names.count(column) > 1]
    if twice:
        raise FileFault(f"the column name '{twice[0]}' stands more than once", where=name)
    # A few bytes can claim any number of rows. A column is read as 8 bytes a row and kept as 4.
    needs = file.metadata.num_rows * (4 * len(set(names) & set(needed)) + 8)
    has = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needs > has:
        what = f"{file.metadata.num_rows:,} rows would take {needs / 1e9:,.0f} GB, and the machine has {has / 1e9:,.0f}"
        raise FileFault(what, where=name, remedy="Give a sample of the rows.")

    def column(wanted: str) -> pa.ChunkedArray:
        try:
            read = file.read([wanted], use_threads=False).column(0)
            if not pa.types.is_dictionary(read.type):
                return read
            if (size := _unpacked(read)) > max(_HARMLESS, _MOST_INFLATED * len(raw)):
                raise FileFault(f"column '{wanted}' would become {size:,} bytes of text: refused", where=name)
            return read.cast(read.type.value_type)
        except (pa.ArrowException, OSError, MemoryError, UnicodeDecodeError) as error:
            raise FileFault(f"column '{wanted}' cannot be read: {error}".split("\n")[0], where=name) from error

    return Table(name, names, file.metadata.num_rows, split, column, lambda row: f"{name}, row {row + 1}")


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _unpacked(column: pa.ChunkedArray) -> int:
    """Bytes of a column of text whose values are written once each."""
    import pyarrow.compute as pc

    size = 0
    for chunk in column.chunks:
        if len(chunk) and _is_text(chunk.dictionary.type):
            lengths = pc.binary_length(chunk.dictionary).cast("int64")
            size += pc.sum(lengths.take(chunk.indices)).as_py() or 0
    return size
