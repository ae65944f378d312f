"""The log file: tracebacks and warnings go there, never to the terminal and never into an audit's folder."""

from __future__ import annotations

import logging
import platform
import sys
import tempfile
from collections import deque
from pathlib import Path

_KEPT = 200  # warnings that are written with the first error; of a run without one, nothing is


class TraceFile(logging.Handler):
    """A new file in the temporary folder, made with the first error. Warnings before it are written along."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.path: Path | None = None
        self.worst = 0
        self._waiting: deque[str] = deque(maxlen=_KEPT)

    def emit(self, entry: logging.LogRecord) -> None:
        """Append a line. A disk that is full must not hide the fault that was to be logged."""
        self.worst = max(self.worst, entry.levelno)
        self._waiting.append(self.format(entry))
        if self.worst < logging.ERROR:
            return
        try:
            if self.path is None:
                with tempfile.NamedTemporaryFile("w", prefix="auditor-", suffix=".log", delete=False) as file:
                    file.write(f"python {platform.python_version()} on {platform.platform()}\n{sys.argv}\n")
                    self.path = Path(file.name)
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                while self._waiting:
                    file.write(self._waiting.popleft() + "\n")
        except OSError:
            self.path = None
