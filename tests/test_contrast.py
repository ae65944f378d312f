"""Ratios, sums of squares and bent distributions against statsmodels, scipy and their formulas."""

from __future__ import annotations

import math

import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from auditor.estimate import Estimate, Koopman, Mover, NoncentralChi2, Normal, Skewed, Spread, Wilson


def estimate(value: float, spread: Spread) -> Estimate:
    return Estimate(value=value, n=100, method="test", spread=spread)


def test_ratio_is_that_of_statsmodels() -> None:
    """A ratio's interval is Koopman's."""
    expected = confint_proportions_2indep(56, 70, 48, 80, compare="ratio", method="score", correction=False)
    first, second = Wilson(size=70), Wilson(size=80)
    one = estimate(
        (56 / 70) / (48 / 80), Koopman(first_value=56 / 70, first=first, second_value=48 / 80, second=second)
    )
    assert [float(end) for end in expected] == pytest.approx(one.interval(0.95), rel=1e-9)


def test_ratio_without_cases_below_the_line() -> None:
    """The upper end is unbounded, at every level; what is known is that the ratio is not small."""
    spread = Koopman(first_value=0.2, first=Wilson(size=50), second_value=0.0, second=Wilson(size=200))
    one = estimate(80.0, spread)
    low, high = one.interval(0.95)
    assert (True, math.inf) == (10 < low < 11, high)
    assert one.interval(1 - 2e-5).low > 2


def test_a_way_apart_of_its_own_counts_where_samples_differ() -> None:
    """Near 0 the interval is that of the size; far from it that of the rows for the way in which they differ."""
    plain, other = NoncentralChi2(freedom=9, size=400), NoncentralChi2(freedom=9, size=400, apart=50)
    assert plain.bounds(0.02, 1.96).low == other.bounds(0.02, 1.96).low == 0.0
    assert NoncentralChi2(freedom=9, size=400, apart=400).bounds(0.3, 1.96) == pytest.approx(plain.bounds(0.3, 1.96))
    far, few = other.bounds(20.0, 1.96), NoncentralChi2(freedom=9, size=50).bounds(20.0, 1.96)
    assert far == pytest.approx(few, rel=0.02)
    assert other.bounds(0.3, 1.96).low < plain.bounds(0.3, 1.96).low < plain.bounds(0.3, 1.96).high
    assert other.bounds(0.3, 1.96).high > plain.bounds(0.3, 1.96).high


@pytest.mark.parametrize("kind", [Mover, Koopman])
def test_a_contrast_has_degrees_of_freedom_of_its_own(kind) -> None:
    """Where they are known; else the fewer of the two sides. More of them, a narrower interval."""
    sides = {"first_value": 0.4, "first": Wilson(size=50, df=6), "second_value": 0.3, "second": Wilson(size=60, df=9)}
    plain, own = kind(**sides), kind(**sides, contrast_df=20.0)
    assert (6, 20) == (plain.df, own.df)
    wide, narrow = (estimate(0.1 if kind is Mover else 4 / 3, spread).interval(0.95) for spread in (plain, own))
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize("value", [0.0, 0.03, 0.2, 30.0])
def test_sum_of_squares_is_noncentral_chi_square(value: float) -> None:
    """At each end of the interval, a value this far away has the chance of the tail; or the end is 0."""
    one = estimate(value, NoncentralChi2(freedom=9, size=400))
    low, high = one.interval(0.95)
    assert 0.025 == pytest.approx(stats.ncx2.cdf(400 * value, 9, 400 * high), abs=2e-3) or value == high == 0
    if low > 0:
        assert 0.025 == pytest.approx(stats.ncx2.sf(400 * value, 9, 400 * low), abs=2e-3)
    else:
        assert stats.chi2.sf(400 * value, 9) > 0.025


def test_skewed_without_skewness_is_normal() -> None:
    """No bend, no shift: the same interval."""
    plain, bent = Normal(scale="log", se=0.2, df=9), Skewed(scale="log", se=0.2, bend=0.0, shift=0.0, df=9)
    assert estimate(3.0, plain).interval(0.9) == pytest.approx(estimate(3.0, bent).interval(0.9), abs=1e-12)


def test_skewed_is_halls_transformation() -> None:
    """The ends are where the bent statistic has the critical value (Hall 1992, equation 4, solved)."""
    low, high = estimate(3.0, Skewed(scale="log", se=0.2, bend=0.2, shift=0.1)).interval(0.95)
    for end, z in ((low, 1.959964), (high, -1.959964)):
        u = (math.log(3) - math.log(end)) / 0.2
        assert z == pytest.approx(u + 0.2 * u**2 + 0.2**2 * u**3 / 3 + 0.1, abs=1e-6)
    assert high - 3 > 3 - low


def test_rest_to_one_has_a_log_scale() -> None:
    """R² may be far below 0, and never reaches 1."""
    low, high = estimate(0.9, Normal(scale="log_rest", se=0.5)).interval(0.95)
    assert (0.1 * math.exp(0.5 * 1.959964), 0.1 * math.exp(-0.5 * 1.959964)) == pytest.approx(
        (1 - low, 1 - high), abs=1e-6
    )


def test_even_ends_of_a_share_are_passed_as_often() -> None:
    """1,000 rows, a chance of 2 %: Wilson's lower end is passed in 3.7 % of samples, the even ones in about 2.5 %."""
    passed = {}
    for even in (False, True):
        ends = [Wilson(size=1000, even=even).bounds(hits / 1000, 1.959964) for hits in range(61)]
        chance = stats.binom.pmf(range(61), 1000, 0.02)
        passed[even] = [
            float(chance @ [end.low > 0.02 for end in ends]),
            float(chance @ [end.high < 0.02 for end in ends]),
        ]
    assert max(passed[False]) > 0.03
    assert [0.025, 0.025] == pytest.approx(passed[True], abs=0.008)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_even_ends_of_nothing_are_wilsons(share: float) -> None:
    """No hit, or nothing else: a share without a variance has no skewness either."""
    assert Wilson(size=50).bounds(share, 2.0) == Wilson(size=50, even=True).bounds(share, 2.0)
