"""Which counts of a table of groups by outcomes may be told, so that no small one follows from the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.intp]

UNKNOWN = "value unknown"  # the group of the rows whose group is not known


@dataclass(frozen=True, eq=False)
class Told:
    """What is told of each group.

    hidden: of these nothing. whole: of these all rows together, but not by outcome. less: group -> how many of its rows
    of each outcome (of all outcomes together where it is told whole) are left out of everything that is told.
    """

    hidden: frozenset[str]
    whole: frozenset[str]
    less: Mapping[str, Integers]


def table(outcome: Integers, members: Mapping[str, NDArray[np.bool_]]) -> dict[str, Integers]:
    """Group -> (outcomes,) its rows of each outcome. outcome: (rows,) codes; members: group -> (rows,)."""
    outcomes = int(outcome.max(initial=0)) + 1
    return {name: np.bincount(outcome[rows], minlength=outcomes) for name, rows in members.items()}


def told(counts: Mapping[str, Integers], smallest: int) -> Told:
    """What may be told of groups, where `counts` has the rows of each outcome (outcomes,), and the totals are known.

    A group of fewer than `smallest` rows is hidden; one with fewer of some outcome is told whole. What is then left of
    the total of an outcome, or of all rows, once all that is told is subtracted, is at least twice `smallest`: rows of
    the next smallest group that has enough are left out. They are so many that what is left depends on no small count:
    twice `smallest` of each outcome that lacks so many, and so many of the most frequent one that all those left out
    and hidden are twice `smallest` times the outcomes. Where no group has enough, the smallest is told whole as well,
    or hidden. A group without rows is no secret.
    """
    some = {name: np.asarray(each, dtype=np.intp) for name, each in counts.items() if np.sum(each)}
    occurs = np.sum(list(some.values()), axis=0) > 0 if some else np.zeros(0, dtype=bool)
    hidden = {name for name, each in some.items() if each.sum() < smallest}
    whole = {name for name, each in some.items() if name not in hidden and each[occurs].min() < smallest}
    givers = sorted(set(some) - hidden - whole, key=lambda name: (some[name].sum(), name))
    if not hidden and not whole:
        return Told(frozenset(), frozenset(), {})
    while givers:
        lacking = _lacking(some, hidden, whole, occurs, 2 * smallest)
        for name in givers:
            if (some[name] - lacking)[occurs].min() >= smallest:
                return Told(frozenset(hidden), frozenset(whole), {name: lacking} if lacking.any() else {})
        (hidden if len(occurs) == 1 else whole).add(givers.pop(0))
    if len(occurs) == 1:
        return Told(frozenset(hidden), frozenset(), {})
    rows = told({name: each.sum(keepdims=True) for name, each in some.items()}, smallest)
    return Told(rows.hidden, frozenset(some) - rows.hidden, rows.less)


def _lacking(
    counts: Mapping[str, Integers], hidden: set[str], whole: set[str], occurs: NDArray[np.bool_], least: int
) -> Integers:
    """(outcomes,) How many rows of each outcome must be left out of the groups that are told by outcome."""
    untold = np.sum([counts[name] for name in hidden | whole], axis=0)
    lacking = np.where(occurs, np.maximum(0, least - untold), 0)
    gone = sum(int(counts[name].sum()) for name in hidden) + int(lacking.sum())
    lacking[int(untold.argmax())] += max(0, least * int(occurs.sum()) - gone)
    return np.asarray(lacking, dtype=np.intp)
