"""Scores of rows that have some of their values from other rows: what permutation importance is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from auditor.ahead import ahead
from auditor.dataset import Block, Dataset, Floats
from auditor.subject import Subject

_TOGETHER = 16 * 2**20  # bytes of replaced rows that are sent to the model at a time


@dataclass(frozen=True)
class Change:
    """What is replaced: columns of the sequence, at steps from the first to the last of `lags` (counted from the end,
    where the last step is 1; None: all steps), and static columns.
    """

    values: tuple[int, ...] = ()
    static: tuple[int, ...] = ()
    lags: tuple[int, int] | None = None


Run = tuple[Dataset, Change]
"""Rows that give values to as many others (see `donors.given`), and which of them."""


def scores_with(subject: Subject, data: Dataset, runs: Iterable[Run]) -> Iterator[Floats]:
    """Scores of the rows of `data`, run after run: what its change names is taken from the same rows of its givers.

    Whether a value was measured moves along with it. Several runs go in one call of the model, and the next ones are
    made meanwhile. Raises FileFault where the model answers with NaN or infinity.
    """
    parts: list[list[Floats]] = []
    for count, last, block in ahead(_loads(subject, data, runs)):
        parts.append(np.split(subject.score(block), count))
        if last:
            yield from (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
            parts = []


def _loads(subject: Subject, data: Dataset, runs: Iterable[Run]) -> Iterator[tuple[int, bool, Block]]:
    """How many runs are in a block, one after the other; whether it holds the last of their rows; and the block."""
    width, left = subject.encoder.width or int(data.lengths.max(initial=1)), iter(runs)
    each = max(1, _TOGETHER // max(1, 8 * width * len(data.features) * len(data)))
    chunks = subject.chunks(data)
    while some := list(islice(left, each)):
        for at, rows in enumerate(chunks, start=1):
            block = subject.block(data, rows)
            replaced = [_replaced(block, subject.block(gifts, rows), change) for gifts, change in some]
            yield len(some), at == len(chunks), _joined(replaced)


def _replaced(block: Block, gift: Block, change: Change) -> Block:
    values, static = block.values.copy(), block.static.copy()
    taken = _within(block.mask, change.lags)
    for at in change.values:
        np.copyto(values[:, :, at], gift.values[:, :, at], where=taken)
    static[:, list(change.static)] = gift.static[:, list(change.static)]
    return block.with_values(values).with_static(static)


def _joined(blocks: Sequence[Block]) -> Block:
    values, masks, static = zip(*((one.values, one.mask, one.static) for one in blocks), strict=True)
    return Block(np.concatenate(values), np.concatenate(masks), np.concatenate(static))


def _within(mask: NDArray[np.bool_], lags: tuple[int, int] | None) -> NDArray[np.bool_]:
    """(rows, steps): the real steps of a block that lie between two lags."""
    if lags is None:
        return mask
    from_end = np.cumsum(mask[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(mask & (from_end >= lags[0]) & (from_end <= lags[1]))
