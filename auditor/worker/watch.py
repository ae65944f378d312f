"""Watch over a child from a thread of the parent: its resident memory, its files, and how long it takes to answer.

RLIMIT_AS is no help: TensorFlow reserves far more address space than it uses. RLIMIT_FSIZE limits a file, not files.
"""

from __future__ import annotations

import math
import os
import stat
import subprocess
import threading
import time
from pathlib import Path

_PERIOD = 0.05
_LOOK_AT_FILES = 5  # periods
_MOST_FILES, _MOST_FILE_BYTES = 2000, 512 * 2**20
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Watch:
    """Kills the process, and says why, when it goes over its memory, its files or its time."""

    def __init__(self, process: subprocess.Popen[bytes], memory_bytes: int, private: Path) -> None:
        self._process, self._limit, self._private = process, memory_bytes, private
        self._deadline, self._allowed, self._told = math.inf, math.inf, ""
        self._over = threading.Event()
        self.reason = ""
        self.remedy = ""
        self.peak = 0
        """Largest resident memory seen, bytes. The blocks shared with the parent count as well."""
        threading.Thread(target=self._run, name="watch-model", daemon=True).start()

    def expect_within(self, seconds: float, limit: str) -> None:
        """From now on an answer is waited for. limit: whose time that is, in words."""
        self._told, self._allowed, self._deadline = limit, seconds, time.monotonic() + seconds

    def expect_nothing(self) -> None:
        """The answer has come."""
        self._deadline = math.inf

    def stop(self) -> None:
        """Stop watching."""
        self._over.set()

    def _run(self) -> None:
        periods = 0
        while not self._over.wait(_PERIOD):
            periods += 1
            if periods % _LOOK_AT_FILES == 0 and (told := self._too_many_files()):
                self._kill(told, "a model that is only evaluated writes no files; do not trust this one")
            used = _resident(self._process.pid)
            self.peak = max(self.peak, used)
            if used > self._limit:
                what = f"it used {used / 2**30:.2f} GiB of memory, and {self._limit / 2**30:.2f} GiB are allowed"
                self._kill(what, "TensorFlow alone takes about 0.7 GiB; allow more, or audit a smaller model")
            elif time.monotonic() > self._deadline:
                what = (
                    f"it did not answer within {self._allowed:.3g} s" if self._allowed > 0 else "all its time was used"
                )
                self._kill(what, self._told)

    def _too_many_files(self) -> str:
        count, size = _written(self._private)
        if count > _MOST_FILES:
            return f"it made more than {_MOST_FILES:,} files"
        if size > _MOST_FILE_BYTES:
            return f"it wrote {size / 2**20:,.0f} MiB of files, and {_MOST_FILE_BYTES >> 20} MiB are allowed"
        if (hidden := _unlinked(self._process.pid)) > self._limit:
            return f"it holds {hidden / 2**30:.2f} GiB in files without a name, over the memory that it is allowed"
        return ""

    def _kill(self, reason: str, remedy: str) -> None:
        self.reason, self.remedy = reason, remedy
        self._over.set()
        self._process.kill()


def _written(private: Path) -> tuple[int, int]:
    """How many files and folders a directory holds, and the bytes that they take; the parent's copies do not count."""
    count = size = 0
    for folder, folders, names in os.walk(private):
        count += len(folders) + len(names)
        if count > _MOST_FILES:
            break
        for name in names:
            copy = folder == str(private) and name in ("model.keras", "model.h5")
            size += 0 if copy else _size(Path(folder, name))
    return count, size


def _size(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512
    except OSError:
        return 0  # gone meanwhile


def _unlinked(pid: int) -> int:
    """Bytes of the open files of a process that no directory holds (deleted, or in memory)."""
    size = 0
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            found = entry.stat()
            size += found.st_blocks * 512 if stat.S_ISREG(found.st_mode) and found.st_nlink == 0 else 0
    except OSError:
        return size  # it has ended, or closed the file meanwhile
    return size


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0  # it has just ended; whoever waits for its answer will notice
