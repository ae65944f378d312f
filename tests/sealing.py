"""Small audits' folders, sealed or not, and what verifying them says."""

from __future__ import annotations

from pathlib import Path

import pytest
from records import a_record

from auditor.app import recorded
from auditor.errors import SealFault
from auditor.seal import keys
from auditor.seal.verify import Verified, verify

Pairs = dict[str, keys.KeyFiles]


def no_passphrase() -> bytes:
    """For keys that have none."""
    raise AssertionError("asked for a passphrase that is not needed")


def audit_folder(folder: Path, name: str = "Credit LSTM") -> Path:
    """A small audit's folder, as `run` writes it."""
    record = a_record()
    record = record.model_copy(update={"identity": record.identity.model_copy(update={"name": name})}).sealed()
    (folder / "inputs").mkdir(parents=True)
    (folder / recorded.NAME).write_bytes(recorded.written(record))
    (folder / "report.html").write_text("<!doctype html><p>PASS")
    (folder / "report.pdf").write_bytes(b"%PDF-1.7 PASS")
    (folder / "inputs" / "audit.yaml").write_text("policy: baseline\n")
    return folder


def verified(folder: Path, pairs: Pairs, *names: str) -> Verified:
    """The seal checked with these keys (default: the bank's)."""
    return verify(folder, [keys.public_key(pairs[name].public) for name in names or ("bank",)])


def broken(folder: Path, pairs: Pairs, *names: str) -> list[str]:
    """What is wrong with the seal."""
    with pytest.raises(SealFault) as caught:
        verified(folder, pairs, *names)
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]
