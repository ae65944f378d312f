"""Calibration: whether probabilities are right as probabilities. event, probability: (n,)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.logistic import logistic
from auditor.kernels.stat import Bend, Floats, Integers, Stat, mean, row_mean

_RESOLVED = 2.0**-24  # single precision cannot tell 1 from a probability nearer to it than this


def logit(probability: Floats) -> Floats:
    """Log odds, (n,); a probability nearer to 0 or 1 than 2^-24 counts as that near."""
    p = np.clip(np.asarray(probability, dtype=float), _RESOLVED, 1 - _RESOLVED)
    return np.asarray(np.log(p) - np.log1p(-p))


def recalibration(event: NDArray[np.bool_], probability: Floats) -> tuple[Stat, Stat]:
    """Intercept and slope of `logit P(event) = intercept + slope * logit(probability)` (Cox 1958); ideal are 0 and 1.

    Raises NotApplicable with one outcome only, a constant score, or a score that separates the outcomes.
    """
    x = logit(probability)
    _both(event)
    if np.ptp(x) == 0:
        raise NotApplicable("the score is the same for every row, so it has no calibration slope")
    cases, controls = x[event], x[~event]
    if cases.min() >= controls.max() or cases.max() <= controls.min():
        raise NotApplicable("the score separates the outcomes, so the calibration slope has no finite value")
    centre, scale = float(x.mean()), float(x.std())
    standard = (x - centre) / scale
    fit = logistic(event, np.column_stack([np.ones(len(x)), standard]))
    return fit.along(np.array([1.0, -centre / scale])), fit.along(np.array([0.0, 1 / scale]))


def in_the_large(event: NDArray[np.bool_], probability: Floats) -> Stat:
    """Calibration in the large: the intercept when the slope is held at 1 (Cox 1958; Steyerberg 2009); 0 is ideal.

    Positive: the outcome is commoner than predicted. Its bend is that of the count of events as the intercept moves,
    and of their skewness, by the mean of 1 - 2p that the information weighs. Raises NotApplicable with one outcome
    only.
    """
    _both(event)
    fit = logistic(event, np.ones((len(event), 1)), logit(probability))
    skewed = float(fit.weight @ (1 - 2 * fit.p) / fit.weight.sum())
    return fit.along(np.ones(1), bend=Bend(skewed / 3 - skewed / 2, skewed / 6))


def expected_observed(event: NDArray[np.bool_], probability: Floats) -> Stat:
    """Expected over observed outcomes: the sum of probabilities over the number of events; 1 is ideal.

    Its bend is on the log scale, that of the observed rate below the line. Raises NotApplicable with no event.
    """
    if not event.any():
        raise NotApplicable("no row has the outcome")
    p, observed = np.asarray(probability, dtype=float), float(event.mean())
    value = float(p.mean()) / observed
    skewed = (1 - 2 * observed) / (1 - observed) if observed < 1 else 0.0
    return Stat(value, (p - value * event) / observed, bend=Bend(1 / 2 - skewed / 3, -skewed / 6))


def mean_expected_observed(classes: Sequence[tuple[NDArray[np.bool_], Floats]]) -> Stat:
    """The plain mean over classes of expected over observed; each class: events and probabilities, both (n,).

    Its bend is on the log scale, and that of a smooth function of means to second order (von Mises 1947): the rarest
    class has the largest ratio, and the most skewed one. Raises NotApplicable where a class has no event.
    """
    together = mean([expected_observed(*one) for one in classes])
    event, p = (np.stack(parts, axis=1).astype(float) for parts in zip(*classes, strict=True))
    observed, expected = event.mean(axis=0), p.mean(axis=0)
    total = float((expected / observed).sum())
    # The logarithm of the mean as a function of (expected, observed): its slopes, and how these change.
    slopes = np.concatenate([1 / observed, -expected / observed**2]) / total
    turns = np.zeros((len(slopes), len(slopes)))
    here, there = np.arange(len(observed)), np.arange(len(observed)) + len(observed)
    turns[here, there] = turns[there, here] = -1 / observed**2 / total
    turns[there, there] = 2 * expected / observed**3 / total
    turns -= np.outer(slopes, slopes)
    rows = np.concatenate([p - expected, event - observed], axis=1)
    return replace(together, bend=_bend(rows, slopes, turns))


def _bend(rows: Floats, slopes: Floats, turns: Floats) -> Bend | None:
    """Of a function of means: rows (n, k) less their means, its slopes (k,), second derivatives (k, k)."""
    influence = rows @ slopes
    variance = float(influence @ influence) / len(rows)
    if variance == 0:
        return None
    skewed = float((influence**3).mean()) / variance**2
    toward = rows.T @ influence / len(rows)
    along = float(toward @ turns @ toward) / variance**2
    everywhere = float((rows.T @ rows / len(rows) * turns).sum()) / variance
    return Bend(skewed / 3 + along / 2, skewed / 6 - (everywhere - along) / 2)


def brier(event: NDArray[np.bool_], probability: Floats) -> Stat:
    """Mean squared difference of probability and outcome (Brier 1950), in [0, 1]; 0 is ideal."""
    return row_mean((np.asarray(probability, dtype=float) - event) ** 2)


def log_loss(event: NDArray[np.bool_], probability: Floats) -> Stat:
    """Mean negative log likelihood in nats; 0 is ideal. Certainty that was wrong counts as double precision's step."""
    return row_mean(-np.log(at_least_a_step(np.where(event, probability, 1 - np.asarray(probability, dtype=float)))))


def at_least_a_step(probability: Floats) -> Floats:
    """Probabilities kept off 0 by the relative step of double precision, so that one wrong certainty stays a number."""
    return np.asarray(np.maximum(probability, np.finfo(float).eps), dtype=float)


def quantile_bins(probability: Floats, count: int) -> Integers:
    """(n,) the bin of each row, 0 upward: at most `count` bins of about equal size, equal scores in one."""
    edges = np.quantile(probability, np.arange(1, count) / count)
    return np.unique(np.searchsorted(edges, probability, side="left"), return_inverse=True)[1]


def _both(event: NDArray[np.bool_]) -> None:
    if event.all() or not event.any():
        raise NotApplicable("all rows have the same outcome" if len(event) else "no rows")
