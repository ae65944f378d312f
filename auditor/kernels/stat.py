"""A statistic: one number and what each row contributes to its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable

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


class Bend(NamedTuple):
    """How the t-statistic of a count is bent, in units of the standard error on the scale of its interval.

    Outcomes that are counted are skewed by what their chance makes them, whatever the sample happened to have: the
    t-statistic less the bend of the scale has the skewness of as many independent outcomes as the standard error is
    worth (Hall 1992; of a sample's own skewness a few large entities make too much). `square` and `shift` times the
    standard error are the `bend` and the `shift` of the interval.
    """

    square: float
    shift: float


@dataclass(frozen=True, eq=False)
class Stat:
    """A number, and one influence value per row: `value - truth` is about `mean(influence)` (Hampel 1974).

    influence: (n,), mean about 0, exactly 0 in a row that does not contribute. strata: (n,) codes of the samples whose
    sizes are taken as given (AUROC: negatives 0, positives 1), -1 in a row that does not contribute; None: all rows are
    one sample. Strata only say how many rows or clusters stand behind each part of the variance. regression: where a
    cluster can pull the number towards itself, because some carry much more information than others. bend: where the
    number is a count of outcomes on a scale.
    """

    value: float
    influence: Floats
    strata: Integers | None = None
    regression: Regression | Apart | Together | None = None
    bend: Bend | None = None

    def among(self, rows: NDArray[np.bool_]) -> Stat:
        """The same statistic, seen from a larger sample: `rows` (N,) is True at the rows that it was computed on."""
        share = len(self.influence) / len(rows)
        own = np.int8 if self.strata is None else self.strata.dtype
        influence, strata = np.zeros(len(rows)), np.full(len(rows), -1, dtype=own)
        places = np.flatnonzero(rows)
        influence[places] = self.influence / share
        strata[places] = 0 if self.strata is None else self.strata
        return Stat(self.value, influence, strata)


def minus(first: Stat, second: Stat) -> Stat:
    """`first - second`, both on the same rows and strata: its variance is that of a paired difference."""
    return Stat(first.value - second.value, first.influence - second.influence, first.strata)


def mean(stats: Sequence[Stat]) -> Stat:
    """The plain mean of statistics on the same rows; rows that all of them put in the same strata stay one stratum."""
    influence = np.mean([stat.influence for stat in stats], axis=0)
    fits = tuple(stat.regression for stat in stats if stat.regression is not None)
    regression = Together(fits) if len(fits) == len(stats) else None
    return Stat(float(np.mean([stat.value for stat in stats])), influence, _common(stats), regression)


def row_mean(values: Floats) -> Stat:
    """The mean of one number per row, (n,). Raises NotApplicable where there is no row."""
    if len(values) == 0:
        raise NotApplicable("no rows")
    exact = np.asarray(values, dtype=float)
    value = float(exact.mean())
    return Stat(value, exact - value)


def _common(stats: Sequence[Stat]) -> Integers | None:
    given = [stat.strata for stat in stats if stat.strata is not None]
    if not given:
        return None
    codes = given[0].astype(np.intp) + 1
    for strata in given[1:]:
        codes = np.unique(codes * (int(strata.max()) + 2) + strata + 1, return_inverse=True)[1]
    return np.where(np.max(given, axis=0) < 0, -1, codes)
