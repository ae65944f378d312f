"""Names and words of people: when two spellings name one person, or look as if they did; when words say nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_GLANCE = {
    "a": "аα@æ", "b": "в", "c": "сϲ", "d": "ԁđð", "e": "еёε3", "h": "һн", "i": "іιıӏl1|!", "j": "ј", "k": "кκ",
    "m": "м", "n": "η", "o": "оο0ø", "p": "рρ", "s": "ѕ$5ſ", "t": "тτ", "u": "υ", "v": "ν", "w": "ω", "x": "хχ",
    "y": "уγ",
}  # fmt: skip
_ALIKE = str.maketrans({drawn: letter for letter, many in _GLANCE.items() for drawn in many})
"""Letters, digits and signs that print like another one: of those in UTS 39 (Unicode Security Mechanisms) the usual."""
_MIXED = ("LATIN", "CYRILLIC", "GREEK")


def plain(name: str) -> str:
    """A name as it is compared: NFKC, without letter case, invisible characters and more than one space."""
    seen = "".join(one for one in unicodedata.normalize("NFKC", name) if unicodedata.category(one) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())


def same(one: str, other: str) -> bool:
    """Whether two spellings are one name. Nobody's (empty) is no name."""
    return plain(one) == plain(other) != ""


def alike(one: str, other: str) -> bool:
    """Whether two names that are not the same may be taken for each other, or be one person's.

    By accents, letters of other alphabets that print alike, points and hyphens, or the order of the words.
    """
    first, second = _drawn(one), _drawn(other)
    near = sorted(first) == sorted(second) or "".join(first) == "".join(second)
    return near and first != [] and not same(one, other)


def among(name: str, others: Iterable[str]) -> tuple[str, bool] | None:
    """The first of the others that is the same name (True), else the first that looks like it (False)."""
    known = list(others)
    for test, certain in ((same, True), (alike, False)):
        for other in known:
            if test(name, other):
                return other, certain
    return None


def worded(text: str) -> str:
    """The text, if it is empty or says something. Raises ValueError for what is blank to the eye."""
    if text and not any(one.isalnum() for one in text):
        raise ValueError("should say something, and is blank")
    return text


def person(text: str) -> str:
    """The text, if it can be somebody's name. Raises ValueError for what is blank or mixes alphabets in a word."""
    if not plain(text):
        raise ValueError("a name has letters")
    for word in text.split():
        scripts = {unicodedata.name(one, "").partition(" ")[0] for one in word if one.isalpha()}.intersection(_MIXED)
        if len(scripts) > 1:
            told = " and ".join(one.capitalize() for one in sorted(scripts))
            raise ValueError(f"'{word}' mixes {told} letters, which look alike; write it in one alphabet")
    return text


def _drawn(name: str) -> list[str]:
    """What is left of a name at a glance: its words without accents and signs."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", plain(name)) if not unicodedata.combining(one))
    return "".join(one if one.isalnum() else " " for one in bare.translate(_ALIKE)).split()
