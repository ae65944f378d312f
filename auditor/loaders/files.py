"""Data files: found, read once, hashed as read, opened as tables whose columns come when asked for."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from auditor.errors import FileFault, WrittenFault
from auditor.loaders.arrays import open_arrays
from auditor.loaders.csvfile import open_csv
from auditor.loaders.links import refuse_way_out
from auditor.loaders.parquet import open_parquet
from auditor.loaders.spec import Arrays, DataSpec, FileSpec
from auditor.loaders.tables import Raw, Table
from auditor.record import FileDigest
from auditor.yamlfile import Keys, Marked

_VARIABLE = "AUDITOR_DATA"
_CSV, _PARQUET = (".csv", ".tsv", ".txt"), (".parquet", ".pq")
_PIECE = 2**20


class DataFile:
    """A data file of the specification, read piece by piece and hashed on the way, so that what is hashed is what is
    read. It is not interpreted here.
    """

    def __init__(self, file: FileSpec, marked: Marked, at: Keys, arrays: Arrays | None) -> None:
        """Find it. Raises FileFault where it is of no kind that is read, or no regular file.

        arrays: what a .npz file holds; None where the layout takes tables.
        """
        self._file, self._marked, self._at = file, marked, at
        self._digest: FileDigest | None = None
        self.path = _located(file.path, marked, at)
        ending, where = self.path.suffix.lower(), marked.where(*at, "path")
        if (ending == ".npz") != (arrays is not None) or ending not in (".npz", *_CSV, *_PARQUET):
            wanted = ".npz for the layout tensor, .csv, .tsv, .txt or .parquet for the others"
            what = f"{self.path.name} is of no kind that is read here"
            raise FileFault(what, where=where, remedy=f"Give it as {wanted}.")

    @property
    def digest(self) -> FileDigest:
        """Of the bytes that were read; raises RuntimeError before that."""
        if self._digest is None:
            raise RuntimeError("the file was not read yet")
        return self._digest

    def whole(self) -> bytes:
        """All of it; raises as `pieces` does."""
        buffer = io.BytesIO()
        buffer.writelines(self.pieces())
        return buffer.getvalue()

    def pieces(self) -> Iterator[bytes]:
        """Its bytes; afterwards `digest` is known. Raises FileFault where it cannot be read or is not the one named."""
        digest, count = hashlib.sha256(), 0
        for piece in pieces(self.path, self._marked.where(*self._at, "path")):
            digest.update(piece)
            count += len(piece)
            yield piece
        self._digest = FileDigest(name=self._file.path, sha256=digest.hexdigest(), bytes=count)
        if self._file.sha256 not in (None, self._digest.sha256):
            what = f"{self.path.name} is not the file that was named: its sha256 is {self._digest.sha256}"
            remedy = "Find the file that was meant, or write the digest of this one."
            raise FileFault(what, where=self._marked.where(*self._at, "sha256"), remedy=remedy)


def pieces(path: Path, where: str) -> Iterator[bytes]:
    """The bytes of a file. Raises FileFault where it cannot be read. where: who names it."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device never ends
            raise FileFault(f"{path} is not a regular file", where=where)
        with path.open("rb") as source:
            while piece := source.read(_PIECE):
                yield piece
    except OSError as error:
        remedy = "Paths are relative to the specification." if isinstance(error, FileNotFoundError) and where else ""
        raise FileFault(f"{path} cannot be read: {error.strerror}", where=where, remedy=remedy) from error


def data_files(spec: DataSpec, marked: Marked) -> Iterator[DataFile]:
    """The files of a specification in its order, the static one last."""
    for i, file in enumerate(spec.files):
        yield DataFile(file, marked, ("files", i), spec.arrays)
    if spec.static_file:
        yield DataFile(spec.static_file, marked, ("static_file",), None)


def as_table(raw: Raw, file: FileSpec, needed: Collection[str], arrays: Arrays | None) -> Table:
    """The bytes of a file as a table of (at least) the needed columns. Raises FileFault where they are none."""
    name = Path(file.path).name
    if arrays is not None:
        return open_arrays(raw, name, file.split, arrays)
    open_table = open_csv if Path(name).suffix.lower() in _CSV else open_parquet
    return open_table(raw, name, file.split, needed)


def _located(written: str, marked: Marked, at: Keys) -> Path:
    where = marked.where(*at, "path")
    variable = re.match(r"\$(?:\{(\w+)\}|(\w+))", written)
    if variable is None:
        refuse_way_out(marked.path.parent, written, where)
        return marked.path.parent / written
    name = variable[1] or variable[2]
    if name != _VARIABLE:
        raise WrittenFault(f"${name} means nothing here", where=where, remedy=f"Only ${_VARIABLE} is replaced.")
    if not os.environ.get(_VARIABLE):
        remedy = f"Set it to the folder that holds the data, as in: export {_VARIABLE}=../shared/data"
        raise FileFault(f"the environment variable {_VARIABLE} is not set", where=where, remedy=remedy)
    return Path(os.environ[_VARIABLE] + written[variable.end() :])
