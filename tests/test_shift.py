"""Distances of two samples: their null distribution, and what clusters do to it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from auditor.errors import NotApplicable
from auditor.kernels import drift
from auditor.kernels.process import Process
from auditor.sampling import Sampling
from auditor.shift import _set_back, distances, stability_index

BOTH = np.arange(300) >= 200


def alike(rng, clusters: int | None, shared: float = 0.9):
    """Two samples of the same numbers, 400 and 200 rows; rows of a cluster share most of theirs."""
    second = np.arange(600) >= 400
    if clusters is None:
        return Sampling(None, "rows", 400).beside(Sampling(None, "rows", 200)), second, rng.normal(size=600)
    codes = np.arange(400) % clusters
    sampling = Sampling(codes, "entities", clusters).beside(Sampling(codes[:200], "entities", clusters))
    common = rng.normal(size=sampling.clusters)[sampling.codes]
    return sampling, second, np.sqrt(shared) * common + np.sqrt(1 - shared) * rng.normal(size=600)


@pytest.mark.parametrize("clusters", [None, 50])
def test_false_alarms(clusters: int | None) -> None:
    """Samples that are alike: about 5 of 100 p-values are below 0.05, and intervals hold 0."""
    rng = np.random.default_rng(7)
    small, away = [], []
    for _ in range(60):
        sampling, second, values = alike(rng, clusters)
        largest, area = distances(sampling, second, values)
        small.append((largest.p_value < 0.05, area.p_value < 0.05))
        bins = drift.binned(values, drift.quantile_edges(values[~second], 10))
        estimates = (stability_index(sampling, bins, second), largest.estimate, area.estimate)
        away.append([estimate.interval(0.95).low > 0 for estimate in estimates])
    assert np.mean(small, axis=0).max() < 0.12
    assert np.mean(away, axis=0).max() < 0.12


def test_entities_of_unequal_size_are_no_difference() -> None:
    """Whole entities in one sample or the other, a few with most of the rows: intervals hold 0 about as often as they
    promise, although the largest entities alone are as far apart as their number makes them.
    """
    rng = np.random.default_rng(11)
    codes = np.repeat(np.arange(60), np.ceil(900 / np.arange(1, 61) ** 1.2).astype(int))
    away = []
    for _ in range(60):
        second = (rng.permutation(60) < 30)[codes]
        values = np.sqrt(0.3) * rng.normal(size=60)[codes] + np.sqrt(0.7) * rng.normal(size=len(codes))
        sampling = Sampling(codes, "entities", 60)
        bins = np.searchsorted([-1.2, -0.5, 0, 0.5, 1.2], values)
        estimates = [
            stability_index(sampling, bins, second),
            *(d.estimate for d in distances(sampling, second, values)),
        ]
        away.append([estimate.interval(0.95).low > 0 for estimate in estimates])
    assert np.mean(away, axis=0).max() < 0.12


def test_p_value_is_that_of_scipy() -> None:
    """Independent rows: as the exact distribution of the largest distance says."""
    rng = np.random.default_rng(1)
    values, second = rng.normal(size=4000), np.arange(4000) >= 2500
    values[second] += 0.03
    expected = stats.ks_2samp(values[~second], values[second])
    largest, _ = distances(Sampling(None, "rows", 4000), second, values)
    assert expected.pvalue == pytest.approx(largest.p_value, abs=0.05)
    assert 0.05 < expected.pvalue < 0.5


def test_distances_of_samples_apart() -> None:
    """A shift of 1: the interval of the area holds it, that of the largest distance holds the normal's, both not 0."""
    rng = np.random.default_rng(3)
    values, second = rng.normal(size=900), np.arange(900) >= 500
    values[second] += 1
    largest, area = distances(Sampling(None, "rows", 900), second, values)
    for apart, truth in ((largest, 2 * stats.norm.cdf(0.5) - 1), (area, 1.0)):
        low, high = apart.estimate.interval(0.95)
        assert 0.6 * truth < low < truth < high < 1.4 * truth
    exact = stats.ks_2samp(values[~second], values[second]).pvalue
    assert exact < largest.p_value < 1e-20, "however small, and not below that of scipy"
    assert 1 / 1025 == area.p_value
    assert (900, 400, None) == (area.estimate.n, area.estimate.events, area.estimate.entities)


def test_order_of_rows_and_names_of_entities_are_nothing() -> None:
    """Permuted rows, renumbered entities: the same distances."""
    rng = np.random.default_rng(5)
    sampling, second, values = alike(rng, 30)
    order, renamed = rng.permutation(600), rng.permutation(60)
    moved = Sampling(renamed[sampling.codes][order], "entities", 60)
    pairs = zip(distances(sampling, second, values), distances(moved, second[order], values[order]), strict=True)
    for one, other in pairs:
        assert one.estimate.interval(0.95) == pytest.approx(other.estimate.interval(0.95), abs=1e-7)
        assert one.p_value == other.p_value


def test_the_upper_end_of_clusters_is_that_of_places_surely_apart() -> None:
    """Chance beside the peak does not reach a height; where nothing is surely apart, the peak alone does."""
    noise = np.random.default_rng(9).normal(size=(1024, 4)) * [0.0, 0.1, 0.1, 0.1]
    process = Process(np.arange(4.0), np.array([0.0, -0.5, 0.15, 0.05]), noise, 1.0, (30, 30), 20.0)
    assert 0.5 + noise[:, 1] == pytest.approx(process.reached(0.5))
    near = Process(np.arange(4.0), np.array([0.0, 0.1, 0.15, 0.05]), noise, 1.0, (30, 30), 20.0)
    assert np.maximum(0, 0.15 - noise[:, 2]) == pytest.approx(near.reached(0.15))
    twin = Process(np.arange(4.0), np.array([0.0, 0.5, 0.5, 0.05]), noise, 1.0, (30, 30), 20.0)
    assert twin.reached(0.5).mean() < 0.5, "of two places as far apart one is further by chance"


