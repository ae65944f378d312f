"""Files by the SHA-256 of their bytes: written once, forced to disk, read-only, never overwritten."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import FileFault, SealFault
from auditor.seal import folder


@dataclass(frozen=True)
class Blobs:
    """The files below `root`: `ab/abcd…` holds the bytes with that digest; `.new` what is just being written."""

    root: Path

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep the bytes; returns their digest. They are on disk when this returns.

        Raises FileFault where the disk does not take them, SealFault where a file of that digest is there and damaged.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        try:
            if os.path.lexists(path):
                if folder.sha256(path) != digest:
                    remedy = "Bring the file back from a copy of the archive."
                    raise SealFault("was changed after it was archived", where=str(path), remedy=remedy)
            else:
                self._write(path, data)
        except OSError as error:
            raise FileFault(f"cannot be written: {error.strerror}", where=str(path)) from error
        return digest

    def read(self, sha256: str) -> bytes:
        """The bytes with that digest. Raises FileFault where they cannot be read, SealFault where they were changed."""
        path = self.path(sha256)
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                data = file.read()
        except OSError as error:
            raise FileFault(f"cannot be read: {error.strerror}", where=str(path)) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise SealFault("was changed after it was archived", where=str(path))
        return data

    def remove(self, sha256: str) -> None:
        """Take the bytes away for good. Nothing happens where they are gone already."""
        path = self.path(sha256)
        try:
            path.unlink()
            _forced(path.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            raise FileFault(f"cannot be removed: {error.strerror}", where=str(path)) from error

    def there(self) -> Iterator[str]:
        """The digests by which files are named here."""
        for first in sorted(self.root.glob("[0-9a-f][0-9a-f]/")):
            yield from sorted(path.name for path in first.iterdir())

    def tidy(self) -> None:
        """Remove what a writer that was killed left half-written. Only for the one who writes."""
        for left in self._new.glob("*"):
            with suppress(OSError):
                left.unlink()

    @property
    def _new(self) -> Path:
        return self.root / ".new"

    def _write(self, path: Path, data: bytes) -> None:
        for folder_ in (self._new, path.parent):
            if not folder_.is_dir():
                folder_.mkdir(parents=True, exist_ok=True)
                _forced(folder_.parent)
        new = self._new / path.name
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o444), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(new, path)  # never replaces what has the name
        finally:
            with suppress(FileNotFoundError):
                new.unlink()
        _forced(path.parent)


def _forced(place: Path) -> None:
    """Have a folder's entries on disk."""
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
