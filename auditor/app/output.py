"""The folder that a use of the program leaves behind: whole or not at all, and never over another one.

Everything is written into a hidden folder beside the final one, which gets its name by one rename at the end. The
hidden folder is made before the work begins, so that a place that cannot be written to is known at once, and so that
no two runs take the same name.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from auditor.errors import FileFault, WrittenFault

_LEAST_FREE = 32 * 2**20  # bytes; an audit's folder has a few


@dataclass(frozen=True)
class Place:
    """Where the files go now, and where they will be."""

    partial: Path
    final: Path

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write the files, named by their path in the folder. Raises FileFault where the disk does not take them."""
        for name, data in files.items():
            try:
                _write(self.partial / name, data)
            except OSError as error:
                raise FileFault(f"cannot be written: {error.strerror}", where=str(self.final / name)) from error


@contextmanager
def new_folder(out: Path | None, name: str) -> Iterator[Place]:
    """A new folder: `out`, or the first `reports/<name>-<n>` that is free. It is there once the block ended well.

    Raises WrittenFault where it exists already or cannot be made, FileFault where the disk is full.
    """
    parent = Path("reports") if out is None else out.absolute().parent
    made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    try:
        place = _reserved(parent, out, name)
    except BaseException:
        _remove(made)
        raise
    try:
        if shutil.disk_usage(parent).free < _LEAST_FREE:
            raise FileFault(
                "the disk is full", where=str(parent), remedy="Make room, or name a folder on another disk."
            )
        yield place
        _finish(place)
    except BaseException:
        shutil.rmtree(place.partial, ignore_errors=True)
        _remove(made)
        raise


def _reserved(parent: Path, out: Path | None, name: str) -> Place:
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return _numbered(parent, _slug(name)) if out is None else _named(out)
    except OSError as error:
        remedy = "Name a folder that can be made."
        raise WrittenFault(f"no folder can be made here: {error.strerror}", where=str(parent), remedy=remedy) from error


def _named(out: Path) -> Place:
    if os.path.lexists(out):
        remedy = "Name a folder that does not exist yet: nothing is ever overwritten."
        raise WrittenFault("this exists already", where=str(out), remedy=remedy)
    partial = _hidden(out)
    try:
        partial.mkdir()
    except FileExistsError:
        what = "another run is writing here, or one was killed"
        raise WrittenFault(what, where=str(out), remedy=f"If none is running, remove {partial}.") from None
    return Place(partial, out)


def _numbered(parent: Path, name: str) -> Place:
    for n in count(1):
        final = parent / f"{name}-{n}"
        if not os.path.lexists(final):
            with suppress(FileExistsError):
                _hidden(final).mkdir()
                return Place(_hidden(final), final)
    raise AssertionError("numbers do not end")


def _hidden(final: Path) -> Path:
    return final.with_name(f".{final.name}.partial")


def _slug(name: str) -> str:
    """A name as a folder may have it; letters of any script stay."""
    return re.sub(r"[^\w.]+", "-", name.lower()).strip("-._")[:60] or "audit"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _finish(place: Place) -> None:
    try:
        place.partial.rename(place.final)  # fails where something that is not empty has taken the name meanwhile
    except OSError as error:
        raise FileFault(f"cannot be given its name: {error.strerror}", where=str(place.final)) from error


def _remove(folders: list[Path]) -> None:
    """Remove the folders that were made for nothing, innermost first, as far as they are empty."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
