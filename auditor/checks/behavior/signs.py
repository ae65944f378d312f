"""Signs: a few cells anywhere in a row and the values that they are given; and what they do to decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.gaps import from_end
from auditor.dataset import Block, Dataset, Feature, Floats, Integers
from auditor.errors import NotApplicable
from auditor.subject import Subject

_TOGETHER, _VALUES = 2**14, 2**22  # rows at a time, and values, so that long records take no more memory
_SMALLEST = 1e-6  # probability: what lies nearer to 0 or 1 is as sure


class Cell(NamedTuple):
    """Where a value stands. back: steps from the end, 1 for the last; 0 for a static value. at: the feature."""

    static: bool
    back: int
    at: int

    def feature(self, data: Dataset) -> Feature:
        """Whose value it is."""
        return (data.static_features if self.static else data.features)[self.at]


Sign = tuple[tuple[Cell, float], ...]
"""Cells in order, each with its value."""


@dataclass(frozen=True, eq=False)
class Stage:
    """Rows of one decision on which signs are tried. place: (rows, steps) where the last step is, the one before, ...

    before: (rows,) their margins, above 0 as long as the decision is `of`.
    """

    subject: Subject
    block: Block
    of: int
    place: Integers
    before: Floats

    @classmethod
    def at(cls, subject: Subject, data: Dataset, rows: Integers, of: int, steps: int) -> Stage:
        """steps: how many of the last ones every row has."""
        block = subject.block(data, rows)
        back = from_end(block.mask)
        place = np.stack([(back == number).argmax(axis=1) for number in range(1, steps + 1)], axis=1)
        return cls(subject, block, of, place, margins(subject, subject.score(block), of))

    def __len__(self) -> int:
        return len(self.block)

    def some(self, rows: slice) -> Stage:
        """A part of the rows."""
        block = Block(self.block.values[rows], self.block.mask[rows], self.block.static[rows])
        return Stage(self.subject, block, self.of, self.place[rows], self.before[rows])

    def bearing(self, signs: Sequence[Sign]) -> Block:
        """All rows bearing the first sign; then all of them bearing the second, and so on."""
        times, rows = len(signs), np.arange(len(self))
        values, static = np.tile(self.block.values, (times, 1, 1)), np.tile(self.block.static, (times, 1))
        flat = [(at, cell, value) for at, sign in enumerate(signs) for cell, value in sign]
        for is_static in (False, True):
            mine = [(at, cell, value) for at, cell, value in flat if cell.static is is_static]
            which, value = np.array([at for at, _, _ in mine], dtype=int), np.array([one for _, _, one in mine])
            feature = np.array([cell.at for _, cell, _ in mine], dtype=int)
            row = which[:, None] * len(self) + rows
            if is_static:
                static[row, feature[:, None]] = value[:, None]
            else:
                step = self.place.T[np.array([cell.back - 1 for _, cell, _ in mine], dtype=int)]
                values[row, step, feature[:, None]] = value[:, None]
        return Block(values, np.tile(self.block.mask, (times, 1)), static)

    def borne(self, signs: Sequence[Sign]) -> Iterator[Block]:
        """As `bearing`, in pieces of some signs each."""
        rows = min(_TOGETHER, _VALUES // max(1, self.block.values[:1].size))
        each = max(1, rows // max(1, len(self)))
        for begin in range(0, len(signs), each):
            yield self.bearing(signs[begin : begin + each])

    def drops(self, signs: Sequence[Sign]) -> Floats:
        """(signs, rows) by how much a sign lowers the margin of each row."""
        after = [margins(self.subject, self.subject.score(block), self.of) for block in self.borne(signs)]
        found = np.concatenate([np.empty(0), *after]).reshape(len(signs), len(self))
        return np.asarray(self.before - found)


def margins(subject: Subject, scores: Floats, of: int) -> Floats:
    """(rows,) how far a score is on the side of decision `of`: log odds against the threshold, or the next class.

    A score that is no probability is measured in its own unit.
    """
    if scores.ndim == 2:
        log = np.log(np.maximum(scores, _SMALLEST))
        return np.asarray(log[:, of] - np.delete(log, of, axis=1).max(axis=1))
    if subject.decision is None:
        raise NotApplicable("the audit declares no decision threshold")
    side, threshold = (1.0 if of == 1 else -1.0), np.array(subject.decision.threshold)
    if subject.test.task == "regression":
        return np.asarray(side * (scores - threshold))
    return np.asarray(side * (_log_odds(scores) - _log_odds(threshold)))


def _log_odds(probability: NDArray[np.floating]) -> Floats:
    held = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(np.log(held / (1 - held)))
