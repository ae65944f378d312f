"""A statistic: one number and what each row contributes to its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.fits import Apart, Regression, Together

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]


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
