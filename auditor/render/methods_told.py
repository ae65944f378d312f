"""Methods of intervals in words, those that differ only in their degrees of freedom as one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.render.words import Words

_BY_CLUSTER = re.compile(r"(.*), t with ([\d.e+]+) degrees of freedom \((\d+) ([^)]+)\)")


def gathered(methods: Iterable[str], words: Words) -> dict[str, str]:
    """Method as a measurement names it -> what is printed, which is the same for methods that are the same but for the
    degrees of freedom.
    """
    given = tuple(dict.fromkeys(methods))
    freedom: dict[tuple[str, str], list[float]] = {}
    for method in given:
        if found := _BY_CLUSTER.fullmatch(method):
            freedom.setdefault((found[1], found[4]), []).append(float(found[2]))
    printed = {}
    for method in given:
        found = _BY_CLUSTER.fullmatch(method)
        printed[method] = _told(found[1], found[4], freedom[found[1], found[4]], words) if found else method
    return printed


def _told(method: str, kind: str, freedom: list[float], words: Words) -> str:
    ends = [words.numbers.count(round(end)) for end in (min(freedom), max(freedom))]
    if ends[0] == ends[1]:
        return words("{method}; by {kind}, t with {df} degrees of freedom", method=method, kind=kind, df=ends[0])
    return words(
        "{method}; by {kind}, t with {low} to {high} degrees of freedom",
        method=method,
        kind=kind,
        low=ends[0],
        high=ends[1],
    )
