"""Watch over a child from a thread of the parent: its resident memory, and how long it takes to answer.

RLIMIT_AS is no help: TensorFlow reserves far more address space than it uses.
"""

from __future__ import annotations

import math
import os
import subprocess
import threading
import time
from pathlib import Path

_PERIOD = 0.05
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Watch:
    """Kills the process, and says why, when it goes over its memory or its time."""

    def __init__(self, process: subprocess.Popen[bytes], memory_bytes: int) -> None:
        self._process, self._limit = process, memory_bytes
        self._deadline, self._allowed = math.inf, math.inf
        self._over = threading.Event()
        self.reason = ""
        self.remedy = ""
        self.peak = 0
        """Largest resident memory seen, bytes. The blocks shared with the parent count as well."""
        threading.Thread(target=self._run, name="watch-model", daemon=True).start()

    def expect_within(self, seconds: float) -> None:
        """From now on an answer is waited for."""
        self._allowed, self._deadline = seconds, time.monotonic() + seconds

    def expect_nothing(self) -> None:
        """The answer has come."""
        self._deadline = math.inf

    def stop(self) -> None:
        """Stop watching."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(_PERIOD):
            used = _resident(self._process.pid)
            self.peak = max(self.peak, used)
            if used > self._limit:
                what = f"it used {used / 2**30:.2f} GiB of memory, and {self._limit / 2**30:.2f} GiB are allowed"
                self._kill(what, "TensorFlow alone takes about 0.7 GiB; allow more, or audit a smaller model")
            elif time.monotonic() > self._deadline:
                what = f"it did not answer within {max(self._allowed, 0):.3g} s"
                self._kill(what, "the time that the model may take altogether is budget.minutes in the audit file")

    def _kill(self, reason: str, remedy: str) -> None:
        self.reason, self.remedy = reason, remedy
        self._over.set()
        self._process.kill()


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0  # it has just ended; whoever waits for its answer will notice
