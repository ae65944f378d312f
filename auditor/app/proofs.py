"""What an archive proves: that it is whole, that an entry is in it; and the archive as files that others can serve."""

from __future__ import annotations

import os
from pathlib import Path

from auditor.app.output import new_folder
from auditor.archive import export as exports
from auditor.archive import receipt as receipts
from auditor.archive import store
from auditor.archive.check import Checked, check
from auditor.archive.note import Checkpoint, Verifier
from auditor.errors import FileFault, SealFault, WrittenFault
from auditor.seal import folder, keys, strictjson


def verify(place: Path, key: Path | None, since: Path | None, *, files: bool = True) -> Checked:
    """Check an archive. Raises SealFault with everything that is broken.

    key: the log's public key from elsewhere (None: the one in the archive, which shows damage, not replacement).
    since: a file with a checkpoint or a receipt that was kept.
    """
    archive = store.opened(place)
    verifier = archive.verifier if key is None else Verifier.of(archive.verifier.name, keys.public_key(key))
    if verifier != archive.verifier:
        raise SealFault("the archive's own key is not the one that you gave", where=str(place / store.KEY))
    kept = None if since is None else receipts.checkpoint_in(_text(since), verifier)
    found = check(archive, verifier, kept, files=files)
    if found.problems:
        raise SealFault(found.problems)
    return found


def checkpoint(place: Path) -> Checkpoint:
    """The log's latest checkpoint. Raises SealFault where it is not signed by the log's key."""
    with store.opened(place).reading() as log:
        return log.latest()


def receipt(place: Path, index: int, out: Path) -> Checkpoint:
    """Write the receipt of an entry to a new file; returns the checkpoint in it.

    Raises WrittenFault where the file is there already, FileFault where it cannot be written; nothing is left then.
    """
    archive = store.opened(place)
    text = receipts.made(archive, index)
    try:
        with out.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise WrittenFault("this exists already", where=str(out), remedy="Nothing is ever overwritten.") from None
    except OSError as error:
        out.unlink(missing_ok=True)  # half a receipt would stand in the way of the next try
        remedy = "Make room, or name a file elsewhere by --out."
        raise FileFault(f"cannot be written: {error.strerror}", where=str(out), remedy=remedy) from error
    return receipts.read(text, archive.verifier).checkpoint


def check_receipt(file: Path, origin: str, key: Path, audit: Path | None) -> receipts.Receipt:
    """What a receipt proves, by the log's public key alone; audit: a folder that is to hold the files of the entry.

    Raises SealFault where it proves nothing, or the folder's files are not those that were archived.
    """
    found = receipts.read(_text(file), Verifier.of(origin, keys.public_key(key)))
    if audit is not None:
        archived = {**(found.entry.files or {}), **(found.entry.left_out or {})}
        for name, kept in archived.items():
            if folder.sha256(audit / name) != kept.sha256:
                raise SealFault("is not the file that was archived", where=name)
    return found


def export(place: Path, out: Path) -> int:
    """Write an archive as static files to a new folder; returns their number."""
    archive, count = store.opened(place), 0
    with new_folder(out, out.name) as made:
        for path, data in exports.static_files(archive):
            made.write({path: data()})
            count += 1
    return count


def _text(file: Path) -> str:
    try:
        return folder.bounded(file, strictjson.MOST_BYTES).decode()
    except UnicodeDecodeError:
        raise FileFault("is no text", where=str(file)) from None
