"""A log whose file was damaged or forged: either that is told, or nothing that the log says is another."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from archiving import Desk
from killing import FACTS

from auditor.app import archive as uses
from auditor.archive import entry, receipt, store
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


@pytest.mark.parametrize(
    ("place", "right"),
    [
        ("added", "2026-11-21T12:00:00+00:00"),
        ("reason", "why"),
        ("names", ["a"]),
        ("of", 0),
        ("by", 1),
        ("retain_until", "2030-01-01"),
        ("facts", asdict(FACTS)),
        ("files", {"a": {"sha256": "a" * 64, "bytes": 1}}),
        ("left_out", {"a": {"sha256": "a" * 64, "bytes": 1}}),
    ],
)
def test_an_entry_of_other_types(place: str, right: object) -> None:
    """What an entry says is of its type, however deep, or it is none: nothing that reads it meets another one."""
    body = {"v": 1, "kind": "audit", "added": "2026-11-21T12:00:00+00:00"}
    assert entry.read(0, json.dumps(body | {place: right}).encode()).kind == "audit"
    for other in _others(right):
        with pytest.raises(SealFault):
            entry.read(0, json.dumps(body | {place: other}).encode())


def _others(right: object) -> Iterator[object]:
    """The value with another one anywhere in it."""
    yield from (True, -1, 1.5, float("inf"), "\ud800", [[1]], [["a"]], {"a": 1}, json.loads("[" * 99 + "]" * 99))
    inner = right.items() if isinstance(right, dict) else enumerate(right) if isinstance(right, list) else ()
    for key, value in inner:
        for other in _others(value):
            yield {**right, key: other} if isinstance(right, dict) else [*right[:key], other, *right[key + 1 :]]
    if right == "a" * 64:
        yield from ("../x", "A" * 64, "a" * 65)


def test_a_digest_that_is_a_path(desk: Desk) -> None:
    """Who may write the log's file, and cannot sign, has the next writer remove no file elsewhere."""
    victim = desk.place.with_name("victim")
    victim.write_bytes(b"dear")
    own = desk.add()[0].files["report.html"].sha256
    uses.remove(desk.write, 0, ["report.html"], "erasure")
    desk.forge(f"UPDATE entry SET body = replace(body, '{own}', '../victim')")
    with pytest.raises(SealFault, match="does not say what an entry of its kind says"):
        desk.add()
    assert victim.read_bytes() == b"dear"


@pytest.mark.parametrize("name", ["a\0b", "a/" * 200 + "b"])
def test_a_name_for_no_folder(desk: Desk, tmp_path: Path, name: str) -> None:
    """A file's name that no folder can hold is told."""
    desk.add()
    desk.forge(f"""UPDATE entry SET body = replace(body, '"report.html"', '{json.dumps(name)}')""")
    with pytest.raises(SealFault, match="has a name that no folder can hold"):
        uses.restore(desk.place, 0, tmp_path / "out")


def test_a_receipt_of_nothing(desk: Desk) -> None:
    """Of an entry that somebody took away there is no receipt."""
    desk.add()
    desk.forge("DELETE FROM entry")
    with pytest.raises(SealFault, match="does not have the root that it signed"):
        receipt.made(store.opened(desk.place), 0)


def _said(archive: store.Archive) -> list[tuple[int, bytes, bytes, str | None]]:
    with archive.reading() as log:
        return list(log.rows())


def _forget(file: Path) -> None:
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
