"""The words of a drawing, set as words: WeasyPrint 70 sets each letter of an SVG's text by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_LETTER_BY_LETTER = frozenset({"rotate", "letter-spacing", "textLength"})
_LISTS = ("x", "y", "dx", "dy")  # a place for each letter, where there is more than one


class _Whole(str):
    """A text that is one letter to whom asks for its letters."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        return iter((str(self),))


@contextmanager
def whole_words() -> Iterator[None]:
    """Texts in SVG are set in one go, with kerning, unless they ask for a place of each letter.

    It takes a third of the time of a drawing away, and who selects or searches the PDF's text finds words.
    """
    from weasyprint.svg import Node

    by_letter = Node.text

    def text(node: Any) -> str | None:
        found: str | None = by_letter.fget(node)
        if not found or not _LETTER_BY_LETTER.isdisjoint(node.attrib):
            return found
        if any(mark in node.attrib.get(name, "").strip() for name in _LISTS for mark in " ,"):
            return found
        return _Whole(found)

    Node.text = property(text)
    try:
        yield
    finally:
        Node.text = by_letter
