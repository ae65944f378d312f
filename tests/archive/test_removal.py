"""Corrections, removals and what comes back of an audit."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from archiving import Desk
from killing import FACTS

from auditor.app import archive as uses
from auditor.archive import store
from auditor.errors import WrittenFault
from auditor.seal import keys


def test_superseded(desk: Desk) -> None:
    """A correction takes the place of an audit, which stays; nothing is superseded twice, or by itself."""
    desk.add()
    desk.add()
    entry, _ = uses.supersede(desk.write, 0, 1, "a wrong threshold")
    assert (0, 1, "a wrong threshold") == (entry.of, entry.by, entry.reason)
    assert uses.holdings(desk.place).superseded[0].index == 2
    for of, by in ((0, None), (1, 1), (1, 0), (7, None), (2, None), (1, 2)):
        with pytest.raises(WrittenFault):
            uses.supersede(desk.write, of, by, "again")
    assert desk.verify().entries == 3


def test_removed(desk: Desk) -> None:
    """A removal leaves a tombstone and takes the bytes away, unless another audit holds the same ones."""
    folder = desk.sealed()
    first, _ = desk.add(folder)
    desk.add(folder)
    path = store.opened(desk.place).blobs.path((first.files or {})["report.html"].sha256)

    kept = uses.remove(desk.write, 0, ["report.html"], "the right to erasure")
    assert ((1, "report.html"),) == kept.also
    assert path.exists()
    gone = uses.remove(desk.write, 1, ["report.html"], "the right to erasure")
    assert () == gone.also
    assert not path.exists()
    assert (4, ()) == (desk.verify().entries, desk.verify().notes)
    uses.remove(desk.write, 0, [], "all that is left")
    assert sorted(first.files or {}) == sorted(uses.holdings(desk.place).gone(0))
    with pytest.raises(WrittenFault, match="all files of entry 0 are removed already"):
        uses.remove(desk.write, 0, [], "again")
    with pytest.raises(WrittenFault, match="entry 1 holds no file 'nothing'"):
        uses.remove(desk.write, 1, ["nothing"], "again")


def test_retained(desk: Desk) -> None:
    """What is to be kept is not removed before its time, unless somebody says that the law asks for it."""
    until = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1)
    entry, _ = desk.add(retain_until=until)
    assert until == entry.retain_until
    with pytest.raises(WrittenFault, match=f"is to be kept until {until}"):
        uses.remove(desk.write, 0, [], "tidying up")
    assert len(uses.remove(desk.write, 0, [], "erasure", early=True).entry.names) == len(entry.files or {})


def test_restored(desk: Desk, tmp_path: Path) -> None:
    """An archived audit comes back byte for byte, but for what was left out or removed; a logged run has no files."""
    folder = desk.sealed(more={"restricted/person.html": "a person"})
    desk.add(folder)
    desk.add(desk.sealed("Other"))
    assert uses.restore(desk.place, 0, tmp_path / "back") == 1
    there = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    del there[Path("restricted/person.html")]
    back = (path for path in (tmp_path / "back").rglob("*") if path.is_file())
    assert there == {path.relative_to(tmp_path / "back"): path.read_bytes() for path in back}
    uses.remove(desk.write, 1, ["report.html"], "erasure")
    assert uses.restore(desk.place, 1, tmp_path / "less") == 1
    assert not (tmp_path / "less" / "report.html").exists()
    uses.remove(desk.write, 1, [], "asked for")
    with pytest.raises(
        WrittenFault, match=r"all of its files were removed, by entry 2 \(erasure\), by entry 3 \(asked for"
    ):
        uses.restore(desk.place, 1, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    with store.opened(desk.place).writing(keys.signer(desk.log.private, bytes)) as writer:
        writer.add("run", FACTS, {}, {})
    with pytest.raises(WrittenFault, match="it was logged, and none of its files were kept"):
        uses.restore(desk.place, 4, tmp_path / "none")
