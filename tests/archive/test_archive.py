"""What is added can be shown, verified and proved; what is forged, dropped or damaged is found."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from archiving import ORIGIN, Desk

from auditor.app import archive as uses
from auditor.app import proofs
from auditor.archive import store
from auditor.errors import AuditorError, FileFault, SealFault, WrittenFault
from auditor.seal import keys


def test_added(desk: Desk) -> None:
    """An audit is kept with all of its files, read-only and by digest, and the log holds what its record says."""
    folder = desk.sealed()
    entry, checkpoint = desk.add(folder)
    held = uses.holdings(desk.place)
    blobs = store.opened(desk.place).blobs

    assert (0, 1, "audit") == (entry.index, checkpoint.size, entry.kind)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == set(held.entries[0].files or {})
    for name, kept in (held.entries[0].files or {}).items():
        assert (folder / name).read_bytes() == blobs.read(kept.sha256)
        assert blobs.path(kept.sha256).stat().st_mode & 0o777 == 0o444
    facts = held.entries[0].facts
    assert facts is not None
    assert ("Credit LSTM", "PASS", "a" * 64, ("c" * 64,)) == (
        facts.name,
        facts.verdict,
        facts.model,
        facts.policy_files,
    )
    assert (desk.verify().entries, desk.verify().notes) == (1, ())


def test_same_bytes_once(desk: Desk) -> None:
    """What two audits share is kept once."""
    folder = desk.sealed()
    desk.add(folder)
    desk.add(folder)
    assert len(list((desk.place / "blobs").glob("??/*"))) == sum(path.is_file() for path in folder.rglob("*"))
    assert desk.verify().entries == 2


def test_restricted_stays_out(desk: Desk) -> None:
    """What is about single people stays out, with its digest, unless it is asked for."""
    folder = desk.sealed(more={"restricted/person.html": "a person"})
    left, _ = desk.add(folder)
    kept, _ = desk.add(folder, restricted=True)

    assert (["restricted/person.html"], False) == (
        list(left.left_out or {}),
        "restricted/person.html" in (left.files or {}),
    )
    assert (None, True) == (kept.left_out, "restricted/person.html" in (kept.files or {}))


@pytest.mark.parametrize(
    ("spoil", "error", "told"),
    [
        (lambda folder: (folder / "seal.dsse.json").unlink(), WrittenFault, "this audit is not sealed"),
        (lambda folder: (folder / "report.html").write_text("x"), SealFault, "report.html: was changed after"),
        (lambda folder: (folder / "record.json").unlink(), SealFault, "record.json: was sealed and is missing"),
        (lambda folder: (folder / "link").symlink_to("record.json"), FileFault, "link: is a symbolic link"),
    ],
)  # fmt: skip
def test_not_added(desk: Desk, spoil, error: type[AuditorError], told: str) -> None:
    """What is not sealed, or not any more what was sealed, is not archived, and the log stays as it was."""
    folder = desk.sealed()
    spoil(folder)
    with pytest.raises(error, match=told):
        desk.add(folder)
    assert desk.verify().entries == 0


def test_another_key(desk: Desk, tmp_path: Path) -> None:
    """Nobody writes to the log with another key than its own; and its keys never lie in it."""
    with pytest.raises(WrittenFault, match="not the private key of the archive's log"):
        uses.add(uses.Write(desk.place, desk.bank.private, lambda: b""), desk.sealed())
    with pytest.raises(WrittenFault, match="the keys would lie in the archive"):
        uses.init(tmp_path / "other", ORIGIN, tmp_path / "other" / "keys", None)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = '{}' WHERE idx = 0",
        "DELETE FROM entry WHERE idx = 1",
        "INSERT INTO entry VALUES (9, zeroblob(32), '{}')",
        "UPDATE checkpoint SET note = ''",
        "DELETE FROM checkpoint",
    ],
)
def test_append_only(desk: Desk, statement: str) -> None:
    """The log's file refuses to be changed by an honest program."""
    desk.add()
    desk.add()
    raw = sqlite3.connect(desk.place / "log.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|gaps"):
        raw.execute(statement)
    raw.close()


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE idx = 1"], "entry 1: was changed"),
        (["DELETE FROM entry WHERE idx = 1"], "entry 1: is missing"),
        (["DELETE FROM checkpoint WHERE size = 2"], "checkpoint 2: is missing"),
        (["UPDATE checkpoint SET note = replace(note, '2', '3') WHERE size = 2"], "checkpoint 2: "),
        (["DELETE FROM entry WHERE idx = 2"], "checkpoints: are not one for each entry"),
    ],
)
def test_forged(desk: Desk, statements: list[str], told: str) -> None:
    """Whoever drops the triggers and changes the log is found out by what the log signed."""
    for _ in range(3):
        desk.add()
    desk.forge(*statements)
    assert any(told in one for one in desk.broken()), desk.broken()


