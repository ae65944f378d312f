"""NumPy .npz files: one array of values (rows, steps, features) and arrays with one entry a row."""

from __future__ import annotations

import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.errors import FileFault
from auditor.loaders.spec import Arrays, Part
from auditor.loaders.tables import Raw, Table

_MOST_INFLATED = 200  # times the file's own size; real numbers do not shrink that much
_HARMLESS = 2**28  # bytes
_SAVE = "Save plain arrays of numbers or text, as by np.savez(file, x=x.astype(float)); nothing is unpickled."


def open_arrays(raw: Raw, name: str, split: Part | None, arrays: Arrays) -> Table:
    """The arrays of an .npz file as a table of rows, its values beside. Nothing in it is unpickled.

    Raises FileFault where it is no such file, inflates beyond reason, or its arrays have the wrong shapes.
    """
    held = read_arrays(raw, name)
    if arrays.values not in held:
        what = f"there is no array '{arrays.values}'"
        raise FileFault(what, where=name, remedy=f"The file holds: {', '.join(held)}.")
    values = held.pop(arrays.values)
    if values.ndim != 3 or values.dtype.kind not in "fiub":
        what = f"'{arrays.values}' is {values.dtype} of shape {values.shape}"
        raise FileFault(what, where=name, remedy="Give numbers of shape (rows, steps, features).")
    for key, array in held.items():
        if array.ndim == 0 or len(array) != len(values):
            raise FileFault(f"'{key}' has shape {array.shape}, and there are {len(values)} rows", where=name)
    return _table(name, split, values, held)


def read_arrays(raw: Raw, name: str) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file by name. Raises FileFault where it is none or inflates beyond reason."""
    import pyarrow as pa

    try:
        with zipfile.ZipFile(pa.BufferReader(raw)) as archive:
            inflated = sum(entry.file_size for entry in archive.infolist())
        if inflated > max(_HARMLESS, _MOST_INFLATED * len(raw)):
            raise FileFault(f"{len(raw):,} bytes would become {inflated:,}: refused", where=name)
        with np.load(pa.BufferReader(raw), allow_pickle=False) as file:
            return {key: _plain(file, key, name) for key in file.files}
    except (zipfile.BadZipFile, EOFError, OSError, KeyError) as error:
        raise FileFault("is not an .npz file, or not all of it", where=name) from error
    except ValueError as error:
        raise FileFault(f"an array cannot be read: {error}", where=name, remedy=_SAVE) from error


def _plain(file: Any, key: str, name: str) -> NDArray[Any]:
    try:
        array: NDArray[Any] = file[key]
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        what = f"'{key}' holds Python objects, which are not unpickled"
        raise FileFault(what, where=name, remedy=_SAVE) from error
    return array


def _table(name: str, split: Part | None, values: NDArray[Any], held: dict[str, NDArray[Any]]) -> Table:
    import pyarrow as pa

    columns: dict[str, NDArray[Any]] = {}
    for key, array in held.items():
        if array.ndim == 1:
            columns[key] = array
        elif array.ndim == 2:  # one column each, as in pd[0], pd[1]
            columns |= {f"{key}[{i}]": array[:, i] for i in range(array.shape[1])}

    def column(wanted: str) -> pa.ChunkedArray:
        array = columns[wanted]
        return pa.chunked_array([pa.array(array.tolist() if array.dtype.kind in "US" else array)])

    return Table(name, tuple(columns), len(values), split, column, lambda row: f"{name}, row {row + 1}", values)
