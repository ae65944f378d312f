"""Record strings made safe to print: names come from other people's files and may hold anything."""

from __future__ import annotations

import unicodedata
from typing import Any

from auditor.record import Record

_KEPT = "\n\t\u200c\u200d"  # line ends, and the joiners that Persian and Indic scripts need
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def plain(text: str) -> str:
    """The text with every character that cannot be seen, or that reorders others, written out as its number."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(one) for one in text)


def _spelled(one: str) -> str:
    if one in _KEPT or unicodedata.category(one) not in _HIDDEN:
        return one
    return f"\\u{ord(one):04x}"


def printable(record: Record) -> Record:
    """The same record with all its strings, keys included, made plain."""
    return Record.model_validate(plainly(record.model_dump(mode="json", by_alias=True)))


def plainly(value: Any) -> Any:
    """Plain data (text, numbers, lists, mappings) with all its strings, keys included, made plain."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(str(key)): plainly(item) for key, item in value.items()}
    return [plainly(item) for item in value] if isinstance(value, list) else value
