"""Clusters: published forms written out, oracles, and the laws that must hold whatever the data."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS

from auditor.dataset import Dataset, Target
from auditor.errors import NotApplicable
from auditor.estimate import Normal
from auditor.judge import assess
from auditor.kernels import calibration, errors
from auditor.kernels.auroc import auroc, average_precision, gini
from auditor.kernels.confusion import f1, net_benefit
from auditor.kernels.rates import rate
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.policy import Limit, Requirement, Statistics
from auditor.record import Documentation, Measured
from auditor.sampling import Sampling


def entities(codes) -> Sampling:
    return Sampling(np.asarray(codes), "entities", int(np.max(codes)) + 1)


def rows(n: int) -> Sampling:
    return Sampling(None, "rows", n)


def clustered(seed: int, n: int = 160, groups: int = 30):
    """Outcomes and scores that entities share a part of; entities differ in size."""
    rng = np.random.default_rng(seed)
    codes = np.sort(rng.choice(groups, n, p=rng.dirichlet(np.full(groups, 3.0))))
    codes = np.unique(codes, return_inverse=True)[1]
    effect = rng.normal(size=groups)[codes]
    event = effect + rng.normal(size=n) > 0.5
    return codes, event, np.round(effect + event + rng.normal(size=n), 1)


def obuchowski(codes, event, score) -> float:
    """The variance of a clustered area (Obuchowski 1997, equations 5 to 8), from all pairs."""
    pair = (score[event][:, None] > score[~event]) + 0.5 * (score[event][:, None] == score[~event])
    m, n, area = int(event.sum()), int((~event).sum()), pair.mean()
    case, control = codes[event], codes[~event]
    everyone = np.unique(codes)
    s10 = np.array([(pair.mean(1)[case == c] - area).sum() for c in everyone])
    s01 = np.array([(pair.mean(0)[control == c] - area).sum() for c in everyone])
    i10, i01, i = len(np.unique(case)), len(np.unique(control)), len(everyone)
    first = i10 / ((i10 - 1) * m) * (s10**2).sum() / m
    second = i01 / ((i01 - 1) * n) * (s01**2).sum() / n
    return first + second + 2 * i / (i - 1) * (s10 * s01).sum() / (m * n)


@pytest.mark.parametrize("seed", range(5))
def test_clustered_area_is_obuchowski(seed: int) -> None:
    """Where entities are equally large, the variance is the published one."""
    _, _, score = clustered(seed, 150)
    codes, event = np.repeat(np.arange(30), 5), np.tile([True, True, False, False, False], 30)
    estimate = entities(codes).estimate(auroc(event, score + event), n=150, method="DeLong")
    assert obuchowski(codes, event, score + event) == pytest.approx(estimate.spread.se**2, abs=1e-12)


@pytest.mark.parametrize("kernel", [auroc, average_precision, f1, calibration.brier])
def test_entities_that_hold_much_are_left_out(kernel) -> None:
    """Where entities are unequal: the jackknife over entities on the scale, each number computed again without one."""
    codes, event, score = clustered(6, 4000)
    second = score > 0.7 if kernel is f1 else 1 / (1 + np.exp(-score))

    def odds(rows) -> float:
        value = kernel(event[rows], second[rows]).value
        return math.log(value / (1 - value))

    everyone = np.full(4000, True)
    moved = np.array([odds(everyone) - odds(codes != c) for c in np.unique(codes)])
    expected = math.sqrt((len(moved) - 1) / len(moved) * (moved**2).sum())
    sampling = entities(codes)
    found = sampling.estimate(kernel(event, second), n=4000, events=event, scale="logit", method="t").spread.se
    assert expected == pytest.approx(found, rel=0.08)


def test_degrees_of_freedom_are_those_of_the_rarer_outcome() -> None:
    """Thirty entities, but the outcome in three of them: it is three that are known about."""
    codes = np.repeat(np.arange(30), 5)
    event = codes < 3
    score = np.random.default_rng(0).normal(size=150) + event
    estimate = entities(codes).estimate(
        auroc(event, score), n=150, events=15, scale="logit", method="DeLong, logit scale"
    )
    assert (3, 2.0) == (estimate.entities, estimate.spread.df)
    assert estimate.method == "DeLong, logit scale, t with 2 degrees of freedom (3 entities)"


def test_degrees_of_freedom_are_below_the_entities_that_have_an_event() -> None:
    """Forty entities, the outcome in eight of them: a mean that only their rows contribute to is known from eight."""
    codes = np.repeat(np.arange(40), 5)
    event = (codes < 8) & (np.arange(200) % 5 < 2)
    estimate = entities(codes).estimate(row_mean(event * 1.0), n=200, events=event, method="mean")
    assert (8, 7.0) == (estimate.entities, estimate.spread.df)


@pytest.mark.parametrize(
    ("compute", "truth", "scale"),
    [(calibration.in_the_large, 0.0, "identity"), (calibration.expected_observed, 1.0, "log")],
)
def test_few_events_are_as_often_too_many_as_too_few(compute, truth: float, scale) -> None:
    """All samples of 1,000 rows with a chance of 2 %: each end of a 95 % interval is passed in about 2.5 % of them."""
    told, rows, passed = np.full(1000, 0.02), Sampling(None, "rows", 1000), np.zeros((2, 2))
    for hits in range(5, 45):
        event = np.arange(1000) < hits
        bent = rows.estimate(compute(event, told), n=1000, scale=scale, method="")
        plain = Normal(scale=scale, se=bent.spread.se, df=bent.spread.df)
        for which, spread in enumerate((bent.spread, plain)):
            low, high = spread.bounds(bent.value, bent.critical(0.95))
            passed[which] += stats.binom.pmf(hits, 1000, 0.02) * np.array([low > truth, high < truth])
    assert passed[0] == pytest.approx([0.025, 0.025], abs=0.008)
    assert passed[1].max() > 0.03


@pytest.mark.parametrize("seed", range(3))
def test_clustered_rate_is_wilson_on_the_size_of_the_jackknife(seed: int) -> None:
    """The log odds computed again without each entity; degrees of freedom from the squares of what that changes."""
    codes, event, _ = clustered(seed)
    among = np.arange(160) % 3 > 0
    estimate = entities(codes).rate(event, among)
    p, inside = event[among].mean(), np.unique(codes[among])
    without = np.array([event[among & (codes != c)].mean() for c in inside])
    squares = (np.log(without / (1 - without)) - math.log(p / (1 - p))) ** 2
    clusters = len(inside)
    assert (p, int(among.sum()), clusters) == (estimate.value, estimate.n, estimate.entities)
    variance = (clusters - 1) / clusters * squares.sum()
    assert 1 / (variance * p * (1 - p)) == pytest.approx(estimate.spread.size, rel=1e-9)
    satterthwaite = 2 * squares.sum() ** 2 / ((squares - squares.mean()) ** 2).sum()
    assert min(clusters - 1, satterthwaite) == pytest.approx(estimate.spread.df, rel=1e-9)


def test_rate_of_equally_large_entities_is_that_of_statsmodels() -> None:
    """The variance of a mean that is robust to clusters, with G/(G - 1)."""
    codes, event = np.repeat(np.arange(32), 5), clustered(4)[1]
    keywords = {"groups": codes, "use_correction": False}
    fit = OLS(event.astype(float), np.ones(160)).fit(cov_type="cluster", cov_kwds=keywords)
    expected = float(fit.cov_params()[0, 0]) * 32 / 31
    assert expected == pytest.approx(entities(codes).structure.variance(rate(event)).value, rel=1e-9)


def test_the_difference_of_rates_that_the_same_entities_carry_is_known_better() -> None:
    """Two of thirty entities carry both rates alike: few degrees of freedom for each, many for their difference."""
    codes, first = np.repeat(np.arange(30), 40), np.tile([True, False], 600)
    hit = (codes < 2) | (np.random.default_rng(3).random(1200) < 0.1)
    estimate = entities(codes).difference(hit, first, ~first)
    assert max(estimate.spread.first.df, estimate.spread.second.df) < 6
    assert estimate.spread.df > 15
    assert estimate.method.endswith(f"t with {estimate.spread.df:.3g} degrees of freedom (30 entities)")


def test_the_difference_of_rates_without_a_hit_is_known_by_the_entities_of_each() -> None:
    """In 100 entities of two rows nothing happens on either side: no less is known of it than of each side."""
    nothing, first = np.zeros(200, bool), np.repeat(np.arange(100) < 40, 2)
    estimate = entities(np.repeat(np.arange(100), 2)).difference(nothing, first, ~first)
    one, other = (rows(n).rate(nothing[:n], ~nothing[:n]).interval(0.95).high for n in (40, 60))
    low, high = estimate.interval(0.95)
    assert (0.0, 39.0) == (estimate.value, estimate.spread.df)
    assert 1.0 < -low / other < 1.1
    assert 1.0 < high / one < 1.1


def test_rate_of_independent_rows() -> None:
    """Wilson on the rows that count."""
    estimate = rows(10).rate(np.arange(10) < 3, np.arange(10) < 5)
    assert (0.6, 5, None, "Wilson", 5.0) == (
        estimate.value,
        estimate.n,
        estimate.entities,
        estimate.method,
        estimate.spread.size,
    )


def test_degrees_of_freedom_follow_the_clusters_that_matter() -> None:
    """Clusters that contribute alike give their number less one; where two of forty carry nearly all, a few."""
    codes = np.repeat(np.arange(40), 2)
    even = np.where(np.arange(80) < 40, 1.0, -1.0)
    few = np.where(np.arange(80) < 4, 50.0, 0.1) * np.tile([1.0, 1.0, -1.0, -1.0], 20)
    found = [entities(codes).estimate(Stat(0.0, influence), n=80, method="t").spread.df for influence in (even, few)]
    assert found[0] == pytest.approx(39)
    assert found[1] == pytest.approx(2 * 2 / (1 - 2 / 40), rel=0.01)  # two equal squares of forty


@pytest.mark.parametrize("hit", [False, True])
def test_a_rate_of_zero_or_one_in_clusters(hit: bool) -> None:
    """Without variance among clusters, rows of a cluster count as one: four of ten rows each are worth four."""
    codes = np.repeat(np.arange(4), 10)
    estimate = entities(codes).rate(np.full(40, hit), np.full(40, True))
    assert (float(hit), 4.0, 3.0) == (estimate.value, estimate.spread.size, estimate.spread.df)


def test_clusters_that_are_all_alike_are_no_certainty() -> None:
    """One hit in two rows, in each of ten entities: the variance is zero, the interval is not."""
    codes = np.repeat(np.arange(10), 2)
    interval = entities(codes).rate(np.tile([True, False], 10), np.full(20, True)).interval(0.95)
    assert interval.low < 0.35
    assert interval.high > 0.65


def test_one_entity_is_not_estimable() -> None:
    """Rows of one entity tell nothing of others."""
    sampling = entities(np.zeros(50, dtype=int))
    hit = np.arange(50) < 20
    rate_of_one = sampling.rate(hit, np.full(50, True))
    assert ("not_estimable", 1) == (rate_of_one.spread.kind, rate_of_one.entities)
    assert sampling.difference(hit, np.arange(50) < 25, np.arange(50) >= 25).spread.kind == "not_estimable"
    area = sampling.estimate(auroc(hit, np.arange(50.0) % 7), n=50, method="DeLong")
    assert area.spread.kind == "not_estimable"


def test_no_rows_is_not_applicable() -> None:
    """A rate of nothing has a reason, not a number."""
    with pytest.raises(NotApplicable, match="there are no women with the outcome"):
        rows(4).rate(np.full(4, True), np.full(4, False), "women with the outcome")


@pytest.mark.parametrize(
    ("event", "score"),
    [
        (np.arange(40) >= 20, np.arange(40.0)),
        (np.arange(40) < 20, np.arange(40.0)),
        (np.arange(40) >= 20, np.zeros(40)),
        (np.arange(40) == 0, np.arange(40.0) % 7),
    ],
    ids=["area 1", "area 0", "constant score", "one event"],
)
def test_an_area_without_variance_is_not_estimable(event, score) -> None:
    """Zero variance in a sample is not certainty; nor can one event have a variance."""
    estimate = rows(40).estimate(auroc(event, score), n=40, scale="logit", method="DeLong")
    assert estimate.spread.kind == "not_estimable"
    assert (-math.inf, math.inf) == estimate.interval(0.95)


def test_difference_of_separate_independent_groups_is_newcombe() -> None:
    """No row in both, rows independent: no correlation."""
    first = np.arange(100) < 40
    estimate = rows(100).difference(np.arange(100) % 3 == 0, first, ~first)
    assert (0.0, 40, None) == (estimate.spread.correlation, estimate.n, estimate.entities)


def test_difference_of_groups_that_share_entities() -> None:
    """The correlation is that of the two cluster sums: where entities are equally large, of their two rates."""
    rng = np.random.default_rng(4)
    codes = np.repeat(np.arange(60), 6)
    effect = np.repeat(rng.normal(size=60), 6)
    first = np.tile([True, False], 180)
    hit = effect + rng.normal(size=360) > 0
    estimate = entities(codes).difference(hit, first, ~first)
    within = hit.reshape(60, 3, 2).mean(1)
    expected = np.corrcoef(within.T)[0, 1]
    assert expected == pytest.approx(estimate.spread.correlation, abs=1e-9)
    assert expected > 0.2


def test_correlation_of_overlapping_groups() -> None:
    """Part and whole of independent rows are correlated by the part's share."""
    hit = np.random.default_rng(0).random(400) < 0.5
    half = np.arange(400) < 200
    both = rows(400).correlation([rate(hit, half).influence, rate(hit, np.full(400, True)).influence])
    assert both[0][1] == pytest.approx(math.sqrt(0.5), abs=0.01)
    assert (1.0, 1.0, both[0][1]) == (both[0][0], both[1][1], both[1][0])


