"""Sealing an audit's folder: every file in it as it is on disk, under one signature."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from auditor.app import pdf as report
from auditor.app import whole
from auditor.app.pdf import PdfKey, SignedPdf, certified, put, stage
from auditor.app.sound import Sound, sound
from auditor.app.tool import templates, tool
from auditor.errors import FileFault, WrittenFault
from auditor.record import Record
from auditor.seal import envelope, folder, keys, signoff, stamp, statement
from auditor.seal.hardware import is_hardware


def seal(
    audit: Path, key: Path, passphrase: Callable[[], bytes], pdf: PdfKey | None = None, tsa: str = ""
) -> tuple[Path, str]:
    """Write `seal.dsse.json` into the folder; returns its path and the fingerprint of the key.

    pdf: what certifies `report.pdf` first, where given; tsa: the address of the authority that stamps the seal, where
    given. Raises WrittenFault where the folder is sealed already or holds a key, FileFault where no time stamp can be
    had, or it holds what cannot be sealed: links, empty folders, a record that contradicts itself, a report that the
    record does not give.
    """
    if not is_hardware(key) and key.resolve().is_relative_to(audit.resolve()):
        raise WrittenFault("the key lies in the folder that it would seal", where=str(key), remedy="Keep keys apart.")
    with whole.alone(audit):
        finish(audit)
        found = folder.contents(audit)
        if envelope.FILE in found.files:
            raise WrittenFault("this audit is sealed already, and a seal is never overwritten", where=str(audit))
        if found.strange:
            raise FileFault(found.strange)
        signer = keys.signer(key, passphrase)
        about, moment = sound(audit, found.files), now()
        signed = certified(audit, pdf, _shown(about.record, moment)) if pdf else None
        file = audit / envelope.FILE
        data = envelope.signed(_stated(about, moment, signed), signer)
        token = stamp.stamped(data, moment, tsa) if tsa else b""
        publish(file, data, token, signed)
    return file, signer.public_key.keyid


def publish(file: Path, data: bytes, token: bytes, pdf: SignedPdf | None) -> None:
    """Write a statement, its time stamp where it has one, and the PDF that it is over where that is signed too.

    Who is killed in between leaves the statement before the two others; the next who signs puts them in their places
    (`finish`). Raises FileFault where the disk does not take them, and then nothing is left of them.
    """
    if pdf:
        stage(file.parent, pdf.data)
    try:
        write(file, data, token)  # new, or somebody else was first
    except FileFault:
        report.finish(file.parent)
        raise
    if pdf:
        try:
            put(file.parent)
        except FileFault:
            file.unlink()
            stamp_of(file).unlink(missing_ok=True)
            raise


def finish(audit: Path) -> bool:
    """Put in its place what who signed was killed before; returns whether there was such: time stamp, PDF.

    Raises FileFault where it cannot be written, SealFault where a statement cannot be read.
    """
    names = signoff.chain(folder.contents(audit).files)
    stamps = [stamp_put(audit / name) for name in (*names, signoff.file_name(len(names)))]
    return report.finish(audit) or any(stamps)


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def write(file: Path, data: bytes, token: bytes = b"") -> None:
    """Write a new file to the disk, and its time stamp after it: each whole or not at all. Raises FileFault.

    The time stamp is on disk before, beside the folder: nobody could ask for one of that moment again.
    """
    waiting = whole.beside(stamp_of(file))
    if token:
        with suppress(OSError):  # where nothing can be written there
            whole.stage(waiting, token)
    try:
        whole.new(file, data)
    except FileFault:
        with suppress(OSError):
            waiting.unlink()
        raise
    try:
        if token and not stamp_put(file):
            whole.new(stamp_of(file), token)
    except FileFault:
        file.unlink()
        raise


def stamp_put(file: Path) -> bool:
    """Put the time stamp of a statement in its place, where it waits beside the folder; returns whether it did.

    What stamps other bytes, or has its place taken, is removed. Raises FileFault where it cannot be written.
    """
    waiting, place = whole.beside(stamp_of(file)), stamp_of(file)
    if not waiting.is_file():
        return False
    try:
        made = folder.bounded(waiting, stamp.MOST_BYTES)
        if file.is_file() and not place.exists() and bytes.fromhex(folder.digest(file)[0]) in made:
            whole.put(waiting, place)
            return True
        waiting.unlink()
    except OSError as error:
        raise FileFault(f"cannot be written: {error.strerror}", where=str(place)) from error
    return False


def stamp_of(file: Path) -> Path:
    """Where the time stamp of an envelope is kept."""
    return file.with_name(stamp.beside(file.name))


def _stated(audit: Sound, moment: str, pdf: SignedPdf | None) -> bytes:
    record = audit.record
    files = audit.subjects | ({pdf.subject.name: pdf.subject} if pdf else {})
    predicate = statement.predicate(record) | {"tool": tool(record.environment), "sealed": moment}
    if pdf:
        predicate["pdf"] = pdf.told
    subjects = (*files.values(), *statement.outside(record), *templates())
    return statement.written(statement.PREDICATE_TYPE, subjects, predicate)


def _shown(record: Record, moment: str) -> tuple[str, ...]:
    """The lines of the visible block."""
    model = f"{record.identity.name}, version {record.identity.version}"
    return (
        f"{moment} (by the sealer’s clock)",
        f"{record.verdict}: {model}, policy {record.policy.name} {record.policy.version}",
        f"Record {record.body_sha256}",
    )
