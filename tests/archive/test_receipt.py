"""A receipt proves its entry to somebody who has the log's key alone; changed anywhere it proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from archiving import ORIGIN, Desk

from auditor.app import proofs
from auditor.archive import receipt, store
from auditor.errors import AuditorError, SealFault, WrittenFault


@pytest.fixture
def kept(desk: Desk) -> tuple[Desk, Path, Path]:
    """An archive of three audits, the folder of the second, and the receipt for it."""
    folder = desk.sealed("The second")
    for one in (None, folder, None):
        desk.add(one)
    file = desk.place.parent / "second.tlog-proof"
    proofs.receipt(desk.place, 1, file)
    return desk, folder, file


def test_receipt(kept: tuple[Desk, Path, Path]) -> None:
    """It has C2SP's form, names the entry, and holds the audit's folder to what was archived."""
    desk, folder, file = kept
    found = proofs.check_receipt(file, ORIGIN, desk.log.public, folder)
    lines = file.read_text("utf-8").splitlines()

    assert (1, 3) == (found.entry.index, found.checkpoint.size)
    assert found.entry.facts is not None
    assert found.entry.facts.name == "The second"
    assert ("c2sp.org/tlog-proof@v1", "index 1", "", ORIGIN) == (lines[0], lines[2], lines[5], lines[6])
    (folder / "report.html").write_text("another")
    with pytest.raises(SealFault, match=r"report.html: is not the file that was archived"):
        proofs.check_receipt(file, ORIGIN, desk.log.public, folder)


def test_changed_receipt(kept: tuple[Desk, Path, Path]) -> None:
    """No character of it can be changed, and no other key or origin makes it valid."""
    desk, _, file = kept
    text, verifier = file.read_text("utf-8"), store.opened(desk.place).verifier
    assert receipt.read(text, verifier).entry.index == 1
    for at in range(0, len(text), 3):
        for other in ("", "A", "1", "\n"):
            changed = text[:at] + other + text[at + 1 :]
            if changed != text:
                with pytest.raises(AuditorError):
                    receipt.read(changed, verifier)
    with pytest.raises(SealFault, match="is not signed by the key"):
        proofs.check_receipt(file, ORIGIN, desk.bank.public, None)
    with pytest.raises(SealFault, match="is not signed by the key"):
        proofs.check_receipt(file, "other.example/log", desk.log.public, None)


def test_not_made(kept: tuple[Desk, Path, Path]) -> None:
    """There is no receipt of what is not in the log, nothing is overwritten, and a forged log gives none."""
    desk, _, file = kept
    with pytest.raises(WrittenFault, match="there is no entry 3; the log has 3"):
        proofs.receipt(desk.place, 3, file.with_name("other"))
    with pytest.raises(WrittenFault, match="this exists already"):
        proofs.receipt(desk.place, 1, file)
    desk.forge("UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE idx = 1")
    with pytest.raises(SealFault, match="does not have the root that it signed"):
        proofs.receipt(desk.place, 1, file.with_name("other"))
