"""Counts as shares, without those of few people."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Integers

Mask = NDArray[np.bool_]


def shares(counts: Integers, smallest: int) -> tuple[float | None, ...]:
    """The share of each count (k,) in their sum; None where a count is above zero and below `smallest`.

    Where one alone would be withheld, the next smallest is as well, or it would follow from the others.
    """
    hidden = [at for at, count in enumerate(counts) if 0 < count < smallest]
    others = [at for at, count in enumerate(counts) if count >= smallest]
    if len(hidden) == 1 and others:
        hidden.append(min(others, key=lambda at: int(counts[at])))
    total = max(1, int(counts.sum()))
    return tuple(None if at in hidden else float(count) / total for at, count in enumerate(counts))


def square(counts: Integers, smallest: int) -> tuple[tuple[float | None, ...], ...]:
    """The share of each count (k, k) in its row; None where `shares` has it, or it follows from those that are told.

    For what is predicted (columns) of what is true (rows): the sums of rows and of columns, and the diagonal, are told
    by rates and their n. So of the others that are withheld no row or column has one alone, nor fewer rows than
    `smallest` where it has more to withhold, and none is the only solution of all these sums.
    """
    off = ~np.eye(len(counts), dtype=bool)
    hidden = (counts > 0) & (counts < smallest)
    while (more := _another(counts, hidden & off, off, smallest)) is not None:
        hidden[more] = True
    totals = np.maximum(1, counts.sum(axis=1)).tolist()
    return tuple(
        tuple(None if gone else float(count) / total for count, gone in zip(row, blank, strict=True))
        for row, blank, total in zip(counts, hidden, totals, strict=True)
    )


def _another(counts: Integers, hidden: Mask, off: Mask, smallest: int) -> tuple[int, int] | None:
    """The cell that must be withheld too: the smallest, of those that help a row and a column; an empty one last."""
    lacking = np.zeros(hidden.shape, dtype=int)
    for axis in (0, 1):
        number, rows = (one.sum(axis=axis, keepdims=True) for one in (hidden, counts * hidden))
        lacking += (number == 1) | ((number > 0) & (rows < smallest))
    free = off & ~hidden
    if hidden.any() and not (free & (lacking > 0)).any():
        follows = _determined(hidden)
        lacking += follows.any(axis=0, keepdims=True) | follows.any(axis=1, keepdims=True)
        lacking += follows.any() and not (free & (lacking > 0)).any()
    wanted = np.argwhere(free & (lacking > 0))
    cells = [(counts[i, j] == 0, -int(lacking[i, j]), int(counts[i, j]), int(i), int(j)) for i, j in wanted]
    return min(cells)[3:] if cells else None


def _determined(hidden: Mask) -> Mask:
    """Which withheld cells (k, k) follow from the sums of rows and columns: those that no solution of zero moves."""
    cells = np.argwhere(hidden)
    sums = np.zeros((2 * len(hidden), len(cells)))
    sums[cells[:, 0], np.arange(len(cells))] = sums[len(hidden) + cells[:, 1], np.arange(len(cells))] = 1.0
    fixed = np.zeros_like(hidden)
    # What a row of the projection onto the sums' rows has of itself is 1 where nothing else can take its place.
    fixed[hidden] = np.diag(np.linalg.pinv(sums) @ sums) > 1 - 1e-9
    return fixed
