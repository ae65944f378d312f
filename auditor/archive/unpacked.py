"""An archived audit as a folder again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from auditor.archive.entry import Entry
from auditor.archive.holdings import Holdings
from auditor.archive.store import Archive
from auditor.errors import SealFault

_DEEPEST = 100


def unpacked(archive: Archive, held: Holdings, entry: Entry) -> Iterator[tuple[str, bytes]]:
    """Path in the audit's folder -> bytes, of each file that the archive still has.

    Raises SealFault where one was changed, or its name leads out of the folder.
    """
    gone = set(held.gone(entry.index))
    for name, kept in (entry.files or {}).items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise SealFault("has a name that leads out of the audit's folder", where=f"entry {entry.index}: {name}")
        if "\0" in name or len(path.parts) > _DEEPEST:
            raise SealFault("has a name that no folder can hold", where=f"entry {entry.index}: {name[:100]!r}")
        if name not in gone:
            yield name, archive.blobs.read(kept.sha256)
