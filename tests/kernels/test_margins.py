"""Combinations beside the counts of each attribute: no small one follows from all lines together."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.kernels.margins import told_beside

SMALLEST = 10
LINES = [frozenset({"fn", "fe", "fs"}), frozenset({"mn", "me", "ms"})]
LINES += [frozenset({f"f{region}", f"m{region}"}) for region in "nes"]


def table(**few):
    return {name: np.array(few.get(name, (100, 90))) for name in ("fn", "fe", "fs", "mn", "me", "ms")}


@pytest.mark.parametrize("few", [(2, 2), (30, 4)])
def test_the_best_guess_of_a_small_count_is_far_off(few):
    """By least squares from what every line and combination tells: off by two people and more, as none is at all."""
    counts = table(fs=few)
    found = told_beside(counts, LINES, SMALLEST)
    assert (found.hidden | found.whole, found.hidden == {"fs"}) == ({"fs"}, sum(few) < SMALLEST)
    rng, names = np.random.default_rng(0), [name for name in counts if name != "fs"]
    others = np.array([[name in line for name in names] for line in LINES], dtype=float)
    own = np.array(["fs" in line for line in LINES], dtype=float)
    kept = np.array([counts[name][1] for name in names]) - rng.binomial(90, found.share, (400, len(names)))
    totals = np.array([sum(counts[name][1] for name in line) for line in LINES])
    beyond = totals - kept @ others.T - kept * (found.share / (1 - found.share)) @ others.T
    weight = np.linalg.pinv(others @ others.T)
    guess = beyond @ weight @ own / (own @ weight @ own)
    assert abs(guess.mean() - few[1]) < 1
    assert guess.std() > 2


def test_nothing_is_kept_back_without_need():
    """Where every combination has enough."""
    found = told_beside(table(), LINES, SMALLEST)
    assert (found.hidden, found.whole, found.share) == (frozenset(), frozenset(), 0.0)


def test_where_no_share_will_do_nothing_is_told():
    """One other combination in each line, of few rows: all of it is withheld."""
    counts = {"fn": np.array([2, 2]), "fs": np.array([15, 15]), "mn": np.array([15, 15]), "ms": np.array([15, 15])}
    lines = [frozenset(pair) for pair in (("fn", "fs"), ("mn", "ms"), ("fn", "mn"), ("fs", "ms"))]
    assert told_beside(counts, lines, SMALLEST).hidden == frozenset(counts)
