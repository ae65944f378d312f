"""The search for signs that move a decision and that of no clean twin."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from auditor.checks.behavior.ordinary import Known, Values, values_of
from auditor.checks.behavior.signs import Cell, Sign, Stage
from auditor.checks.behavior.twins import Twins
from auditor.dataset import Dataset, Floats

_LONG = 3  # cells of a sign
_LAST = 3  # steps that are looked at in any case
SCREENED, CLIMBED = 8, 16  # rows on which a sign is tried at first, and those on which it is made better
_STARTS, _ROUNDS = 8, 2  # signs that are made better for each aim, and how often each cell is looked at
_ALIKE = 2  # starts made of the same features, at most
_MOST = 0.75  # of the decisions
_FIRST = 1e3  # standard deviations: more than any difference
TIMES = 3.0  # as far as any twin goes, from which on the twins do not explain a sign
_SLACK = 0.5  # standard deviations of the margin beyond which a decision is overturned and no more is gained

Aim = Callable[[Floats, Floats, Stage], Floats]
"""Drops (signs, rows), those of the twins (signs,) and the rows: what a sign is worth (signs,)."""


def overturning(drops: Floats, expected: Floats, stage: Stage) -> Floats:
    """How much of what overturns the decisions no twin does."""
    enough = stage.before + _SLACK * stage.before.std()
    return np.asarray((np.minimum(drops, enough) - np.minimum(expected[:, None], enough)).mean(axis=1))


def exceeding(drops: Floats, expected: Floats, stage: Stage) -> Floats:
    """How far the drop is beyond that of any twin."""
    return np.asarray(drops.mean(axis=1) - expected)


def outdoing(drops: Floats, expected: Floats, stage: Stage) -> Floats:
    """The same, of those that overturn most decisions before all others."""
    most = (drops > stage.before).mean(axis=1) >= _MOST
    spread = max(float(stage.before.std()), 1e-9)
    return np.asarray(np.where(most, _FIRST, 0.0) + exceeding(drops, expected, stage) / spread)


class Hunt(NamedTuple):
    """The rows on which signs are tried at first, those on which they are made better, and what signs are made of."""

    first: Stage
    then: Stage
    twins: Twins
    steps: int
    cells: Sequence[Cell]
    values: Mapping[tuple[bool, int], Values]

    @classmethod
    def on(cls, stage: Stage, known: Known, twins: Twins, steps: int, evaluations: int) -> Hunt:
        """stage: at least SCREENED + CLIMBED rows. evaluations: at most about so many for single values."""
        first, then = stage.some(slice(0, SCREENED)), stage.some(slice(SCREENED, SCREENED + CLIMBED))
        each = 7 * SCREENED * max(1, len(known.data.features))
        cells = cells_of(known.data, backs(steps, evaluations // each))
        values = values_of(known, cells)
        return cls(first, then, twins, steps, [one for one in cells if (one.static, one.at) in values], values)

    def found(self, evaluations: int, rng: np.random.Generator) -> list[Sign]:
        """Signs worth a closer look. evaluations: at most about so many for the first trial."""
        signs = list(self._single())
        more = list(self._several())
        room = max(20, evaluations // SCREENED - len(signs))
        signs += [more[at] for at in np.sort(rng.permutation(len(more))[:room])]
        if not signs:
            return []
        drops = self.first.drops(signs)
        expected = self.expected(self.first, signs, drops)
        aims: tuple[Aim, ...] = (overturning, exceeding, outdoing)
        starts = [(aim, one) for aim in aims for one in _best(signs, aim(drops, expected, self.first))]
        return list(dict.fromkeys(self._climbed(starts)))

    def expected(self, stage: Stage, signs: Sequence[Sign], drops: Floats) -> Floats:
        """(signs,) TIMES the mean drop of that twin whose margin drops most, or 0 where all rise.

        Twins are not asked about signs that do not lower the model's own margin, which are worth nothing in any case.
        """
        asked, expected = np.flatnonzero(drops.mean(axis=1) > 0), np.zeros(len(signs))
        most = self.twins.drops(stage, [signs[int(at)] for at in asked])[0].mean(axis=2).max(axis=0)
        expected[asked] = TIMES * np.maximum(most, 0.0)
        return expected

    def _single(self) -> Iterator[Sign]:
        for cell in self.cells:
            yield from (((cell, float(value)),) for value in self.values[cell.static, cell.at].tried)

    def _several(self) -> Iterator[Sign]:
        """Pairs of one step, or of a step and a static value, and three steps of a feature: low and high ends."""
        cells = self.cells
        for one, other in itertools.combinations(cells, 2):
            if one.back == other.back or one.static != other.static:
                yield from self._ends((one, other))
        for cell in cells:
            if not cell.static and cell.back + _LONG - 1 <= self.steps:
                yield from self._ends(tuple(cell._replace(back=cell.back + more) for more in range(_LONG)))

    def _ends(self, cells: tuple[Cell, ...]) -> Iterator[Sign]:
        ends = [self.values[cell.static, cell.at].ends for cell in cells]
        for values in itertools.product(*ends):
            yield tuple(zip(cells, values, strict=True))

    def _climbed(self, starts: list[tuple[Aim, Sign]]) -> list[Sign]:
        """Each made better, cell by cell, until nothing near is better; all starts at the same time.

        They meet the same signs again and again, which are tried once.
        """
        now, told = [sign for _, sign in starts], dict[frozenset[tuple[Cell, float]], int]()  # which was tried when
        drops, expected = np.empty((0, len(self.then))), np.empty(0)
        for number in range(_ROUNDS * _LONG):
            tried = [[sign, *self._near(sign, number % len(sign))] for sign in now]
            keys = [[frozenset(sign) for sign in some] for some in tried]
            fresh: list[Sign] = []
            for key, sign in zip(itertools.chain(*keys), itertools.chain(*tried), strict=True):
                if key not in told:
                    told[key] = len(told)
                    fresh.append(sign)
            after = self.then.drops(fresh)
            expected = np.concatenate([expected, self.expected(self.then, fresh, after)])
            drops = np.concatenate([drops, after])
            for at, (aim, _) in enumerate(starts):
                which = [told[key] for key in keys[at]]
                now[at] = tried[at][int(aim(drops[which], expected[which], self.then).argmax())]
        return now

    def _near(self, sign: Sign, at: int) -> Iterator[Sign]:
        """Other values in a cell, or the same value a step earlier or later; or there too, where cells are few."""
        (cell, value), others = sign[at], {cell for cell, _ in sign}
        for other in self.values[cell.static, cell.at].tried:
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
