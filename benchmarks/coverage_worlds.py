"""Simulated test data whose every truth is known by integration, for benchmarks/validity_coverage.py.

A score x is normal, a little apart in two groups; the outcome has P(event | x) = expit(a + 0.8 x) exactly, a second
score is x with noise, and a number y = 0.8 x + 1 + a skewed error is predicted by x + 1. Rows of an entity share a part
of x, and, by a Gaussian copula, a part of the outcome, of the noise and of the error. Rows of one long series have a
score from windows that overlap, and errors that follow one another. Three classes have each a score of its own.
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
QUANTILE = 0.9  # that the upper prediction of y is meant for
_NODES = 3001


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
class Draw:
    """One simulated test set. first: (n,) the group; half: (n,) a split that means nothing.

    of_class: (n,) one of three classes, the first as rare as the outcome; votes: (n, 3) a score of each.
    """

    sampling: Sampling
    event: Mask
    x: Floats
    noisy: Floats
    observed: Floats
    first: Mask
    half: Mask
    of_class: NDArray[np.integer]
    votes: Floats


@cache
def world(prevalence: float) -> World:
    """The population with this prevalence; the decision's threshold is a little above it."""
    mean = float(special.logit(prevalence))
    x = np.linspace(mean - 9 * SPREAD, mean + 9 * SPREAD, _NODES)
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
    return Draw(sampling, event, x, noisy, observed, first, half, of_class, votes)


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


def _sampling(cell: Cell, rng: np.random.Generator) -> Sampling:
    if cell.design == "rows":
        return Sampling(None, "rows", cell.n)
    if cell.design == "time blocks":
        codes = time_blocks(np.zeros(cell.n, dtype=np.intp), np.arange(cell.n), WINDOW + HORIZON)
        return Sampling(codes, "time blocks", int(codes.max()) + 1)
    entities = cell.n // 5 if cell.design == "entities of 5" else 30
    share = rng.gamma(4.0, size=entities)
    codes = np.unique(rng.choice(entities, cell.n, p=share / share.sum()), return_inverse=True)[1]
    return Sampling(codes, "entities", int(codes.max()) + 1)


@cache
def truths(prevalence: float) -> dict[str, float]:
    """The truth of every estimate, by integration over x (and over the noise, the error)."""
    w = world(prevalence)
    case, control = w.share * w.p / prevalence, w.share * (1 - w.p) / (1 - prevalence)
    score = expit(w.x)
    return {
        "rate": prevalence,
        "difference": float((w.first - w.second) @ w.p),
        "ratio": float((w.first @ w.p) / (w.second @ w.p)),
        **_ranking(w, case, control),
        "Brier score": float(w.share @ (w.p * (1 - score) ** 2 + (1 - w.p) * score**2)),
        "log loss": float(w.share @ (np.logaddexp(0.0, w.x) - w.p * w.x)),
        "calibration slope": SLOPE,
        "in the large": float(optimize.brentq(lambda c: w.share @ expit(c + w.x) - prevalence, -9, 9)),
        "expected / observed": float(w.share @ score) / prevalence,
        **_decided(w, prevalence),
        **_number(w),
        **_classes(),
        "PSI": _stability(w),
        "PSI, alike": 0.0,
        "Wasserstein": APART,
        "Wasserstein, alike": 0.0,
    }


def _ranking(w: World, case: Floats, control: Floats) -> dict[str, float]:
    below = np.cumsum(control) - control / 2
    found, flagged = (np.cumsum(share[::-1])[::-1] - share / 2 for share in (w.share * w.p, w.share))
    step = float(w.x[1] - w.x[0])
    kernel = np.exp(-0.5 * (np.arange(-400, 401) * step / NOISE) ** 2)
    noisy = [np.convolve(share, kernel / kernel.sum(), mode="same") for share in (case, control)]
    area = float(case @ below)
    return {
        "AUROC": area,
        "AUROC difference": area - float(noisy[0] @ (np.cumsum(noisy[1]) - noisy[1] / 2)),
        "average precision": float(case @ (found / flagged)),
        "KS": float(np.abs(np.cumsum(case) - np.cumsum(control)).max()),
    }


def _decided(w: World, prevalence: float) -> dict[str, float]:
    # The node at the cut belongs to the flagged by the part of its cell that lies above it.
    step = float(w.x[1] - w.x[0])
    flagged = np.clip((w.x + step / 2 - special.logit(w.cut)) / step, 0, 1)
    tp, fp = float(w.share @ (flagged * w.p)), float(w.share @ (flagged * (1 - w.p)))
    fn, tn = prevalence - tp, 1 - prevalence - fp
    return {
        "PPV": tp / (tp + fp),
        "F1": 2 * tp / (2 * tp + fp + fn),
        "Matthews": (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
        "net benefit": tp - fp * w.cut / (1 - w.cut),
        "balanced accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
    }


def _number(w: World) -> dict[str, float]:
    z = np.linspace(-8, 8, 801)
    chance = np.exp(-0.5 * z**2)
    chance /= chance.sum()
    observed = (SLOPE * w.x + 1)[:, None] + error(z)
    predicted, upper = (w.x + 1)[:, None], upper_prediction(w.x)[:, None]

    def mean(values: Floats) -> float:
        return float(w.share @ values @ chance)

    squared, level = mean((observed - predicted) ** 2), mean(observed)
    over = observed - upper
    return {
        "mean error": mean(predicted - observed),
        "MAE": mean(np.abs(observed - predicted)),
        "RMSE": float(np.sqrt(squared)),
        "R²": 1 - squared / (mean(observed**2) - level**2),
        "slope of a line": SLOPE,
        "quantile loss": mean(np.maximum(QUANTILE * over, (QUANTILE - 1) * over)),
        "coverage of a bound": QUANTILE,
    }


def _classes() -> dict[str, float]:
    """The same for each of the classes: its own score is higher by as much."""
    z = np.linspace(-9, 9, _NODES)
    chance = np.exp(-0.5 * z**2)
    found = float(chance @ special.ndtr(z + LIFT) ** 2 / chance.sum())
    area = float(special.ndtr(LIFT / np.sqrt(2)))
    return {
        "AUROC of a class": area,
        "AUROC, mean of classes": area,
        "sensitivity of a class": found,
        "sensitivity, mean of classes": found,
    }


def upper_prediction(x: Floats) -> Floats:
    """What is told to hold `QUANTILE` of the observed."""
    return np.asarray(SLOPE * x + 1 + error(np.array(special.ndtri(QUANTILE))))


def _stability(w: World) -> float:
    shares = [
        np.diff(np.interp(np.append(w.edges, np.inf), w.x, np.cumsum(side)), prepend=0.0)
        for side in (w.first, w.second)
    ]
    return float(((shares[0] - shares[1]) * np.log(shares[0] / shares[1])).sum())
