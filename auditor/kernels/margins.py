"""Which counts of combinations of attributes may be told, where those of each attribute alone are told too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from auditor.kernels.cells import Integers, Told

_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5)
_FLAT = 1e-6  # precision of what is known of a small count beforehand: next to nothing


def told_beside(counts: Mapping[str, Integers], lines: Sequence[frozenset[str]], smallest: int) -> Told:
    """What may be told of combinations of which `counts` has the rows of each outcome (outcomes,).

    lines: the combinations of each level of each attribute, whose rows of each outcome anyone knows, as they do those
    of all together. As in `cells.told` a combination of fewer than `smallest` rows is hidden, and one with fewer of
    some outcome told whole. As every line would tell a small one by subtraction, and lines without one tell what others
    leave out, a share of the rows of every combination is left out by chance, whatever their outcome. It is the
    smallest of five with which a line of a small one leaves out twice `smallest` rows of each outcome, and all lines
    together tell no small count with a variance below half of `smallest`; a combination of which fewer than twice
    `smallest` rows of some outcome would be left is told whole. Where no share will do, nothing is told.
    """
    some = {name: np.asarray(each, dtype=np.intp) for name, each in counts.items() if np.sum(each)}
    if not some:
        return Told(frozenset(), frozenset(), {}, np.zeros(1, dtype=np.intp))
    occurs = np.sum(list(some.values()), axis=0) > 0
    hidden = frozenset(name for name, each in some.items() if each.sum() < smallest)
    few = frozenset(name for name, each in some.items() if each[occurs].min() < smallest) - hidden
    total = np.sum([some[name] for name in hidden | few], axis=0) if hidden | few else 0 * next(iter(some.values()))
    if not hidden and not few:
        return Told(hidden, few, {}, total)
    every = [*lines, frozenset(some)]
    for share in _SHARES:
        scarce = {name for name, each in some.items() if (each * (1 - share))[occurs].min() < 2 * smallest}
        whole = frozenset(scarce) - hidden
        rows = {name: each.sum(keepdims=True) for name, each in some.items()}
        split = {name: each[occurs] for name, each in some.items()}
        if _safe(rows, hidden, every, share, smallest) and _safe(split, hidden | whole, every, share, smallest):
            untold = np.sum([some[name] for name in hidden | whole], axis=0)
            return Told(hidden, whole, {}, untold, share)
    return Told(frozenset(some), frozenset(), {}, np.sum(list(some.values()), axis=0))


def _safe(
    counts: Mapping[str, Integers], untold: frozenset[str], lines: Sequence[frozenset[str]], share: float, smallest: int
) -> bool:
    """Whether no small count of what is untold follows where so large a share of all others is left out by chance."""
    if not untold:
        return True
    names, given = sorted(untold), sorted(set(counts) - untold)
    if not given:
        return False
    own = np.array([[name in line for name in names] for line in lines], dtype=float)
    others = np.array([[name in line for name in given] for line in lines], dtype=float)
    for outcome in range(len(next(iter(counts.values())))):
        left = share * np.array([counts[name][outcome] for name in given])
        small = [counts[name][outcome] < smallest for name in names]
        exposed = own[:, small].any(axis=1)
        if not exposed.any():
            continue
        if (others @ left)[exposed].min() < 2 * smallest:
            return False
        errors = (others * left * (1 - share)) @ others.T + 1e-9 * np.eye(len(lines))
        precision = own.T @ np.linalg.solve(errors, own) + _FLAT * np.eye(len(names))
        if np.diag(np.linalg.inv(precision))[small].min() < smallest / 2:
            return False
    return True
