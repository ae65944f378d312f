"""Read a model file before it is opened: HDF5 is listed by a limited process, all else is read here."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from auditor.artifact import Artifact, Trusted
from auditor.errors import ModelFault
from auditor.loaders.artifact import examine
from auditor.loaders.artifact_hdf5 import Listing, Stored
from auditor.loaders.artifact_signature import read_signature
from auditor.worker.intake import Taken, take_in
from auditor.worker.process import Child
from auditor.worker.wire import Listed

_MEMORY = 9 * 2**30  # the largest weights are held as a whole while they are listed
_SECONDS = 60.0
_LISTING_SECONDS, _LISTING_SPEED = 4.0, 25e6  # a damaged file can make the library go in circles; bytes a second


def read_artifact(path: Path | str, trusted: Sequence[Trusted] = (), key: Path | None = None) -> Artifact:
    """What a model file holds, read without TensorFlow; nothing of it runs. key: whose signature is asked for.

    Raises Refused for a file that may not be opened, naming layers and reasons; ModelFault for what is no model file.
    """
    private = Path(tempfile.mkdtemp(prefix="auditor-artifact-"))
    try:
        return read(take_in(Path(path), private), trusted, key)
    finally:
        shutil.rmtree(private, ignore_errors=True)


def read(taken: Taken, trusted: Sequence[Trusted] = (), key: Path | None = None) -> Artifact:
    """As `read_artifact`, of a private copy, by a limited process that ends with this call."""
    if sys.platform != "linux":
        raise ModelFault("models can be opened on Linux only: elsewhere the process cannot be shut in")
    reader = Reader()
    try:
        return reader.read(taken, trusted, key)
    finally:
        reader.close()


class Reader:
    """A limited process that lists HDF5 files; it has no TensorFlow. It is started with the first file that needs it.

    child: a process to use instead, which is not ended.
    """

    def __init__(self, child: Child | None = None) -> None:
        self._child, self._owned = child, child is None

    def read(self, taken: Taken, trusted: Sequence[Trusted] = (), key: Path | None = None) -> Artifact:
        """What a private copy holds; raises as `read_artifact` does. A file that ends the process is refused too."""
        artifact = examine(taken.copy, taken.file, self._list, trusted)
        found = read_signature(Path(taken.file.name), taken.file.sha256, key)
        return replace(artifact, signature=found.told, signed=found.named, signed_by_key=found.by_key)

    def close(self) -> None:
        """End the process, where this started it."""
        if self._owned and self._child is not None:
            self._child.close()

    def _list(self, path: Path, member: str) -> Listing:
        if self._child is None or (self._owned and not self._child.alive):
            self._child = _started()
        seconds = _LISTING_SECONDS + path.stat().st_size / _LISTING_SPEED
        try:
            said = self._child.open({"verb": "list", "file": str(path), "member": member}, Listed, seconds)
        except ModelFault as fault:
            if self._child.alive:
                raise
            what = f"the weights cannot be read, the process that tried was lost ({fault.problems[0].what})"
            raise ModelFault(what, remedy="the file may be damaged, or made to do this; save it again") from fault
        stored = tuple(Stored(one.path, tuple(one.shape), one.dtype, one.bytes, one.packed) for one in said.stored)
        strange = tuple((one.path, one.what) for one in said.strange)
        return Listing(said.config, said.keras_version, stored, strange, said.training)


def _started() -> Child:
    private = Path(tempfile.mkdtemp(prefix="auditor-reader-"))
    try:
        child = Child(private, _MEMORY, _SECONDS, task="read")
        child.await_ready()
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(private)
        raise
    return child
