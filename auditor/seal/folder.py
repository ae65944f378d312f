"""The files of an audit's folder, by their bytes. No link is followed, nothing but plain files is opened."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from auditor.errors import FileFault, Problem

_BLOCK = 2**20


@dataclass(frozen=True)
class Contents:
    """What is in a folder: the plain files by their path in it (parts joined by `/`), and what else is there."""

    files: dict[str, Path]
    strange: tuple[Problem, ...]


def contents(folder: Path) -> Contents:
    """Everything below the folder. Raises FileFault where a folder cannot be listed."""
    files: dict[str, Path] = {}
    strange: list[Problem] = []
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        entries = _listed(here)
        if not entries:
            strange.append(Problem(here.relative_to(folder).as_posix(), "is an empty folder"))
        for entry in entries:
            name = entry.relative_to(folder).as_posix()
            mode = entry.lstat().st_mode
            if stat.S_ISDIR(mode):
                waiting.append(entry)
            elif stat.S_ISREG(mode):
                files[name] = entry
            else:
                kind = "a symbolic link" if stat.S_ISLNK(mode) else "no plain file"
                strange.append(Problem(name, f"is {kind}"))
    return Contents(dict(sorted(files.items())), tuple(sorted(strange, key=str)))


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes. Raises FileFault where it is no plain file or cannot be read."""
    return digest(path)[0]


def digest(path: Path) -> tuple[str, int]:
    """SHA-256 of a file's bytes and how many there are. Raises FileFault as `sha256` does."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


def beginnings(path: Path, lengths: Iterable[int]) -> tuple[dict[int, str], int]:
    """SHA-256 of the file's first bytes, for each length that it has, and how long it is. Raises FileFault."""
    digests: dict[int, str] = {}
    hashed, done = hashlib.sha256(), 0
    with _opened(path) as file:
        for length in sorted(set(lengths)):
            while done < length and (part := file.read(min(_BLOCK, length - done))):
                hashed.update(part)
                done += len(part)
            if done == length:
                digests[length] = hashed.hexdigest()
        return digests, file.seek(0, os.SEEK_END)


def bounded(path: Path, most: int) -> bytes:
    """The file's bytes, one more than `most` at the most. Raises FileFault where it cannot be read."""
    with _opened(path) as file:
        return file.read(most + 1)


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    """A plain file. What cannot be opened or read is a FileFault; a pipe in its place is refused, not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileFault("is no plain file", where=str(path))
            yield file
    except OSError as error:
        raise FileFault(f"cannot be read: {error.strerror}", where=str(path)) from error


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise FileFault(f"cannot be listed: {error.strerror}", where=str(folder)) from error
