"""Short patterns of values at the end of a row, what they do to decisions, and how rare they are."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.gaps import from_end
from auditor.dataset import Block, Dataset, Feature, Floats
from auditor.subject import Subject

_LONG = 3  # steps of a pattern
_COARSE = 12  # values that patterns of different steps are made of
_FEW = 30  # distinct values up to which these are tried, instead of a grid
_NEAR = 0.1  # of the range: what lies further away is no neighbour, beyond the next two values
AWAY = (1, 2, 4, 8, 16, 32, 64)  # how many values away a neighbour lies, at most
_TOGETHER = 2**14  # rows at a time


@dataclass(frozen=True, eq=False)
class Ends:
    """How rows end. last: (rows, steps from the end, features), the last step first, NaN where a row is shorter."""

    last: Floats
    static: Floats

    @classmethod
    def among(cls, block: Block) -> Ends:
        """Those of the rows of a block."""
        back = from_end(block.mask)
        last = np.full((len(block), _LONG, block.values.shape[2]), np.nan)
        for number in range(1, _LONG + 1):
            row, step = np.nonzero(back == number)
            last[row, number - 1] = block.values[row, step]
        return cls(last, block.static)

    def of(self, at: int, static: bool, back: int) -> Floats:
        """(rows,) the values of a feature so many steps from the end, 1 for the last."""
        return self.static[:, at] if static else self.last[:, back - 1, at]


class Pattern(NamedTuple):
    """Values of one feature at the last steps, the earliest first.

    unit: the distance to the next value tried; low: the lowest of all; span: that from the lowest to the highest.
    """

    at: int
    static: bool
    values: tuple[float, ...]
    unit: float
    low: float
    span: float

    def shifted(self, by: float) -> Pattern:
        """All its values that much higher, but never out of the range: a transform may have no answer there."""
        low, high = self.low, self.low + self.span
        moved = tuple([min(max(value + by, low), high) for value in self.values])
        return Pattern(self.at, self.static, moved, self.unit, low, self.span)

    def share(self, ends: Ends, within: float) -> float:
        """The share of rows that end in it, each value off by no more than `within`."""
        held = np.ones(len(ends.static), dtype=bool)
        for number, value in enumerate(reversed(self.values), start=1):
            held &= np.abs(ends.of(self.at, self.static, number) - value) <= within
        return float(held.mean())

    def neighbours(self, feature: Feature) -> list[tuple[float, Pattern, Pattern]]:
        """How far away, and the patterns there on either side, the nearest first; of yes or no, the other one."""
        if feature.kind == "numeric":
            near = [away * self.unit for away in AWAY if away * self.unit <= max(2 * self.unit, _NEAR * self.span)]
            return [(by, self.shifted(-by), self.shifted(by)) for by in near]
        other = self._replace(values=(*self.values[:-1], 1.0 - self.values[-1]))
        return [(1.0, other, other)]


def patterns(data: Dataset, each: int, rng: np.random.Generator) -> Iterator[Pattern]:
    """At most about `each` patterns of every feature, within the range of its values in these data."""
    steps = int(data.lengths.max(initial=0))
    for static, features, given in ((False, data.features, data.values), (True, data.static_features, data.static)):
        for at, feature in enumerate(features):
            if feature.kind == "categorical":
                continue  # no level is a neighbour of another
            cells = np.asarray(given[:, at], dtype=float)
            cells = cells[np.isfinite(cells)]
            if not len(cells) or (not static and not steps):
                continue
            values, unit = _tried(cells, each // 2, feature)
            if len(values) < 2:
                continue
            singles = [(value,) for value in values.tolist()]
            long = [] if static or steps < _LONG else _several(values, each - len(values), rng)
            low, span = float(values[0]), float(values[-1] - values[0])
            yield from (Pattern(at, static, one, unit, low, span) for one in [*singles, *long])


def ending(block: Block, tried: Sequence[Pattern]) -> Block:
    """The rows of a block, made to end in the first pattern; then all of them in the second, and so on."""
    times = len(tried)
    values, static = np.tile(block.values, (times, 1, 1)), np.tile(block.static, (times, 1))
    cells, constant = values.reshape(times, *block.values.shape), static.reshape(times, *block.static.shape)
    back = from_end(block.mask)
    ends = [np.nonzero(back == number) for number in range(1, _LONG + 1)]
    begin = 0
    for (at, is_static, long), alike in itertools.groupby(tried, lambda one: (one.at, one.static, len(one.values))):
        given = np.array([one.values for one in alike])
        some = slice(begin, begin := begin + len(given))
        if is_static:
            constant[some, :, at] = given
            continue
        for number, (row, step) in enumerate(ends[:long], start=1):
            cells[some, row, step, at] = given[:, -number, None]
    return Block(values, np.tile(block.mask, (times, 1)), static)


def flipping(
    subject: Subject, block: Block, tried: Sequence[Pattern], flips: Callable[[Floats, int], NDArray[np.bool_]]
) -> Floats:
    """(patterns, rows) 1 where a row of the block gets another decision when it ends in the pattern."""
    each, found = max(1, _TOGETHER // max(1, len(block))), []
    for begin in range(0, len(tried), each):
        some = tried[begin : begin + each]
        found.append(flips(subject.score(ending(block, some)), len(some)).reshape(len(some), len(block)))
    return np.concatenate(found).astype(float)


def _tried(cells: Floats, most: int, feature: Feature) -> tuple[Floats, float]:
    """The values of a feature that are tried, and how far they lie apart."""
    distinct = np.unique(cells)
    if feature.kind != "numeric":
        return distinct[:most], 1.0
    if len(distinct) <= min(_FEW, most):
        return distinct, float(np.diff(distinct).min(initial=np.inf)) if len(distinct) > 1 else 1.0
    grid = np.linspace(distinct[0], distinct[-1], most)
    return grid, float(grid[1] - grid[0])


def _several(values: Floats, most: int, rng: np.random.Generator) -> list[tuple[float, ...]]:
    """All patterns of several steps, where values are few; else the same value at each, and some that differ."""
    if len(values) ** _LONG <= 2 * most:
        every = list(itertools.product(values.tolist(), repeat=_LONG))
        return [every[at] for at in np.sort(rng.permutation(len(every))[:most])]
    half = max(1, most // 2)
    same = values[np.unique(np.linspace(0, len(values) - 1, half).round().astype(int))].tolist()
    coarse = values[np.unique(np.linspace(0, len(values) - 1, _COARSE).round().astype(int))]
    mixed = rng.choice(coarse, (half, _LONG))
    return [(value,) * _LONG for value in same] + [tuple(row) for row in mixed.tolist()]
