"""The difference of one measure on two disjoint parts of a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.kernels.stat import Integers, Stat


def difference(first: Stat, first_rows: NDArray[np.bool_], second: Stat, second_rows: NDArray[np.bool_]) -> Stat:
    """`first - second`, each computed on its own rows of the same sample, of which no row is in both.

    first_rows, second_rows: (n,). The strata of both are kept apart, so that the judge sees the smaller one; clusters
    that have rows in both parts make the two correlated, and the variance by cluster heeds it.
    """
    one, other = first.among(first_rows), second.among(second_rows)
    codes, others = _strata(one), _strata(other)
    beyond = int(codes.max(initial=-1)) + 1
    strata = np.where(first_rows, codes, np.where(second_rows & (others >= 0), others + beyond, -1))
    return Stat(first.value - second.value, one.influence - other.influence, strata)


def _strata(stat: Stat) -> Integers:
    return np.zeros(len(stat.influence), dtype=np.intp) if stat.strata is None else stat.strata
