"""The cluster bootstrap against closed forms and scipy, and its independence of how it is cut into blocks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from auditor.intervals import bootstrapped
from auditor.kernels import bootstrap
from auditor.kernels.clusters import Clusters
from auditor.sampling import Sampling

SKEWED = np.random.default_rng(1).lognormal(size=60)
CODES = np.repeat(np.arange(20), 3)


def mean_of(values):
    return lambda weights: weights @ values / weights.sum(axis=1)


def test_clusters_are_drawn_whole() -> None:
    """The spread of resampled means is that of the clusters' means."""
    draws = bootstrap.resampled(Clusters(CODES, 20), 60, mean_of(SKEWED), np.random.default_rng(0), 4000)
    expected = SKEWED.reshape(20, 3).mean(axis=1).std() / np.sqrt(20)
    assert expected == pytest.approx(draws.std(), rel=0.05)


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """One resample at a time gives what all at once give."""
    found = []
    for block in (2**23, 60):
        monkeypatch.setattr(bootstrap, "_BLOCK", block)
        found.append(bootstrap.resampled(Clusters(None, 60), 60, mean_of(SKEWED), np.random.default_rng(0), 50))
    np.testing.assert_allclose(*found, rtol=1e-12)


def test_acceleration_is_that_of_the_jackknife() -> None:
    """A sixth of the skewness of the influence values."""
    away = SKEWED - SKEWED.mean()
    assert stats.skew(SKEWED) / (6 * np.sqrt(60)) == pytest.approx(bootstrap.acceleration(away), abs=1e-12)


def test_corrected_is_bca() -> None:
    """With many clusters, the interval of a skewed mean is scipy's BCa."""
    many = np.random.default_rng(2).lognormal(size=400)
    theirs = stats.bootstrap((many,), np.mean, n_resamples=9999, method="BCa", rng=np.random.default_rng(3))
    ours = bootstrapped(
        Sampling(None, "rows", 400),
        many.mean(),
        mean_of(many),
        np.random.default_rng(4),
        n=400,
        influence=many - many.mean(),
        resamples=9999,
    )
    assert list(theirs.confidence_interval) == pytest.approx(ours.interval(0.95), abs=0.03 * many.std() / 5)


def test_few_clusters_widen() -> None:
    """Symmetric draws: percentiles become those of Student's t with the unbiased variance (Hesterberg 2015)."""
    draws = stats.norm.ppf((np.arange(20001) + 0.5) / 20001)
    probabilities, values = bootstrap.corrected(0.0, draws, 5, 0.0)
    high = float(np.interp(0.975, probabilities, values))
    assert np.sqrt(5 / 4) * stats.t.ppf(0.975, 4) == pytest.approx(high, rel=0.01)


@pytest.mark.parametrize("values", [np.ones(60), np.full(60, np.nan)])
def test_no_spread_is_not_estimable(values) -> None:
    """Resamples that are all the same, or have no value, are no certainty."""
    estimate = bootstrapped(Sampling(CODES, "entities", 20), 1.0, mean_of(values), np.random.default_rng(0), n=60)
    assert estimate.spread.kind == "not_estimable"


def test_estimate_says_what_was_drawn() -> None:
    """Clusters, not rows, and how often."""
    sampling = Sampling(CODES, "entities", 20)
    estimate = bootstrapped(sampling, SKEWED.mean(), mean_of(SKEWED), np.random.default_rng(0), n=60, resamples=499)
    assert (20, "bootstrap of entities (BCa, 499 resamples)") == (estimate.entities, estimate.method)
    low, high = estimate.interval(0.95)
    plain = stats.t.interval(0.95, 19, SKEWED.mean(), SKEWED.reshape(20, 3).mean(1).std(ddof=1) / np.sqrt(20))
    assert plain == pytest.approx((low, high), abs=0.25 * (plain[1] - plain[0]))
