"""The log file: tracebacks and warnings go there, never to the terminal and never into an audit's folder."""

from __future__ import annotations

import logging
import platform
import sys
import tempfile
from pathlib import Path


class TraceFile(logging.Handler):
    """A new file in the temporary folder, made when the first line is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.path: Path | None = None
        self.worst = 0

    def emit(self, entry: logging.LogRecord) -> None:
        """Append a line. A disk that is full must not hide the fault that was to be logged."""
        self.worst = max(self.worst, entry.levelno)
        try:
            if self.path is None:
                with tempfile.NamedTemporaryFile("w", prefix="auditor-", suffix=".log", delete=False) as file:
                    file.write(f"python {platform.python_version()} on {platform.platform()}\n{sys.argv}\n")
                    self.path = Path(file.name)
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(self.format(entry) + "\n")
        except OSError:
            self.path = None
