"""Simulated test data, for benchmarks/validity_coverage.py; what is true of them: benchmarks/coverage_truths.py.

A score x is normal, a little apart in two groups; the outcome has P(event | x) = expit(a + 0.8 x) exactly, a second
score is x with noise, and a number y = 0.8 x + 1 + a skewed error is predicted by x + 1. Rows of an entity share a part
of x, and, by a Gaussian copula, a part of the outcome, of the noise and of the error. Rows of one long series have a
score from windows that overlap, and errors that follow one another. Three classes have each a score of its own, and
chances by it whose log odds are too extreme. `near` is a split that has little to do with the groups. Where rows are of
entities, `Whole` has the same groups with each entity in one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, signal, special

from auditor.kernels.logistic import expit
from auditor.loaders.splits import time_blocks
from auditor.sampling import Sampling

Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]

DESIGNS = ("rows", "entities of 5", "30 entities", "time blocks")
SLOPE, SPREAD, APART = 0.8, 1.2, 0.5  # calibration slope; standard deviation of x; distance of the groups' means
NOISE, SKEW = 0.8, 0.5  # standard deviation of the second score's noise; of the logarithm of the error
SHARED_SCORE, SHARED_OUTCOME = 0.5, 0.3  # correlation within an entity
WINDOW, HORIZON, LASTS = 16, 8, 0.8  # of one long series, in rows; correlation of errors that follow one another
COMMON, LIFT = 0.3, 1.2  # share of the second class; how much higher the score of a row's own class is
NEAR = 0.3  # share of rows whose side of the split `near` is their group
QUANTILE = 0.9  # that the upper prediction of y is meant for
NODES = 3001


@dataclass(frozen=True)
class Cell:
    """What is simulated: where rows come from, how many, and how common the outcome is."""

    design: str
    n: int
    prevalence: float


@dataclass(frozen=True, eq=False)
class World:
    """The population. x, share: (m,) nodes of the score and their probability; first, second: that in each group.

    p: (m,) the chance of the outcome. cut: the decision's threshold, as a chance that the score states. edges: of the
    bins of x.
    """

    mean: float
    a: float
    x: Floats
    share: Floats
    first: Floats
    second: Floats
    p: Floats
    cut: float
    edges: Floats


@dataclass(frozen=True, eq=False)
class Whole:
    """Two groups of whole entities. second: (n,) the second of them; alike: (n,) scores that differ by chance alone;
    x: (n,) scores of groups that are apart.
    """

    sampling: Sampling
    second: Mask
    alike: Floats
    x: Floats


@dataclass(frozen=True, eq=False)
class Draw:
    """One simulated test set. first: (n,) the group; half: (n,) a split that means nothing; near: (n,) nearly nothing.

    of_class: (n,) one of three classes, the first as rare as the outcome; votes: (n, 3) a score of each; chances:
    (n, 3) what is told as the chance of each. whole: None where no row is of an entity.
    """

    sampling: Sampling
    event: Mask
    x: Floats
    noisy: Floats
    observed: Floats
    first: Mask
    half: Mask
    near: Mask
    of_class: NDArray[np.integer]
    votes: Floats
    chances: Floats
    whole: Whole | None


@cache
def world(prevalence: float) -> World:
    """The population with this prevalence; the decision's threshold is a little above it."""
    mean = float(special.logit(prevalence))
    x = np.linspace(mean - 9 * SPREAD, mean + 9 * SPREAD, NODES)
    groups = [np.exp(-0.5 * ((x - mean + side * APART / 2) / SPREAD) ** 2) for side in (-1, 1)]
    first, second = (group / group.sum() for group in groups)
    share = (first + second) / 2
    a = float(optimize.brentq(lambda a: share @ expit(a + SLOPE * x) - prevalence, -20, 20))
    edges = np.interp(np.arange(1, 10) / 10, np.cumsum(first), x)
    cut = float(expit(mean + 0.5 * SPREAD))
    return World(mean, a, x, share, first, second, expit(a + SLOPE * x), cut, edges)


