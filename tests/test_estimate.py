"""Intervals against statsmodels and scipy, and the laws that a confidence distribution keeps."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from auditor.estimate import (
    Estimate,
    Koopman,
    Mover,
    NoncentralChi2,
    Normal,
    NotEstimable,
    Perfect,
    Quantiles,
    Scale,
    Skewed,
    Spread,
    Wilson,
)

LEVELS = st.floats(0.5, 0.999)
SCALES: tuple[tuple[Scale, float, float], ...] = (
    ("identity", -50.0, 50.0),
    ("logit", 0.001, 0.999),
    ("log", 0.01, 100.0),
    ("log_rest", -20.0, 0.99),
    ("fisher", -0.99, 0.99),
)


@st.composite
def normals(draw: st.DrawFn) -> Estimate:
    scale, low, high = draw(st.sampled_from(SCALES))
    df = draw(st.none() | st.floats(1, 200))
    return estimate(draw(st.floats(low, high)), Normal(scale=scale, se=draw(st.floats(1e-3, 3)), df=df))


@st.composite
def wilsons(draw: st.DrawFn) -> Estimate:
    size = draw(st.floats(2, 5000))
    return estimate(draw(st.floats(0, 1)), Wilson(size=size, df=draw(st.none() | st.floats(1, 200))))


@st.composite
def movers(draw: st.DrawFn) -> Estimate:
    one, other = draw(wilsons()), draw(wilsons())
    return mover(one.value, one.spread.size, other.value, other.spread.size, draw(st.floats(-0.9, 0.9)))


@st.composite
def bootstraps(draw: st.DrawFn) -> Estimate:
    values = sorted(draw(st.lists(st.floats(-10, 10), min_size=5, max_size=5, unique=True)))
    spread = Quantiles(probabilities=(0.001, 0.1, 0.5, 0.9, 0.999), values=tuple(values))
    return estimate(values[2], spread)


@st.composite
def ratios(draw: st.DrawFn) -> Estimate:
    one, other = draw(wilsons()), draw(wilsons())
    return ratio(one.value, one.spread.size, max(other.value, 0.01), other.spread.size, draw(st.floats(-0.9, 0.9)))


@st.composite
def squares(draw: st.DrawFn) -> Estimate:
    spread = NoncentralChi2(
        freedom=draw(st.integers(1, 20)), size=draw(st.floats(2, 1e6)), df=draw(st.none() | st.floats(5, 200))
    )
    return estimate(draw(st.floats(0, 3)), spread)


@st.composite
def skewed(draw: st.DrawFn) -> Estimate:
    bend, shift = draw(st.floats(-0.5, 0.5)), draw(st.floats(-0.3, 0.3))
    return estimate(
        draw(st.floats(0.01, 100)), Skewed(scale="log", se=draw(st.floats(1e-3, 0.5)), bend=bend, shift=shift)
    )


@st.composite
def perfect(draw: st.DrawFn) -> Estimate:
    return estimate(1.0, Perfect(size=draw(st.floats(2, 5000)), df=draw(st.none() | st.floats(1, 200))))


ANY = normals() | wilsons() | movers() | bootstraps() | ratios() | squares() | skewed() | perfect()


def estimate(value: float, spread: Spread) -> Estimate:
    return Estimate(value=value, n=100, method="test", spread=spread)


def mover(first: float, size: float, second: float, other: float, correlation: float = 0.0) -> Estimate:
    spread = Mover(
        first_value=first,
        first=Wilson(size=size),
        second_value=second,
        second=Wilson(size=other),
        correlation=correlation,
    )
    return estimate(first - second, spread)


def ratio(first: float, size: float, second: float, other: float, correlation: float = 0.0) -> Estimate:
    spread = Koopman(
        first_value=first,
        first=Wilson(size=size),
        second_value=second,
        second=Wilson(size=other),
        correlation=correlation,
    )
    return estimate(first / second, spread)


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (1, 25), (13, 25), (25, 25), (499, 5000)])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_wilson_is_that_of_statsmodels(hits: int, n: int, level: float) -> None:
    """A rate's interval is Wilson's score interval."""
    expected = proportion_confint(hits, n, alpha=1 - level, method="wilson")
    assert expected == pytest.approx(estimate(hits / n, Wilson(size=n)).interval(level), abs=1e-12)


@pytest.mark.parametrize("n", [1, 20, 3000])
def test_all_right_is_bounded_as_by_clopper_and_pearson(n: int) -> None:
    """The exact interval of n out of n; at 95 % one-sided about 1 - 3 / n."""
    expected = proportion_confint(n, n, alpha=0.05, method="beta")
    assert expected == pytest.approx(estimate(1.0, Perfect(size=n)).interval(0.95), abs=1e-12)
    assert estimate(1.0, Perfect(size=3000)).interval(0.9).low == pytest.approx(1 - 3 / 3000, abs=1e-5)


@pytest.mark.parametrize(
    ("hits", "n", "others", "m"), [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (5, 56, 0, 29)]
)
def test_mover_is_that_of_statsmodels(hits: int, n: int, others: int, m: int) -> None:
    """Without correlation, a difference's interval is Newcombe's (his method 10)."""
    expected = confint_proportions_2indep(hits, n, others, m, method="newcomb", compare="diff", alpha=0.05)
    assert expected == pytest.approx(mover(hits / n, n, others / m, m).interval(0.95), abs=1e-12)


def test_newcombe_published() -> None:
    """56/70 against 48/80: 0.0524 to 0.3339 (Newcombe 1998, table II, method 10, a)."""
    interval = mover(56 / 70, 70, 48 / 80, 80).interval(0.95)
    published = (0.0524, 0.3339)
    assert published == (round(interval.low, 4), round(interval.high, 4))


def test_correlation_narrows_a_difference() -> None:
    """Two rates that move together have a difference that moves less."""
    apart, together = mover(0.7, 50, 0.5, 50).interval(0.95), mover(0.7, 50, 0.5, 50, 0.8).interval(0.95)
    assert together.high - together.low < apart.high - apart.low


def test_normal_scales_are_those_of_scipy() -> None:
    """Identity: the plain t interval; logit: the same on log odds."""
    low, high = estimate(2.0, Normal(se=0.5, df=7)).interval(0.9)
    assert stats.t.interval(0.9, 7, loc=2.0, scale=0.5) == pytest.approx((low, high), abs=1e-12)
    low, high = estimate(0.8, Normal(scale="logit", se=0.3)).interval(0.95)
    on_odds = stats.norm.interval(0.95, loc=math.log(4), scale=0.3)
    assert on_odds == pytest.approx([math.log(end / (1 - end)) for end in (low, high)], abs=1e-12)


@given(ANY, LEVELS)
def test_interval_holds_its_estimate(one: Estimate, level: float) -> None:
    """Every interval contains its estimate."""
    interval = one.interval(level)
    assert interval.low <= one.value + 1e-12
    assert one.value <= interval.high + 1e-12


@given(ANY, LEVELS, LEVELS)
def test_intervals_nest(one: Estimate, first: float, second: float) -> None:
    """More confidence never narrows an interval (contrasts of correlated rates aside, whose reach may turn)."""
    assume(not isinstance(one.spread, Mover | Koopman) or one.spread.correlation <= 0)
    narrow, wide = one.interval(min(first, second)), one.interval(max(first, second))
    assert wide.low <= narrow.low + 1e-12
    assert narrow.high <= wide.high + 1e-12


def test_not_estimable_is_unbounded() -> None:
    """No limit can be met by an estimate of unknown uncertainty."""
    assert (-math.inf, math.inf) == estimate(0.4, NotEstimable(reason="no variance")).interval(0.95)


@given(ANY)
def test_json_round_trip(one: Estimate) -> None:
    """An estimate is the same after a file."""
    assert one == Estimate.model_validate_json(one.model_dump_json())


@pytest.mark.parametrize("text", ['{"kind":"normal","se":"NaN"}', '{"kind":"wilson","size":0}', '{"kind":"magic"}'])
def test_no_nonsense_from_a_file(text: str) -> None:
    """NaN, an empty sample and unknown kinds are refused."""
    with pytest.raises(ValidationError):
        TypeAdapter(Spread).validate_json(text)
