"""Disturbances of the same rows, many of them in one call of the model: calls that are not full waste its time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from auditor.ahead import ahead
from auditor.dataset import Block, Dataset, Floats
from auditor.subject import Subject

Disturb = Callable[[Block, np.random.Generator], Block]
_TOGETHER = 16 * 2**20  # bytes of disturbed rows that are sent to the model at a time


class Draw(NamedTuple):
    """A disturbance. of: what its random stream hangs on; data: the same rows otherwise, instead of those that are."""

    disturb: Disturb
    of: tuple[object, ...] = ()
    data: Dataset | None = None


def stacked(subject: Subject, data: Dataset, draws: Sequence[Draw], key: tuple[object, ...]) -> list[Floats]:
    """Scores of the rows of `data` under each disturbance: (rows,) or (rows, classes). key: of all random streams.

    Raises FileFault where any of them has no finite score, whichever it is.
    """
    pieces: list[list[Floats]] = [[] for _ in draws]
    for load in ahead(_loads(_disturbed(subject, data, draws, key))):
        scores = subject.score(_joined([block for _, block in load]))
        ends = np.cumsum([len(block) for _, block in load])[:-1]
        for (number, _), piece in zip(load, np.split(scores, ends), strict=True):
            pieces[number].append(piece)
    return [np.concatenate(one) for one in pieces]


def _disturbed(
    subject: Subject, data: Dataset, draws: Sequence[Draw], key: tuple[object, ...]
) -> Iterator[tuple[int, Block]]:
    """The rows, piece by piece, and under which disturbance they are. What is in one piece is laid out once."""
    pieces, whole = subject.chunks(data), None
    for number, draw in enumerate(draws):
        rng = subject.rng(*key, *draw.of)
        if draw.data is None and len(pieces) == 1:
            whole = subject.block(data, pieces[0]) if whole is None else whole
            yield number, draw.disturb(whole, rng)
            continue
        given, parts = (data, pieces) if draw.data is None else (draw.data, subject.chunks(draw.data))
        for rows in parts:
            yield number, draw.disturb(subject.block(given, rows), rng)


def _loads(blocks: Iterable[tuple[int, Block]]) -> Iterator[list[tuple[int, Block]]]:
    """As many blocks as go together: of the same number of steps, and not too large."""
    load: list[tuple[int, Block]] = []
    size = 0
    for number, block in blocks:
        other = load and load[0][1].mask.shape[1] != block.mask.shape[1]
        if other or (load and size + block.values.nbytes > _TOGETHER):
            yield load
            load, size = [], 0
        load.append((number, block))
        size += block.values.nbytes
    if load:
        yield load


def _joined(blocks: Sequence[Block]) -> Block:
    if len(blocks) == 1:
        return blocks[0]
    values, masks, static = zip(*((one.values, one.mask, one.static) for one in blocks), strict=True)
    return Block(np.concatenate(values), np.concatenate(masks), np.concatenate(static))
