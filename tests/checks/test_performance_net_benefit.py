"""performance.net_benefit: the closed form of the simulated score, and the curve."""

from __future__ import annotations

import numpy as np
import pytest
from measuring import run
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint
from subjects import make_subject

from auditor.checks.performance import net_benefit
from auditor.errors import NotApplicable
from auditor.sampling import Sampling


def test_intervals_hold_the_truth():
    """At the prevalence as threshold the benefit follows from Phi; acting on everybody has none there."""
    measured = run(net_benefit.measure, make_subject(n=4000, auroc=0.8, prevalence=0.3, threshold=0.3))
    right = stats.norm.cdf(stats.norm.ppf(0.8) / 2**0.5)
    truth = 0.3 * right - 0.7 * (1 - right) * 0.3 / 0.7
    for estimate in (measured.quantities["net_benefit"].parts[""], *measured.quantities["gain"].parts.values()):
        low, high = estimate.interval(0.99)
        assert low < truth < high


@pytest.mark.parametrize("over_everybody", [False, True])
def test_the_interval_is_mover_of_two_weighted_shares(over_everybody):
    """Of independent rows: score intervals of both shares, which exclude one another, put together by hand.

    The score of each is bent until it is symmetric: it is 1.96 after, not before.
    """
    n, threshold, odds = 400, 0.2, 0.25
    event, flagged = np.arange(n) < 60, (np.arange(n) % 10 < 3) | (np.arange(n) < 20)
    found = net_benefit.estimate(Sampling(None, "rows", n), event, flagged, threshold, over_everybody)
    hits = (~event & ~flagged, event & ~flagged) if over_everybody else (event & flagged, ~event & flagged)
    weights = (odds, 1.0) if over_everybody else (1.0, odds)
    p, q = (hit.mean() for hit in hits)

    def end(share, score):
        skewness = (1 - 2 * share) / np.sqrt(n * share * (1 - share))
        bent = optimize.brentq(lambda u: u - skewness / 6 * (u**2 - 1) + skewness**2 / 108 * u**3 - score, -9, 9)
        ends = proportion_confint(share * n, n, alpha=2 * stats.norm.sf(abs(bent)), method="wilson")
        return ends[0] if score > 0 else ends[1]

    z = stats.norm.ppf(0.975)
    low, high, least, most = end(p, z), end(p, -z), end(q, z), end(q, -z)
    together = -np.sqrt(p * q / ((1 - p) * (1 - q)))

    def reach(one, other):
        one, other = weights[0] * one, weights[1] * other
        return np.sqrt(one**2 + other**2 - 2 * together * one * other)

    value = weights[0] * p - weights[1] * q
    expected = (value - reach(p - low, most - q), value + reach(high - p, q - least))
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.interval(0.95) == pytest.approx(expected, abs=1e-9)


def test_gain_over_everybody_is_paired():
    """Where nearly all are above the threshold, model and everybody hardly differ, and the interval knows it."""
    measured = run(net_benefit.measure, make_subject(n=2000, threshold=0.05))
    low, high = measured.quantities["gain"].parts["over acting on everybody"].interval(0.95)
    alone = measured.quantities["net_benefit"].parts[""].interval(0.95)
    assert high - low < 0.2 * (alone.high - alone.low)


def test_without_a_difference_there_is_no_interval():
    """A constant score acts on everybody: the gain over that is not estimable, never a pass."""
    measured = run(net_benefit.measure, make_subject(constant=True, threshold=0.3))
    gain = measured.quantities["gain"].parts["over acting on everybody"]
    assert (gain.value, gain.spread.estimable) == (0, False)


def test_several_classes_have_no_threshold():
    """The highest score is chosen: what a false alarm weighs is not stated, and not invented."""
    with pytest.raises(NotApplicable, match=r"there is no threshold.*performance\.threshold"):
        run(net_benefit.measure, make_subject(task="multiclass"))


def test_needs_a_threshold_that_is_a_chance():
    """A threshold of 0 would mean that false alarms cost nothing."""
    with pytest.raises(NotApplicable, match="between 0 and 1"):
        run(net_benefit.measure, make_subject(threshold=0.0))
