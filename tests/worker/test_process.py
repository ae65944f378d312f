"""A child that dies, hangs, babbles or grows is a ModelFault, never a wait without end; it outlives nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from architectures import ARCHITECTURES

from auditor.errors import ModelFault
from auditor.worker import open_model, process
from auditor.worker.memory import Block
from auditor.worker.process import Child

ROOT = Path(process.__file__).parents[2]
SAY = "import socket, sys, time; s = socket.socket(fileno=int(sys.argv[2])); s.sendall({}); time.sleep(60)"
READY = b'{"isolation": [], "versions": {}, "threads": 1}'
MANY = 200_000


def child_that(monkeypatch, tmp_path, code, seconds=60.0):
    """A child that runs other code than ours, when it is ready."""
    monkeypatch.setattr(process, "_START", code)
    monkeypatch.setattr(process, "OPENING_SECONDS", seconds)
    private = tmp_path / "private"
    private.mkdir()
    child = Child(private, 2**30, 60.0)
    child.await_ready()
    return child


def message(body):
    return len(body).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('last words\\x1b[31m'); sys.exit(3)", "it ended with exit code 3"),
        ("import os; os.kill(os.getpid(), 11)", "it died of SIGSEGV"),
        ("import time; time.sleep(60)", "it did not answer within 0.3 s"),
        (SAY.format(repr(message(b"\x80\x04K\x01."))), "it sent something that is no reply"),
        (SAY.format(repr(message(b"[" * 100_000))), "it sent something that is no reply"),
        (SAY.format(repr(b"\xff" * 8)), "a header of 4294967295 bytes is announced"),
        (SAY.format(repr(message(READY.replace(b"1}", b'1, "more": 2}')))), "it sent something that is no reply"),
        (SAY.format(repr(message(READY.replace(b"1}", b'"1"}')))), "it sent something that is no reply"),
        (SAY.format(repr(message(READY.replace(b"1}", b"NaN}")))), "it sent something that is no reply"),
        (SAY.format(repr(message(READY.replace(b"1}", b"9" * 9999 + b"}")))), "it sent something that is no reply"),
        (
            SAY.format(repr(message(READY.replace(b"[]", b'["' + b"x" * 999 + b'"]')))),
            "it sent something that is no reply",
        ),
        (SAY.format(repr(message(b"\xed\xa0\x80"))), "it sent something that is no reply"),
        (
            "import time\nfor n in range(3000): open(str(n), 'w').close()\ntime.sleep(60)",
            "it made more than 2,000 files",
        ),
        (
            "import os, time\nf = open('big', 'wb')\nos.posix_fallocate(f.fileno(), 0, 2**29 + 2**20)\ntime.sleep(60)",
            "MiB of files, and 512 MiB are allowed",
        ),
        (
            "import os, time\nfd = os.memfd_create('x')\nos.posix_fallocate(fd, 0, 2**30 + 2**24)\ntime.sleep(60)",
            "it holds 1.02 GiB in files without a name",
        ),
    ],
)
def test_whatever_a_child_does_instead_of_answering_is_a_fault(monkeypatch, tmp_path, code, said):
    """Dead, hung, not JSON, nested without end, too long, other fields, other types: told, and the child is gone."""
    with pytest.raises(ModelFault) as caught:
        child_that(monkeypatch, tmp_path, code, seconds=0.3 if "did not answer" in said else 60.0)
    assert said in str(caught.value)
    assert ("budget.minutes does not move" in str(caught.value)) is ("did not answer" in said)
    assert "pydantic" not in str(caught.value)
    assert not (tmp_path / "private").exists()


def test_the_fault_quotes_the_last_lines_of_the_log(monkeypatch, tmp_path):
    """Without control characters and what every start of TensorFlow says, and no more than a few lines."""
    noise = (
        "WARNING: All log messages before absl::InitializeLog() is called",
        "I0000 00:00:1795347101.4  1 port.cc:153]",
    )
    code = (
        "import sys; [print('line', i, '\\x1b[31mred\\u202e') for i in range(99)]; [print(x) for x in {}]; sys.exit(1)"
    )
    with pytest.raises(ModelFault) as caught:
        child_that(monkeypatch, tmp_path, code.format(noise))
    lines = caught.value.problems[0].remedy.splitlines()
    assert ["the last lines of its log:", *[f"line {i} [31mred" for i in range(93, 99)]] == lines


def test_a_child_that_answers_and_then_falls_silent_is_given_up_when_its_time_is_over(monkeypatch, tmp_path):
    """The time of all answers together is limited, and so is what comes after."""
    child = child_that(monkeypatch, tmp_path, SAY.format(repr(message(READY))))
    child._left = 0.3
    for expected in ("it did not answer within 0.3 s", "the model is closed, or its process was lost before"):
        with pytest.raises(ModelFault) as caught:
            child.request({"verb": "anything"}, process.Ready)
        assert expected in str(caught.value)
        assert ("budget.minutes in the audit file" in str(caught.value)) is ("0.3 s" in expected)
    assert child.process.returncode == -signal.SIGKILL


def test_a_block_cannot_be_shrunk_under_the_parent(tmp_path):
    """A child that cut the memory off would end the parent with SIGBUS."""
    block = Block.made(4096)
    with pytest.raises(PermissionError):
        os.ftruncate(block.fd, 0)
    block.release()


def test_a_child_over_its_memory_is_ended_and_the_fault_says_so(saved):
    """Resident memory, not address space."""
    with pytest.raises(ModelFault, match=r"it used 0\.\d+ GiB of memory, and 0\.15 GiB are allowed"):
        open_model(saved("lstm", ".keras"), memory_bytes=150 * 2**20, seconds=60)


def test_a_child_killed_in_the_middle_of_a_call_is_a_fault(saved):
    """And the model is closed from then on."""
    model = open_model(saved("stacked_lstm", ".keras"), memory_bytes=4 * 2**30, seconds=600)
    inputs = ARCHITECTURES["stacked_lstm"].rows(MANY, "none")
    killer = threading.Timer(0.5, os.kill, [model._traffic.child.process.pid, signal.SIGKILL])
    killer.start()
    with pytest.raises(ModelFault, match="the model's process was lost: it died of SIGKILL"):
        model.evaluate(inputs)
    killer.join()
    with pytest.raises(ModelFault, match="the model is closed"):
        model.evaluate(inputs)
    model.close()


def test_work_without_end_is_given_up_when_the_time_is_over(saved):
    """One call of the model on many rows, and half a second for all."""
    model = open_model(saved("bidirectional", ".keras"), memory_bytes=4 * 2**30, seconds=0.5)
    start = time.monotonic()
    with pytest.raises(ModelFault, match=r"it did not answer within 0\.\d+ s|all its time was used"):
        model.evaluate(ARCHITECTURES["bidirectional"].rows(MANY, "none"), batch=MANY)
    assert time.monotonic() - start < 30


PARENT = """
import sys
import numpy as np
from auditor.worker import open_model
model = open_model(sys.argv[1], memory_bytes=4 * 2**30, seconds=600)
child = model._traffic.child
print(child.process.pid, child.private, flush=True)
rows = np.zeros((2000000, 7, 4), "float32")
model.evaluate({"sequence": rows}, batch=16)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_the_child_ends_with_its_parent(saved, end):
    """Killed, and by Ctrl-C in the middle of a call, which also leaves no files behind."""
    command = [sys.executable, "-W", "error", "-c", PARENT, str(saved("lstm", ".keras"))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        pid, private = parent.stdout.readline().split()
        time.sleep(0.3)
        parent.send_signal(end)
        _, errors = parent.communicate(timeout=30)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "State:\tZ" in Path(f"/proc/{pid}/status").read_text():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the child is still there")
    if end == signal.SIGINT:
        assert errors.rstrip().endswith("KeyboardInterrupt")
        assert not Path(private).exists()


def test_a_rate_can_be_shown_from_the_rows_done_so_far(saved):
    """Progress is told after each batch, and ends with all rows; evaluations count rows, not padding."""
    seen = []
    with_progress = open_model(saved("gru", ".keras"), memory_bytes=4 * 2**30, seconds=600, progress=seen.append)
    inputs = ARCHITECTURES["gru"].rows(2500, "none")
    with_progress.evaluate(inputs)
    with_progress.evaluate(inputs, batch=1000)
    assert sorted(seen) == seen
    assert len(set(seen)) >= 4
    assert 5000 == seen[-1] == with_progress.evaluations
    assert np.isfinite(with_progress.door.seconds_to_open)
    with_progress.close()
    with_progress.close()
