"""The folder that is left behind: whole or not at all, never over another one."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from auditor.app.output import new_folder
from auditor.errors import FileFault, WrittenFault

FILES = {"record.json": b"{}", "inputs/audit.yaml": b"a: 1\n"}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _everything() -> list[str]:
    return sorted(path.as_posix() for path in Path().rglob("*"))


def test_whole() -> None:
    """While the work goes on only a hidden folder is there; at the end, the folder and nothing else."""
    with new_folder(Path("a/b/out"), "") as place:
        place.write(FILES)
        assert not Path("a/b/out").exists()
    assert _everything() == [
        "a",
        "a/b",
        "a/b/out",
        "a/b/out/inputs",
        "a/b/out/inputs/audit.yaml",
        "a/b/out/record.json",
    ]


@pytest.mark.parametrize("fault", [ValueError("x"), KeyboardInterrupt(), SystemExit(143)])
def test_nothing(fault: BaseException) -> None:
    """Whatever ends the work, nothing stays, not even the parents that were made for it."""

    def work() -> None:
        with new_folder(Path("a/b/out"), "") as place:
            place.write(FILES)
            raise fault

    with pytest.raises(type(fault)):
        work()
    assert _everything() == []


def test_numbers() -> None:
    """The next free number, also while another run is under way; names keep the letters of any script."""
    Path("reports/模型-a-1").mkdir(parents=True)
    with new_folder(None, "模型 A/..") as one, new_folder(None, "模型 A/..") as two:
        assert (one.final, two.final) == (Path("reports/模型-a-2"), Path("reports/模型-a-3"))
    with new_folder(None, "/.. ") as nameless:
        assert nameless.final == Path("reports/audit-1")


@pytest.mark.parametrize("make", ["folder", "file", "link"])
def test_existing(make: str) -> None:
    """What exists is refused, even a link that leads nowhere, and stays as it is."""
    out = Path("out")
    {"folder": out.mkdir, "file": out.touch, "link": lambda: out.symlink_to("nowhere")}[make]()
    with pytest.raises(WrittenFault, match="this exists already"), new_folder(out, ""):
        raise AssertionError
    assert [path.name for path in Path().iterdir()] == ["out"]


def test_under_way() -> None:
    """Two runs do not write to the same name."""
    with new_folder(Path("out"), ""), pytest.raises(WrittenFault, match="another run is writing here"):
        new_folder(Path("out"), "").__enter__()
    assert _everything() == ["out"]


def test_taken_meanwhile() -> None:
    """A folder that somebody made and filled meanwhile is not written over."""

    def work() -> None:
        with new_folder(Path("out"), "") as place:
            place.write(FILES)
            Path("out").mkdir()
            Path("out/theirs").touch()

    with pytest.raises(FileFault, match="cannot be given its name"):
        work()
    assert _everything() == ["out", "out/theirs"]


def test_no_place() -> None:
    """Where no folder can be made, that is what you wrote."""
    Path("file").touch()
    with pytest.raises(WrittenFault, match="no folder can be made here"), new_folder(Path("file/out"), ""):
        raise AssertionError
    assert _everything() == ["file"]


def test_little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is nearly full is refused before the work begins."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(FileFault, match="the disk is full"), new_folder(Path("a/out"), ""):
        raise AssertionError
    assert _everything() == []


def test_disk_fills_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that becomes full while writing gives a clear error and leaves nothing (the system's answer is played)."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    told = r"out/record.json: cannot be written: No space left on device"
    with pytest.raises(FileFault, match=told), new_folder(Path("out"), "") as place:
        place.write(FILES)
    assert _everything() == []


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same on a real disk of 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    monkeypatch.setattr("auditor.app.output._LEAST_FREE", 0)
    try:
        with pytest.raises(FileFault, match="No space left on device"), new_folder(disk / "out", "") as place:
            place.write({"record.json": b"x" * 50_000, "report.pdf": b"x" * 50_000})
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)
