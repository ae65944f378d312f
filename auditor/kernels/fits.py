"""What a coefficient of a regression came from, so that clusters can be left out of its fit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]

_SINGULAR = 1e-12  # of the information that the other clusters have: below, it is rounding


@dataclass(frozen=True, eq=False)
class Regression:
    """What a coefficient came from, so that a cluster can be left out of the fit.

    columns: (n, q), scaled so that the mean of weight * columns' columns is the identity. weight, residual: (n,).
    contrast: (q,): the coefficient's influence is `columns @ contrast * residual`. turn: (n,) how fast the weight grows
    with the log odds; None: it does not, or how the coefficient is skewed is known from elsewhere. rows: (N,) where it
    is seen from a larger sample, True at its n rows.
    """

    columns: Floats
    weight: Floats
    residual: Floats
    contrast: Floats
    turn: Floats | None = None
    rows: NDArray[np.bool_] | None = None
    _taken: list[tuple[Integers, Floats]] = field(default_factory=list)  # the last answer: each pair of groups asks

    @property
    def turned(self) -> bool:
        """That leaving out clusters tells how far the coefficient is off on average."""
        return self.turn is not None

    def without(self, codes: Integers, clusters: int) -> Floats:
        """(clusters,) what leaving each cluster out takes from the coefficient, times N, in one step of the fit.

        With `turn` to second order. codes: (N,). Raises LinAlgError where one cluster carries all the information.
        """
        if not self._taken or self._taken[0][0] is not codes:
            own = codes if self.rows is None else codes[self.rows]
            self._taken[:] = [(codes, len(codes) / len(own) * self._without(own, clusters))]
        return self._taken[0][1]

    def expected(self, codes: Integers, clusters: int) -> Floats:
        """(clusters,) what each cluster would add to the variance if rows were independent and their errors alike."""
        own = codes if self.rows is None else codes[self.rows]
        squares = (self.columns @ self.contrast) ** 2 * self.weight
        level = float(np.mean(self.residual**2) / np.mean(self.weight)) * (len(codes) / len(own)) ** 2
        return level * np.bincount(own, weights=squares, minlength=clusters).astype(float, copy=False)

    def _without(self, codes: Integers, clusters: int) -> Floats:
        rows, columns = self.columns.shape

        def sums(values: Floats) -> Floats:
            return np.bincount(codes, weights=values, minlength=clusters).astype(float, copy=False)

        each = [np.ascontiguousarray(column) for column in self.columns.T]
        scores = [sums(column * self.residual) for column in each]
        others = [
            [float(i == j) - sums(each[i] * each[j] * self.weight) / rows for j in range(i + 1)] for i in range(columns)
        ]
        steps = np.array(_solved(others, scores))
        straight = np.asarray(self.contrast @ steps)
        if self.turn is None:
            return straight
        along = self.turn * (self.columns @ self.contrast)
        bent = (self.columns.T * along) @ self.columns / rows
        return np.asarray(straight + (steps * (bent @ steps)).sum(axis=0) / (2 * rows))


@dataclass(frozen=True, eq=False)
class Apart:
    """The difference of two regressions that have no row in common: neither says anything about the other's fit."""

    first: Regression
    second: Regression

    @property
    def turned(self) -> bool:
        """As `Regression.turned`."""
        return self.first.turned or self.second.turned

    def without(self, codes: Integers, clusters: int) -> Floats:
        """As `Regression.without`."""
        return self.first.without(codes, clusters) - self.second.without(codes, clusters)

    def expected(self, codes: Integers, clusters: int) -> Floats:
        """As `Regression.expected`."""
        return self.first.expected(codes, clusters) + self.second.expected(codes, clusters)


@dataclass(frozen=True, eq=False)
class Together:
    """The plain mean of regressions on the same rows."""

    parts: tuple[Regression | Apart | Together, ...]

    @property
    def turned(self) -> bool:
        """As `Regression.turned`."""
        return any(part.turned for part in self.parts)

    def without(self, codes: Integers, clusters: int) -> Floats:
        """As `Regression.without`."""
        return np.asarray(np.mean([part.without(codes, clusters) for part in self.parts], axis=0))

    def expected(self, codes: Integers, clusters: int) -> Floats:
        """As `Regression.expected`, of the mean of what the parts expect."""
        return np.asarray(np.mean([part.expected(codes, clusters) for part in self.parts], axis=0))


def _solved(matrix: list[list[Floats]], right: list[Floats]) -> list[Floats]:
    """The solutions (m,) of m symmetric systems at once, by elimination; matrix: the lower triangle, of (m,) each.

    Many small systems one beside the other are several times faster than one after the other.
    """
    size = len(right)
    for k in range(size):
        if (matrix[k][k] < _SINGULAR).any():
            raise np.linalg.LinAlgError("singular")
        for i in range(k + 1, size):
            factor = matrix[i][k] / matrix[k][k]
            right[i] = right[i] - factor * right[k]
            for j in range(k + 1, i + 1):
                matrix[i][j] = matrix[i][j] - factor * matrix[j][k]
    found = list(right)
    for k in reversed(range(size)):
        for i in range(k + 1, size):
            found[k] = found[k] - matrix[i][k] * found[i]
        found[k] = found[k] / matrix[k][k]
    return found
