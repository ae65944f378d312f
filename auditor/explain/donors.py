"""Which other row gives a row its values, so that padding and clusters stay as they are."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Floats, Integers
from auditor.explain.players import feature_names


def donors(data: Dataset, rng: np.random.Generator, alike: Integers | None = None) -> NDArray[np.intp]:
    """For each row another row of another cluster that is as long, or longer where there is none; -1 where neither is.

    Rows of one length are put in a random order, cluster by cluster, and each takes from the row a random distance
    ahead that is beyond its own cluster: every row gives once. A row without such a partner takes from any longer row.
    alike: (rows,) codes; only rows of the same code give to one another.
    """
    if alike is not None:
        return _within_groups(data, rng, alike)
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


def similar(data: Dataset, name: str, smallest: int) -> NDArray[np.intp]:
    """Groups of at least `smallest` rows in which the other features tell little more about feature `name`: codes.

    The leaves of a small tree that predicts the feature's mean over the row from the others' (Molnar, König, Bischl and
    Casalicchio 2023): a value from the same leaf is one that a row like this could have had.
    """
    from sklearn.tree import DecisionTreeRegressor

    means, names = _row_means(data)
    at = names.index(name)
    target, others = means[:, at], np.delete(means, at, axis=1)
    if not others.shape[1]:
        return np.zeros(len(data), dtype=np.intp)
    tree = DecisionTreeRegressor(max_leaf_nodes=8, min_samples_leaf=smallest, random_state=0)
    return np.unique(tree.fit(others, target).apply(others), return_inverse=True)[1]


def given(data: Dataset, takers: Integers, giver: Integers) -> Dataset:
    """What the rows `takers` get: as many last steps of their givers as they have, and the givers' static values."""
    own, stops = data.take(takers), data.stops[giver[takers]]
    static = data.static[giver[takers]] if data.static_features else data.static
    return dataclasses.replace(own, starts=stops - own.lengths, stops=stops, static=static)


def _by_cluster(codes: Integers, rng: np.random.Generator) -> NDArray[np.intp]:
    """A random order of rows in which those of a cluster lie together."""
    place = rng.permutation(int(codes.max()) + 1)
    return np.asarray(np.lexsort((rng.random(len(codes)), place[codes])))


def _within_groups(data: Dataset, rng: np.random.Generator, alike: Integers) -> NDArray[np.intp]:
    giver = np.full(len(data), -1, dtype=np.intp)
    for code in np.unique(alike):
        rows = np.flatnonzero(alike == code)
        inside = donors(data.take(rows), rng)
        giver[rows[inside >= 0]] = rows[inside[inside >= 0]]
    return giver


def _row_means(data: Dataset) -> tuple[Floats, list[str]]:
    """(rows, features and static features) the mean of what was measured; of nothing, the mean of all rows."""
    known = ~np.isnan(data.values)
    sums = np.concatenate([np.zeros((1, known.shape[1])), np.cumsum(np.where(known, data.values, 0.0), axis=0)])
    counts = np.concatenate([np.zeros((1, known.shape[1])), np.cumsum(known, axis=0)])
    total, count = (each[data.stops] - each[data.starts] for each in (sums, counts))
    means = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    if data.static_features:
        means = np.hstack([means, data.static])
    filled = np.where(np.isnan(means).all(0), 0.0, means)
    return np.where(np.isnan(filled), np.nanmean(filled, axis=0), filled), list(feature_names(data))
