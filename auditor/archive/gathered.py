"""What of an audit's folder goes into an archive."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.archive.entry import Facts, Kept
from auditor.errors import FileFault, SealFault, WrittenFault
from auditor.seal import envelope, folder, strictjson
from auditor.seal.verify import unbroken

RECORD = "record.json"
RESTRICTED = "restricted/"
_MOST_BYTES = 2**30


@dataclass(frozen=True)
class Gathered:
    """The files to keep, by their path in the folder; those that stay out; and what the record says."""

    files: Mapping[str, bytes]
    left_out: Mapping[str, Kept]
    facts: Facts


def gathered(audit: Path, *, restricted: bool = False) -> Gathered:
    """Read a sealed audit's folder. restricted: keep what is about single people as well.

    Raises WrittenFault where it is not sealed, SealFault where its files are not those that the seal names (whose
    signature is for `verify` and `gate` to judge), FileFault where it holds what is no plain file.
    """
    found = folder.contents(audit)
    if envelope.FILE not in found.files:
        what = "this audit is not sealed, and an archive keeps sealed ones"
        raise WrittenFault(what, where=str(audit), remedy="Seal it with `auditor seal`.")
    if found.strange:
        raise FileFault(found.strange)
    files: dict[str, bytes] = {}
    left_out: dict[str, Kept] = {}
    for name, path in found.files.items():
        data = folder.bounded(path, _MOST_BYTES)
        if name.startswith(RESTRICTED) and not restricted:
            left_out[name] = Kept(hashlib.sha256(data).hexdigest(), len(data))
        else:
            files[name] = data
    if broken := unbroken(audit):
        raise SealFault(broken)  # what is archived stays so for ever
    if RECORD not in files:
        raise SealFault("is not among the sealed files", where=RECORD)
    return Gathered(files, left_out, facts(files[RECORD]))


def facts(record: bytes) -> Facts:
    """What a record says, from its bytes. Raises SealFault where they are no record."""
    raw = strictjson.mapping(strictjson.parsed(record, RECORD), RECORD)
    try:
        return Facts(
            name=str(raw["identity"]["name"]),
            version=str(raw["identity"]["version"]),
            verdict=str(raw["verdict"]),
            model=str(raw["model"]["file"]["sha256"]),
            policy=str(raw["policy"]["name"]),
            policy_version=str(raw["policy"]["version"]),
            policy_files=tuple(str(file["sha256"]) for file in raw["policy"]["files"]),
            record=hashlib.sha256(record).hexdigest(),
            body=str(raw["body_sha256"]),
            started=str(raw["run"]["started"]),
            data=tuple(sorted({str(file["sha256"]) for file in raw["data"]["files"]})),
        )
    except (KeyError, TypeError):
        raise SealFault("is no record", where=RECORD) from None
