"""Which moves of stretches turn a decision: tried one by one, then in combinations that lead on from the best."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Floats, Integers
from auditor.explain.aim import Aim
from auditor.explain.stretches import Stretches, most_choices

Mask = NDArray[np.bool_]
Like = Callable[[Dataset, int], Mask]
"""(states,): which states of a row, by its number, are like the rows that the model was made from."""

_PROBE = 0.35  # of the room that a stretch has: far enough to be seen, and not beyond the middle
_ALONE, _TOGETHER = (1.0, 0.5, 0.15), (1.0, 0.5)  # parts of the room that are tried, beside values that occur
_BEAM, _LEADING = 4, 20  # combinations led on from, and stretches tried with each
_EXAMINED = 64  # of those that turn the decision are asked whether they are like what the model knows
_KEPT = 4  # as many as `smaller.CANDIDATES`
_BYTES = 16 * 2**20  # of states that are tried one by one at a time


def most_tried(stretches: int, choices: int, levels: int, most: int) -> int:
    """Rows that are scored at most, of so many stretches.

    choices: of a numeric one. levels: of a coded one at most, 0 where none is coded.
    """
    leading = min(stretches, _LEADING)
    probed = stretches * max(2, min(levels, most_choices(stretches)))
    told = min(levels, most_choices(leading))
    alone = probed + leading * max(2 * len(_ALONE) + choices, told)
    return alone + (most - 1) * _BEAM * max(2 * len(_TOGETHER) + choices, told) * (leading + most)


@dataclass(frozen=True, eq=False)
class Tried:
    """States (n, cells), their scores (n,) or (n, classes), and which stretches were moved in each (n, stretches)."""

    states: Floats
    scores: Floats
    used: Mask

    def __len__(self) -> int:
        return len(self.states)

    def take(self, rows: Integers) -> Tried:
        """Some of them."""
        return Tried(self.states[rows], self.scores[rows], self.used[rows])

    def joined(self, other: Tried) -> Tried:
        """These and others."""
        return Tried(
            np.concatenate([self.states, other.states]),
            np.concatenate([self.scores, other.scores]),
            np.concatenate([self.used, other.used]),
        )


@dataclass(frozen=True, eq=False)
class Turning:
    """The search for one row among some stretches. own: its score, (1,) or (1, classes).

    aim: what its decision is to become. most: stretches that may be moved.
    """

    stretches: Stretches
    own: Floats
    aim: Aim
    like: Like
    most: int

    def found(self) -> tuple[Turning, Tried]:
        """Some that turned the decision by the fewest moves, the smallest first, and the search that they are of.

        It is among the stretches that help most. Nothing is found where no decision was turned.
        """
        if len(self.stretches) <= _LEADING:
            return self, self.combined()
        narrowed = dataclasses.replace(self, stretches=self.stretches.only(self._leading()))
        return narrowed, narrowed.combined()

    @cached_property
    def _origin(self) -> Tried:
        own = self.stretches.line.own
        return Tried(own[None], self.own, np.zeros((1, len(self.stretches)), dtype=bool))

    def combined(self) -> Tried:
        """Some that turned the decision, led on from those that did most alone."""
        tried = self._scored(self._origin, *self._moves(self._origin, _ALONE))
        found = self._near(tried)
        for _ in range(self.most - 1):
            if len(found) or not len(tried):
                break
            beam = self._beam(tried)
            free = ~(beam.used | (beam.used.astype(int) @ self.stretches.overlapping > 0))
            tried = self._scored(beam, *self._moves(beam, _TOGETHER, free))
            beam = self._beam(tried)  # what was moved has more room where its neighbours have been moved since
            tried = tried.joined(self._scored(beam, *self._moves(beam, _TOGETHER, beam.used)))
            found = self._near(tried)
        return found

    def _moves(
        self, tried: Tried, parts: Sequence[float], may: Mask | None = None
    ) -> tuple[Integers, Integers, Floats]:
        """(n,) which of the states, which stretch of it and where it goes: so far in its room; a value that occurs.

        may: (states, stretches), default: all. The probe tries no values that occur but levels.
        """
        stretches, probe = self.stretches, len(parts) == 1
        now, unit = tried.states[:, stretches.last], 1 / stretches.line.places[stretches.last]
        places = []
        for bound in stretches.room(tried.states):
            room = np.abs(bound - now)
            for part in parts:
                far = np.maximum(part * room, np.fmin(unit, room))
                places.append(np.where(stretches.coded, now, now + np.sign(bound - now) * far))
        if stretches.coded.any() or not probe:
            tried_too = stretches.coded | (not probe)
            places += [np.where(tried_too & ~np.isnan(choice), choice, now) for choice in stretches.choices.T]
        to = np.array(places)
        of, at, which = np.nonzero((to != now) & (True if may is None else may))
        return at, which, to[of, at, which]

    def _scored(self, tried: Tried, at: Integers, which: Integers, to: Floats) -> Tried:
        """States moved on, each once. A step in one may be unusual: the next move may mend it."""
        line = self.stretches.line
        made = self.stretches.moved(tried.states[at], which, to)
        used = tried.used[at] | (np.arange(len(self.stretches)) == which[:, None])
        fresh = np.flatnonzero((made != tried.states[at]).any(1, where=~np.isnan(line.own)))
        once = {made[row].tobytes(): row for row in reversed(fresh)}
        kept = np.array(sorted(once.values()), dtype=np.intp)
        scores = line.scores(made[kept]) if len(kept) else self.own[:0]
        return Tried(made[kept], scores, used[kept])

    def _leading(self) -> Integers:
        """The stretches that alone bring the score nearest to its aim, each moved a little; some at a time."""
        at, which, to = self._moves(self._origin, (_PROBE,))
        progress = np.full(len(self.stretches), -np.inf)
        each = max(1, _BYTES // (8 * len(self.stretches.line.own)))
        for start in range(0, len(at), each):
            some = slice(start, start + each)
            tried = self._scored(self._origin, at[some], which[some], to[some])
            np.maximum.at(progress, tried.used.argmax(1), self.aim.nearness(tried.scores))
        order = np.argsort(-progress, kind="stable")
        return np.asarray(order[np.isfinite(progress[order])][:_LEADING])

    def _beam(self, tried: Tried) -> Tried:
        """The most promising: half of them by the score alone, the rest such as could be."""
        order = np.argsort(-self.aim.nearness(tried.scores), kind="stable")
        usual = order[self.stretches.line.usual(tried.states[order])][: 5 * _BEAM]
        known = usual[self.known(tried.states[usual])]
        return tried.take(np.array(list(dict.fromkeys([*order[: _BEAM // 2], *known]))[:_BEAM], dtype=np.intp))

    def _near(self, tried: Tried) -> Tried:
        """A few that turned, the smallest changes first, one of each choice of stretches: such as could be, else one
        whose smaller move may be. The first could be; nothing is left where none could.
        """
        turned = np.flatnonzero(self.aim.reached(tried.scores))
        turned = turned[self.stretches.line.usual(tried.states[turned])]
        sizes = self.stretches.line.sizes(tried.states[turned]).sum(1)
        near = tried.take(turned[np.argsort(sizes, kind="stable")[:_EXAMINED]])
        known = self.known(near.states) if len(near) else np.zeros(0, dtype=bool)
        if not known.any():
            return near.take(np.empty(0, dtype=np.intp))
        best: dict[bytes, int] = {}
        for at in (*np.flatnonzero(known), *np.flatnonzero(~known)):
            best.setdefault(near.used[at].tobytes(), int(at))
        first = int(known.argmax())  # one that could be is among them, whatever becomes of the others
        return near.take(np.array([first, *sorted(set(best.values()) - {first})[: _KEPT - 1]]))

    def known(self, states: Floats) -> Mask:
        """(n,) which could be: their steps are usual, and they are like the rows that the model was made from."""
        line, could = self.stretches.line, self.stretches.line.usual(states)
        if could.any():
            could[could] = self.like(line.dataset(states[could]), line.row)
        return could
