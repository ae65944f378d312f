"""Which other row gives a row its values, so that padding and clusters stay as they are."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Integers


def donors(data: Dataset, rng: np.random.Generator) -> NDArray[np.intp]:
    """For each row another row of another cluster that is as long, or longer where there is none; -1 where neither is.

    Rows of one length are put in a random order, cluster by cluster, and each takes from the row a random distance
    ahead that is beyond its own cluster: every row gives once. A row without such a partner takes from any longer row.
    """
    codes = np.arange(len(data)) if data.cluster is None else np.unique(data.cluster, return_inverse=True)[1]
    lengths, giver = data.lengths, np.full(len(data), -1, dtype=np.intp)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        largest = int(np.bincount(codes[rows]).max())
        if 2 * largest <= len(rows):
            order = rows[_by_cluster(codes[rows], rng)]
            ahead = int(rng.integers(largest, len(rows) - largest + 1))
            giver[order] = np.roll(order, -ahead)
            continue
        for row in rows:
            longer = np.flatnonzero((lengths > length) & (codes != codes[row]))
            if len(longer):
                giver[row] = rng.choice(longer)
    return giver


def given(data: Dataset, takers: Integers, giver: Integers) -> Dataset:
    """What the rows `takers` get: as many last steps of their givers as they have, and the givers' static values."""
    own, stops = data.take(takers), data.stops[giver[takers]]
    static = data.static[giver[takers]] if data.static_features else data.static
    return dataclasses.replace(own, starts=stops - own.lengths, stops=stops, static=static)


def _by_cluster(codes: Integers, rng: np.random.Generator) -> NDArray[np.intp]:
    """A random order of rows in which those of a cluster lie together."""
    place = rng.permutation(int(codes.max()) + 1)
    return np.asarray(np.lexsort((rng.random(len(codes)), place[codes])))
