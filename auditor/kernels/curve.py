"""The smooth calibration curve and the integrated calibration index, of an outcome or of a number."""

from __future__ import annotations

from collections.abc import Callable
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
_ALONE = 1e-9  # of its own prediction that other rows make, at the least
_ROWS_EACH = 10  # for each coefficient of the curve of a number
_TAIL = 0.005  # the curve is drawn over this quantile to 1 - it: beyond, single rows decide


@dataclass(frozen=True, eq=False)
class Curve:
    """What is observed as a smooth function of what is predicted: the frequency of an outcome, or a number.

    at, linear: (m,). inverse: from `linear` to what is observed (of a frequency, `linear` are its log odds). ici: mean
    |observed - predicted| over rows (Austin and Steyerberg 2019). basis (m, q) and influence (n, q) carry the
    uncertainty: the covariance of the q coefficients of the curve comes from sums of their influence.
    """

    at: Floats
    linear: Floats
    inverse: Callable[[Floats], Floats]
    ici: float
    basis: Floats
    influence: Floats

    @property
    def observed(self) -> Floats:
        """(m,) what is observed at each prediction."""
        return self.inverse(self.linear)

    def band(self, covariance: Floats, critical: float) -> tuple[Floats, Floats]:
        """Pointwise band (m,), (m,), symmetric on the scale of `linear`; covariance: (q, q) of the coefficients."""
        half = critical * np.sqrt(np.einsum("mi,ij,mj->m", self.basis, covariance, self.basis))
        return self.inverse(self.linear - half), self.inverse(self.linear + half)


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
    return Curve(at, basis @ fit.beta, expit, ici, basis, fit.influence)


def calibration_curve_of_number(observed: Floats, predicted: Floats) -> Curve:
    """Least squares of the observed number on a restricted cubic spline of the predicted (Harrell 2015).

    observed, predicted: (n,), in the target's unit. Uses five knots, fewer where predictions have few distinct values
    or a coefficient would have fewer than ten rows. The influence is what leaving out a row changes, so that the band
    holds with unequal error variances too (HC3: MacKinnon and White 1985). Raises NotApplicable with fewer than twenty
    rows, and where all predictions, or all observed values, are the same.
    """
    y, p = np.asarray(observed, dtype=float), np.asarray(predicted, dtype=float)
    if len(y) < 2 * _ROWS_EACH:
        raise NotApplicable(f"fewer than {2 * _ROWS_EACH} rows, too few for a calibration curve")
    if np.ptp(p) == 0 or np.ptp(y) == 0:
        raise NotApplicable("all predictions, or all observed values, are the same: there is no calibration curve")
    level, unit = float(np.median(y)), float(np.ptp(y))
    centre, scale = float(p.mean()), float(p.std())
    x, target = (p - centre) / scale, (y - level) / unit
    knots, design, beta = _least_squares(x, target)
    low, high = np.quantile(p, [_TAIL, 1 - _TAIL])
    at = np.linspace(float(low), float(high), _POINTS)
    basis, smooth = _spline((at - centre) / scale, knots), design @ beta
    pull = np.linalg.solve(design.T @ design, design.T).T
    alone = np.maximum(1 - (design * pull).sum(axis=1), _ALONE)
    influence = len(y) * pull * ((target - smooth) / alone)[:, None]
    ici = float(np.abs(level + unit * smooth - p).mean())
    return Curve(at, basis @ beta, lambda linear: level + unit * linear, ici, basis, influence)


def _least_squares(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Knots, the spline's columns (n, q), and their coefficients (q,)."""
    for quantiles in _KNOTS:
        knots = np.quantile(x, quantiles)
        if len(np.unique(knots)) < len(knots) or len(x) < _ROWS_EACH * max(2, len(knots)):
            continue
        design = _spline(x, knots)
        beta, _, rank, _ = np.linalg.lstsq(design, y)
        if rank == design.shape[1]:
            return knots, design, beta
    raise AssertionError("a straight line through predictions that differ has full rank")


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
