"""Processor time and memory of this process and of all that it started, read from /proc."""

from __future__ import annotations

import os
import threading
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """The process and all that descend from it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def cpu_seconds(pid: int | None = None) -> float:
    """User and system time of the tree; of children that have ended too, where they were waited for."""
    every = (_stat(each) for each in tree(pid or os.getpid()))
    return sum(sum(map(int, fields[11:15])) for fields in every if fields) / _TICKS


def resident(pid: int) -> int:
    """Bytes of the tree that are in memory, what processes share counted once (PSS)."""
    total = 0
    for each in tree(pid):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # it has just ended
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


class Peak:
    """The largest `resident` of a tree, looked at ten times a second until stopped."""

    def __init__(self, pid: int) -> None:
        self.bytes, self._pid = 0, pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """The peak, bytes."""
        self._ended.set()
        self._thread.join()
        return self.bytes

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            self.bytes = max(self.bytes, resident(self._pid))


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name: state first. Empty where the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
