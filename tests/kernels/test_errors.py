"""Errors of predicted numbers against scikit-learn and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics
from statsmodels.regression.linear_model import OLS
from statsmodels.tools import add_constant

from auditor.errors import NotApplicable
from auditor.kernels import errors
from auditor.kernels.clusters import Clusters
from auditor.sampling import Sampling

RNG = np.random.default_rng(3)
Y = RNG.normal(50, 20, 200)
F = 5 + 0.8 * Y + RNG.normal(0, 4 + 0.1 * np.abs(Y), 200)
ROWS = Sampling(None, "rows", 200)


@pytest.mark.parametrize(
    ("kernel", "oracle"),
    [
        (errors.mean_absolute_error, metrics.mean_absolute_error),
        (errors.root_mean_squared_error, metrics.root_mean_squared_error),
        (errors.r_squared, metrics.r2_score),
        (errors.mean_error, lambda y, f: (f - y).mean()),
        (lambda y, f: errors.quantile_loss(y, f, 0.9), lambda y, f: metrics.mean_pinball_loss(y, f, alpha=0.9)),
    ],
)
def test_values_are_those_of_scikit_learn(kernel, oracle) -> None:
    """The same number, whatever the precision the scores come in."""
    assert oracle(Y, F) == pytest.approx(kernel(Y, F).value, abs=1e-9)
    single = F.astype(np.float32)
    assert oracle(Y, single.astype(float)) == pytest.approx(kernel(Y, single).value, abs=1e-9)


def test_calibration_line_is_that_of_statsmodels() -> None:
    """Least squares with standard errors that allow unequal variances (HC0)."""
    fit = OLS(Y, add_constant(F)).fit(cov_type="HC0")
    for at, stat in enumerate(errors.calibration_line(Y, F)):
        assert fit.params[at] == pytest.approx(stat.value, abs=1e-9)
        se = ROWS.estimate(stat, n=200, method="sandwich").spread.se
        assert fit.bse[at] * np.sqrt(200 / 199) == pytest.approx(se, abs=1e-9)


def test_a_clustered_line_is_that_of_leaving_clusters_out() -> None:
    """Least squares: leaving a cluster out in one step is exact."""
    cluster = np.sort(np.random.default_rng(0).integers(0, 25, 200))
    without = [[stat.value for stat in errors.calibration_line(Y[cluster != c], F[cluster != c])] for c in range(25)]
    stats = errors.calibration_line(Y, F)
    away = np.array(without) - [stat.value for stat in stats]
    expected = np.sqrt(24 / 25 * (away**2).sum(axis=0))
    sampling = Sampling(cluster, "entities", 25)
    assert expected == pytest.approx([sampling.estimate(s, n=200, method="t").spread.se for s in stats], abs=1e-9)


def test_standard_error_of_a_mean() -> None:
    """The standard error of a mean error is that of any mean."""
    expected = (F - Y).std(ddof=1) / np.sqrt(200)
    assert expected == pytest.approx(ROWS.estimate(errors.mean_error(Y, F), n=200, method="t").spread.se, abs=1e-12)


def test_constants_are_not_applicable() -> None:
    """No variance to explain, no line to draw, no rows: a reason each, never a number."""
    same = np.full(5, 3.0)
    for call in (
        lambda: errors.r_squared(same, np.arange(5.0)),
        lambda: errors.calibration_line(np.arange(5.0), same),
        lambda: errors.mean_absolute_error(same[:0], same[:0]),
    ):
        with pytest.raises(NotApplicable):
            call()


@pytest.mark.parametrize("kernel", [errors.mean_absolute_error, errors.root_mean_squared_error, errors.mean_error])
def test_perfect_predictions_are_no_certainty(kernel) -> None:
    """An error of exactly zero has no variance to infer from."""
    estimate = ROWS.estimate(kernel(Y, Y), n=200, method="t")
    assert (0.0, "not_estimable") == (estimate.value, estimate.spread.kind)


@pytest.mark.parametrize(("largest", "told"), [(1e34, True), (1e200, False)])
def test_numbers_that_no_variance_can_hold_have_a_reason(largest: float, told: bool) -> None:
    """One target of 1e34 is an outlier like any other; of 1e200 the square of the square is no number."""
    y = np.where(np.arange(200) == 7, largest, Y)
    for call in (
        lambda: errors.root_mean_squared_error(y, F),
        lambda: errors.mean_error(F, y),
        lambda: errors.r_squared(y, F),
        lambda: errors.calibration_line(y, F)[1],
    ):
        if told:
            assert np.isfinite(ROWS.estimate(call(), n=200, method="t").spread.se)
            continue
        with pytest.raises(NotApplicable, match="too large"):
            call()


@pytest.mark.parametrize("kernel", [errors.root_mean_squared_error, errors.mean_absolute_error, errors.r_squared])
def test_numbers_whose_squares_are_nothing_have_a_reason(kernel) -> None:
    """Targets of 1e-300 are as good as a constant 0; of 1e-30 they are numbers like any other."""
    with pytest.raises(NotApplicable, match="too small"):
        kernel(Y * 1e-300, F * 1e-300)
    assert np.isfinite(ROWS.estimate(kernel(Y * 1e-30, F * 1e-30), n=200, method="t").spread.se)


def test_a_line_is_known_from_those_who_carry_its_information():
    """Three of 30 entities have most of the rows and by chance hardly any error: what they do not show is not known."""
    rng, codes = np.random.default_rng(4), np.repeat(np.arange(30), 600 // np.arange(1, 31))
    predicted = rng.normal(size=len(codes))
    observed = predicted + rng.normal(size=len(codes)) * np.where(codes < 3, 0.01, 1.0)
    slope = errors.calibration_line(observed, predicted)[1]
    held = np.bincount(codes, weights=(predicted - predicted.mean()) ** 2)
    assert held.sum() ** 2 / (held**2).sum() - 1 == pytest.approx(Clusters(codes, 30).variance(slope).df)
    even = np.arange(600) % 30
    wide = errors.calibration_line(rng.normal(size=600), np.repeat(np.arange(20.0), 30))[1]
    assert 15 < Clusters(even, 30).variance(wide).df <= 29, "of equal shares only what they add counts"
