"""Agreement of two rankings, row by row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rank_correlations(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """Spearman's (1904) correlation of each row of two tables (n, k), ties sharing their mean rank: (n,).

    NaN where a row of either has one value only.
    """
    first, second = (_ranks(table) - (table.shape[1] - 1) / 2 for table in (one, other))
    scale = np.sqrt((first**2).sum(1) * (second**2).sum(1))
    return np.asarray(np.divide((first * second).sum(1), scale, out=np.full(len(one), np.nan), where=scale > 0))


def _ranks(table: NDArray[np.floating]) -> NDArray[np.float64]:
    below = (table[:, None, :] < table[:, :, None]).sum(2)
    ties = (table[:, None, :] == table[:, :, None]).sum(2)
    return np.asarray(below + (ties - 1) / 2, dtype=float)
