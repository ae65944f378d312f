"""New files that are there whole or not at all, however their writer ends."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.app import whole
from auditor.app.seal import stamp_of, stamp_put
from auditor.errors import FileFault, WrittenFault

WHOLE = b"whole" * 9999
KILLED = """
import builtins, io, os, signal, sys
from pathlib import Path
from auditor.app import seal, whole

def deadly(call, left):
    def stepped(*arguments, **named):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        return call(*arguments, **named)
    return stepped

folder, steps, lived = Path(sys.argv[1]), 0, False
while not lived:
    child = os.fork()
    if not child:
        left = [steps]
        for module, name in (os, "open"), (os, "fsync"), (os, "replace"), (os, "close"), (io, "open"):
            setattr(module, name, deadly(getattr(module, name), left))
        seal.write(folder / f"{steps}.json", b"whole" * 9999, bytes.fromhex(sys.argv[2]))
        os._exit(0)
    lived = os.waitpid(child, 0)[1] == 0
    steps += 1
print(steps - 1)
"""


def test_killed(tmp_path: Path) -> None:
    """Killed before any call that changes the disk, a writer leaves the whole file or none, and nothing else there.

    Its time stamp is there as well, or waits for whoever signs next.
    """
    folder = tmp_path / "audit"
    folder.mkdir()
    token = hashlib.sha256(WHOLE).digest()
    done = subprocess.run([sys.executable, "-c", KILLED, folder, token.hex()], capture_output=True, check=True)
    kills = int(done.stdout)
    assert kills >= 5
    alone = [one for one in folder.glob("*.json") if not stamp_of(one).exists()]
    assert alone
    assert [stamp_put(one) for one in alone] == [True for _ in alone]
    left = {one.name: one.read_bytes() for one in folder.iterdir()}
    there = sorted(int(one.stem) for one in folder.glob("*.json"))
    assert left == {f"{at}.json": WHOLE for at in there} | {f"{at}.tst": token for at in there}
    assert (there[0] > 0, there[-1]) == (True, kills)


def test_a_time_stamp_of_other_bytes_is_not_put(tmp_path: Path) -> None:
    """What waits beside the folder and is not of this statement is removed."""
    (tmp_path / "audit").mkdir()
    file = tmp_path / "audit" / "a.json"
    file.write_bytes(b"a")
    waiting = whole.beside(stamp_of(file))
    waiting.write_bytes(hashlib.sha256(b"b").digest())
    assert not stamp_put(file)
    assert not waiting.exists()


@pytest.mark.parametrize("wrong", [errno.EXDEV, errno.EACCES])
def test_beside_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: int) -> None:
    """Where the bytes cannot lie beside the folder, they are made in it; nothing else is left there."""
    folder = tmp_path / "audit"
    folder.mkdir()
    real = os.replace

    def replace(one: Path, other: Path) -> None:
        if Path(one).parent != folder:
            raise OSError(wrong, os.strerror(wrong))
        real(one, other)

    monkeypatch.setattr(os, "replace", replace)
    whole.new(folder / "a.json", b"a")
    assert [(one.name, one.read_bytes()) for one in tmp_path.rglob("*") if one.is_file()] == [("a.json", b"a")]


def test_never_overwritten(tmp_path: Path) -> None:
    """What has the name stays; a folder that is full or gone is told."""
    (tmp_path / "a.json").write_bytes(b"first")
    with pytest.raises(FileFault, match="File exists"):
        whole.new(tmp_path / "a.json", b"second")
    assert (tmp_path / "a.json").read_bytes() == b"first"
    with pytest.raises(FileFault, match="No such file"):
        whole.new(tmp_path / "none" / "none" / "a.json", b"")


def test_one_writer(tmp_path: Path) -> None:
    """Two do not sign in one folder at the same time; afterwards the next may."""
    refused = pytest.raises(WrittenFault, match="somebody else signs here just now")
    with whole.alone(tmp_path), refused, whole.alone(tmp_path):
        raise AssertionError("both are in")
    with whole.alone(tmp_path):
        pass
