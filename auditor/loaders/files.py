"""Data files: found, read once, hashed as read, opened as tables whose columns come when asked for."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection
from pathlib import Path

from auditor.errors import FileFault, WrittenFault
from auditor.loaders.arrays import open_arrays
from auditor.loaders.csvfile import open_csv
from auditor.loaders.parquet import open_parquet
from auditor.loaders.spec import Arrays, FileSpec
from auditor.loaders.tables import Table
from auditor.record import FileDigest
from auditor.yamlfile import Keys, Marked

_VARIABLE = "AUDITOR_DATA"
_CSV, _PARQUET = (".csv", ".tsv", ".txt"), (".parquet", ".pq")


def opened(
    file: FileSpec, marked: Marked, at: Keys, needed: Collection[str], arrays: Arrays | None
) -> tuple[Table, FileDigest]:
    """Read a file of the specification into memory and open it as a table of (at least) the needed columns.

    Raises FileFault where it is missing, not the bytes that the specification names, or not what its name says.
    """
    path, where = _located(file.path, marked, at), marked.where(*at, "path")
    ending = path.suffix.lower()
    if (ending == ".npz") != (arrays is not None) or ending not in (".npz", *_CSV, *_PARQUET):
        wanted = ".npz for the layout tensor, .csv, .tsv, .txt or .parquet for the others"
        raise FileFault(f"{path.name} is of no kind that is read here", where=where, remedy=f"Give it as {wanted}.")
    try:
        if path.exists() and not path.is_file():  # a pipe or a device never ends
            raise FileFault(f"{path} is not a regular file", where=where)
        raw = path.read_bytes()
    except OSError as error:
        remedy = "Paths are relative to the specification." if isinstance(error, FileNotFoundError) else ""
        raise FileFault(f"{path} cannot be read: {error.strerror}", where=where, remedy=remedy) from error
    digest = FileDigest(name=file.path, sha256=hashlib.sha256(raw).hexdigest(), bytes=len(raw))
    if file.sha256 not in (None, digest.sha256):
        what = f"{path.name} is not the file that was named: its sha256 is {digest.sha256}"
        remedy = "Find the file that was meant, or write the digest of this one."
        raise FileFault(what, where=marked.where(*at, "sha256"), remedy=remedy)
    if arrays is not None:
        return open_arrays(raw, path.name, file.split, arrays), digest
    open_table = open_csv if ending in _CSV else open_parquet
    return open_table(raw, path.name, file.split, needed), digest


def _located(written: str, marked: Marked, at: Keys) -> Path:
    where = marked.where(*at, "path")
    variable = re.match(r"\$(?:\{(\w+)\}|(\w+))", written)
    if variable is None:
        return marked.path.parent / written
    name = variable[1] or variable[2]
    if name != _VARIABLE:
        raise WrittenFault(f"${name} means nothing here", where=where, remedy=f"Only ${_VARIABLE} is replaced.")
    if not os.environ.get(_VARIABLE):
        remedy = f"Set it to the folder that holds the data, as in: export {_VARIABLE}=../shared/data"
        raise FileFault(f"the environment variable {_VARIABLE} is not set", where=where, remedy=remedy)
    return Path(os.environ[_VARIABLE] + written[variable.end() :])
