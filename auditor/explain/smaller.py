"""Changes made as small as they still turn the decision."""

from __future__ import annotations

import numpy as np

from auditor.dataset import Floats, Integers
from auditor.explain.turned import Mask, Tried, Turning

CANDIDATES = 4
"""So many counterfactuals are made smaller at most."""
PARTS, ROUNDS = 16, 2
"""Of a change, so many parts are tried, and so often."""


def smallest(turning: Turning, found: Tried) -> tuple[Floats, Floats] | None:
    """The state (cells,) that is changed least, and its score, (1,) or (1, classes): scored by itself once more.

    found: the first is like what the model knows; others need not be, as what they are made into may be.
    None where none is found.
    """
    if not len(found):
        return None
    line = turning.stretches.line
    states = found.states
    for which in _largest_first(turning, found):
        states = _nearer(turning, states, which)
    for at in np.argsort(line.sizes(states).sum(1), kind="stable"):
        if at and not turning.known(states[[at]])[0]:  # the first could be as it was found, and was kept so
            continue
        score = line.scores(states[[at]])
        if turning.aim.reached(score)[0]:
            return states[at], score
    return None


def _largest_first(turning: Turning, found: Tried) -> list[Integers]:
    """Of each candidate (n,) the stretch that was moved furthest, then the next; all have moved as many, or -1."""
    sizes = turning.stretches.line.sizes(found.states) @ turning.stretches.members.T
    sizes = np.where(found.used & ~turning.stretches.coded, sizes, 0.0)
    order = np.argsort(-sizes, axis=1, kind="stable")
    order = np.where(np.take_along_axis(sizes, order, 1) > 0, order, -1)
    return [column for column in order.T if (column >= 0).any()]


def _nearer(turning: Turning, states: Floats, which: Integers) -> Floats:
    """The same with one stretch of each (n,) as near to what it was as still turns the decision; -1: left alone."""
    stretches, line = turning.stretches, turning.stretches.line
    best, some = states.copy(), np.flatnonzero(which >= 0)
    moved = which[some]
    last = stretches.last[moved]
    own, goal = line.own[last], states[some, last]
    back = np.where(stretches.members[moved], line.own, states[some])
    low, high = np.zeros(len(some)), np.ones(len(some))
    for _ in range(ROUNDS):
        parts = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, PARTS + 1)[1:-1]
        to = own[:, None] + parts * (goal - own)[:, None]
        count = parts.shape[1]
        tried = stretches.moved(np.repeat(back, count, axis=0), np.repeat(moved, count), to.ravel())
        fine = _fine(turning, tried).reshape(parts.shape)
        first = np.where(fine.any(1), fine.argmax(1), count)
        at = np.flatnonzero(first < count)
        best[some[at]] = tried.reshape(*parts.shape, -1)[at, first[at]]
        every, bounds = np.arange(len(some)), np.hstack([low[:, None], parts, high[:, None]])
        low, high = bounds[every, first], bounds[every, first + 1]
    return best


def _fine(turning: Turning, states: Floats) -> Mask:
    """(n,) which still turn the decision, and could be."""
    fine = turning.aim.reached(turning.stretches.line.scores(states))
    if fine.any():
        fine[fine] = turning.known(states[fine])
    return fine
