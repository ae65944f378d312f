"""Ctrl-C, remembered: some libraries swallow the exception while they are imported, and the audit would go on."""

from __future__ import annotations

import signal
from types import FrameType


class Interrupt:
    """A handler of SIGINT that raises KeyboardInterrupt, as Python's own does, and remembers that it did."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal."""
        self.asked = True
        raise KeyboardInterrupt


def stop_if_asked() -> None:
    """Raise KeyboardInterrupt again where it was raised before and the program still runs."""
    handler = signal.getsignal(signal.SIGINT)
    if isinstance(handler, Interrupt) and handler.asked:
        raise KeyboardInterrupt
