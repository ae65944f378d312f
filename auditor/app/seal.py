"""Sealing an audit's folder: every file in it as it is on disk, under one signature."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path

from auditor.app import recorded
from auditor.errors import FileFault, WrittenFault
from auditor.record import Record
from auditor.seal import envelope, folder, keys, statement
from auditor.verdict import verdict


def seal(audit: Path, key: Path, passphrase: Callable[[], bytes]) -> tuple[Path, str]:
    """Write `seal.dsse.json` into the folder; returns its path and the fingerprint of the key.

    Raises WrittenFault where the folder is sealed already or holds the key, FileFault where it holds what cannot be
    sealed (links, empty folders) or a record that contradicts itself.
    """
    if key.resolve().is_relative_to(audit.resolve()):
        raise WrittenFault("the key lies in the folder that it would seal", where=str(key), remedy="Keep keys apart.")
    found = folder.contents(audit)
    if envelope.FILE in found.files:
        raise WrittenFault("this audit is sealed already, and a seal is never overwritten", where=str(audit))
    if found.strange:
        raise FileFault(found.strange)
    record = _sound(audit)
    signer = keys.signer(key, passphrase)
    digests = {_plain(name): folder.sha256(path) for name, path in found.files.items()}
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    file = audit / envelope.FILE
    _write(file, envelope.signed(statement.written(record, digests, now), signer))
    return file, signer.public_key.keyid


def _sound(audit: Path) -> Record:
    record = recorded.load(audit)
    if verdict(record.findings)[0] != record.verdict:
        raise FileFault("the verdict does not follow from the findings", where=str(audit / recorded.NAME))
    return record


def _plain(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise FileFault("has a name that is not UTF-8, which no statement can hold", where=ascii(name)) from None
    return name


def _write(file: Path, data: bytes) -> None:
    made = False
    try:
        with file.open("xb") as stream:
            made = True
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        if made:
            file.unlink(missing_ok=True)
        raise FileFault(f"the seal cannot be written: {error.strerror}", where=str(file)) from error