def test_correlation_of_all_pairs_is_positive_semidefinite() -> None:
    """Three differences of three groups span two dimensions; one without variance is correlated with nothing."""
    codes, event, _ = clustered(0)
    group = np.arange(160) % 3
    each = [rate(event, group == g).influence for g in range(3)]
    matrix = np.array(
        entities(codes).correlation([each[0] - each[1], each[0] - each[2], each[1] - each[2], 0 * each[0]])
    )
    assert np.linalg.eigvalsh(matrix).min() > -1e-12
    assert [0.0, 0.0, 0.0, 1.0] == matrix[3].tolist()
    assert np.linalg.matrix_rank(matrix[:3, :3], tol=1e-9) == 2


def test_covariance_is_that_of_single_estimates() -> None:
    """Its diagonal holds the squared standard errors, where entities are equally large."""
    event, score = clustered(1)[1:]
    stats = calibration.recalibration(event, 1 / (1 + np.exp(-score)))
    sampling = entities(np.repeat(np.arange(32), 5))
    cover = sampling.covariance([stat.influence for stat in stats])
    single = [replace(stat, regression=None) for stat in stats]
    singly = [sampling.estimate(stat, n=160, method="sandwich").spread.se ** 2 for stat in single]
    assert singly == pytest.approx(np.diag(cover).tolist(), abs=1e-12)


