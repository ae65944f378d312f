"""Methods of intervals in words, those that differ only in their degrees of freedom as one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.render.words import Words

_WITH_FREEDOM = re.compile(r"(.*), t with ([\d.e+]+) degrees of freedom(?: \(\d+ ([^)]+)\))?")


def gathered(methods: Iterable[str], words: Words) -> dict[str, str]:
    """Method as a measurement names it -> what is printed, which is the same for methods that are the same but for the
    degrees of freedom.
    """
    given = tuple(dict.fromkeys(methods))
    freedom: dict[tuple[str, str], list[float]] = {}
    for method in given:
        if found := _WITH_FREEDOM.fullmatch(method):
            freedom.setdefault((found[1], found[3] or ""), []).append(float(found[2]))
    printed = {}
    for method in given:
        found = _WITH_FREEDOM.fullmatch(method)
        key = (found[1], found[3] or "") if found else ("", "")
        printed[method] = _told(*key, freedom[key], words) if found else method
    return printed


def mark(at: int) -> str:
    """The mark of the so many-th method of a table, from 0: (a) to (z), then (aa)."""
    letters = ""
    while at >= 0:
        letters = chr(ord("a") + at % 26) + letters
        at = at // 26 - 1
    return f"({letters})"


def _told(method: str, kind: str, freedom: list[float], words: Words) -> str:
    text = words("{method}; by {kind}", method=method, kind=kind) if kind else method
    ends = [words.numbers.count(round(end)) for end in (min(freedom), max(freedom))]
    if ends[0] == ends[1]:
        return words("{text}, t with {df} degrees of freedom", text=text, df=ends[0])
    return words("{text}, t with {low} to {high} degrees of freedom", text=text, low=ends[0], high=ends[1])
