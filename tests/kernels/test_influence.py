"""Influence values are derivatives: what one more copy of a row, among very many, does to the number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from auditor.kernels import agreement, calibration, confusion, drift, errors, multiclass
from auditor.kernels.auroc import auroc, average_precision, gini
from auditor.kernels.rates import rate
from auditor.kernels.stat import Stat, mean, minus

COPIES = 5_000
RNG = np.random.default_rng(5)
N = 14
EVENT = np.array([1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0], dtype=bool)
P = np.round(np.clip(0.25 + 0.3 * EVENT + RNG.normal(0, 0.2, N), 0.05, 0.95), 1)
Q = np.clip(P + RNG.normal(0, 0.1, N), 0.02, 0.98)
Y = RNG.normal(10, 3, N)
F = Y + RNG.normal(0.5, 1, N)
CLASS = np.array([0, 1, 2, 0, 1, 2, 0, 0, 1, 2, 2, 1, 0, 1])
GROUP = np.array([0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0])
SCORES = RNG.dirichlet([1, 1, 1], N)

KERNELS: dict[str, tuple[Callable[..., Stat], tuple[np.ndarray, ...]]] = {
    "auroc": (auroc, (EVENT, P)),
    "average precision": (average_precision, (EVENT, P)),
    "paired difference": (lambda e, p, q: minus(auroc(e, p), auroc(e, q)), (EVENT, P, Q)),
    "rate": (lambda e, p: rate(e, p > 0.3), (EVENT, P)),
    "weighted rate": (lambda e, p: rate(e, p > 0.3, 1 + p), (EVENT, P)),
    "intercept": (lambda e, p: calibration.recalibration(e, p)[0], (EVENT, P)),
    "slope": (lambda e, p: calibration.recalibration(e, p)[1], (EVENT, P)),
    "in the large": (calibration.in_the_large, (EVENT, P)),
    "expected / observed": (calibration.expected_observed, (EVENT, P)),
    "brier": (calibration.brier, (EVENT, P)),
    "log loss": (calibration.log_loss, (EVENT, P)),
    "mean absolute error": (errors.mean_absolute_error, (Y, F)),
    "mean error": (errors.mean_error, (Y, F)),
    "root mean squared error": (errors.root_mean_squared_error, (Y, F)),
    "r squared": (errors.r_squared, (Y, F)),
    "line intercept": (lambda y, f: errors.calibration_line(y, f)[0], (Y, F)),
    "line slope": (lambda y, f: errors.calibration_line(y, f)[1], (Y, F)),
    "macro auroc": (multiclass.macro_auroc, (CLASS, SCORES)),
    "balanced accuracy": (multiclass.balanced_accuracy, (CLASS, SCORES)),
    "multiclass matthews": (lambda c, s: multiclass.multiclass_matthews(c, s.argmax(1)), (CLASS, SCORES)),
    "multiclass log loss": (multiclass.multiclass_log_loss, (CLASS, SCORES)),
    "multiclass brier": (multiclass.multiclass_brier, (CLASS, SCORES)),
    "mean of several": (lambda e, p, q: mean([auroc(e, p), calibration.brier(e, q)]), (EVENT, P, Q)),
    "gini": (gini, (EVENT, P)),
    "f1": (lambda e, p: confusion.f1(e, p > 0.3), (EVENT, P)),
    "matthews": (lambda e, p: confusion.matthews(e, p > 0.3), (EVENT, P)),
    "net benefit": (lambda e, p: confusion.net_benefit(e, p > 0.3, 0.2), (EVENT, P)),
    "kolmogorov-smirnov": (drift.kolmogorov_smirnov, (EVENT, Q)),
    "wasserstein": (drift.wasserstein, (EVENT, Q)),
    "quantile loss": (lambda y, f: errors.quantile_loss(y, f, 0.3), (Y, F)),
    "explained": (agreement.explained, (P, Q)),
}


@pytest.mark.parametrize("name", KERNELS)
def test_influence_is_the_derivative(name: str) -> None:
    """COPIES of the sample and one row more: the change, times the number of rows, is that row's influence."""
    kernel, rows = KERNELS[name]
    stat = kernel(*rows)
    many = [np.tile(column, (COPIES,) + (1,) * (column.ndim - 1)) for column in rows]
    for row in (0, 3, 8, 13):
        more = [np.concatenate([big, column[row : row + 1]]) for big, column in zip(many, rows, strict=True)]
        change = (kernel(*more).value - stat.value) * (COPIES * N + 1)
        assert change == pytest.approx(stat.influence[row], abs=8e-3)


@pytest.mark.parametrize("name", KERNELS)
def test_influence_has_mean_zero(name: str) -> None:
    """The sample is its own centre."""
    kernel, rows = KERNELS[name]
    assert kernel(*rows).influence.mean() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_order_of_rows_is_nothing(name: str) -> None:
    """Permuted rows give the same number and permuted influence."""
    kernel, rows = KERNELS[name]
    order = np.random.default_rng(0).permutation(N)
    stat, moved = kernel(*rows), kernel(*[column[order] for column in rows])
    assert stat.value == pytest.approx(moved.value, abs=1e-12)
    assert stat.influence[order] == pytest.approx(moved.influence, abs=1e-9)


def test_among_is_the_same_sample_within_a_larger_one() -> None:
    """Rows that a number was not computed on contribute nothing, and its mean influence is the same."""
    inside = np.zeros(3 * N, dtype=bool)
    inside[1::3] = True
    stat = auroc(EVENT, P)
    whole = stat.among(inside)
    assert not whole.influence[~inside].any()
    assert set(whole.strata[~inside]) == {-1}
    assert np.abs(stat.influence).mean() == pytest.approx(np.abs(whole.influence).mean(), abs=1e-12)
