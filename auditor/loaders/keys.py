"""Columns that order and join rows: entities, times, and what decides between rows that tie."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.errors import FileFault
from auditor.loaders.tables import Table, Tables, combined, is_text, parsed, stripped

if TYPE_CHECKING:
    import pyarrow as pa


def keys(tables: Tables, name: str) -> tuple[Integers, NDArray[Any]]:
    """A column of all tables as (codes (rows,), sorted distinct values): whole numbers if all are, else text.

    Raises FileFault where one is missing.
    """
    import pyarrow as pa

    parts = [_as_keys(table, name) for table in tables]
    if all(pa.types.is_integer(part.type) for part in parts):
        values, codes = np.unique(np.concatenate([part.to_numpy() for part in parts]), return_inverse=True)
        return codes.reshape(-1), values
    return _ranked(pa.chunked_array([part.cast(pa.large_string()) for part in parts]))


def _ranked(text: pa.ChunkedArray) -> tuple[Integers, NDArray[Any]]:
    encoded = combined(text).dictionary_encode(null_encoding="encode")
    values = [str(value) for value in encoded.dictionary.to_pylist()]
    order = np.array(sorted(range(len(values)), key=values.__getitem__), dtype=np.int64)
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values))
    return rank[encoded.indices.to_numpy()], np.array(values, dtype=object)[order]


def times(tables: Tables, name: str) -> NDArray[Any]:
    """A column of all tables as times: (rows,) numbers or datetime64[us]. FileFault where missing or neither."""
    parts = [_as_times(table, name) for table in tables]
    if len({part.dtype.kind == "M" for part in parts}) > 1:
        raise FileFault(f"column '{name}' holds dates in one file and numbers in another", where=tables[0].name)
    return np.concatenate(parts)


def ranks(tables: Tables, name: str) -> Integers:
    """Any column of all tables as ranks of its values' text: (rows,); whether they are equal is all that matters."""
    import pyarrow as pa

    return _ranked(pa.chunked_array([table.column(name).cast(pa.large_string()) for table in tables]))[0]


def digests(values: Floats, others: Integers) -> NDArray[np.uint64]:
    """A number for what each row holds: (rows,), of `values` (rows, ...) and `others` (rows, columns)."""
    told = (hashlib.sha256(a.tobytes() + b.tobytes()).digest()[:8] for a, b in zip(values, others, strict=True))
    return np.frombuffer(b"".join(told), dtype=np.uint64)


def _as_keys(table: Table, name: str) -> pa.ChunkedArray:
    import pyarrow as pa

    column = table.column(name)
    if is_text(column.type):
        column = stripped(column)
    empty = np.asarray(column.is_null().to_numpy())
    if empty.any():
        raise FileFault(f"column '{name}' is empty", where=table.place(int(empty.argmax())))
    if pa.types.is_integer(column.type):
        return column.cast(pa.int64())
    try:
        whole = column.cast(pa.int64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return column.cast(pa.large_string())
    # "007" is not the number 7
    text = column if not is_text(column.type) else whole.cast(column.type)
    return whole if text.equals(column) else column.cast(pa.large_string())


def _as_times(table: Table, name: str) -> NDArray[Any]:
    import pyarrow as pa

    column = table.column(name)
    if is_text(column.type):
        column = stripped(column)
        for target in (pa.int64(), pa.float64(), pa.timestamp("us"), pa.timestamp("us", tz="UTC")):
            try:
                column = column.cast(target)
                break
            except pa.ArrowInvalid:
                continue
        else:
            column = parsed(table, name, column, pa.timestamp("us"), "is no date, time or number")
    empty = np.asarray(column.is_null(nan_is_null=True).to_numpy())
    if empty.any():
        raise FileFault(f"column '{name}' is empty", where=table.place(int(empty.argmax())))
    if pa.types.is_temporal(column.type):
        return np.asarray(column.cast(pa.timestamp("us")).to_numpy()).astype("datetime64[us]")
    return np.asarray(column.to_numpy())
