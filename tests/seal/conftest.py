"""Two pairs of keys, and a folder that the bank has sealed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sealing import Pairs, audit_folder, no_passphrase, short_reports

from auditor.app.seal import seal
from auditor.seal import keys


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    short_reports(monkeypatch)


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    folder = tmp_path_factory.mktemp("keys")
    return {name: keys.new_keys(folder, name, None) for name in ("bank", "stranger")}


@pytest.fixture
def audit(tmp_path: Path, pairs: Pairs) -> Path:
    folder = audit_folder(tmp_path / "audit")
    seal(folder, pairs["bank"].private, no_passphrase)
    return folder
