"""What the child's process cannot do once it is shut in, tried in one that is."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.worker import process

ROOT = Path(process.__file__).parents[2]

SHUT_IN = """
import fcntl, json, os, resource, socket, subprocess, sys
from pathlib import Path
from auditor.worker.inside.isolation import _libc, shut_in
if sys.argv[3] == "refused":
    _libc.unshare = lambda _: -1
private = Path(sys.argv[1])
other = private.parent / "victim"
opened, beside = os.open(other, os.O_RDONLY), os.open(private.parent, os.O_RDONLY)
said = shut_in(os.getppid(), private, 60)
def tried(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"
print(json.dumps({
    "said": said,
    "network": tried(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2)),
    "outside": tried(lambda: (private.parent / "written").write_text("x")),
    "inside": tried(lambda: (private / "written").write_text("x")),
    "program": tried(lambda: subprocess.run(["/bin/true"])),
    "fork": tried(lambda: os.fork() or os._exit(0)),
    "parent": tried(lambda: os.kill(os.getppid(), 0)),
    "files": [tried(action) for action in (
        lambda: os.chmod(other, 0o777),
        lambda: os.fchmod(opened, 0o777),
        lambda: os.chmod("victim", 0o777, dir_fd=beside),
        lambda: os.chown(other, os.getuid(), -1),
        lambda: os.lchown(other, os.getuid(), -1),
        lambda: os.fchown(opened, os.getuid(), -1),
        lambda: os.chown("victim", os.getuid(), -1, dir_fd=beside),
        lambda: os.utime(other, (1, 1)),
        lambda: os.utime(opened, (1, 1)),
        lambda: os.setxattr(other, "user.x", b"x"),
        lambda: os.setxattr(opened, "user.x", b"x"),
        lambda: os.removexattr(other, "user.x"),
        lambda: fcntl.ioctl(opened, 0x40086602, bytes(8)),
    )],
    "processor": resource.getrlimit(resource.RLIMIT_CPU)[1],
}))
"""


@pytest.mark.parametrize("namespaces", ["asked", "refused"])
def test_what_the_child_says_about_its_isolation_is_true(tmp_path, namespaces):
    """No network in any case, also where the machine grants no namespace; files and programs as far as it claims."""
    private = tmp_path / "private"
    private.mkdir()
    (tmp_path / "victim").touch(mode=0o600)
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", SHUT_IN, str(private), str(server.getsockname()[1]), namespaces]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["network"] in ("OSError", "PermissionError")
    claims = ("network refused in Python:",) if namespaces == "refused" else ("no network (", "network refused")
    assert any(line.startswith(claims) for line in told["said"])
    closed = any("Landlock)" in line for line in told["said"])
    assert ("PermissionError" if closed else "done") == told["outside"] == told["program"]
    filtered = any("system calls filtered)" in line for line in told["said"])
    assert ("PermissionError" if filtered else "done") == told["fork"] == told["parent"]
    assert not filtered or {"PermissionError"} == set(told["files"])
    assert not filtered or 0o600 == (tmp_path / "victim").stat().st_mode & 0o777
    assert "done" == told["inside"]
    assert 60 == told["processor"]
