"""The child as the parent sees it: started, watched, asked, ended. Dead, hung or babbling, it is a ModelFault."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from auditor.errors import ModelFault
from auditor.worker.watch import Watch
from auditor.worker.wire import Fault, Garbled, Ready, Reply, printable, receive, send

OPENING_SECONDS = 180.0
"""The longest that starting the child, and then reading the model file, may take."""
CALL_SECONDS = 300.0
"""The longest that one request (one batch of rows) may take."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from auditor.worker.inside.main import main; main()"
_QUOTED_BYTES, _QUOTED_LINES = 8192, 6
_NOISE = re.compile(r"WARNING: All log messages before absl::InitializeLog|I\d{4} \d\d:\d\d:\d\d")  # of every start
_ALTOGETHER = "the time that the model may take altogether is budget.minutes in the audit file"
_OPENING = (
    "starting a model's process and opening the model have a limit of their own, which budget.minutes does not move"
)

Task = Literal["run", "read", "data"]
_NAMES: dict[Task, str] = {
    "run": "the model's process",
    "read": "the model's process",
    "data": "the process that reads the data files",
}
_GIVES_BACK = {"MALLOC_MMAP_THRESHOLD_": str(2**18), "ARROW_DEFAULT_MEMORY_POOL": "system"}  # arrays given up, at once
R = TypeVar("R", bound=Reply)
T = TypeVar("T")


class Child:
    """One child process. It ends with `close`, with the parent, or when the thread that started it ends."""

    def __init__(self, private: Path, memory_bytes: int, seconds: float, task: Task = "run") -> None:
        """private: its directory, removed at its end. seconds: how long its answers may take, without the opening.

        task: run a model; or, without TensorFlow, list model files; or read data files. Its maker need not wait for it.
        """
        self.private, self._name, self._left = private, _NAMES[task], seconds
        self._first: Ready | None = None
        self._lock = threading.Lock()
        self._channel, theirs = socket.socketpair()
        with theirs:
            self.process = self._launch(theirs.fileno(), seconds, task)
        self.watch = Watch(self.process, memory_bytes, private)
        self._finalizer = weakref.finalize(self, _end, self.process, self._channel, self.watch, self.private)

    def request(self, message: Mapping[str, Any], expect: type[R], fd: int | None = None) -> R:
        """Send a request and wait for its reply.

        Raises ModelFault where the child says that it cannot, dies, takes too long, uses too much memory or sends
        anything else than the reply expected. In all cases but the first the child is gone afterwards.
        """
        with self._lock:
            if not self.alive:
                raise ModelFault("the model is closed, or its process was lost before")
            start = time.monotonic()
            own = self._left > CALL_SECONDS
            limit = f"one request may take {CALL_SECONDS:g} s" if own else _ALTOGETHER
            reply = self._exchange(message, expect, fd, min(CALL_SECONDS, self._left), limit)
            self._left -= time.monotonic() - start
        return _or_fault(reply)

    def open(
        self, message: Mapping[str, Any], expect: type[R], seconds: float | None = None, fd: int | None = None
    ) -> R:
        """As `request`, with the time of an opening, or so many seconds."""
        with self._lock:
            return _or_fault(
                self._exchange(message, expect, fd, seconds or OPENING_SECONDS, "" if seconds else _OPENING)
            )

    @property
    def alive(self) -> bool:
        """Whether it was neither closed nor lost."""
        return self._finalizer.alive

    def close(self) -> None:
        """End the process and remove its private directory. May be called again."""
        self._finalizer()

    def _launch(self, fd: int, seconds: float, task: str) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).parents[2])
        cpu = (2 * OPENING_SECONDS + min(seconds, 10**8)) * (os.cpu_count() or 1)
        arguments = [root, str(fd), str(os.getpid()), str(self.private), str(int(cpu) + 1), task]
        with (self.private / "log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-c", _START, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.private,
                env=_environment(self.private) | (_GIVES_BACK if task == "data" else {}),
                pass_fds=[fd],
                start_new_session=True,  # Ctrl-C goes to the parent, which ends the child
            )

    def await_ready(self) -> Ready:
        """Its first words: it is shut in. Raises ModelFault where it is not. May be called again."""
        if self._first is None:
            reply = self._guarded(lambda: self._reply(Ready), OPENING_SECONDS, _OPENING)
            if isinstance(reply, Fault):
                self.close()
            self._first = _or_fault(reply)
        return self._first

    def _exchange(
        self, message: Mapping[str, Any], expect: type[R], fd: int | None, seconds: float, limit: str
    ) -> R | Fault:
        def exchange() -> R | Fault:
            send(self._channel, message, fd)
            return self._reply(expect)

        self.await_ready()
        return self._guarded(exchange, seconds, limit)

    def _reply(self, expect: type[R]) -> R | Fault:
        body = receive(self._channel)
        try:
            return expect.model_validate_json(body)
        except ValidationError as error:
            with contextlib.suppress(ValidationError):
                return Fault.model_validate_json(body)
            first = error.errors(include_url=False, include_input=False)[0]
            raise Garbled(f"{'.'.join(map(str, first['loc'])) or 'all of it'}: {first['msg']}") from error

    def _guarded(self, exchange: Callable[[], T], seconds: float, limit: str) -> T:
        self.watch.expect_within(seconds, limit)
        try:
            return exchange()
        except (EOFError, OSError) as error:
            raise self._fault("") from error
        except Garbled as error:
            raise self._fault(f"it sent something that is no reply: {printable(str(error))}") from error
        except BaseException:
            self.close()  # Ctrl-C in the middle of an exchange: what comes next on the channel is unknown
            raise
        finally:
            self.watch.expect_nothing()

    def _fault(self, reason: str) -> ModelFault:
        why = self.watch.reason or reason or _ending_of(self.process)
        log = _last_lines(self.private / "log")
        self.close()
        remedy = self.watch.remedy + (f"\nthe last lines of its log:\n{log}" if log else "")
        return ModelFault(f"{self._name} was lost: {why}", remedy=remedy.strip())


def _or_fault(reply: R | Fault) -> R:
    if isinstance(reply, Fault):
        raise ModelFault(printable(reply.fault, 4000), remedy=printable(reply.remedy, 1000))
    return reply


def _environment(private: Path) -> dict[str, str]:
    """Nothing of the user's: no tokens, no Keras settings (a user's keras.json would change what a model computes)."""
    return dict.fromkeys(("HOME", "KERAS_HOME", "TMPDIR"), str(private)) | {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "1",
        "XLA_FLAGS": "--xla_cpu_prefer_vector_width=512",  # where there are such: a tenth less time, and equal bits
        "CUDA_VISIBLE_DEVICES": "-1",  # scores must not depend on whether the auditor's machine has a GPU
    }


def _ending_of(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return "it closed its channel"
    if code < 0:
        return f"it died of {signal.Signals(-code).name}"
    return f"it ended with exit code {code}"


def _last_lines(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _QUOTED_BYTES))
        lines = file.read(_QUOTED_BYTES).decode(errors="replace").splitlines()
    kept = [printable(line, 200) for line in lines if line.strip() and not _NOISE.match(line)]
    return "\n".join(kept[-_QUOTED_LINES:])


def _end(process: subprocess.Popen[bytes], channel: socket.socket, watch: Watch, private: Path) -> None:
    watch.stop()
    channel.close()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own; what it started goes with it
    process.kill()
    process.wait()
    shutil.rmtree(private, ignore_errors=True)
