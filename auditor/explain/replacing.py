"""Scores of rows that have some of their values from other rows: what permutation importance is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Floats
from auditor.subject import Subject


@dataclass(frozen=True)
class Change:
    """What is replaced: columns of the sequence, at steps from the first to the last of `lags` (counted from the end,
    where the last step is 1; None: all steps), and static columns.
    """

    values: tuple[int, ...] = ()
    static: tuple[int, ...] = ()
    lags: tuple[int, int] | None = None


def scores_with(subject: Subject, data: Dataset, gifts: Dataset, change: Change) -> Floats:
    """Scores of the rows of `data`, what `change` names being taken from the same rows of `gifts` (see `donors.given`).

    Whether a value was measured moves along with it. Raises FileFault where the model answers with NaN or infinity.
    """
    scores = []
    for rows in subject.chunks(data):
        block, gift = subject.block(data, rows), subject.block(gifts, rows)
        values, static = block.values.copy(), block.static.copy()
        at = list(change.values)
        taken = _within(block.mask, change.lags)[:, :, None]
        values[:, :, at] = np.where(taken, gift.values[:, :, at], values[:, :, at])
        static[:, list(change.static)] = gift.static[:, list(change.static)]
        scores.append(subject.score(block.with_values(values).with_static(static)))
    return np.concatenate(scores)


def _within(mask: NDArray[np.bool_], lags: tuple[int, int] | None) -> NDArray[np.bool_]:
    """(rows, steps): the real steps of a block that lie between two lags."""
    if lags is None:
        return mask
    from_end = np.cumsum(mask[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(mask & (from_end >= lags[0]) & (from_end <= lags[1]))
