"""Read data files in a limited process: this one hashes their bytes and hands them on, and interprets none of them."""

from __future__ import annotations

import mmap
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from auditor.errors import FileFault, ModelFault, Problem, WrittenFault
from auditor.loaders import dataset
from auditor.loaders.dataset import Opened, parse_spec
from auditor.loaders.files import data_files, pieces
from auditor.loaders.profile import Profile
from auditor.worker.datawire import Built, ColumnReply, Looked, ProblemReply
from auditor.worker.memory import array_in, lay_out, memory, seal_content
from auditor.worker.packing import Misfit, dataset_of
from auditor.worker.process import Child
from auditor.worker.wire import Kept
from auditor.yamlfile import read_written

_SECONDS, _SPEED = 120.0, 250e3  # what a small file may take; bytes a second of a large one
_SHARE = 0.75  # of the machine's memory; the data are needed there afterwards
_REMEDY = "A file may be damaged, or made to do this: write it again from its source. Of a large one give a sample."


def read_dataset(path: Path, *, memory_bytes: int | None = None, seconds: float | None = None) -> Opened:
    """Open the data set that the specification at `path` describes; as `DataReader`, which see."""
    with closing(DataReader(memory_bytes, seconds)) as reader:
        return reader.read(path)


class DataReader:
    """A process that is shut in and reads the files of one data set. It starts while its maker does something else.

    memory_bytes: resident memory that it may use (None: three quarters of the machine's). seconds: how long an answer
    may take (None: by the size of the files, no less than two minutes). Raises FileFault where there can be none.
    """

    def __init__(self, memory_bytes: int | None = None, seconds: float | None = None) -> None:
        if sys.platform != "linux":
            raise FileFault("data can be read on Linux only: elsewhere the process cannot be shut in")
        private = Path(tempfile.mkdtemp(prefix="auditor-data-"))
        limit = memory_bytes or int(_SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
        self._seconds, self._bytes, self._looked_at = seconds, 0, False
        try:
            self._child = Child(private, limit, seconds or _SECONDS, task="data")
        except BaseException:
            shutil.rmtree(private, ignore_errors=True)
            raise

    def read(self, path: Path, entity: str | None = None) -> Opened:
        """Open the data set that the specification at `path` describes; the process ends with it.

        entity: who is asked for, as the files name them; `Opened.asked` is their code.

        Raises WrittenFault for what the specification says, FileFault for what the files hold or do to the process.
        """
        raw = read_written(path)
        spec, marked = parse_spec(path, raw)
        files = list(data_files(spec, marked))
        try:
            self._child.await_ready()
            for file in files:
                self._take(file.pieces())
            built = self._built(path, raw.decode("utf-8-sig"), entity)
        except ModelFault as fault:
            whole = "; ".join(problem.what for problem in fault.problems)
            raise FileFault(whole, where=str(path), remedy=_REMEDY) from fault
        except Misfit as fault:
            what = f"the process that reads the data files sent what is no data set: {str(fault).splitlines()[0]}"
            raise FileFault(what, where=str(path), remedy=_REMEDY) from fault
        return Opened.of(spec, built, [file.digest for file in files])

    def look(self, path: Path, entity: str | None = None) -> Profile:
        """What a file that nobody has described seems to hold. May be asked again, of this file alone.

        entity: the column that says whose line it is. Raises FileFault for what the file holds or does to the process.
        """
        try:
            if not self._looked_at:
                self._child.await_ready()
                self._take(pieces(path, ""))
                self._looked_at = True
            said = self._child.open({"verb": "look", "name": path.name, "entity": entity}, Looked, self._left)
        except ModelFault as fault:
            whole = "; ".join(problem.what for problem in fault.problems)
            raise FileFault(whole, where=str(path), remedy=_REMEDY) from fault
        if said.profile is None:
            raise FileFault(_problems(said.problems))
        return said.profile

    def close(self) -> None:
        """End the process. May be called again."""
        self._child.close()

    def _take(self, pieces: Iterable[bytes]) -> None:
        """Hand a file's bytes on, in memory that nobody can change any more."""
        fd = memory(0)
        try:
            for piece in pieces:
                _write(fd, piece)
            seal_content(fd)
            size = os.fstat(fd).st_size
            self._bytes += size
            self._child.open({"verb": "take", "bytes": size}, Kept, self._left, fd if size else None)
        finally:
            os.close(fd)

    def _built(self, path: Path, text: str, entity: str | None) -> dataset.Built:
        """What the files hold. The process has ended when this returns, so that nobody can change it."""
        request = {"verb": "build", "path": str(path), "text": text, "entity": entity}
        said = self._child.open(request, Built, self._left)
        if said.problems:
            raise (WrittenFault if said.written else FileFault)(_problems(said.problems))
        arrays = self._arrays(said.arrays)
        reference, calibration = (
            None if one is None else dataset_of(one, arrays) for one in (said.reference, said.calibration)
        )
        return dataset.Built(dataset_of(said.test, arrays), reference, calibration, tuple(said.notes), said.asked)

    def _arrays(self, columns: Sequence[ColumnReply]) -> list[NDArray[Any]]:
        slots, size = lay_out(("", tuple(one.shape), one.dtype) for one in columns)
        fd = memory(max(size, 1))
        try:
            self._child.open({"verb": "hand over", "bytes": max(size, 1)}, Kept, self._left, fd)
            self.close()
            _seal(fd)
            buffer = mmap.mmap(fd, max(size, 1), flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        finally:
            os.close(fd)
        return [array_in(buffer, slot) for slot in slots]

    @property
    def _left(self) -> float:
        return self._seconds or _SECONDS + self._bytes / _SPEED


def _problems(told: Iterable[ProblemReply]) -> list[Problem]:
    return [Problem(one.where, one.what, one.remedy) for one in told]


def _write(fd: int, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(fd, left) :]


def _seal(fd: int) -> None:
    """Where somebody looks at the process just as it ends (the watch), its memory goes a moment later."""
    for _ in range(100):
        with suppress(OSError):
            return seal_content(fd)
        time.sleep(0.02)
    raise FileFault("something still holds the memory that the data files were read into")