def test_cut_short(desk: Desk) -> None:
    """A log whose end was cut off looks whole from inside; a checkpoint or receipt from elsewhere shows it."""
    _, early = desk.add()
    _, late = desk.add()
    proofs.receipt(desk.place, 1, desk.place.parent / "kept.tlog-proof")
    desk.forge("DELETE FROM entry WHERE idx = 1", "DELETE FROM checkpoint WHERE size = 2")

    assert desk.verify(early).entries == 1
    assert desk.broken(late)[0].startswith("log: ends after 1 entries, and the checkpoint that you hold is of 2")
    with pytest.raises(SealFault, match="entries were dropped"):
        proofs.verify(desk.place, desk.log.public, desk.place.parent / "kept.tlog-proof")


def test_rewritten_with_the_key(desk: Desk) -> None:
    """Even who has the log's key cannot rewrite it unseen by those who hold a checkpoint."""
    desk.add()
    _, held = desk.add()
    (desk.place / "log.sqlite").unlink()
    archive = store.opened(desk.place)
    signer = keys.signer(desk.log.private, lambda: b"")
    store.create(desk.place, ORIGIN, b"", signer)
    desk.add(desk.sealed("Another model"))
    desk.add(desk.sealed("Another model"))

    assert desk.verify().entries == 2
    assert "entries 0 to 1: are not those of the checkpoint that you hold" in desk.broken(held)
    assert archive.verifier.name == ORIGIN


def test_replaced_with_its_key(desk: Desk, tmp_path: Path) -> None:
    """An archive replaced by another, key and all, is found out by the key that one brings along."""
    desk.add()
    uses.init(tmp_path / "forged", ORIGIN, tmp_path / "forged-keys", None)
    with pytest.raises(SealFault, match="own key is not the one that you gave"):
        proofs.verify(tmp_path / "forged", desk.log.public, None)
    assert proofs.verify(tmp_path / "forged", None, None).entries == 0


def test_damaged_files(desk: Desk) -> None:
    """Each file that is changed or gone is named; adding the same again does not hide it."""
    folder = desk.sealed()
    entry, _ = desk.add(folder)
    blobs = store.opened(desk.place).blobs
    paths = {name: blobs.path(kept.sha256) for name, kept in (entry.files or {}).items()}
    paths["report.html"].chmod(0o644)
    paths["report.html"].write_bytes(b"evil")
    paths["report.pdf"].unlink()

    assert [
        "entry 0: report.html: was changed after it was archived",
        "entry 0: report.pdf: is missing",
    ] == desk.broken()
    assert desk.verify(files=False).entries == 1
    with pytest.raises(SealFault, match="was changed after it was archived"):
        desk.add(folder)


def test_too_many_files(desk: Desk) -> None:
    """An audit whose list of files does not fit into an entry is refused, and leaves the log as it was."""
    folder = desk.sealed(more={f"attachments/{i}.txt": str(i) for i in range(700)})
    with pytest.raises(FileFault, match="the audit has too many files"):
        desk.add(folder)
    assert (0, ()) == (desk.verify().entries, desk.verify().notes)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only(desk: Desk) -> None:
    """An archive on a disk that cannot be written to can be read and verified."""
    desk.add()
    desk.place.chmod(0o555)
    try:
        assert desk.verify().entries == 1
    finally:
        desk.place.chmod(0o755)


def test_no_archive(tmp_path: Path) -> None:
    """A folder that is none is told so."""
    with pytest.raises(WrittenFault, match="there is no archive here"):
        uses.holdings(tmp_path)
    (tmp_path / "archive.json").write_text('{"format": "auditor archive", "version": 2, "origin": "x"}')
    with pytest.raises(FileFault, match="is no archive that this version reads"):
        uses.holdings(tmp_path)
