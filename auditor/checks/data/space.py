"""Rows of sequences as points, so that "nearly the same" has a meaning whatever the units of the features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.data.seen import Seen
from auditor.dataset import Floats, Integers

_CHUNK = 2**22  # numbers at a time
_KNOTS = 200
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Points:
    """Rows as points. at: (rows, cells) float32, each feature as its rank among the reference cells, 0 to 1, and 0
    where not measured. measured: (rows, cells).
    """

    at: NDArray[np.float32]
    measured: Mask

    def flat(self) -> NDArray[np.float32]:
        """(rows, 2 * cells), in which a cell that one of two rows lacks moves them apart."""
        return np.concatenate([self.at, self.measured.astype(np.float32)], axis=1)


@dataclass(frozen=True, eq=False)
class Space:
    """Where two rows are as far apart as the root mean square of the differences of their ranks, over the cells that
    either has; a cell that only one has, or another level of a category, counts as a difference of 1.

    width: steps, counted from the last one. knots: for each feature, the values and their ranks.
    """

    width: int
    knots: tuple[tuple[Floats, Floats], ...]
    static_knots: tuple[tuple[Floats, Floats], ...]

    @classmethod
    def of(cls, reference: Seen, width: int) -> Space:
        """The ranks of the reference cells."""
        data = reference.data
        values = data.values[reference.lines()]
        statics = data.static if data.static_features else np.empty((0, 0))
        return cls(
            width,
            tuple(_knots(f.kind, column) for f, column in zip(data.features, values.T, strict=True)),
            tuple(_knots(f.kind, column) for f, column in zip(data.static_features, statics.T, strict=True)),
        )

    def placed(self, seen: Seen) -> Placed:
        """Where every line and every static value lies."""
        data = seen.data
        statics = data.static if data.static_features else np.empty((len(data), 0))
        return Placed(seen, self.width, _ranks(data.values, self.knots), _ranks(statics, self.static_knots))

    @property
    def cells(self) -> int:
        """Cells of a row."""
        return self.width * len(self.knots) + len(self.static_knots)


@dataclass(frozen=True, eq=False)
class Placed:
    """The rows of a data set in a space. lines: (lines, features), static: (rows, static features): ranks, float32."""

    seen: Seen
    width: int
    lines: NDArray[np.float32]
    static: NDArray[np.float32]

    def points(self, rows: Integers) -> Points:
        """Some rows as points: each feature's steps, the last one first, then the static features."""
        lines = np.stack([self.seen.back(back, rows) for back in range(self.width)], axis=1)
        steps = np.where((lines >= 0)[:, :, None], self.lines[lines], np.float32(np.nan)).transpose(0, 2, 1)
        ranks = np.concatenate([steps.reshape(len(rows), self.width * self.lines.shape[1]), self.static[rows]], axis=1)
        measured = ~np.isnan(ranks)
        return Points(np.where(measured, ranks, np.float32(0)), measured)


def apart(one: Points, other: Points) -> Floats:
    """(rows,) how far each row is from its counterpart; infinite where neither has a cell."""
    both, either = one.measured & other.measured, one.measured | other.measured
    squares = np.where(both, (one.at - other.at) ** 2, either).sum(axis=1, dtype=float)
    count = either.sum(axis=1)
    return np.asarray(np.sqrt(np.where(count > 0, squares / np.maximum(count, 1), np.inf)))


def _knots(kind: str, column: Floats) -> tuple[Floats, Floats]:
    """Values and ranks of a feature; a category keeps its codes, so that two levels are at least 1 apart."""
    known = column[~np.isnan(column)].astype(float, copy=False)
    if kind != "numeric" or not len(known):
        return np.array([-1e6, 1e6]), np.array([-1e6, 1e6])
    ranked = np.sort(known)  # and not np.quantile, which takes seven times as long to part them at so many places
    at = np.linspace(0, len(ranked) - 1, _KNOTS + 1)
    below = at.astype(np.intp)
    above = np.minimum(below + 1, len(ranked) - 1)
    ordered = ranked[below] + (at - below) * (ranked[above] - ranked[below])
    values, first = np.unique(ordered, return_index=True)
    last = np.append(first[1:], len(ordered)) - 1
    return values, (first + last) / (2 * _KNOTS)


def _ranks(values: Floats, knots: Sequence[tuple[Floats, Floats]]) -> NDArray[np.float32]:
    """(lines, columns) of values of the same shape, NaN where not measured."""
    ranks = np.empty(values.shape, dtype=np.float32)
    for column, own in enumerate(knots):
        for at in range(0, len(values), _CHUNK):
            ranks[at : at + _CHUNK, column] = np.interp(values[at : at + _CHUNK, column], *own)
    return ranks
