"""A log whose file has one flipped bit: either that is told, or nothing that the log says is another."""

from __future__ import annotations

import random
from pathlib import Path

from archiving import Desk
from killing import FACTS

from auditor.archive import store
from auditor.errors import AuditorError
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


def _said(archive: store.Archive) -> list[tuple[int, bytes, bytes, str | None]]:
    with archive.reading() as log:
        return list(log.rows())


def _forget(file: Path) -> None:
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
