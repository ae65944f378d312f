"""Small audits' folders, sealed or not, and what verifying them says."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from records import a_record

from auditor.app import files as app_files
from auditor.errors import SealFault
from auditor.record import FileDigest, Record
from auditor.seal import keys
from auditor.seal.trust import Trust
from auditor.seal.verify import Verified, verify

Pairs = dict[str, keys.KeyFiles]
INPUTS = {
    "inputs/audit.yaml": b"policy: baseline\n",
    "inputs/dataset.yaml": b"dataset: credit\n",
    "inputs/policy/1-policy.yaml": b"policy: test\n",
}


def no_passphrase() -> bytes:
    """For keys that have none."""
    raise AssertionError("asked for a passphrase that is not needed")


def with_inputs(record: Record) -> Record:
    """The record, made from INPUTS."""
    digests = [
        FileDigest(name=n, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data)) for n, data in INPUTS.items()
    ]
    return record.model_copy(update={"files": tuple(digests)}).sealed()


def short_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports that cost no time, and that tell the record apart all the same. The real ones are sealed in one test."""

    def made(record: Record, raw: bytes, *_: Any, **__: Any) -> dict[str, bytes]:
        text = f"{record.identity.name}: {record.verdict} {record.body_sha256}".encode()
        return {"report.html": b"<!doctype html><p>" + text, "report.pdf": b"%PDF-1.7 " + text}

    monkeypatch.setattr(app_files, "reports", made)
    monkeypatch.setattr("auditor.app.render.reports", made)


def audit_folder(folder: Path, name: str = "Credit LSTM", **changes: Any) -> Path:
    """A small audit's folder, as `run` writes it."""
    record = a_record()
    identity = record.identity.model_copy(update={"name": name})
    return written_folder(folder, record.model_copy(update={"identity": identity, **changes}))


def written_folder(folder: Path, record: Record) -> Path:
    """The folder of this record with INPUTS, as `run` writes it."""
    for name, data in {**app_files.audit_files(with_inputs(record)), **INPUTS}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def trusting(pairs: Pairs, *names: str) -> Trust:
    """These keys and no trust store (default: the bank's)."""
    return Trust.of([keys.public_key(pairs[name].public) for name in names or ("bank",)])


def verified(folder: Path, pairs: Pairs, *names: str) -> Verified:
    """The seal checked with these keys (default: the bank's)."""
    return verify(folder, trusting(pairs, *names))


def broken(folder: Path, pairs: Pairs, *names: str) -> list[str]:
    """What is wrong with the seal."""
    with pytest.raises(SealFault) as caught:
        verified(folder, pairs, *names)
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]
