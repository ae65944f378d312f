"""Objects of a PDF file held against each other, and the places where one is pointed to. For what is ours: exactly."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, Reference, StreamObject
from pyhanko.pdf_utils.reader import HistoricalResolver

_BREAK = rb"(?:[\x00\t\n\f\r ]|%[^\r\n]*[\r\n])+"
_KEY = re.compile(rb"/([A-Za-z]+)[\t\n\r ]*(?:\[(?:[\t\n\r ]*[0-9]+ 0 R)*[\t\n\r ]*)?")


def hold(*said: bool) -> None:
    """Raise ValueError where one of these is not so."""
    if not all(said):
        raise ValueError


def number_of(one: Any) -> int:
    """The object that a reference points to. Raises ValueError where it is no reference."""
    hold(isinstance(one, IndirectObject))
    hold(one.generation == 0)
    return int(one.idnum)


def at(revision: HistoricalResolver, number: int) -> DictionaryObject:
    """An object of a revision. Raises ValueError where it is no dictionary."""
    found = revision(Reference(number, 0, revision))
    hold(isinstance(found, DictionaryObject), not isinstance(found, StreamObject))
    return found


def alike(old: DictionaryObject, new: DictionaryObject, *but: str) -> None:
    """Raise ValueError where two dictionaries differ by any letter, in other keys than these."""
    hold(_written(old, but) == _written(new, but))


def _written(one: DictionaryObject, but: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    DictionaryObject({key: value for key, value in sorted(one.items()) if key not in but}).write_to_stream(out, None)
    return out.getvalue()


def grown(old: DictionaryObject, new: DictionaryObject, key: str) -> set[int]:
    """What the list under the key has got at its end; the dictionaries are the same but for it. Raises ValueError."""
    alike(old, new, key)
    before = [*map(number_of, old.raw_get(key) if key in old else [])]
    after = [*map(number_of, new.raw_get(key))]
    hold(after[: len(before)] == before)
    return {*after[len(before) :]}


def keys(pdf: bytes, number: int) -> Counter[str]:
    """The keys under which an object stands, alone or in a list, and how often; an empty one where that is not plain.

    By the bytes: what is no reference but looks like one counts, too; what is in object streams is not seen.
    """
    found: Counter[str] = Counter()
    for one in re.finditer(b"%d" % number + _BREAK + b"0+" + _BREAK + b"R", pdf):
        start = one.start()
        if not pdf[max(0, start - 20) : start].rstrip(b"0")[-1:].isdigit():  # else of a longer number
            key = _KEY.fullmatch(pdf, max(0, pdf.rfind(b"/", 0, start)), start)
            found[key[1].decode() if key else ""] += 1
    return found