def test_copies_of_rows_are_no_evidence() -> None:
    """Every row again with its entity: the same distances."""
    sampling, second, values = alike(np.random.default_rng(6), 30)
    twice = Sampling(np.tile(sampling.codes, 2), "entities", 60)
    pairs = zip(
        distances(sampling, second, values), distances(twice, np.tile(second, 2), np.tile(values, 2)), strict=True
    )
    for one, other in pairs:
        assert one.estimate.interval(0.95) == pytest.approx(other.estimate.interval(0.95), abs=1e-9)


@pytest.mark.parametrize("rare", [0.005, 0.3])
def test_two_values_are_a_rate(rare: float) -> None:
    """Of a feature that is 0 or 1, however rare, both distances are the difference of two rates; so are their ends."""
    rng = np.random.default_rng(8)
    second = np.arange(20000) >= 12000
    values = (rng.random(20000) < np.where(second, 2 * rare, rare)).astype(float)
    sampling = Sampling(None, "rows", 20000)
    rates = sampling.difference(values == 1, second, ~second)
    for apart in distances(sampling, second, values):
        assert rates.value == pytest.approx(apart.estimate.value, abs=1e-12)
        assert rates.interval(0.95) == pytest.approx(apart.estimate.interval(0.95), abs=0.15 * rates.value)
        assert apart.p_value < 0.01


def test_a_number_that_is_mostly_zero() -> None:
    """Nine of ten rows are 0, the others far away: the area still sees how much these move."""
    rng = np.random.default_rng(10)
    second = np.arange(6000) >= 3000
    values = np.where(rng.random(6000) < 0.1, np.where(second, 12.0, 10.0) + rng.normal(size=6000), 0.0)
    _, area = distances(Sampling(None, "rows", 6000), second, values)
    low, high = area.estimate.interval(0.95)
    assert low < 0.2 < high
    assert low > 0.05


@pytest.mark.parametrize("values", [np.zeros(300), np.arange(300.0)])
def test_distances_that_cannot_be_judged(values) -> None:
    """A constant, or a sample from one entity: a value without an interval, and no p-value."""
    sampling = Sampling(np.where(BOTH, 0, 1 + np.arange(300) % 40), "entities", 41)
    for apart in distances(sampling, BOTH, values):
        assert ("not_estimable", None) == (apart.estimate.spread.kind, apart.p_value)


def test_a_largest_distance_is_at_most_one() -> None:
    """Nearly apart: the interval ends at 1 at every level. All apart: known from below alone, as one value each is."""
    rng = np.random.default_rng(4)
    near, _ = distances(Sampling(None, "rows", 300), BOTH, rng.normal(size=300) + 4 * BOTH)
    assert near.estimate.value < 1
    assert [near.estimate.interval(level).high for level in (0.99, 0.9999)] == [1.0, 1.0]
    for values in (np.where(BOTH, 0.41, 0.4), rng.random(300) + BOTH):
        largest, area = distances(Sampling(None, "rows", 300), BOTH, values)
        low, high = largest.estimate.interval(0.95)
        assert ("perfect", 1.0) == (largest.estimate.spread.kind, high)
        assert 0.9 < low < 1
        assert largest.p_value < 1e-20
    assert area.estimate.spread.kind == "quantiles"


def test_constants_that_differ_have_no_variance() -> None:
    """0.40 in every row of one sample and 0.41 in the other: no interval around a shift of 0.01 says that it is so."""
    _, area = distances(Sampling(None, "rows", 300), BOTH, np.where(BOTH, 0.41, 0.4))
    assert area.estimate.spread.kind == "not_estimable"


def test_a_sample_beside_itself_has_no_variance() -> None:
    """Where both samples hold the same rows of the same entities, no distance is no certainty."""
    values = np.tile(np.random.default_rng(2).normal(size=120), 2)
    sampling = Sampling(np.tile(np.arange(120) // 3, 2), "entities", 40)
    for apart in distances(sampling, np.arange(240) >= 120, values):
        assert ("not_estimable", 0.0) == (apart.estimate.spread.kind, apart.estimate.value)


def test_the_size_of_a_normal_number_has_a_unified_interval() -> None:
    """The lower end leaves 0 as the test of it does, holds at the reach of chance, and is 1.96 below further off."""
    z = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)

    def low(x: float) -> float:
        p = float((np.abs(z) >= x).mean())
        return _set_back(x, x, np.abs(x + z) - x, np.abs(x + z), p, np.abs(z), None).bounds(x, 1.96).low

    assert 0 == low(1.9) < low(2.1) < 2.1 - 1.6
    assert [3.3 - 1.645, 2.24, 2.24] == pytest.approx([low(3.3), low(4.0), low(4.15)], abs=0.06)
    assert [6 - 1.96, 9 - 1.96] == pytest.approx([low(6.0), low(9.0)], abs=0.06)


def test_bad_input_has_a_reason() -> None:
    """One sample, one bin, one entity."""
    rows = Sampling(None, "rows", 300)
    with pytest.raises(NotApplicable, match="all rows are in the same bin"):
        stability_index(rows, np.zeros(300, dtype=int), BOTH)
    with pytest.raises(NotApplicable, match="has no row"):
        stability_index(rows, np.arange(300) % 3, np.zeros(300, dtype=bool))
    one = Sampling(np.where(BOTH, 200, np.arange(300)), "entities", 201)
    with pytest.raises(NotApplicable, match="fewer than two entities"):
        stability_index(one, np.arange(300) % 3, BOTH)
