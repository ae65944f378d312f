"""The difference of two distribution functions as a Gaussian process, for distances that are no smooth function."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from auditor.kernels.clusters import Clusters
from auditor.kernels.stat import Floats, Integers

_LEVELS = 64  # at which the functions are compared
_DRAWS = 512  # and their mirror images
_CHANCE = 2.0  # standard errors
_ROUNDING = 1e-9  # distances that differ by less are the same, in whatever order rows were added up

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Process:
    """at: (k,) values; distance: (k,) first distribution function less second there; noise: (draws, k) its errors;
    beyond: a bound on the chance of the largest distance where both samples are of one population (see `_beyond`);
    sizes: rows, or clusters, of each sample.

    The noise is normal with the covariance of the distance, or Student's t with `df` (at most the fewer clusters - 1),
    from draws that are always the same: the limit of a multiplier bootstrap of the influence values.
    """

    at: Floats
    distance: Floats
    noise: Floats
    beyond: float
    sizes: Sequence[int]
    df: float | None

    def largest(self, distance: Floats) -> Floats:
        """(...,) the largest of |distance| (..., k)."""
        return np.asarray(np.abs(distance).max(axis=-1))

    def reached(self, height: float) -> Floats:
        """(draws,) the multiple of the shape of the distance from which on, with this noise, none is below the height.

        The shape is what the distance is beyond two standard errors: the rest, beside a peak, may be chance alone.
        """
        size, errors = np.abs(self.distance), self.noise.std(axis=0)
        beyond = np.maximum(size - _CHANCE * errors, 0.0)
        if not beyond.any():  # the peak alone; of several that are as high, that which is known worst
            beyond[np.where(size >= size.max() * (1 - _ROUNDING), errors, -1.0).argmax()] = 1.0
        used = beyond > 0
        noise = np.where(self.distance[used] < 0, -1.0, 1.0) * self.noise[:, used]
        return np.asarray(np.maximum(0.0, ((height - noise) * (beyond.max() / beyond[used])).min(axis=1)))

    def area(self, distance: Floats) -> Floats:
        """(...,) the area under |distance| (..., k)."""
        return np.asarray(np.abs(distance) @ np.append(np.diff(self.at), 0.0))


def compared(clusters: Clusters, second: Mask, values: Floats, known: float) -> Process:
    """The process of two samples with at least two clusters (or rows) each; second: (n,) True at rows of the second.

    known: degrees of freedom of the variance of the distance, by clusters.
    """
    at = _levels(values)
    bins = np.searchsorted(at, values, side="left")
    functions = [_function(bins[rows], len(at)) for rows in (~second, second)]
    sizes = [clusters.contributing(rows) for rows in (~second, second)]
    df = None if clusters.codes is None else min(min(sizes) - 1.0, known)
    if clusters.codes is None:
        covariance = np.sum([_of_rows(one, size) for one, size in zip(functions, sizes, strict=True)], axis=0)
    else:
        covariance = _of_clusters(clusters, clusters.codes, second, bins, functions, sizes)
    beyond = _beyond(functions, covariance, sizes, df)
    return Process(at.astype(float), functions[0] - functions[1], _noise(covariance, df), beyond, sizes, df)


def _levels(values: Floats) -> Floats:
    """All distinct values where these are few; else quantiles, and of distinct values too where most rows are alike."""
    ordered = np.sort(values)  # once, for what is distinct and for all quantiles
    distinct = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    if len(distinct) <= _LEVELS:
        return np.asarray(distinct)
    inner = np.arange(1, _LEVELS + 1) / (_LEVELS + 1)
    at = np.unique(_nearest(ordered, inner))
    if len(at) < _LEVELS / 2:
        at = np.unique(np.concatenate([at, _nearest(distinct, inner[::2])]))
    return at


def _nearest(ordered: Floats, shares: Floats) -> Floats:
    """The values up to which so large a share lies: the same where every row is there twice."""
    return np.asarray(ordered[np.ceil(shares * len(ordered)).astype(np.intp) - 1])


def _function(bins: Integers, levels: int) -> Floats:
    return np.asarray(np.cumsum(np.bincount(bins, minlength=levels + 1))[:levels] / len(bins))


def _of_rows(function: Floats, rows: int) -> Floats:
    return np.asarray((np.minimum.outer(function, function) - np.outer(function, function)) / (rows - 1))


def _of_clusters(
    clusters: Clusters,
    codes: Integers,
    second: Mask,
    bins: Integers,
    functions: Sequence[Floats],
    sizes: Sequence[int],
) -> Floats:
    """The covariance (levels, levels), with G/(G - 1) of each sample; clusters with much of one count more, as in
    `Clusters.variance`.

    What a cluster adds to the distance is linear in its counts of rows by bin and sample, so the products of all
    clusters come from those of the counts, most of which are 0.
    """
    from scipy import sparse

    levels = len(functions[0])
    reached = np.arange(levels + 1)[:, None] <= np.arange(levels)
    weights = []
    for sign, rows, function, present in zip((1, -1), (~second, second), functions, sizes, strict=True):
        weights.append(sign * math.sqrt((present - 1) / present) / rows.sum() * (reached - function))
    weight = np.concatenate(weights)
    at = (codes, bins + (levels + 1) * second)
    held = np.array([np.bincount(codes[rows], minlength=clusters.count) / rows.sum() for rows in (~second, second)])
    counts = sparse.csr_array((1 / (1 - held[second.astype(np.intp), codes]), at), shape=(clusters.count, len(weight)))
    return np.asarray(weight.T @ (counts.T @ counts).toarray() @ weight)


def _noise(covariance: Floats, df: float | None) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    noise = _normal(len(values)) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    if df is not None:
        noise *= np.sqrt(df / np.random.default_rng(1).chisquare(df, _DRAWS))[:, None]
    return np.concatenate([noise, -noise])


@cache
def _normal(levels: int) -> Floats:
    """(draws, levels) standard normal, always the same."""
    drawn = np.random.default_rng(0).standard_normal((_DRAWS, levels))
    drawn.flags.writeable = False
    return drawn


def _beyond(functions: Sequence[Floats], covariance: Floats, sizes: Sequence[int], df: float | None) -> float:
    """At most the chance of the largest distance in samples of one population: the sum over the values (Boole).

    The error at a value is at least that of clusters (or rows) of one population whose own rows are all alike: samples
    that are far apart vary too little, or not at all, to tell how far apart chance would bring them.
    """
    from scipy import special

    pooled = np.average(functions, axis=0, weights=sizes)
    alike = pooled * (1 - pooled) * sum(1 / size for size in sizes)
    errors = np.sqrt(np.maximum(np.diag(covariance), alike))
    far = np.abs(functions[0] - functions[1]).max() / errors[errors > 0]
    tails = special.ndtr(-far) if df is None else special.stdtr(df, -far)
    return min(1.0, 2 * float(tails.sum()))
