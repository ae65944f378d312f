"""Which counts of a table of groups by outcomes may be told, so that no small one follows from the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

UNKNOWN = "value unknown"  # the group of the rows whose group is not known


@dataclass(frozen=True, eq=False)
class Told:
    """What is told of each group.

    hidden: of these nothing. whole: of these all rows together, but not by outcome. less: group -> how many of its
    rows, drawn whatever their outcome, are left out of everything that is told. untold: (outcomes,) the rows of the
    groups that are not told by outcome. share: of the rows of every group, those left out by chance.
    """

    hidden: frozenset[str]
    whole: frozenset[str]
    less: Mapping[str, int]
    untold: Integers
    share: float = 0.0


def table(outcome: Integers, members: Mapping[str, NDArray[np.bool_]]) -> dict[str, Integers]:
    """Group -> (outcomes,) its rows of each outcome. outcome: (rows,) codes; members: group -> (rows,)."""
    outcomes = int(outcome.max(initial=0)) + 1
    return {name: np.bincount(outcome[rows], minlength=outcomes) for name, rows in members.items()}


def told(counts: Mapping[str, Integers], smallest: int) -> Told:
    """What may be told of groups, where `counts` has the rows of each outcome (outcomes,), and the totals are known.

    A group of fewer than `smallest` rows is hidden; one with fewer of some outcome is told whole. Where what would then
    be left of the total of an outcome, or of all rows, is less than twice `smallest`, rows of one group are left out:
    drawn whatever their outcome, so that what is told of it has the expectation that it has without the lot. How many,
    follows from what anyone can work out, so that no small count can be read from it (see `_lot`). Those of unknown
    group give, where they are enough, as nobody compares them; else the largest group (in doublings of its size, as
    the exact order would tell of a small group which of two others it makes the larger). Where none has enough, the
    smallest is told whole as well, or hidden. A group without rows is no secret.
    """
    some = {name: np.asarray(each, dtype=np.intp) for name, each in counts.items() if np.sum(each)}
    width = max((len(each) for each in counts.values()), default=0)
    occurs = np.sum([np.zeros(width, dtype=np.intp), *some.values()], axis=0) > 0
    hidden = {name for name, each in some.items() if each.sum() < smallest}
    whole = {name for name, each in some.items() if name not in hidden and each[occurs].min() < smallest}
    givers = sorted(set(some) - hidden - whole, key=lambda name: (name != UNKNOWN, -_doublings(some[name]), name))
    while True:
        untold = np.sum([np.zeros(width, dtype=np.intp), *(some[name] for name in hidden | whole)], axis=0)
        gone = sum(int(some[name].sum()) for name in hidden)
        risky = occurs & (untold < 2 * smallest) if hidden | whole else np.zeros(width, dtype=bool)
        if not risky.any() and not 0 < gone < 2 * smallest:
            return Told(frozenset(hidden), frozenset(whole), {}, untold)
        for name in givers:
            if less := _lot(some[name], untold, gone, risky, smallest):
                return Told(frozenset(hidden), frozenset(whole), {name: less}, untold)
        if not givers:
            break
        (hidden if width == 1 else whole).add(givers.pop())
    if width == 1:
        return Told(frozenset(hidden), frozenset(), {}, untold)
    rows = told({name: each.sum(keepdims=True) for name, each in some.items()}, smallest)
    return Told(rows.hidden, frozenset(some) - rows.hidden, rows.less, untold)


def _doublings(count: Integers) -> int:
    return int(count.sum()).bit_length()


def _lot(giver: Integers, untold: Integers, gone: int, risky: NDArray[np.bool_], smallest: int) -> int:
    """How many rows of a group are left out; 0 where it has too few to give.

    giver, untold: (outcomes,) its rows, and those of the groups not told by outcome; gone: the rows of hidden groups;
    risky: (outcomes,) whether of an outcome a small count is to be hidden. What is left of all rows is a number that
    follows from the giver and the untold together, which anyone can work out, and not from either; so many that twice
    `smallest` rows of each risky outcome are expected among them, whose number by chance has a variance of `smallest`
    (less where half of the group is left out). Of each outcome about twice `smallest` must be expected to be told;
    that too is decided from giver and untold together, and by the giver alone only where others that are told whole
    have most of these rows.
    """
    if len(giver) == 1:
        less = 2 * smallest - gone
        return less if giver.sum() - less >= smallest else 0
    together = giver + untold
    share = together[risky] / together.sum()
    few = smallest / share * np.maximum(2, 1 / (1 - share)) if (share < 1).all() else np.array([np.inf])
    many = max(float(few.max(initial=0)), 2 * smallest)
    if many >= together.sum():
        return 0
    less = int(np.ceil(many)) - (gone if gone < 2 * smallest else 0)
    part = less / giver.sum()
    noise = less * (giver / giver.sum()) * (1 - giver / giver.sum()) * (1 - part)
    enough = [
        (together[risky] * (1 - many / together.sum())).min(initial=np.inf) >= 2 * smallest,
        part < 1 and (giver * (1 - part))[together > 0].min() >= 1.5 * smallest,
        noise[risky].min(initial=np.inf) >= smallest / 4,
    ]
    return less if all(enough) else 0


def set_aside(
    outcome: Integers, pool: NDArray[np.bool_], less: int, left: Integers, smallest: int, draw: Callable[[int], Floats]
) -> NDArray[np.bool_]:
    """(rows,) Which `less` rows of `pool` are left out: the first by lot, whatever their outcome.

    left: (outcomes,) the rows that are not told by outcome anyhow. draw: number of the attempt -> (rows,) random
    numbers; the first attempt stands but for one in hundreds, where of some outcome that occurs fewer than `smallest`
    rows would be told, or left untold.
    """
    rows, attempt = np.flatnonzero(pool), 0
    while True:
        aside = np.zeros(len(pool), dtype=bool)
        aside[rows[np.argsort(draw(attempt)[rows], kind="stable")[:less]]] = True
        kept, gone = (np.bincount(outcome[one], minlength=len(left)) for one in (pool & ~aside, aside))
        occurs = kept + gone + left > 0
        if min(kept[occurs].min(), (gone + left)[occurs].min()) >= smallest:
            return aside
        attempt += 1
