"""A log whose file has one flipped bit: either that is told, or nothing that the log says is another."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from pathlib import Path

import pytest
from archiving import Desk
from killing import FACTS

from auditor.archive import store
from auditor.errors import AuditorError, FileFault, SealFault
from auditor.seal import keys


def test_flipped_bits(desk: Desk) -> None:
    """Anywhere in the file, and in what is written there twice as often; never with an error of another kind."""
    archive = store.opened(desk.place)
    with archive.writing(keys.signer(desk.log.private, bytes)) as writer:
        for n in range(8):
            writer.add("audit", FACTS, {"own": b"%d" % n}, {})
    said = _said(archive)
    file = desk.place / "log.sqlite"
    raw, draw, told = file.read_bytes(), random.Random(0), 0
    written = [at for at, byte in enumerate(raw) if byte]
    for trial in range(150):
        at = draw.randrange(len(raw)) if trial % 3 == 0 else draw.choice(written)
        file.write_bytes(raw[:at] + bytes([raw[at] ^ (1 << draw.randrange(8))]) + raw[at + 1 :])
        _forget(file)
        try:
            desk.verify(files=False)
            assert said == _said(archive), at
        except AuditorError:
            told += 1
    assert told > 50


@pytest.mark.parametrize(
    ("table", "column", "other"),
    [
        ("entry", "body", "CAST(body AS BLOB)"),
        ("entry", "leaf", "CAST(hex(leaf) AS TEXT)"),
        ("entry", "leaf", "32"),
        ("checkpoint", "note", "CAST(note AS BLOB)"),
        ("checkpoint", "peaks", "CAST(hex(peaks) AS TEXT)"),
        ("checkpoint", "peaks", "NULL"),
    ],
)
def test_a_value_of_another_type(desk: Desk, table: str, column: str, other: str) -> None:
    """Which a file can hold though the tables are strict: it is a broken log, to readers and to the next writer."""
    archive = store.opened(desk.place)
    signer = keys.signer(desk.log.private, bytes)
    with archive.writing(signer) as writer:
        writer.add("audit", FACTS, {"own": b"1"}, {})
    with contextlib.closing(sqlite3.connect(desk.place / "log.sqlite", isolation_level=None)) as log:
        log.executescript(
            f"DROP TRIGGER {table}_UPDATE; PRAGMA writable_schema=ON;"
            "UPDATE sqlite_master SET sql = replace(replace(sql, 'STRICT', ''), 'NOT NULL', '');"
        )
    with contextlib.closing(sqlite3.connect(desk.place / "log.sqlite")) as log, log:
        log.execute("PRAGMA ignore_check_constraints=ON")
        log.execute(f"UPDATE {table} SET {column} = {other}")
    with pytest.raises(SealFault, match="value of type"):
        desk.verify(files=False)
    if column in ("note", "peaks"):
        with pytest.raises(FileFault, match="value of type"), archive.writing(signer) as writer:
            writer.add("audit", FACTS, {"own": b"2"}, {})


def _said(archive: store.Archive) -> list[tuple[int, bytes, bytes, str | None]]:
    with archive.reading() as log:
        return list(log.rows())


def _forget(file: Path) -> None:
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
