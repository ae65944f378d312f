"""The smooth calibration curve and the integrated calibration index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.calibration import logit
from auditor.kernels.logistic import Fit, expit, logistic
from auditor.kernels.stat import Floats

# Harrell (2015), Regression Modeling Strategies, table 2.3; fewer where the fit needs it.
_KNOTS = ((0.05, 0.275, 0.5, 0.725, 0.95), (0.05, 0.35, 0.65, 0.95), (0.10, 0.5, 0.90), ())
_POINTS = 80
_TAIL = 0.005  # the curve is drawn over this quantile to 1 - it: beyond, single rows decide


@dataclass(frozen=True, eq=False)
class Curve:
    """Observed frequency of the outcome as a smooth function of the predicted probability.

    at, log_odds (of the observed frequency): (m,). ici: mean |observed - predicted| over rows (Austin and Steyerberg
    2019). basis (m, q) and influence (n, q) carry the uncertainty: the covariance of the q coefficients of the curve
    comes from sums of their influence.
    """

    at: Floats
    log_odds: Floats
    ici: float
    basis: Floats
    influence: Floats

    @property
    def observed(self) -> Floats:
        """(m,) the observed frequency at each predicted probability."""
        return expit(self.log_odds)

    def band(self, covariance: Floats, critical: float) -> tuple[Floats, Floats]:
        """Pointwise band (m,), (m,) on the logit scale; covariance: (q, q) of the coefficients."""
        half = critical * np.sqrt(np.einsum("mi,ij,mj->m", self.basis, covariance, self.basis))
        return expit(self.log_odds - half), expit(self.log_odds + half)


def calibration_curve(event: NDArray[np.bool_], probability: Floats) -> Curve:
    """Logistic regression of the outcome on a restricted cubic spline of the log odds (Van Calster et al. 2016).

    event, probability: (n,). Uses five knots, fewer where scores have few distinct values or the fit has no maximum.
    Raises NotApplicable with one outcome only, a constant score, or a score that separates the outcomes.
    """
    if event.all() or not event.any():
        raise NotApplicable("all rows have the same outcome" if len(event) else "no rows")
    x = logit(probability)
    if np.ptp(x) == 0:
        raise NotApplicable("the score is the same for every row, so there is no calibration curve")
    centre, scale = float(x.mean()), float(x.std())
    standard = (x - centre) / scale
    knots, fit = _fitted(event, standard)
    low, high = np.quantile(probability, [_TAIL, 1 - _TAIL])
    at = np.linspace(float(low), float(high), _POINTS)
    basis = _spline((logit(at) - centre) / scale, knots)
    smooth = expit(_spline(standard, knots) @ fit.beta)
    ici = float(np.abs(smooth - np.asarray(probability, dtype=float)).mean())
    return Curve(at, basis @ fit.beta, ici, basis, fit.influence)


def _fitted(event: NDArray[np.bool_], x: Floats) -> tuple[Floats, Fit]:
    for quantiles in _KNOTS:
        knots = np.quantile(x, quantiles)
        if len(np.unique(knots)) < len(knots):
            continue
        try:
            return knots, logistic(event, _spline(x, knots))
        except NotApplicable:
            if not quantiles:
                raise
    raise AssertionError("the last choice has no knots, so it returned or raised")


def _spline(x: Floats, knots: Floats) -> Floats:
    """(n, max(2, k)): one, x, and k - 2 cubics that are linear beyond the outer knots (Stone and Koo 1985)."""
    columns = [np.ones(len(x)), x]
    if len(knots):
        last, before, width = knots[-1], knots[-2], (knots[-1] - knots[0]) ** 2
        end, before_end = _cube(x - last), _cube(x - before)
        for knot in knots[:-2]:
            lead = before_end * (last - knot) / (last - before)
            columns.append((_cube(x - knot) - lead + end * (before - knot) / (last - before)) / width)
    return np.column_stack(columns)


def _cube(x: Floats) -> Floats:
    return np.asarray(np.maximum(x, 0.0) ** 3)
