"""The difference of two distribution functions as a Gaussian process, for distances that are no smooth function."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.kernels.clusters import Clusters
from auditor.kernels.stat import Floats, Integers

_LEVELS = 64  # at which the functions are compared
_DRAWS = 512  # and their mirror images
_CLUSTERS = 2**14  # at a time, so that memory does not grow with their number

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Process:
    """at: (k,) values; distance: (k,) first distribution function less second there; noise: (draws, k) its errors.

    The noise is normal with the covariance of the distance, or Student's t with `df` (the fewer clusters - 1), from
    draws that are always the same: the limit of a multiplier bootstrap of the influence values.
    """

    at: Floats
    distance: Floats
    noise: Floats
    df: float | None

    def largest(self, distance: Floats) -> Floats:
        """(...,) the largest of |distance| (..., k)."""
        return np.asarray(np.abs(distance).max(axis=-1))

    def area(self, distance: Floats) -> Floats:
        """(...,) the area under |distance| (..., k)."""
        return np.asarray(np.abs(distance) @ np.append(np.diff(self.at), 0.0))


def compared(clusters: Clusters, second: Mask, values: Floats) -> Process:
    """The process of two samples with at least two clusters (or rows) each; second: (n,) True at rows of the second."""
    inner = np.arange(1, _LEVELS + 1) / (_LEVELS + 1)
    at = np.unique(np.quantile(values, inner, method="nearest"))
    bins = np.searchsorted(at, values, side="left")
    first, other = (_function(bins[rows], len(at)) for rows in (~second, second))
    if clusters.codes is None:
        independent = _of_rows(first, int((~second).sum())) + _of_rows(other, int(second.sum()))
        return Process(at.astype(float), first - other, _noise(independent, None), None)
    covariance, fewest = _of_clusters(clusters, clusters.codes, second, bins, len(at))
    return Process(at.astype(float), first - other, _noise(covariance, fewest - 1.0), fewest - 1.0)


def _function(bins: Integers, levels: int) -> Floats:
    return np.asarray(np.cumsum(np.bincount(bins, minlength=levels + 1))[:levels] / len(bins))


def _of_rows(function: Floats, rows: int) -> Floats:
    return np.asarray((np.minimum.outer(function, function) - np.outer(function, function)) / (rows - 1))


def _of_clusters(clusters: Clusters, codes: Integers, second: Mask, bins: Integers, levels: int) -> tuple[Floats, int]:
    """The covariance (levels, levels), with G/(G - 1) of each sample; and the clusters of the sample with fewer."""
    sides = [(rows, clusters.contributing(rows), _function(bins[rows], levels)) for rows in (~second, second)]
    covariance = np.zeros((levels, levels))
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(0, clusters.count + _CLUSTERS, _CLUSTERS))
    for start, stop, first in zip(edges[:-1], edges[1:], range(0, clusters.count, _CLUSTERS), strict=False):
        parts = np.zeros((min(_CLUSTERS, clusters.count - first), levels))
        for sign, (rows, present, function) in zip((1, -1), sides, strict=True):
            inside = order[start:stop][rows[order[start:stop]]]
            cells = (codes[inside] - first) * (levels + 1) + bins[inside]
            below = np.cumsum(np.bincount(cells, minlength=len(parts) * (levels + 1)).reshape(len(parts), -1), axis=1)
            away = below[:, :-1] - below[:, -1:] * function
            parts += sign * away * np.sqrt(present / (present - 1)) / rows.sum()
        covariance += parts.T @ parts
    return covariance, min(present for _, present, _ in sides)


def _noise(covariance: Floats, df: float | None) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((_DRAWS, len(values))) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    if df is not None:
        noise *= np.sqrt(df / rng.chisquare(df, _DRAWS))[:, None]
    return np.concatenate([noise, -noise])
