"""Near copies of sequences, found in O(n log n) by hashing random projections (Datar et al. 2004)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.data.space import Mask, Points, apart
from auditor.checks.data.threads import at_once
from auditor.dataset import Floats, Integers

_DIRECTIONS = 24  # projections of every row; each table takes some of them
_TABLES = 16
_WIDTH = 4.0  # of a bucket, in tolerances: two rows at the tolerance share one in 4 of 5 directions, or more
_CHUNK = 2**22  # numbers at a time
_CACHED = 2**15  # numbers at a time that stay in the processor's own memory
_PAIRS = 2**12  # compared at a time
_LAST = 14  # bits of the last direction, within a bucket
Describe = Callable[[Integers], Points]


@dataclass(frozen=True, eq=False)
class Side:
    """Rows to compare: how many, and how to describe some of them."""

    rows: int
    describe: Describe


def near_copies(base: Side, asked: Side, cells: int, tolerance: float, rng: np.random.Generator) -> Mask:
    """(asked.rows,) whether a row of `base` was found within the tolerance. None is wrongly found; some are overlooked.

    Two rows whose projections fall into the same bucket, in one of several tables, and next to each other there, are
    compared cell by cell. The bucket takes as many directions as leave a few rows in each.
    """
    directions = (rng.standard_normal((2 * cells, _DIRECTIONS)) / np.sqrt(cells)).astype(np.float32)
    sketch = np.concatenate(at_once(lambda side: _sketch(side, directions, cells), (base, asked)), axis=1)
    spread = np.maximum(sketch[:, : base.rows].std(axis=1), tolerance)
    shares = max(2.0, float(np.median(2 * spread)) / (_WIDTH * tolerance))
    taken = int(np.clip(np.ceil(np.log(base.rows + 1) / np.log(shares)), 1, 8))
    found = np.zeros(asked.rows, dtype=bool)

    def search(table: tuple[Integers, Floats]) -> None:
        chosen, shifts = table
        order, bucket = _sorted(sketch, chosen, shifts, _WIDTH * tolerance)
        others = np.setdiff1d(np.arange(_DIRECTIONS), chosen)  # first those that a bucket says nothing about
        for rows, candidates in _neighbours(order, bucket, base.rows):
            fresh = ~found[rows - base.rows]
            row, candidate = _promising(sketch, rows[fresh], candidates[fresh], [*others, *chosen], 3 * tolerance)
            _compare(base, asked, row - base.rows, candidate, tolerance, found)

    tables = [(rng.permutation(_DIRECTIONS)[: taken + 1], rng.random(taken)) for _ in range(_TABLES)]
    at_once(search, tables)  # tables only ever add to what is found: their order does not matter
    return found


def _promising(
    sketch: NDArray[np.float32], rows: Integers, candidates: Integers, directions: list[int], most: float
) -> tuple[Integers, Integers]:
    """The pairs whose mean square over all directions is at most that of `most`; most of them go after one or two."""
    total = np.zeros(len(rows), dtype=np.float32)
    for direction in directions:
        total += np.square(sketch[direction][rows] - sketch[direction][candidates])
        near = total <= len(directions) * most**2
        rows, candidates, total = rows[near], candidates[near], total[near]
    return rows, candidates


def _sketch(side: Side, directions: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    """(directions, rows)."""
    each = max(1, _CHUNK // max(1, 2 * cells))
    pieces = [np.arange(at, min(at + each, side.rows)) for at in range(0, side.rows, each)]
    sketch = np.empty((directions.shape[1], side.rows), dtype=np.float32)
    for rows in pieces:
        sketch[:, rows[0] : rows[-1] + 1] = (side.describe(rows).flat() @ directions).T
    return sketch


def _sorted(
    sketch: NDArray[np.float32], chosen: Integers, shifts: Floats, width: float
) -> tuple[Integers, NDArray[np.uint64]]:
    """The order by bucket, and within it by the last direction chosen; and the bucket of each row in that order.

    One number is sorted: the bucket's in its high bits, then the place in the last direction, then the row, so that no
    row has to be moved with it.
    """
    ordering, size = sketch[chosen[-1]], sketch.shape[1]
    lowest, own = ordering.min(initial=0.0), np.uint64(size.bit_length())
    step = np.float32((2**_LAST - 1) / max(float(ordering.max(initial=0.0) - lowest), 1e-12))
    keys = np.empty(size, dtype=np.uint64)
    for at in range(0, size, _CACHED):
        some = keys[at : at + _CACHED]
        some[:] = 0
        for direction, shift in zip(chosen[:-1], shifts, strict=True):
            bucket = np.floor(sketch[direction, at : at + _CACHED] * np.float32(1 / width) + np.float32(shift))
            some ^= bucket.astype(np.int64).view(np.uint64)
            some *= np.uint64(0x9E3779B97F4A7C15)
            some ^= some >> np.uint64(29)
        some >>= np.uint64(_LAST) + own
        some <<= np.uint64(_LAST)
        some |= ((ordering[at : at + _CACHED] - lowest) * step).astype(np.uint64)
        some <<= own
        some |= np.arange(at, at + len(some), dtype=np.uint64)
    keys.sort()
    return (keys & (np.uint64(1) << own) - np.uint64(1)).astype(np.intp), keys >> np.uint64(_LAST) + own


def _neighbours(order: Integers, bucket: NDArray[np.uint64], rows_of_base: int) -> list[tuple[Integers, Integers]]:
    """Pairs (row asked for, row of the base) that stand next to each other in a bucket, in either direction."""
    of_base = order < rows_of_base
    base, asked = np.flatnonzero(of_base), np.flatnonzero(~of_base)
    before = np.cumsum(of_base)[asked] - 1  # the place in `base` of the last one before each
    pairs = []
    for place in (before, before + 1):
        there = base[np.clip(place, 0, len(base) - 1)]
        same = np.flatnonzero((bucket[asked] == bucket[there]) & (place >= 0) & (place < len(base)))
        pairs.append((order[asked[same]], order[there[same]]))
    return pairs


def _compare(base: Side, asked: Side, rows: Integers, others: Integers, tolerance: float, found: Mask) -> None:
    """Mark in `found` the rows within the tolerance of their counterparts, some pairs at a time."""
    for at in range(0, len(rows), _PAIRS):
        some, counterparts = rows[at : at + _PAIRS], others[at : at + _PAIRS]
        found[some[apart(asked.describe(some), base.describe(counterparts)) <= tolerance]] = True
