"""Combinations of the levels of several attributes."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Group

Mask = NDArray[np.bool_]


def combined(groups: list[Group], rows: Mask) -> tuple[dict[str, Mask], list[frozenset[str]], int]:
    """The members of each level, or of each combination of levels that occurs; of combinations, those of each level of
    each attribute; and how many do not occur.
    """
    if len(groups) == 1:
        return {name: rows & (groups[0].codes == code) for code, name in enumerate(groups[0].levels)}, [], 0
    members: dict[str, Mask] = {}
    lines: dict[tuple[int, int], set[str]] = {}
    combinations = list(itertools.product(*(list(enumerate(group.levels)) for group in groups)))
    for combination in combinations:
        mask = np.logical_and.reduce([rows, *(g.codes == at for g, (at, _) in zip(groups, combination, strict=True))])
        if mask.any():
            key = " × ".join(name for _, name in combination)
            members[key] = mask
            for attribute, (at, _) in enumerate(combination):
                lines.setdefault((attribute, at), set()).add(key)
    return members, [frozenset(line) for line in lines.values()], len(combinations) - len(members)
