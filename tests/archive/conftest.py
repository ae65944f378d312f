"""An archive, the keys that sealed what it holds, and audits' folders to add."""

from __future__ import annotations

from pathlib import Path

import pytest
from archiving import ORIGIN, Desk, desk_in
from gating import House
from sealing import short_reports

from auditor.seal import keys


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    short_reports(monkeypatch)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty archive, and all that is needed to fill it."""
    return desk_in(tmp_path, ORIGIN, keys.new_keys(tmp_path / "keys", "bank", None))


@pytest.fixture
def house(desk: Desk) -> House:
    """A model, its policy, and the empty archive."""
    return House(desk)
