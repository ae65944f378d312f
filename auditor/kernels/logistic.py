"""Logistic regression by Newton's method, with the influence of each row on the coefficients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.fits import Regression
from auditor.kernels.stat import Bend, Floats, Stat

_STEPS = 60
_SETTLED = (
    1e-7  # largest change of a log odds; Newton's next step is exact to rounding. Separated outcomes never settle
)
_MANY, _FEW = 20_000, 5_000  # rows from which on the fit begins where that of some of them ends; how many these are
_SAFE = 0.5  # a change of log odds up to which a full step of Newton lowers the loss


def expit(x: Floats) -> Floats:
    """The inverse of the logit, without overflow."""
    from scipy import special

    return np.asarray(special.expit(x))


@dataclass(frozen=True, eq=False)
class Fit:
    """beta: (q,) coefficients of a design. columns: (n, q) the design in units of its information `root` (q, q).

    p: (n,) the chance of the outcome; weight: (n,) p(1 - p); residual: (n,) outcome - p.
    """

    beta: Floats
    root: Floats
    columns: Floats
    p: Floats
    weight: Floats
    residual: Floats

    @property
    def influence(self) -> Floats:
        """(n, q) of each row on each coefficient."""
        return np.asarray(np.linalg.solve(self.root.T, self.columns.T).T * self.residual[:, None])

    def along(self, direction: Floats, *, bend: Bend | None = None) -> Stat:
        """The statistic `direction @ beta`; direction: (q,). bend: where it is known how that is skewed."""
        contrast = np.linalg.solve(self.root, direction)
        turn = None if bend else self.weight * (1 - 2 * self.p)
        part = Regression(self.columns, self.weight, self.residual, contrast, turn)
        influence = self.columns @ contrast * self.residual
        return Stat(float(direction @ self.beta), influence, regression=part, bend=bend)


def logistic(event: NDArray[np.bool_], design: Floats, offset: Floats | float = 0.0) -> Fit:
    """The fit of `logit P(event) = offset + design @ beta`; event: (n,), design: (n, q).

    The influence is that of the estimating equation, so sums of it give the sandwich variance (Huber 1967; White 1982).
    Raises NotApplicable where there is no finite maximum (the columns separate the outcomes, or depend on one another).
    """
    y, design = event.astype(float), np.asfortranarray(design)  # columns lie together: they are summed one by one
    beta = _start(event, design, offset)
    now: float | None = None
    for _ in range(_STEPS):
        step = _ascent(y, design, offset + design @ beta)
        longest = float(np.abs(design @ step).max())
        if longest < _SETTLED:
            return _finished(y, design, offset, beta + step)
        if longest < _SAFE:
            beta, now = beta + step, None
        else:
            now = _loss(y, offset + design @ beta) if now is None else now
            beta, now = _shortened(y, design, offset, beta, step, now)
    raise NotApplicable("the score separates the outcomes, so a logistic regression has no finite fit")


def _start(event: NDArray[np.bool_], design: Floats, offset: Floats | float) -> Floats:
    """The coefficients that come nearest to the log odds of the outcome in every row; of many rows, the fit of some."""
    y = event.astype(float)
    if len(y) > _MANY:
        some = slice(None, None, len(y) // _FEW)
        try:
            return logistic(event[some], design[some], offset[some] if isinstance(offset, np.ndarray) else offset).beta
        except NotApplicable:
            pass  # what some rows do not tell, all of them may
    share = float(np.clip(y.mean(), 1 / (2 * len(y)), 1 - 1 / (2 * len(y))))
    wanted = np.full(len(y), math.log(share / (1 - share))) - offset
    return np.asarray(np.linalg.lstsq(design.T @ design, design.T @ wanted)[0])


def _finished(y: Floats, design: Floats, offset: Floats | float, beta: Floats) -> Fit:
    p = expit(offset + design @ beta)
    weight = p * (1 - p)
    root = np.linalg.cholesky(_information(design, weight))
    return Fit(beta, root, np.linalg.solve(root, design.T).T, p, weight, y - p)


def _ascent(y: Floats, design: Floats, eta: Floats) -> Floats:
    p = expit(eta)
    return np.asarray(np.linalg.solve(_information(design, p * (1 - p)), design.T @ (y - p) / len(y)))


def _information(design: Floats, weight: Floats) -> Floats:
    """(q, q) the information a row."""
    information = (design.T * weight) @ design / len(weight)
    if not np.linalg.cond(information) < 1e13:
        raise NotApplicable("the score separates the outcomes or has too few distinct values for a logistic regression")
    return np.asarray(information)


def _shortened(
    y: Floats, design: Floats, offset: Floats | float, beta: Floats, step: Floats, now: float
) -> tuple[Floats, float]:
    """The step, halved until the loss no longer rises (beyond rounding)."""
    loss = _loss(y, offset + design @ (beta + step))
    while loss > now * (1 + 1e-12):
        step = step / 2
        loss = _loss(y, offset + design @ (beta + step))
    return beta + step, loss


def _loss(y: Floats, eta: Floats) -> float:
    return float(np.mean(np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta))) - y * eta))
