"""Lines that end where their last word ends: WeasyPrint 70 ends a line that is full but for a space after one word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_COLLAPSING = ("normal", "nowrap", "pre-line")


@contextmanager
def full_lines() -> Iterator[None]:
    """A text that fits in the room that is left, but for the space at its end, stays on its line.

    The space is nowhere to be seen there, and WeasyPrint knows so; it forgets it where it looks for a place to break.
    """
    from weasyprint.layout import inline

    first_line = inline.split_first_line

    def split(text: str, style: Any, context: Any, room: Any, *given: Any, **named: Any) -> Any:
        found = first_line(text, style, context, room, *given, **named)
        words = text.rstrip(" ")
        _, _, goes_on, *_ = found
        if goes_on is None or words == text or not words or style["white_space"] not in _COLLAPSING:
            return found
        _, _, goes_on, *_ = first_line(words, style, context, room, *given, **named)
        return found if goes_on is not None else first_line(text, style, context, None, *given, **named)

    inline.split_first_line = split
    try:
        yield
    finally:
        inline.split_first_line = first_line
