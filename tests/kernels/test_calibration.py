"""Calibration against statsmodels and scikit-learn, and what has no finite answer."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss
from statsmodels.discrete.discrete_model import Logit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import OLS
from statsmodels.tools import add_constant

from auditor.errors import NotApplicable
from auditor.kernels import calibration
from auditor.kernels.curve import _spline, calibration_curve, calibration_curve_of_number
from auditor.kernels.logistic import expit, logistic
from auditor.kernels.stat import mean
from auditor.sampling import Sampling


def predicted(seed: int, n: int = 500, slope: float = 0.7):
    rng = np.random.default_rng(seed)
    x = rng.normal(-1, 1.3, n)
    return rng.random(n) < expit(0.3 + slope * x), expit(x), x, rng.integers(0, 40, n)


@pytest.mark.parametrize("seed", range(3))
def test_slope_and_intercept_are_those_of_statsmodels(seed: int) -> None:
    """Coefficients, and their sandwich standard errors for independent rows and (no cluster left out) by cluster."""
    event, p, x, cluster = predicted(seed)
    design = add_constant(x)
    independent = Logit(event.astype(float), design).fit(disp=0, tol=1e-14, cov_type="HC0")
    keywords = {"groups": cluster, "use_correction": False}
    clustered = Logit(event.astype(float), design).fit(disp=0, tol=1e-14, cov_type="cluster", cov_kwds=keywords)
    rows, entities = Sampling(None, "rows", 500), Sampling(cluster, "entities", 40)
    for at, stat in enumerate(calibration.recalibration(event, p)):
        assert independent.params[at] == pytest.approx(stat.value, abs=1e-9)
        plain = rows.estimate(stat, n=500, method="sandwich").spread.se
        assert independent.bse[at] * np.sqrt(500 / 499) == pytest.approx(plain, abs=1e-9)
        by_cluster = np.sqrt(entities.covariance([stat.influence])[0, 0])
        assert clustered.bse[at] * np.sqrt(40 / 39) == pytest.approx(by_cluster, abs=1e-9)


def test_a_clustered_slope_is_that_of_leaving_clusters_out() -> None:
    """Standard error and bias, also of a mean, are those of the jackknife over clusters, each fitted again."""
    event, p, _, cluster = predicted(0, 2000)
    kept = cluster % 4 > 0
    event, p, cluster = event[kept], p[kept], np.unique(cluster[kept], return_inverse=True)[1]
    count = int(cluster.max()) + 1

    def both(rows):
        parts = calibration.recalibration(event[rows], p[rows])
        return [*parts, mean([parts[1], calibration.recalibration(event[rows], p[rows] ** 2)[1]])]

    without = [[stat.value for stat in both(cluster != c)] for c in range(count)]
    expected = np.sqrt((count - 1) / count * ((np.array(without) - np.mean(without, axis=0)) ** 2).sum(axis=0))
    sampling = Sampling(cluster, "entities", count)
    stats = both(cluster >= 0)
    found = [sampling.estimate(stat, n=len(p), method="t").spread for stat in stats]
    assert expected == pytest.approx([spread.se for spread in found], rel=2e-3)
    bias = (count - 1) * (np.mean(without, axis=0) - [stat.value for stat in stats])
    assert (np.abs(bias) > expected / 50).all()
    assert bias == pytest.approx([-spread.shift * spread.se for spread in found], rel=0.05)


def mixed(function, at, g, h):
    """The second derivative by steps of 1e-4."""
    return (function(at + g + h) - function(at + g - h) - function(at - g + h) + function(at - g - h)) / 4e-8


def test_the_bend_of_a_mean_over_classes_is_to_second_order() -> None:
    """Of a function of means by small steps; and of the logarithm of one share below the line that of a count."""
    rng = np.random.default_rng(0)
    p = rng.dirichlet([1.0, 3.0, 8.0], 400)
    event = np.stack([(p.cumsum(axis=1) > rng.random((400, 1))).argmax(axis=1) == code for code in range(3)], axis=1)
    rows = np.concatenate([p, event], axis=1)
    means, step = rows.mean(axis=0), 1e-4 * np.eye(6)

    def log_mean(at):
        return np.log(np.mean(at[:3] / at[3:]))

    slopes = [(log_mean(means + h) - log_mean(means - h)) / 2e-4 for h in step]
    turns = [[mixed(log_mean, means, g, h) for h in step] for g in step]
    found = calibration.mean_expected_observed([(event[:, code], p[:, code]) for code in range(3)]).bend
    assert calibration._bend(rows - means, np.array(slopes), np.array(turns)) == pytest.approx(found, rel=1e-4)
    rare = event[:, :1] - means[3]
    count = calibration.expected_observed(event[:, 0], p[:, 0]).bend
    assert count == pytest.approx(calibration._bend(rare, -1 / means[3:4], 1 / means[3:4, None] ** 2), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_in_the_large_is_that_of_statsmodels(seed: int) -> None:
    """The intercept of a logistic regression with the log odds as offset."""
    event, p, x, _ = predicted(seed)
    fit = GLM(event.astype(float), np.ones(500), Binomial(), offset=x).fit(tol=1e-14, cov_type="HC0")
    stat = calibration.in_the_large(event, p)
    assert fit.params[0] == pytest.approx(stat.value, abs=1e-9)
    se = Sampling(None, "rows", 500).estimate(stat, n=500, method="sandwich").spread.se
    assert fit.bse[0] * np.sqrt(500 / 499) == pytest.approx(se, abs=1e-9)


def test_scores_are_those_of_scikit_learn() -> None:
    """Brier score and log loss, also where a certainty was wrong."""
    event, p, _, _ = predicted(0)
    p[:3] = (0.0, 1.0, 1.0)
    event[:3] = (True, False, True)
    assert brier_score_loss(event, p) == pytest.approx(calibration.brier(event, p).value, abs=1e-12)
    assert sklearn_log_loss(event, p) == pytest.approx(calibration.log_loss(event, p).value, abs=1e-9)
    assert p.sum() / event.sum() == pytest.approx(calibration.expected_observed(event, p).value, abs=1e-12)


SEPARATED = {
    "one outcome": ([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4]),
    "constant score": ([0, 1, 0, 1], [0.3, 0.3, 0.3, 0.3]),
    "separated": ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]),
    "separated but for a tie": ([0, 0, 1, 1, 0], [0.1, 0.2, 0.3, 0.4, 0.3]),
    "separated the wrong way": ([1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4]),
    "no rows": ([], []),
}


@pytest.mark.parametrize("name", SEPARATED)
@pytest.mark.parametrize("kernel", [calibration.recalibration, calibration_curve])
def test_no_number_out_of_nothing(kernel, name: str) -> None:
    """Where no finite slope exists there is a reason and no number."""
    event, p = SEPARATED[name]
    with pytest.raises(NotApplicable):
        kernel(np.array(event, dtype=bool), np.array(p, dtype=float))


def test_separation_in_several_columns_never_settles() -> None:
    """The general fit sees separation too, rather than stopping far out."""
    rng = np.random.default_rng(0)
    design = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    with pytest.raises(NotApplicable):
        logistic(design[:, 1] + design[:, 2] > 0.1, design)


def test_nearly_separated_is_still_found() -> None:
    """One overlapping row is enough for a finite slope, and it is the maximum."""
    x = np.linspace(-3, 3, 40)
    event = x > 0
    event[17] = True
    stat = calibration.recalibration(event, expit(x))[1]
    fit = Logit(event.astype(float), add_constant(x)).fit(disp=0, tol=1e-14, maxiter=200)
    assert fit.params[1] == pytest.approx(stat.value, rel=1e-8)


def test_perfect_calibration_by_construction() -> None:
    """Where each predicted probability is its observed frequency: slope 1, intercept 0, ratio 1, index 0."""
    p = np.repeat([0.2, 0.5, 0.8], 10)
    event = np.concatenate([np.arange(10) < 2, np.arange(10) < 5, np.arange(10) < 8])
    intercept, slope = calibration.recalibration(event, p)
    assert (intercept.value, slope.value) == pytest.approx((0, 1), abs=1e-9)
    assert calibration.in_the_large(event, p).value == pytest.approx(0, abs=1e-9)
    assert calibration.expected_observed(event, p).value == pytest.approx(1, abs=1e-12)
    assert calibration_curve(event, p).ici == pytest.approx(0, abs=1e-9)


def test_curve_finds_the_truth_within_its_band() -> None:
    """A wrong slope bends the curve; the band holds the truth at about its level, and narrows with more rows."""
    inside, widths = [], {300: [], 4800: []}
    for seed in range(40):
        for n, width in widths.items():
            event, p, _, _ = predicted(seed, n)
            curve = calibration_curve(event, p)
            cover = Sampling(None, "rows", n).covariance(list(curve.influence.T))
            low, high = curve.band(cover, 1.959964)
            truth = expit(0.3 + 0.7 * calibration.logit(curve.at))
            inside.append(((low <= truth) & (truth <= high)).mean())
            width.append((high - low).mean())
    assert 0.92 < np.mean(inside) < 0.98
    assert np.mean(widths[4800]) < 0.4 * np.mean(widths[300])


def test_the_curve_of_a_number_is_that_of_statsmodels() -> None:
    """Fitted values, the band and the index as by least squares with HC3; the band holds the truth at its level."""
    inside = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        p = rng.gamma(4, 5, 600)
        y = 3 + 0.8 * p + p / 4 * rng.normal(size=600)
        curve = calibration_curve_of_number(y, p)
        covariance = Sampling(None, "rows", 600).covariance(list(curve.influence.T)) * 599 / 600
        low, high = curve.band(covariance, 1.959964)
        inside.append(((low <= 3 + 0.8 * curve.at) & (3 + 0.8 * curve.at <= high)).mean())
    assert 0.91 < np.mean(inside) < 0.98
    knots = np.quantile((p - p.mean()) / p.std(), (0.05, 0.275, 0.5, 0.725, 0.95))
    fit = OLS(y, _spline((p - p.mean()) / p.std(), knots)).fit(cov_type="HC3")
    told = fit.get_prediction(curve.basis)
    assert told.predicted_mean == pytest.approx(curve.observed, rel=1e-9)
    assert 2 * 1.959964 * told.se == pytest.approx(high - low, rel=1e-8)
    assert np.abs(fit.fittedvalues - p).mean() == pytest.approx(curve.ici, rel=1e-9)


def test_the_curve_of_a_number_where_there_is_little() -> None:
    """Two distinct predictions give their two means; constants and few rows are told."""
    p, y = np.repeat([1.0, 3.0], 10), np.tile([1.0, 3.0], 10) + np.repeat([0.0, 2.0], 10)
    assert calibration_curve_of_number(y, p).observed[[0, -1]] == pytest.approx([2.0, 4.0], abs=1e-9)
    assert calibration_curve_of_number(1e200 * y, p).band(np.eye(2), 1.0)[1][-1] > 4e200
    for rows, said in ((slice(0, 10), "fewer than 20 rows"), (slice(None), "are the same")):
        with pytest.raises(NotApplicable, match=said):
            calibration_curve_of_number(y[rows], np.ones(20)[rows])


def test_ici_of_a_known_distortion() -> None:
    """The index comes near the mean distance of truth and prediction (Austin and Steyerberg 2019)."""
    event, p, x, _ = predicted(1, 50_000)
    expected = np.abs(p - expit(0.3 + 0.7 * x)).mean()
    assert expected == pytest.approx(calibration_curve(event, p).ici, abs=0.004)


def test_curve_with_few_distinct_scores() -> None:
    """Knots that fall together are left out; two distinct scores give their two frequencies."""
    p = np.repeat([0.3, 0.6], 10)
    event = np.concatenate([np.arange(10) < 4, np.arange(10) < 5])
    curve = calibration_curve(event, p)
    assert curve.observed[[0, -1]] == pytest.approx([0.4, 0.5], abs=1e-9)
    assert curve.ici == pytest.approx(0.1, abs=1e-9)


def test_bins_keep_equal_scores_together() -> None:
    """About equal bins, numbered without gaps; ties are never split."""
    p = np.array([0.1] * 7 + [0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    bins = calibration.quantile_bins(p, 4)
    assert set(range(int(bins.max()) + 1)) == set(bins.tolist())
    assert all(len(set(bins[p == value])) == 1 for value in p)
    assert np.array_equal(np.sort(bins), bins)
    even = calibration.quantile_bins(np.linspace(0, 1, 1000), 10)
    assert np.bincount(even).tolist() == pytest.approx([100] * 10, abs=1)
