"""Errors of a predicted number. observed, predicted: (n,), in the target's unit.

All raise NotApplicable where a number is so large, or all are so small, that what its error is known by could not be
held (`_LARGEST`).
"""

from __future__ import annotations

import math

import numpy as np

from auditor.errors import NotApplicable
from auditor.kernels.clusters import NONE
from auditor.kernels.fits import Regression
from auditor.kernels.stat import Floats, Stat, row_mean

_LARGEST = 1e35  # the eighth power of an error, which tells how well its variance is known, is held by a float


def mean_absolute_error(observed: Floats, predicted: Floats) -> Stat:
    """Mean |observed - predicted|, in the target's unit."""
    return row_mean(np.abs(_residual(observed, predicted)))


def mean_error(observed: Floats, predicted: Floats) -> Stat:
    """Mean predicted - observed, in the target's unit: positive where predictions are too high."""
    return row_mean(-_residual(observed, predicted))


def root_mean_squared_error(observed: Floats, predicted: Floats) -> Stat:
    """Root of the mean squared error, in the target's unit."""
    squared = row_mean(_residual(observed, predicted) ** 2)
    value = math.sqrt(squared.value)
    return Stat(value, squared.influence / (2 * value) if value > 0 else squared.influence)


def r_squared(observed: Floats, predicted: Floats) -> Stat:
    """Share of the variance that is explained: 1 - mean squared error / variance of the observed; it may be negative.

    Raises NotApplicable where all observed values are the same.
    """
    y, _ = _numbers(observed, predicted)
    if len(y) < 2 or np.ptp(y) == 0:
        raise NotApplicable("all observed values are the same, so there is no variance to explain")
    total = row_mean((y - y.mean()) ** 2)
    squared = row_mean(_residual(observed, predicted) ** 2)
    share = squared.value / total.value
    return Stat(1 - share, (share * total.influence - squared.influence) / total.value)


def quantile_loss(observed: Floats, predicted: Floats, probability: float) -> Stat:
    """Mean quantile (pinball) loss of predictions of the quantile at `probability`, in the target's unit.

    Least where a share `probability` of the observed lies below the predicted (Koenker and Bassett 1978).
    """
    residual = _residual(observed, predicted)
    return row_mean(np.maximum(probability * residual, (probability - 1) * residual))


def calibration_line(observed: Floats, predicted: Floats) -> tuple[Stat, Stat]:
    """Intercept (target's unit) and slope of observed on predicted by least squares; ideal are 0 and 1.

    Influence of the estimating equations: the variance holds with unequal error variances too (White 1980).
    Raises NotApplicable where all predictions are the same.
    """
    y, x = _numbers(observed, predicted)
    if len(x) < 2 or np.ptp(x) == 0:
        raise NotApplicable("all predictions are the same, so there is no calibration line")
    centre, scale = float(x.mean()), float(x.std())
    away, level = (x - centre) / scale, float(y.mean())
    slope = float(away @ y) / (len(x) * scale)
    residual = y - level - slope * scale * away
    rounding = NONE * (np.abs(y) + abs(slope) * np.abs(x))
    residual[np.abs(residual) <= rounding] = 0.0  # points on a line have no variance; rounding is not one

    def stat(value: float, *contrast: float) -> Stat:
        part = Regression(np.column_stack([np.ones(len(x)), away]), np.ones(len(x)), residual, np.array(contrast))
        return Stat(value, part.columns @ part.contrast * residual, regression=part)

    return stat(level - slope * centre, 1.0, -centre / scale), stat(slope, 0.0, 1 / scale)


def _residual(observed: Floats, predicted: Floats) -> Floats:
    y, x = _numbers(observed, predicted)
    return np.asarray(y - x)


def _numbers(observed: Floats, predicted: Floats) -> tuple[Floats, Floats]:
    y, x = np.asarray(observed, dtype=float), np.asarray(predicted, dtype=float)
    for numbers, what in ((y, "observed"), (x, "predicted")):
        if max(numbers.max(initial=0.0), -numbers.min(initial=0.0)) > _LARGEST:
            raise NotApplicable(f"a number that is {what} is beyond {_LARGEST:g}, too large to be judged by")
    if 0 < max(np.abs(y).max(initial=0.0), np.abs(x).max(initial=0.0)) < 1 / _LARGEST:
        raise NotApplicable(f"all numbers are below {1 / _LARGEST:g}, too small to be judged by")
    return y, x
