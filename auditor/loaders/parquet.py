"""Parquet files, one column at a time."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from auditor.errors import FileFault
from auditor.loaders.spec import Part
from auditor.loaders.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa


def open_parquet(raw: bytes, name: str, split: Part | None, needed: Collection[str]) -> Table:  # noqa: ARG001
    """A Parquet file whose columns are read when asked for. Raises FileFault where it is truncated or none.

    needed: not looked at; a format of columns reads what it is asked for anyway.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(raw))
    except (pa.ArrowInvalid, OSError) as error:
        raise FileFault("is not a Parquet file, or not all of it", where=name) from error

    def column(wanted: str) -> pa.ChunkedArray:
        try:
            read = file.read([wanted], use_threads=False).column(0)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise FileFault(f"column '{wanted}' cannot be read: {error}".split("\n")[0], where=name) from error
        return read.cast(read.type.value_type) if pa.types.is_dictionary(read.type) else read

    names = tuple(file.schema_arrow.names)
    return Table(name, names, file.metadata.num_rows, split, column, lambda row: f"{name}, row {row + 1}")