def drawn(cell: Cell, rng: np.random.Generator) -> Draw:
    """A test set of this kind; entities differ in size."""
    known, n = world(cell.prevalence), cell.n
    sampling = _sampling(cell, rng)

    def normal(shared: float) -> Floats:
        return _normal(cell, sampling, shared, rng)

    first = rng.random(n) < 0.5
    x = known.mean + np.where(first, APART / 2, -APART / 2) + SPREAD * normal(SHARED_SCORE)
    event = special.ndtr(normal(SHARED_OUTCOME)) < expit(known.a + SLOPE * x)
    observed = SLOPE * x + 1 + error(normal(SHARED_OUTCOME))
    noisy, half = x + NOISE * normal(SHARED_OUTCOME), rng.random(n) < 0.5
    ends = (cell.prevalence, cell.prevalence + COMMON)
    of_class = np.searchsorted(ends, special.ndtr(normal(SHARED_OUTCOME)))
    votes = np.column_stack([normal(SHARED_SCORE) + LIFT * (of_class == code) for code in range(3)])
    own = rng.spawn(1)[0]  # so that what follows stays as it was before
    near = np.where(own.random(n) < NEAR, first, half)
    chances = np.column_stack(
        [told_chance(votes[:, code], share) for code, share in enumerate(shares(cell.prevalence))]
    )
    return Draw(
        sampling, event, x, noisy, observed, first, half, near, of_class, votes, chances, _whole(cell, own.spawn(1)[0])
    )


def _whole(cell: Cell, rng: np.random.Generator) -> Whole | None:
    """As many entities in each of the two groups: half of those of the design, or 30."""
    if cell.design not in ("entities of 5", "30 entities"):
        return None
    sampling = _sampling(cell, rng, groups=2)
    second = sampling.codes % 2 == 1
    alike = world(cell.prevalence).mean + SPREAD * _normal(cell, sampling, SHARED_SCORE, rng)
    return Whole(sampling, second, alike, alike + np.where(second, -APART / 2, APART / 2))


def shares(prevalence: float) -> tuple[float, float, float]:
    """How common each class is."""
    return prevalence, COMMON, 1 - COMMON - prevalence


def told_chance(vote: Floats, share: float) -> Floats:
    """The chance of a class that is told for its score: the log odds move 1 / SLOPE times as far as they should."""
    right = float(special.logit(share))
    return expit(right + (LIFT * vote - LIFT**2 / 2) / SLOPE)


def _normal(cell: Cell, sampling: Sampling, shared: float, rng: np.random.Generator) -> Floats:
    """(n,) standard normal; rows of an entity share a part, and rows of a series the past."""
    n = cell.n
    if cell.design == "time blocks" and shared == SHARED_SCORE:
        return np.asarray(np.convolve(rng.normal(size=n + WINDOW - 1), np.full(WINDOW, WINDOW**-0.5), mode="valid"))
    if cell.design == "time blocks":
        white = rng.normal(size=n) * np.where(np.arange(n) > 0, np.sqrt(1 - LASTS**2), 1.0)
        return np.asarray(signal.lfilter([1.0], [1.0, -LASTS], white))
    if sampling.codes is None:
        return rng.normal(size=n)
    common = rng.normal(size=sampling.clusters)[sampling.codes]
    return np.asarray(np.sqrt(shared) * common + np.sqrt(1 - shared) * rng.normal(size=n))


def error(normal: Floats) -> Floats:
    """A skewed error with mean 0 of a standard normal."""
    return np.asarray(np.exp(SKEW * normal) - np.exp(SKEW**2 / 2))


def _sampling(cell: Cell, rng: np.random.Generator, groups: int = 1) -> Sampling:
    if cell.design == "rows":
        return Sampling(None, "rows", cell.n)
    if cell.design == "time blocks":
        codes = time_blocks(np.zeros(cell.n, dtype=np.intp), np.arange(cell.n), WINDOW + HORIZON)
        return Sampling(codes, "time blocks", int(codes.max()) + 1)
    entities = cell.n // 5 if cell.design == "entities of 5" else 30 * groups
    share = rng.gamma(4.0, size=entities)
    codes = np.unique(rng.choice(entities, cell.n, p=share / share.sum()), return_inverse=True)[1]
    return Sampling(codes, "entities", int(codes.max()) + 1)


def upper_prediction(x: Floats) -> Floats:
    """What is told to hold `QUANTILE` of the observed."""
    return np.asarray(SLOPE * x + 1 + error(np.array(special.ndtri(QUANTILE))))
