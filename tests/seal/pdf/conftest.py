"""An authority, people whom it knows, and an audit with its real report, drawn once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from authority import Authority, authority
from pdfsigning import approve, certify, key
from records import a_record
from sealing import with_inputs, written_folder
from signing import RULE, people

from auditor.app import files
from auditor.record import Record


@pytest.fixture(scope="session")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("authority")) as serving:
        yield serving


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory, ca: Authority) -> Path:
    """A trust store of people's keys, the certificate authority and the time stamps' one."""
    store = people(tmp_path_factory.mktemp("people"))
    for name in ("root", "tsa"):
        shutil.copy(ca.folder / f"{name}.cert.pem", store.parent)
    with store.open("a") as file:
        file.write("certificates:\n  - {holder: Example CA, file: root.cert.pem}\n")
        file.write("  - {holder: Example time, file: root.cert.pem, for: time-stamps}\n")
    return store


@pytest.fixture(scope="session")
def record() -> Record:
    policy = a_record().policy.model_copy(update={"sign_off": RULE})
    return with_inputs(a_record(policy=policy))


@pytest.fixture(scope="session")
def drawn(record: Record) -> dict[str, bytes]:
    """The real reports of the record, made once."""
    return files.reports(record, files.recorded.written(record))


@pytest.fixture(autouse=True)
def _drawn_once(drawn: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, _short: None) -> None:
    monkeypatch.setattr(files, "reports", lambda *_: drawn)


@pytest.fixture
def audit(tmp_path: Path, record: Record) -> Path:
    return written_folder(tmp_path / "audit", record)


@pytest.fixture(scope="session")
def signed(
    tmp_path_factory: pytest.TempPathFactory, record: Record, drawn: dict[str, bytes], store: Path, ca: Authority
) -> Path:
    """An audit that is certified and reviewed, in the PDF too; not to be changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "reports", lambda *_: drawn)
        audit = written_folder(tmp_path_factory.mktemp("signed") / "audit", record)
        certify(audit, store, key(ca, "pipeline"))
        approve(audit, store, "rita", "reviewed", key(ca, "rita"), "As 王小明 said.")
    return audit
