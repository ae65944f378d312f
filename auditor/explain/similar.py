"""Similar rows: which of many are nearest to one, by what a person would say of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.dataset import Floats, Integers

_FAR = 5.0  # interquartile ranges beyond which nothing is further


@dataclass(frozen=True, eq=False)
class Nearest:
    """rows: (k,) of the others, the nearest first. distances: (k,). differs: (k,) the summary that differs most."""

    rows: Integers
    distances: Floats
    differs: Integers


def nearest(own: Floats, others: Floats, count: int) -> Nearest:
    """The `count` of `others` (n, summaries) nearest to `own` (summaries,).

    The distance is the mean over summaries of how far apart two values are, in interquartile ranges of the others (in
    standard deviations where most are the same), at most five of them; one where only one of both was measured, nothing
    where neither was. What is the same in all rows does not count.
    """
    apart = _apart(own.astype(float), others.astype(float))
    distances = apart.mean(axis=1) if apart.shape[1] else np.zeros(len(others))
    rows = np.argsort(distances, kind="stable")[:count]
    differs = apart[rows].argmax(axis=1) if apart.shape[1] else np.zeros(len(rows), dtype=int)
    return Nearest(rows, distances[rows], _varying(others)[differs] if apart.shape[1] else differs)


def _apart(own: Floats, others: Floats) -> Floats:
    """(n, summaries that vary)."""
    kept = _varying(others)
    scale = _scales(others)[kept]
    both = np.abs(others[:, kept] - own[kept]) / scale
    either = np.isnan(others[:, kept]) != np.isnan(own[kept])
    return np.asarray(np.where(either, 1.0, np.minimum(np.nan_to_num(both, nan=0.0), _FAR)))


def _varying(others: Floats) -> Integers:
    scale = _scales(others)
    return np.flatnonzero(np.isfinite(scale) & (scale > 0))


def _scales(others: Floats) -> Floats:
    """(summaries,) the interquartile range, or else the standard deviation; NaN where nothing was measured."""
    scales = np.full(others.shape[1], np.nan)
    for at, column in enumerate(others.T):
        known = column[~np.isnan(column)].astype(float)
        if len(known):
            low, high = np.quantile(known, (0.25, 0.75))
            scales[at] = high - low if high > low else known.std()
    return scales
