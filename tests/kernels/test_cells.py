"""Tables of groups by outcomes: nothing that is told lets a small count be had by subtraction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.kernels.cells import table, told

SMALLEST = 10


def seen(counts):
    """What anyone can work out: the rows that are told in no group, of each outcome, and together."""
    found = told(counts, SMALLEST)
    split = {name for name, each in counts.items() if sum(each)} - found.hidden - found.whole
    total = np.sum(list(counts.values()), axis=0)
    by_outcome = total - np.sum([np.zeros_like(total), *(counts[n] - found.less.get(n, 0) for n in split)], axis=0)
    shown = sum(int(np.sum(counts[n]) - np.sum(found.less.get(n, 0))) for n in split | found.whole)
    return found, split, by_outcome, int(total.sum()) - shown


def tables(outcomes):
    cell = st.one_of(st.integers(0, 12), st.integers(10, 80))
    return st.lists(st.tuples(*[cell] * outcomes), min_size=1, max_size=6)


@settings(max_examples=400, deadline=None)
@given(st.integers(1, 3).flatmap(tables))
def test_what_is_left_is_nothing_or_many(rows):
    """What is told is at least the smallest cell, and what is left once it is subtracted at least twice as much."""
    counts = {f"g{at}": np.array(each) for at, each in enumerate(rows)}
    found, split, by_outcome, left = seen(counts)
    occurs = np.sum(rows, axis=0) > 0
    for name in split:
        assert ((counts[name] - found.less.get(name, 0))[occurs] >= SMALLEST).all()
    for name in found.whole:
        assert counts[name].sum() - np.sum(found.less.get(name, 0)) >= SMALLEST
    if split and (found.hidden or found.whole):
        assert (by_outcome[occurs] >= 2 * SMALLEST).all()
    if found.hidden or (split and found.whole):
        assert left >= 2 * SMALLEST or not split | found.whole
    if not found.hidden and not found.whole:
        assert not found.less


@pytest.mark.parametrize("rows", [4, 40])
@pytest.mark.parametrize("others", [[(90, 210), (60, 80)], [(200, 300), (15, 90), (70, 85)]])
def test_what_is_left_does_not_depend_on_the_small_count(rows, others):
    """A few of 4 or 40 people have the outcome: what is left of each total is the same however many, and so is who is
    told, and what of the others.
    """
    given = {f"g{at}": np.array(each) for at, each in enumerate(others)}
    results = set()
    for few in range(min(rows, 9) + 1):
        found, split, by_outcome, left = seen({"few": np.array([few, rows - few]), **given})
        results.add((frozenset(split), found.hidden, found.whole, *by_outcome, left))
    assert len(results) == 1


def test_nothing_is_kept_back_without_need():
    """Groups of which each outcome has enough, or that nobody is in, cost nothing."""
    found = told({"a": np.array([50, 10]), "b": np.array([10, 90]), "none": np.array([0, 0])}, SMALLEST)
    assert (found.hidden, found.whole, dict(found.less)) == (frozenset(), frozenset(), {})


def test_counts():
    """The rows of each outcome in each group."""
    made = table(np.array([0, 2, 2, 1]), {"a": np.array([True, True, True, False]), "b": np.zeros(4, dtype=bool)})
    assert {name: each.tolist() for name, each in made.items()} == {"a": [1, 0, 2], "b": [0, 0, 0]}
