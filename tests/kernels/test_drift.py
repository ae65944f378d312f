"""Distances of two samples against scipy and their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from auditor.errors import NotApplicable
from auditor.kernels import drift


def samples(seed: int, decimals: int = 12):
    rng = np.random.default_rng(seed)
    values = np.round(np.concatenate([rng.normal(size=90), rng.normal(0.3, 1.4, size=60)]), decimals)
    second = np.arange(150) >= 90
    order = rng.permutation(150)
    return second[order], values[order]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("decimals", [0, 1, 12])
def test_values_are_those_of_scipy(seed: int, decimals: int) -> None:
    """Kolmogorov and Smirnov's distance, and Wasserstein's, with ties and without."""
    second, values = samples(seed, decimals)
    distance = stats.ks_2samp(values[~second], values[second], method="asymp").statistic
    assert distance == pytest.approx(drift.kolmogorov_smirnov(second, values).value, abs=1e-12)
    moved = stats.wasserstein_distance(values[~second], values[second])
    assert moved == pytest.approx(drift.wasserstein(second, values).value, abs=1e-12)


def test_samples_that_are_apart() -> None:
    """No overlap: the distance is 1, and the area is how far they are apart."""
    second = np.repeat([False, True], 5)
    values = np.concatenate([np.arange(5.0), np.arange(5.0) + 100])
    assert (1.0, 100.0) == (drift.kolmogorov_smirnov(second, values).value, drift.wasserstein(second, values).value)


def test_stability_index_by_hand() -> None:
    """Differences of shares times the logarithm of their ratio."""
    bins = np.repeat([0, 1, 0, 1], [30, 70, 40, 10])
    first, second = drift.shares(bins, np.arange(150) >= 100)
    assert ([0.3, 0.7], [0.8, 0.2]) == (pytest.approx(first), pytest.approx(second))
    expected = 0.5 * math.log(0.8 / 0.3) + 0.5 * math.log(0.7 / 0.2)
    assert expected == pytest.approx(drift.stability_index(first, second), abs=1e-12)


def test_an_empty_bin_has_half_a_row() -> None:
    """A bin that only one sample has is a large number, not infinity; one that neither has is nothing."""
    bins = np.repeat([0, 3, 0], [10, 10, 20])
    first, second = drift.shares(bins, np.arange(40) >= 20)
    assert ([0.5, 0.5], [20.5 / 21, 0.5 / 21]) == (pytest.approx(first), pytest.approx(second))


def test_bins_of_the_reference() -> None:
    """Deciles of the reference; a value that is common takes several of them."""
    edges = drift.quantile_edges(np.arange(101.0), 10)
    assert [10, 20, 30, 40, 50, 60, 70, 80, 90] == pytest.approx(edges)
    assert [0, 0, 1, 9, 9] == drift.binned(np.array([-5, 10, 10.5, 90.5, 500]), edges).tolist()
    assert len(drift.quantile_edges(np.zeros(50), 10)) == 1
    values = np.random.default_rng(0).normal(size=105)
    assert (drift.quantile_edges(values, 10) == drift.quantile_edges(np.repeat(values, 2), 10)).all()


@pytest.mark.parametrize("kernel", [drift.kolmogorov_smirnov, drift.wasserstein])
def test_one_sample_only(kernel) -> None:
    """A distance needs two."""
    with pytest.raises(NotApplicable, match="has no row"):
        kernel(np.ones(4, dtype=bool), np.arange(4.0))


def test_slopes_of_the_index_are_its_derivatives() -> None:
    """By small steps of each share."""
    first, second = np.array([0.2, 0.5, 0.3]), np.array([0.4, 0.35, 0.25])
    found = drift.index_slopes(first, second)
    for at, step in enumerate(1e-6 * np.eye(3)):
        by_first = drift.stability_index(first + step, second) - drift.stability_index(first - step, second)
        by_second = drift.stability_index(first, second + step) - drift.stability_index(first, second - step)
        assert (found[0][at], found[1][at]) == pytest.approx((by_first / 2e-6, by_second / 2e-6), rel=1e-6)