@pytest.mark.parametrize("kernel", [auroc, lambda event, score: errors.calibration_line(event.astype(float), score)[1]])
def test_masked_estimate_is_that_of_the_rows_alone(kernel) -> None:
    """An area or a slope within a group: rows outside change nothing."""
    codes, event, score = clustered(2)
    inside = np.arange(160) % 2 == 0
    stat = kernel(event[inside], score[inside])
    alone = entities(np.unique(codes[inside], return_inverse=True)[1]).estimate(stat, n=80, method="DeLong")
    assert alone == entities(codes).estimate(stat, n=80, method="DeLong", rows=inside).model_copy(
        update={"spread": alone.spread}
    )
    whole = entities(codes).estimate(stat, n=80, method="DeLong", rows=inside)
    assert alone.spread.se == pytest.approx(whole.spread.se, abs=1e-12)
    assert alone.spread.df == whole.spread.df


@st.composite
def samples(draw: st.DrawFn):
    n = draw(st.integers(12, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    codes = np.unique(rng.integers(0, draw(st.integers(3, 20)), n), return_inverse=True)[1]
    event = rng.random(n) < 0.5
    event[:2] = (True, False)
    return codes, event, np.round(rng.random(n), draw(st.integers(1, 8)))


def everything(sampling: Sampling, event, score):
    """Every kind of estimate that has an interval of its own."""
    first, n = score > 0.4, len(event)
    stats: list[Stat] = [
        auroc(event, score),
        average_precision(event, score),
        calibration.brier(event, score),
        errors.r_squared(event.astype(float), score),
        gini(event, score),
        f1(event, first),
        net_benefit(event, first, 0.3),
        *(errors.calibration_line(event.astype(float), score) if np.ptp(score) > 0.5 else ()),
    ]
    found = [sampling.estimate(stat, n=n, method="test") for stat in stats]
    found += [sampling.rate(event, np.full(n, True))]
    if first.any() and not first.all():
        found += [sampling.difference(event, first, ~first)]
        found += [sampling.ratio(event, first, ~first)] if event[~first].any() else []
    return found


def same(one, other) -> None:
    assert one.value == pytest.approx(other.value, abs=1e-9)
    assert one.entities == other.entities
    assert one.spread.kind == other.spread.kind
    assert (one.spread.df or 0) == pytest.approx(other.spread.df or 0, rel=1e-6)
    assert one.interval(0.95) == pytest.approx(other.interval(0.95), abs=1e-7)


@given(samples(), st.booleans(), st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_entities_are_nothing(sample, by_entity: bool, random) -> None:
    """Permuted rows, renumbered entities: the same estimates and intervals."""
    codes, event, score = sample
    order = list(range(len(event)))
    random.shuffle(order)
    renamed = np.random.default_rng(0).permutation(int(codes.max()) + 1)[codes]
    before, after = (entities(codes), entities(renamed[order])) if by_entity else (rows(len(event)),) * 2
    pairs = zip(everything(before, event, score), everything(after, event[order], score[order]), strict=True)
    for one, other in pairs:
        same(one, other)


@given(samples(), st.integers(2, 4))
def test_copies_of_rows_are_no_evidence(sample, copies: int) -> None:
    """Every row again with its entity: the same value, standard error and degrees of freedom."""
    codes, event, score = sample
    once = everything(entities(codes), event, score)
    again = everything(entities(np.tile(codes, copies)), np.tile(event, copies), np.tile(score, copies))
    for one, other in zip(once, again, strict=True):
        same(one, other)


@given(samples())
def test_entities_of_one_row_are_independent_rows(sample) -> None:
    """Clusters of one give the standard error of independent rows."""
    codes, event, score = sample
    alone = entities(np.arange(len(codes))).estimate(auroc(event, score), n=len(codes), method="DeLong")
    plain = rows(len(codes)).estimate(auroc(event, score), n=len(codes), method="DeLong")
    if plain.spread.kind == "normal":
        assert plain.spread.se == pytest.approx(alone.spread.se, abs=1e-12)


def five() -> Dataset:
    """Five rows without features."""
    return Dataset(
        name="five",
        task="binary",
        target=Target("outcome"),
        features=(),
        values=np.empty((5, 0)),
        starts=np.arange(5),
        stops=np.arange(5) + 1,
        y=np.zeros(5),
        entity=np.arange(5),
        index_time=np.zeros(5),
        groups={},
    )


@pytest.mark.parametrize("cluster", [None, np.array([7, 7, 3, 3, 9])])
def test_sampling_of_a_data_set(cluster) -> None:
    """Codes become gapless; without clusters each row is its own."""
    data = replace(five(), cluster=cluster, cluster_kind="rows" if cluster is None else "entities")
    sampling = Sampling.of(data)
    if cluster is None:
        assert (None, "rows", 5) == (sampling.codes, sampling.kind, sampling.clusters)
    else:
        assert ([1, 1, 0, 0, 2], "entities", 3) == (sampling.codes.tolist(), sampling.kind, sampling.clusters)


def test_ratio_of_independent_groups_is_koopman() -> None:
    """36 of 40 over 16 of 80 (Koopman 1984, example 1)."""
    first = np.arange(120) < 40
    estimate = rows(120).ratio((np.arange(120) < 36) | (np.arange(120) >= 104), first, ~first)
    low, high = estimate.interval(0.95)
    assert (4.5, 40, None) == (pytest.approx(estimate.value), estimate.n, estimate.entities)
    assert (2.94, 7.15) == (round(low, 2), round(high, 2))


def test_ratio_to_a_rate_of_zero_has_no_upper_end() -> None:
    """What is told is a value with half a row added, and that nothing bounds it; a limit from below can be met."""
    first = np.arange(250) < 50
    estimate = rows(250).ratio(np.arange(250) < 10, first, ~first)
    low, high = estimate.interval(0.95)
    assert (10.5 / 51 / (0.5 / 201), math.inf) == (pytest.approx(estimate.value), high)
    assert 10 < low < 11
    assert "value with half a row added" in estimate.method


def test_ratio_of_two_rates_of_zero() -> None:
    """Nobody on either side: there is no ratio, not 1."""
    with pytest.raises(NotApplicable, match="both rates are 0"):
        rows(20).ratio(np.zeros(20, dtype=bool), np.arange(20) < 10, np.arange(20) >= 10)


def test_ratio_of_groups_that_share_entities() -> None:
    """Sizes and correlation are those of the difference of the same rates."""
    codes, event, _ = clustered(3)
    first = np.arange(160) % 2 == 0
    ratio = entities(codes).ratio(event, first, ~first)
    difference = entities(codes).difference(event, first, ~first)
    assert difference.entities == ratio.entities
    assert difference.spread.correlation == pytest.approx(ratio.spread.correlation, abs=1e-12)
    for name in ("first", "second", "first_value", "second_value"):
        assert getattr(difference.spread, name) == getattr(ratio.spread, name)


def test_ratio_of_one_entity_is_not_estimable() -> None:
    """Rows of one entity tell nothing of others."""
    first = np.arange(50) < 25
    estimate = entities(np.zeros(50, dtype=int)).ratio(np.arange(50) % 2 == 0, first, ~first)
    assert ("not_estimable", pytest.approx(13 / 12)) == (estimate.spread.kind, estimate.value)


def test_twenty_events_of_one_entity_are_not_twenty() -> None:
    """Where it is told which rows are events, entities counts those that have any; a bare number cannot say."""
    codes = np.repeat(np.arange(40), 5)
    event = codes < 4
    score = np.random.default_rng(0).random(200)
    stat = calibration.brier(event, score)
    told = entities(codes).estimate(stat, n=200, events=event, scale="log", method="mean")
    bare = entities(codes).estimate(stat, n=200, events=20, scale="log", method="mean")
    assert (20, 4, 20, 40) == (told.events, told.entities, bare.events, bare.entities)
    assert told.spread.se > bare.spread.se
    assert rows(200).estimate(stat, n=200, events=event, method="mean").entities is None


def test_degrees_of_freedom_of_rows_that_matter() -> None:
    """Few rows that carry the variance: Student's t, said so; many: the normal."""
    even, few = np.where(np.arange(1000) % 2 == 0, 1.0, -1.0), np.zeros(1000)
    few[:10] = np.tile([30.0, -30.0], 5)
    found = [rows(1000).estimate(Stat(1.0, influence), n=1000, method="mean") for influence in (even, few)]
    assert (None, "mean") == (found[0].spread.df, found[0].method)
    assert 2 / (1 / 10 - 1 / 1000) == pytest.approx(found[1].spread.df)
    assert found[1].method == "mean, t with 20.2 degrees of freedom"


def test_two_samples_beside_one_another() -> None:
    """Clusters of one sample are not those of the other; independent rows are clusters of one."""
    joined = entities([0, 0, 1]).beside(entities([0, 1, 1]))
    assert ([0, 0, 1, 2, 3, 3], "entities", 4) == (joined.codes.tolist(), joined.kind, joined.clusters)
    mixed = rows(2).beside(entities([0, 0]))
    assert ([0, 1, 2, 2], "entities", 3) == (mixed.codes.tolist(), mixed.kind, mixed.clusters)
    assert (None, 5) == (rows(2).beside(rows(3)).codes, rows(2).beside(rows(3)).clusters)


@pytest.mark.parametrize(("weight", "refused"), [(np.ones(5), False), (np.array([1.0, 1, 2, 1, 1]), True)])
def test_weights_that_differ_are_refused(weight, refused: bool) -> None:
    """No interval takes account of them, so nothing is told as if it did; weights that are all the same are none."""
    data = replace(five(), weight=weight)
    if refused:
        with pytest.raises(NotApplicable, match="rows have different weights"):
            Sampling.of(data)
    else:
        assert Sampling.of(data).clusters == 5


@pytest.mark.parametrize(
    ("limit", "status"),
    [({"at_least": 0.8}, "pass"), ({"between": (0.8, 1.25)}, "fail"), ({"at_most": 200}, "inconclusive")],
)
def test_a_ratio_without_an_upper_end_is_judged(limit, status: str) -> None:
    """Its lower end settles what it can; no limit from above is ever met."""
    first = np.arange(250) < 50
    quantity = Quantity.of(rows(250).ratio(np.arange(250) < 10, first, ~first))
    requirement = Requirement.model_validate(
        {"id": "T-1", "text": "t", "check": "c", "severity": "major", "limit": Limit(quantity="ratio", **limit)}
    )
    about = Documentation(title="t", measures="m", why="w", blind_to="b")
    entry = Measured(
        check="c",
        params={},
        documentation=about,
        meanings={"ratio": Meaning(title="Ratio", better="target")},
        status="measured",
        measurement=Measurement(quantities={"ratio": quantity}),
    )
    finding = assess(requirement, "k", entry, Statistics(), 1)
    assert (status, None) == (finding.status, finding.judged[0].high)
