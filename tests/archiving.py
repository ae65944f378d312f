"""Archives to fill in tests: with their keys, and sealed audits of any verdict, model or policy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sealing import audit_folder, no_passphrase

from auditor.app import archive as uses
from auditor.app import proofs
from auditor.app.seal import seal
from auditor.archive.entry import Entry
from auditor.archive.note import Checkpoint
from auditor.errors import SealFault
from auditor.seal.keys import KeyFiles

ORIGIN = "bank.example/audits"


@dataclass
class Desk:
    """Where somebody seals and archives. log: the keys of the archive's log; bank: those that seal."""

    place: Path
    log: KeyFiles
    bank: KeyFiles
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def write(self) -> uses.Write:
        return uses.Write(self.place, self.log.private, no_passphrase)

    def sealed(self, name: str = "Credit LSTM", more: Mapping[str, str] = {}, **changes: Any) -> Path:
        """A new sealed audit's folder; more: files besides; changes: of its record."""
        folder = audit_folder(self.place.parent / f"audit-{next(self.numbers)}", name, **changes)
        for path, text in more.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text)
        seal(folder, self.bank.private, no_passphrase)
        return folder

    def add(self, folder: Path | None = None, **how: Any) -> tuple[Entry, Checkpoint]:
        return uses.add(self.write, folder or self.sealed(), **how)

    def keep(self, checkpoint: Checkpoint) -> Path:
        """A checkpoint in a file, as somebody may have kept it."""
        file = self.place.parent / f"kept-{next(self.numbers)}"
        file.write_text(checkpoint.note, encoding="utf-8")
        return file

    def verify(self, since: Checkpoint | None = None, **how: Any) -> proofs.Checked:
        return proofs.verify(self.place, self.log.public, self.keep(since) if since else None, **how)

    def broken(self, since: Checkpoint | None = None) -> list[str]:
        """What is wrong with the archive."""
        with pytest.raises(SealFault) as caught:
            self.verify(since)
        return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]

    def forge(self, *statements: str) -> None:
        """What somebody does who may write the log's file and has no key."""
        with sqlite3.connect(self.place / "log.sqlite", isolation_level=None) as raw:
            names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for statement in (*(f"DROP TRIGGER {name}" for (name,) in names), *statements):
                raw.execute(statement)
        raw.close()


def desk_in(folder: Path, origin: str, bank: KeyFiles) -> Desk:
    """An empty archive in a folder."""
    _, log = uses.init(folder / "archive", origin, folder / "log-keys", None)
    return Desk(folder / "archive", log, bank)
