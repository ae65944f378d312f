"""Tables of groups by outcomes: nothing that is told lets a small count be had by subtraction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.kernels.cells import UNKNOWN, set_aside, table, told

SMALLEST = 10


def seen(counts):
    """What anyone can work out: the rows that are told in no group, of each outcome, and together; and who is told."""
    found = told(counts, SMALLEST)
    split = {name: each for name, each in counts.items() if sum(each)}
    split = {name: each for name, each in split.items() if name not in found.hidden | found.whole}
    for name in set(split) & set(found.less):
        split[name] = split[name] - lot(counts[name], found)
    total = np.sum(list(counts.values()), axis=0)
    by_outcome = total - np.sum([np.zeros_like(total), *split.values()], axis=0)
    whole = sum(int(counts[name].sum()) - found.less.get(name, 0) for name in found.whole)
    return found, split, by_outcome, int(by_outcome.sum()) - whole


def lot(giver, found, seed=0):
    """(outcomes,) How many rows of each outcome are left out of a group of so many."""
    outcome = np.repeat(np.arange(len(giver)), giver)
    (less,) = found.less.values()
    pool = np.ones(len(outcome), dtype=bool)
    aside = set_aside(
        outcome, pool, less, found.untold, SMALLEST, lambda at: np.random.default_rng([seed, at]).random(len(pool))
    )
    return np.bincount(outcome[aside], minlength=len(giver))


def tables(outcomes):
    cell = st.one_of(st.integers(0, 12), st.integers(10, 150))
    return st.lists(st.tuples(*[cell] * outcomes), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 3).flatmap(tables))
def test_what_is_left_is_nothing_or_many(rows):
    """What is told is at least the smallest cell; so is what is left, and twice that of all rows."""
    counts = {f"g{at}": np.array(each) for at, each in enumerate(rows)}
    found, split, by_outcome, left = seen(counts)
    occurs = np.sum(rows, axis=0) > 0
    for each in split.values():
        assert (each[occurs] >= SMALLEST).all()
    for name in found.whole:
        assert counts[name].sum() - found.less.get(name, 0) >= SMALLEST
    if split and (found.hidden or found.whole):
        assert (by_outcome[occurs] >= SMALLEST).all()
    if found.hidden and (split or found.whole):
        assert left >= 2 * SMALLEST
    if not found.hidden and not found.whole:
        assert not found.less


@pytest.mark.parametrize("rows", [4, 40])
@pytest.mark.parametrize("others", [[(190, 410), (160, 80)], [(200, 300), (15, 90), (70, 85)], [(1000, 40), (850, 46)]])
def test_what_is_left_does_not_depend_on_the_small_count(rows, others):
    """A few of 4 or 40 people have the outcome, of as many with it in all: how many rows are left is the same however
    few, and so is who is told.
    """
    results = set()
    for few in range(min(rows, 9) + 1):
        largest = np.array(others[0]) - (few, rows - few)
        counts = {"few": np.array([few, rows - few]), "g0": largest} | dict(enumerate(map(np.array, others[1:])))
        found, split, _, left = seen({str(name): each for name, each in counts.items()})
        results.add((frozenset(split), found.hidden, found.whole, frozenset(found.less), left))
    assert len(results) == 1


def test_the_lot_does_not_heed_the_outcome():
    """Of 46 with the outcome among 897 the same share is left out as of all, on the average; and what is left over of
    those with it says little of whether none or 3 of the small group have it: the lots of one overlap the other's.
    """
    made = {}
    for few in (0, 3):
        giver = np.array([854 + few, 46 - few])
        found = told({"few": np.array([3 - few, few]), "giver": giver}, SMALLEST)
        drawn = np.array([lot(giver, found, seed) for seed in range(200)])
        off = drawn[:, 1] - drawn.sum(axis=1) * giver[1] / giver.sum()
        assert abs(off.mean()) < 3 * off.std() / np.sqrt(len(off))
        made[few] = drawn[:, 1] + few
    assert abs(made[3].mean() - made[0].mean()) < made[0].std() / 2
    assert set(made[0]) & set(made[3]) >= set(range(17, 25))


def test_those_of_unknown_group_give_first():
    """Nobody compares them, so that rows left out of them cost no group anything."""
    counts = {"few": np.array([2, 2]), "large": np.array([500, 500]), UNKNOWN: np.array([60, 60])}
    assert list(told(counts, SMALLEST).less) == [UNKNOWN]


def test_nothing_is_kept_back_without_need():
    """Groups of which each outcome has enough, or that nobody is in, cost nothing."""
    found = told({"a": np.array([50, 10]), "b": np.array([10, 90]), "none": np.array([0, 0])}, SMALLEST)
    assert (found.hidden, found.whole, dict(found.less)) == (frozenset(), frozenset(), {})


def test_counts():
    """The rows of each outcome in each group."""
    made = table(np.array([0, 2, 2, 1]), {"a": np.array([True, True, True, False]), "b": np.zeros(4, dtype=bool)})
    assert {name: each.tolist() for name, each in made.items()} == {"a": [1, 0, 2], "b": [0, 0, 0]}
