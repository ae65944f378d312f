"""Files that are there whole or not at all, however their writer ends; and one writer in a folder at a time."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from auditor.errors import FileFault, WrittenFault


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else signs in the folder within the block. Raises WrittenFault where somebody does."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise FileFault(f"cannot be listed: {error.strerror}", where=str(folder)) from error
    try:
        with suppress(OSError):  # a folder of a network may know no locks
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                remedy = "Wait until that has ended."
                raise WrittenFault("somebody else signs here just now", where=str(folder), remedy=remedy) from None
        yield
    finally:
        os.close(descriptor)


def new(file: Path, data: bytes) -> None:
    """Write a file that is not there yet, to the disk. Raises FileFault where it is there, or cannot be written.

    Its bytes lie beside its folder until they are whole, as a file too many would break a seal; in it where nothing
    can be written there.
    """
    within = file.with_name(f".{file.name}.partial")
    for partial in (beside(file), within):
        try:
            if os.path.lexists(file):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            stage(partial, data)
            put(partial, file)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            if partial == within or isinstance(error, FileExistsError):
                raise FileFault(f"cannot be written: {error.strerror}", where=str(file)) from error
        else:
            return


def beside(file: Path) -> Path:
    """Where the bytes lie that are to become the file: beside its folder, on the same disk."""
    folder = file.resolve().parent
    return folder.parent / f".{folder.name}.{file.name}.partial"


def stage(partial: Path, data: bytes) -> None:
    """Have the bytes on disk. Raises OSError."""
    with partial.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def put(partial: Path, file: Path) -> None:
    """Give the bytes their name, in one step, in place of what may have it. Raises OSError."""
    partial.replace(file)
    descriptor = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
