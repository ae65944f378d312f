"""Parquet files, one column at a time."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

from auditor.errors import FileFault
from auditor.loaders.spec import Part
from auditor.loaders.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa


def open_parquet(raw: bytes, name: str, split: Part | None, needed: Collection[str]) -> Table:
    """A Parquet file whose columns are read when asked for.

    Raises FileFault where it is truncated or none, has a needed column twice, or more rows than memory can hold.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(raw))
    except (pa.ArrowInvalid, OSError) as error:
        raise FileFault("is not a Parquet file, or not all of it", where=name) from error

    names = tuple(file.schema_arrow.names)
    twice = [column for column in sorted(needed) if names.count(column) > 1]
    if twice:
        raise FileFault(f"the column name '{twice[0]}' stands more than once", where=name)
    needs = 4 * file.metadata.num_rows * len(set(names) & set(needed))  # a few bytes can claim any number of rows
    has = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needs > has:
        what = f"{file.metadata.num_rows:,} rows would take {needs / 1e9:,.0f} GB, and the machine has {has / 1e9:,.0f}"
        raise FileFault(what, where=name, remedy="Give a sample of the rows.")

    def column(wanted: str) -> pa.ChunkedArray:
        try:
            read = file.read([wanted], use_threads=False).column(0)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise FileFault(f"column '{wanted}' cannot be read: {error}".split("\n")[0], where=name) from error
        return read.cast(read.type.value_type) if pa.types.is_dictionary(read.type) else read

    return Table(name, names, file.metadata.num_rows, split, column, lambda row: f"{name}, row {row + 1}")
