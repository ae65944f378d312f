"""Losses with long tails: what is bent, and that nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from auditor.intervals import loss
from auditor.kernels import errors
from auditor.kernels.stat import row_mean
from auditor.sampling import Sampling

RNG = np.random.default_rng(2)
TAIL = RNG.lognormal(sigma=1.2, size=120)
ROWS = Sampling(None, "rows", 120)


def test_a_long_tail_moves_both_ends_up() -> None:
    """The truth is more often above a mean that missed the tail than below it."""
    stat = row_mean(TAIL)
    plain = ROWS.estimate(stat, n=120, method="mean", scale="log").interval(0.95)
    bent = loss(ROWS, stat, n=120, method="mean").interval(0.95)
    assert plain.low < bent.low < stat.value < plain.high < bent.high


def test_bend_and_shift_are_those_of_the_sample() -> None:
    """A third and a sixth of 1.5 times the mean's skewness, less half of its variation for the logarithm."""
    stat = row_mean(TAIL)
    spread = loss(ROWS, stat, n=120, method="mean").spread
    skewness = 1.5 * stats.skew(TAIL) / np.sqrt(120)
    variation = TAIL.std(ddof=1) / np.sqrt(120) / TAIL.mean()
    assert (skewness / 3 - variation / 2, skewness / 6) == pytest.approx((spread.bend, spread.shift), abs=1e-9)


def test_root_has_the_roots_of_the_ends() -> None:
    """The interval of a root mean squared error is that of the mean squared error, rooted."""
    observed, predicted = np.zeros(120), np.sqrt(TAIL)
    root = loss(ROWS, errors.root_mean_squared_error(observed, predicted), n=120, method="mean", power=0.5)
    mean = loss(ROWS, row_mean(TAIL), n=120, method="mean")
    assert np.sqrt(mean.interval(0.95)) == pytest.approx(root.interval(0.95), rel=1e-9)


def test_covers_better_than_the_plain_interval() -> None:
    """Quantile losses of 100 rows with a skewed error, 300 times: the plain interval holds the truth less often."""
    rng = np.random.default_rng(0)
    upper = np.exp(0.5 * stats.norm.ppf(0.9))
    many = np.exp(0.5 * stats.norm.ppf((np.arange(10**6) + 0.5) / 10**6))
    truth = errors.quantile_loss(many, np.full(10**6, upper), 0.9).value
    held, sampling = [], Sampling(None, "rows", 100)
    for _ in range(300):
        stat = errors.quantile_loss(np.exp(0.5 * rng.normal(size=100)), np.full(100, upper), 0.9)
        both = (sampling.estimate(stat, n=100, method="", scale="log"), loss(sampling, stat, n=100, method=""))
        held.append([low <= truth <= high for low, high in (estimate.interval(0.95) for estimate in both)])
    plain, bent = np.mean(held, axis=0)
    assert plain + 0.01 < bent
    assert 0.91 < bent < 0.98


@pytest.mark.parametrize(("sizes", "worth"), [([40] * 30, 30), ([1200 // k for k in range(1, 26)], 8)])
def test_a_few_entities_with_most_rows_are_few(sizes, worth) -> None:
    """Thirty of equal size are thirty; of 25 whose sizes fall as 1/k, the largest holds a quarter of all rows."""
    codes = np.repeat(np.arange(len(sizes)), sizes)
    rng = np.random.default_rng(1)
    found = loss(Sampling(codes, "entities", len(sizes)), row_mean(rng.lognormal(size=len(codes))), n=9, method="mean")
    assert (found.entities, f"worth {worth} entities" in found.method) == (worth, worth < len(sizes))


def test_no_loss_at_all_is_not_estimable() -> None:
    """Every prediction right: zero variance is not certainty."""
    stat = errors.quantile_loss(np.ones(120), np.ones(120), 0.9)
    assert loss(ROWS, stat, n=120, method="mean").spread.kind == "not_estimable"
