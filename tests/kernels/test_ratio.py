"""The score interval of a ratio against statsmodels, a published example, and what must hold at its ends."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from auditor.kernels.ratio import Pair

CRITICAL = float(stats.norm.ppf(0.975))


def pair(hits: int, n: int, others: int, m: int, correlation: float = 0.0) -> Pair:
    return Pair(hits / n, n, others / m, m, correlation)


@pytest.mark.parametrize(
    ("hits", "n", "others", "m"),
    [(36, 40, 16, 80), (5, 50, 20, 100), (0, 20, 5, 30), (30, 30, 10, 40), (10, 50, 0, 200), (300, 4000, 280, 5000)],
)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")  # statsmodels, where a rate is 0
def test_limits_are_those_of_statsmodels(hits: int, n: int, others: int, m: int) -> None:
    """Without correlation: Koopman's interval."""
    expected = confint_proportions_2indep(hits, n, others, m, compare="ratio", method="score", correction=False)
    assert [float(end) for end in expected] == pytest.approx(pair(hits, n, others, m).limits(CRITICAL), rel=1e-9)


def test_koopman_published() -> None:
    """36/40 over 16/80: 2.94 to 7.15 (Koopman 1984, example 1)."""
    low, high = pair(36, 40, 16, 80).limits(CRITICAL)
    assert (2.94, 7.15) == (round(low, 2), round(high, 2))


def test_all_in_both_samples() -> None:
    """20 of 20 over 20 of 20: limits that are each other's inverse, which a quadratic in rates cannot give."""
    low, high = pair(20, 20, 20, 20).limits(CRITICAL)
    assert 1 / low == pytest.approx(high, rel=1e-9)
    assert 0.8 < low < 0.85


@pytest.mark.parametrize(
    ("rates", "unbounded", "zero"),
    [((5, 50, 0, 50), True, False), ((0, 50, 5, 50), False, True), ((0, 9, 0, 9), True, True)],
)
def test_a_rate_of_zero(rates, unbounded: bool, zero: bool) -> None:
    """No case below the line: no upper end. None above it: the lower end is 0."""
    low, high = pair(*rates).limits(CRITICAL)
    assert (unbounded, zero) == (high == math.inf, low == 0)


@given(st.integers(1, 40), st.integers(1, 40), st.floats(-0.9, 0.9), st.floats(0.2, 4))
def test_the_score_at_a_limit_is_the_critical_value(
    hits: int, others: int, correlation: float, critical: float
) -> None:
    """Each end is where the data are just so unlikely; swapping the sides inverts the ends."""
    one, other = pair(hits, 40, others, 50, correlation), pair(others, 50, hits, 40, correlation)
    low, high = one.limits(critical)
    assert critical == pytest.approx(one.score(low), abs=1e-6)
    assert -critical == pytest.approx(one.score(high), abs=1e-6)
    assert (low, high) == pytest.approx([1 / end for end in reversed(other.limits(critical))], rel=1e-6)


def test_correlation_narrows() -> None:
    """Rates that move together have a ratio that moves less."""
    alone, together = pair(35, 50, 25, 50).limits(CRITICAL), pair(35, 50, 25, 50, 0.8).limits(CRITICAL)
    assert alone[0] < together[0] < 1.4 < together[1] < alone[1]
