"""Simultaneous critical values against distributions that are known exactly."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from auditor.kernels.maxt import critical_value


def all_pairs(groups: int) -> np.ndarray:
    """The correlation of all pairwise differences of equally precise independent estimates."""
    contrasts = np.array([[(k == i) - (k == j) for k in range(groups)] for i, j in combinations(range(groups), 2)])
    return contrasts @ contrasts.T / 2


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_one_estimate_needs_the_plain_quantile(level: float) -> None:
    """Exactly, also for several estimates that are the same, or opposite."""
    for matrix in ([[1.0]], np.ones((3, 3)), [[1.0, -1.0], [-1.0, 1.0]]):
        assert stats.norm.ppf((1 + level) / 2) == critical_value(matrix, level)
        assert stats.t.ppf((1 + level) / 2, 9) == critical_value(matrix, level, 9)


@pytest.mark.parametrize("k", [2, 5, 20, 60])
def test_independent_estimates_are_sidak(k: int) -> None:
    """Without correlation and degrees of freedom, the value is Šidák's."""
    assert stats.norm.ppf((1 + 0.95 ** (1 / k)) / 2) == pytest.approx(critical_value(np.eye(k), 0.95), abs=5e-3)


@pytest.mark.parametrize(("groups", "df"), [(3, 10), (4, 20), (8, 60), (15, 200)])
@pytest.mark.parametrize("level", [0.9, 0.99])
def test_all_pairs_are_tukey(groups: int, df: int, level: float) -> None:
    """All pairs of groups, a singular matrix: the studentised range over the root of two."""
    expected = stats.studentized_range.ppf(level, groups, df) / np.sqrt(2)
    assert expected == pytest.approx(critical_value(all_pairs(groups), level, df), abs=5e-3)


def test_it_lies_between_plain_and_bonferroni() -> None:
    """Whatever the correlation."""
    rng = np.random.default_rng(0)
    for k in (2, 4, 9):
        matrix = np.corrcoef(rng.normal(size=(k, 6)))
        value = critical_value(matrix, 0.95, 30)
        assert stats.t.ppf(0.975, 30) <= value <= stats.t.ppf(1 - 0.025 / k, 30)


def test_it_agrees_with_a_multiplier_bootstrap() -> None:
    """Random signs and sizes on the rows' influence values give the same value (Gaussian multipliers)."""
    rng = np.random.default_rng(1)
    influence = rng.normal(size=(4, 400)) + rng.normal(size=400)
    influence -= influence.mean(axis=1, keepdims=True)
    influence /= np.linalg.norm(influence, axis=1, keepdims=True)
    bootstrap = np.quantile(np.abs(influence @ rng.normal(size=(400, 40_000))).max(axis=0), 0.95)
    assert bootstrap == pytest.approx(critical_value(influence @ influence.T, 0.95), abs=0.03)


def test_it_is_the_same_each_time() -> None:
    """No run differs from another."""
    assert critical_value(all_pairs(5), 0.95, 40) == critical_value(all_pairs(5), 0.95, 40)
