"""The critical value that several estimates need so that all their intervals hold at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from auditor.kernels.stat import Floats

_DIRECTIONS = 2**14
_ROWS = 2**10  # directions at a time, so that memory does not grow with the number of estimates
_ALIKE = 2**4  # directions of nearly the same largest component, which are integrated over as one


def critical_value(correlation: Sequence[Sequence[float]] | Floats, level: float, df: float | None = None) -> float:
    """The c with P(max |T_i| <= c) = level, for T normal (t with `df`) with this correlation matrix (k, k).

    Single-step max-t of Hothorn, Bretz and Westfall (2008): the limit of the Gaussian multiplier bootstrap of the
    influence values. T is a random direction times a random length (Monahan and Genz 1997): directions are a fixed
    scrambled Sobol sequence, the length is integrated exactly. So the answer is the same each time, and for one
    estimate, or several that are the same, it is the plain quantile. The matrix may be singular (all pairs of groups).

    df is one number for all. Where estimates differ in it, the smallest is the safe one: over 28 pairs of groups, whose
    degrees of freedom were 13 at the least and 26 in the middle, 3 % of simulated audits had a false alarm at a level
    of 95 %; with each pair's own, or the middle one, 4 to 6.5 % (benchmarks/validity_joint.py, 400 runs).
    """
    from scipy import optimize, special, stats

    quantile = stats.norm.ppf if df is None else stats.t(df).ppf
    plain = float(quantile((1 + level) / 2))
    root = _root(np.asarray(correlation, dtype=float))
    estimates, rank = root.shape
    if estimates == 1 or rank < 2:
        return plain
    largest = _largest(root)

    def excess(critical: float) -> float:
        square = (critical / largest) ** 2
        inside = special.gammainc(rank / 2, square / 2) if df is None else special.fdtr(rank, df, square / rank)
        return float(inside.mean()) - level

    bonferroni = float(quantile(1 - (1 - level) / (2 * estimates)))
    if excess(plain) >= 0:
        return plain
    return float(optimize.brentq(excess, plain, bonferroni, xtol=1e-9)) if excess(bonferroni) > 0 else bonferroni


def _root(correlation: Floats) -> Floats:
    """A (k, rank) with A A' = correlation, its rows of length 1."""
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-10 * max(1.0, float(values[-1]))
    root = vectors[:, kept] * np.sqrt(values[kept])
    return np.asarray(root / np.linalg.norm(root, axis=1, keepdims=True))


def _largest(root: Floats) -> Floats:
    """(directions / _ALIKE,) the largest |component| of the directions, ascending; of so many at a time their mean."""
    from scipy import special
    from scipy.stats import qmc

    uniform = qmc.Sobol(root.shape[1], rng=np.random.default_rng(0)).random(_DIRECTIONS)
    direction = special.ndtri(np.clip(uniform, 1e-12, 1 - 1e-12))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    blocks = (direction[at : at + _ROWS] for at in range(0, _DIRECTIONS, _ROWS))
    largest = np.sort(np.concatenate([np.abs(block @ root.T).max(axis=1) for block in blocks]))
    return np.asarray(largest.reshape(-1, _ALIKE).mean(axis=1))
