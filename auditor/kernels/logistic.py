"""Logistic regression by Newton's method, with the influence of each row on the coefficients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.stat import Floats

_STEPS = 60
_SETTLED = (
    1e-7  # largest change of a log odds; Newton's next step is exact to rounding. Separated outcomes never settle
)


def expit(x: Floats) -> Floats:
    """The inverse of the logit, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(x / 2)))


def logistic(event: NDArray[np.bool_], design: Floats, offset: Floats | float = 0.0) -> tuple[Floats, Floats]:
    """Coefficients (q,) and influence (n, q) of `logit P(event) = offset + design @ coefficients`; design: (n, q).

    The influence is that of the estimating equation, so sums of it give the sandwich variance (Huber 1967; White 1982).
    Raises NotApplicable where there is no finite maximum (the columns separate the outcomes, or depend on one another).
    """
    y = event.astype(float)
    beta: Floats = np.zeros(design.shape[1])
    now = _loss(y, offset + design @ beta)
    for _ in range(_STEPS):
        step, _, _ = _newton(y, design, offset + design @ beta)
        if np.abs(design @ step).max() < _SETTLED:
            _, inverse, score = _newton(y, design, offset + design @ (beta + step))
            return beta + step, score @ inverse
        beta, now = _shortened(y, design, offset, beta, step, now)
    raise NotApplicable("the score separates the outcomes, so a logistic regression has no finite fit")


def _newton(y: Floats, design: Floats, eta: Floats) -> tuple[Floats, Floats, Floats]:
    """The step, the inverse of the information a row, and the score of each row."""
    p = expit(eta)
    information = (design * (p * (1 - p))[:, None]).T @ design / len(y)
    score = design * (y - p)[:, None]
    if not np.linalg.cond(information) < 1e13:
        raise NotApplicable("the score separates the outcomes or has too few distinct values for a logistic regression")
    inverse = np.linalg.inv(information)
    return inverse @ score.mean(axis=0), inverse, score


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
    return float(np.mean(np.logaddexp(0.0, eta) - y * eta))
