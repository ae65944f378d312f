"""Writers that are killed, that write at the same time, and whose disk is full."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from archiving import Desk

from auditor.app import archive as uses
from auditor.archive import store
from auditor.errors import FileFault
from auditor.seal import keys

TESTS = Path(__file__).parents[1]
WRITER = """
import sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from killing import FACTS
from auditor.archive import store
from auditor.seal import keys
signer = keys.signer(Path(sys.argv[2]), bytes)
for n in range(6):
    with store.opened(Path(sys.argv[1])).writing(signer) as writer:
        entry, _ = writer.add("audit", FACTS, {"own": f"{sys.argv[4]} {n}".encode(), "same": b"same"}, {})
    print(entry.index, flush=True)
"""


def test_killed(tmp_path: Path) -> None:
    """Killed at any step, a writer loses no completed entry and leaves what verifies, and the next one goes on.

    `make bench` does the same at every single instruction of the log's machine: benchmarks/bench_archive.py.
    """
    command = [sys.executable, TESTS / "killing.py", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TESTS.parent)
    told = json.loads(done.stdout)
    assert [] == told["wrong"], done.stderr
    assert min(told["kills"].values()) > 20


def test_at_the_same_time(desk: Desk) -> None:
    """Three processes write at once: each entry is there, once, at the place that its writer was told."""
    command = [sys.executable, "-c", WRITER, str(desk.place), str(desk.log.private), str(TESTS)]
    writers = [subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in range(3)]
    told = [writer.communicate()[0].split() for writer in writers]

    assert [0, 0, 0] == [writer.returncode for writer in writers]
    assert sorted(int(index) for one in told for index in one) == list(range(18))
    blobs, held = store.opened(desk.place).blobs, uses.holdings(desk.place)
    for n, own in enumerate(told):
        texts = [blobs.read((held.entries[int(index)].files or {})["own"].sha256).decode() for index in own]
        assert [f"{n} {k}" for k in range(6)] == texts
    assert desk.verify().entries == 18


@pytest.mark.parametrize("call", ["open", "fsync", "link", "mkdir"])
def test_full_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """Where a file does not fit on the disk, that is told, nothing is added, and the archive is what it was."""
    _, checkpoint = desk.add()
    folder = desk.sealed("Another model")
    real = getattr(os, call)

    def full(path, *rest, **named):
        if "blobs" in str(path) or isinstance(path, int):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return real(path, *rest, **named)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        with pytest.raises(FileFault, match="No space left on device"):
            desk.add(folder)
    assert checkpoint == desk.verify(checkpoint).latest
    assert desk.add(folder)[0].index == 1
    assert desk.verify().notes == ()


def test_log_does_not_fit(desk: Desk) -> None:
    """Where the log may not grow any more (as on a full disk), that is told, and the archive is what it was.

    The limit of the size of files is the kernel's own; every size is tried from what the log has until it fits.
    """
    with store.opened(desk.place).writing(keys.signer(desk.log.private, bytes)) as writer:
        checkpoint = _entry(writer)
    base, failed = (desk.place / "log.sqlite").stat().st_size, 0
    for more in range(0, 80_000, 4_000):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            with store.opened(desk.place).writing(keys.signer(desk.log.private, bytes)) as writer:
                resource.setrlimit(resource.RLIMIT_FSIZE, (base // 8 + more, before[1]))
                _entry(writer)
        except FileFault:
            failed += 1
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert desk.verify(checkpoint).problems == ()
    assert 0 < failed < 20


def _entry(writer: store.Writer):
    from killing import FACTS

    return writer.add("run", FACTS, {}, {})[1]
