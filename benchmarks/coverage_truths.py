"""The truths of what benchmarks/coverage_worlds.py simulates, by integration."""

from __future__ import annotations

from functools import cache

import numpy as np
from coverage_worlds import (
    APART,
    LIFT,
    NEAR,
    NODES,
    NOISE,
    QUANTILE,
    SLOPE,
    Floats,
    World,
    error,
    shares,
    told_chance,
    upper_prediction,
    world,
)
from scipy import optimize, special

from auditor.kernels.logistic import expit


@cache
def truths(prevalence: float) -> dict[str, float]:
    """The truth of every estimate, by integration over x (and over the noise, the error)."""
    w = world(prevalence)
    case, control = w.share * w.p / prevalence, w.share * (1 - w.p) / (1 - prevalence)
    score, far = expit(w.x), float(np.abs(np.cumsum(w.first - w.second)).max())
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
        **_classes(prevalence),
        "PSI": _stability(w, 1.0),
        "PSI, alike": 0.0,
        "PSI, near": _stability(w, NEAR),
        "Wasserstein": APART,
        "Wasserstein, alike": 0.0,
        "Wasserstein, near": NEAR * APART,
        "KS, alike": 0.0,
        "KS, near": NEAR * far,
        "PSI, by entity": _stability(w, 1.0),
        "KS, by entity": far,
        "Wasserstein, by entity": APART,
        **dict.fromkeys(("PSI, alike by entity", "KS, alike by entity", "Wasserstein, alike by entity"), 0.0),
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


def _classes(prevalence: float) -> dict[str, float]:
    """The score of a row's own class is higher by as much in each of them; `of a class`: of the first."""
    z = np.linspace(-9, 9, NODES)
    chance = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum()
    found = float(chance @ special.ndtr(z + LIFT) ** 2)
    area = float(special.ndtr(LIFT / np.sqrt(2)))
    true = np.array(shares(prevalence))
    table = true[:, None] * np.where(np.eye(3, dtype=bool), found, (1 - found) / 2)
    said, hit = table.sum(axis=0), np.diag(table)
    every = [_told(z, chance, share) for share in true]
    return {
        "AUROC of a class": area,
        "AUROC, mean of classes": area,
        "Gini of a class": 2 * area - 1,
        "KS of a class": float(2 * special.ndtr(LIFT / 2) - 1),
        "sensitivity of a class": found,
        "sensitivity, mean of classes": found,
        "specificity of a class": (1 + found) / 2,
        "PPV of a class": float(hit[0] / said[0]),
        "NPV of a class": float((1 - true[0] - said[0] + hit[0]) / (1 - said[0])),
        "share predicted as a class": float(said[0]),
        "F1 of a class": float(2 * hit[0] / (true[0] + said[0])),
        "F1, mean of classes": float((2 * hit / (true + said)).mean()),
        "Matthews of classes": float((hit.sum() - true @ said) / np.sqrt((1 - true @ true) * (1 - said @ said))),
        "in the large of a class": every[0][0],
        "calibration slope of a class": SLOPE,
        "calibration slope, mean of classes": SLOPE,
        "expected / observed of a class": every[0][1],
        "expected / observed, mean of classes": float(np.mean([one[1] for one in every])),
        "Brier score of a class": every[0][2],
    }


def _told(z: Floats, chance: Floats, share: float) -> tuple[float, float, float]:
    """Calibration in the large, expected over observed and Brier score of the chances that are told of a class."""
    sides = [(told_chance(z + LIFT, share), share * chance), (told_chance(z, share), (1 - share) * chance)]
    p, mass = (np.concatenate(parts) for parts in zip(*sides, strict=True))
    large = float(optimize.brentq(lambda c: mass @ expit(c + special.logit(p)) - share, -9, 9))
    brier = sides[0][1] @ (1 - sides[0][0]) ** 2 + sides[1][1] @ sides[1][0] ** 2
    return large, float(mass @ p) / share, float(brier)


def _stability(w: World, apart: float) -> float:
    """Of two samples, each with so much more of its own group than of the other."""
    more, less = (1 + apart) / 2, (1 - apart) / 2
    parts = (
        np.diff(np.interp(np.append(w.edges, np.inf), w.x, np.cumsum(side)), prepend=0.0)
        for side in (more * w.first + less * w.second, less * w.first + more * w.second)
    )
    one, other = parts
    return float(((one - other) * np.log(one / other)).sum())
