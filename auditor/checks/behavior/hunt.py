"""The search for signs that move a decision further than ordinary values lead one to expect."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from auditor.checks.behavior.ordinary import Known, Ordinary
from auditor.checks.behavior.signs import Cell, Sign, Stage
from auditor.dataset import Dataset, Floats

_LONG = 3  # cells of a sign
_LAST = 3  # steps that are looked at in any case
SCREENED, CLIMBED = 8, 16  # rows on which a sign is tried at first, and those on which it is made better
_STARTS, _ROUNDS = 8, 2  # signs that are made better for each aim, and how often each cell is looked at
_ALIKE = 2  # starts made of the same features, at most
_MOST = 0.75  # of the decisions
_SLACK = 0.5  # standard deviations of the margin beyond which a decision is overturned and no more is gained

Aim = Callable[[Floats, Floats, Stage], Floats]
"""Drops (signs, rows), those expected (signs,) and the rows: what a sign is worth (signs,)."""


def overturning(drops: Floats, expected: Floats, stage: Stage) -> Floats:
    """How much of what overturns the decisions nobody would expect."""
    enough = stage.before + _SLACK * stage.before.std()
    return np.asarray((np.minimum(drops, enough) - np.minimum(expected[:, None], enough)).mean(axis=1))


def exceeding(drops: Floats, expected: Floats, stage: Stage) -> Floats:
    """How far the drop is beyond that which one would expect."""
    return np.asarray(drops.mean(axis=1) - expected)


def outdoing(drops: Floats, expected: Floats, stage: Stage) -> Floats:
    """How many times as far the drop is, of those that overturn most decisions."""
    most = (drops > stage.before).mean(axis=1) >= _MOST
    times = drops.mean(axis=1) / np.maximum(expected, stage.before.std() / 2)
    return np.asarray(np.where(most, 100.0, 0.0) + times)


class Hunt(NamedTuple):
    """The rows on which signs are tried at first, those on which they are made better, and what is expected of both."""

    first: Stage
    then: Stage
    ordinary: Ordinary
    steps: int

    @classmethod
    def on(cls, stage: Stage, known: Known, steps: int, evaluations: int) -> Hunt:
        """stage: at least SCREENED + CLIMBED rows. evaluations: at most about so many for what is ordinary."""
        first, then = stage.some(slice(0, SCREENED)), stage.some(slice(SCREENED, SCREENED + CLIMBED))
        each = 7 * SCREENED * max(1, len(known.data.features))
        cells = cells_of(known.data, backs(steps, evaluations // each))
        return cls(first, then, Ordinary(first, known, cells), steps)

    def found(self, evaluations: int, rng: np.random.Generator) -> list[Sign]:
        """Signs worth a closer look. evaluations: at most about so many for the first trial."""
        signs = list(self._single())
        more = list(self._several())
        room = max(20, evaluations // SCREENED - len(signs))
        signs += [more[at] for at in np.sort(rng.permutation(len(more))[:room])]
        if not signs:
            return []
        drops, expected = self.first.drops(signs), self._expected(signs)
        aims: tuple[Aim, ...] = (overturning, exceeding, outdoing)
        starts = [(aim, one) for aim in aims for one in _best(signs, aim(drops, expected, self.first))]
        return list(dict.fromkeys(self._climbed(starts)))

    def _expected(self, signs: list[Sign]) -> Floats:
        return np.array([self.ordinary.expected(sign) for sign in signs])

    def _single(self) -> Iterator[Sign]:
        for cell in self._cells():
            yield from (((cell, float(value)),) for value in self.ordinary.values[cell.static, cell.at].tried)

    def _several(self) -> Iterator[Sign]:
        """Pairs of one step, or of a step and a static value, and three steps of a feature: low and high ends."""
        cells = self._cells()
        for one, other in itertools.combinations(cells, 2):
            if one.back == other.back or one.static != other.static:
                yield from self._ends((one, other))
        for cell in cells:
            if not cell.static and cell.back + _LONG - 1 <= self.steps:
                yield from self._ends(tuple(cell._replace(back=cell.back + more) for more in range(_LONG)))

    def _ends(self, cells: tuple[Cell, ...]) -> Iterator[Sign]:
        ends = [self.ordinary.values[cell.static, cell.at].ends for cell in cells]
        for values in itertools.product(*ends):
            yield tuple(zip(cells, values, strict=True))

    def _cells(self) -> list[Cell]:
        return [cell for cell in self.ordinary.cells if (cell.static, cell.at) in self.ordinary.values]

    def _climbed(self, starts: list[tuple[Aim, Sign]]) -> list[Sign]:
        """Each made better, cell by cell, until nothing near is better; all starts at the same time."""
        now = [sign for _, sign in starts]
        for number in range(_ROUNDS * _LONG):
            tried = [[sign, *self._near(sign, number % len(sign))] for sign in now]
            every = [sign for some in tried for sign in some]
            drops, expected, at = self.then.drops(every), self._expected(every), 0
            for start, some in enumerate(tried):
                part = slice(at, at + len(some))
                now[start] = some[int(starts[start][0](drops[part], expected[part], self.then).argmax())]
                at += len(some)
        return now

    def _near(self, sign: Sign, at: int) -> Iterator[Sign]:
        """Other values in a cell, or the same value a step earlier or later; or there too, where cells are few."""
        (cell, value), others = sign[at], {cell for cell, _ in sign}
        for other in self.ordinary.values[cell.static, cell.at].tried:
            yield (*sign[:at], (cell, float(other)), *sign[at + 1 :])
        for back in () if cell.static else (cell.back - 1, cell.back + 1):
            moved = cell._replace(back=back)
            if 1 <= back <= self.steps and moved not in others:
                yield (*sign[:at], (moved, value), *sign[at + 1 :])
                if len(sign) < _LONG:
                    yield (*sign, (moved, value))


def backs(steps: int, most: int) -> list[int]:
    """The steps that are looked at, from the end: all, or the last ones and some of the others."""
    some = np.linspace(1, steps, max(1, min(steps, most))).round().astype(int)
    return sorted({*range(1, min(_LAST, steps) + 1), *some.tolist()})


def cells_of(data: Dataset, steps: list[int]) -> list[Cell]:
    """Every feature at these steps, and the static ones."""
    static = [Cell(True, 0, at) for at in range(len(data.static_features))]
    return [Cell(False, back, at) for back in steps for at in range(len(data.features))] + static


def _best(signs: list[Sign], worth: Floats) -> list[Sign]:
    """The best, of many kinds."""
    found: list[Sign] = []
    seen: dict[tuple[tuple[bool, int], ...], int] = {}
    for at in np.argsort(-worth, kind="stable"):
        kind = tuple(sorted((cell.static, cell.at) for cell, _ in signs[at]))
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= _ALIKE:
            found.append(signs[at])
        if len(found) == _STARTS:
            break
    return found
