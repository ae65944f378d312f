"""The nearest counterfactual: the fewest cells of a row, and then the smallest change, that turn its decision.

Fewest cells first (Ustun, Spangher and Liu 2019; Delaney, Greene and Keane 2021 for series), the size of a change in
median absolute deviations (Wachter, Mittelstadt and Russell 2018). Found by trying: every single cell with values that
do occur, then combinations that lead on from the most promising ones. It needs no gradient, and what is told has been
scored. Where it finds none, there may still be one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Floats, Integers
from auditor.explain.line import Change, Line
from auditor.explain.possible import Possible
from auditor.subject import Decision, Subject

Mask = NDArray[np.bool_]
Like = Callable[[Dataset, int], Mask]
"""(states,): which states of a row, by its number, are like the rows that the model was made from."""

_FIRST = 4096  # single changes that are tried at most
_BEAM, _LEADING = 6, 24  # combinations led on from, and cells tried with each
_MADE_SMALLER, _EXAMINED = 4, 64  # of those that turn the decision
_PARTS, _ROUNDS = 16, 2  # of a change that are tried when it is made smaller, and how often


@dataclass(frozen=True)
class Counterfactual:
    """What would have turned the decision, and the score then."""

    changes: tuple[Change, ...]
    score: float

    @property
    def size(self) -> float:
        """The sum of the changes' sizes, in the unit of `Possible`."""
        return sum(change.size for change in self.changes)


@dataclass(frozen=True, eq=False)
class Search:
    """What counterfactuals of some rows are looked for with. most: cells that may change.

    possible: of each feature, then of each static feature.
    """

    subject: Subject
    data: Dataset
    decision: Decision
    possible: Sequence[Possible]
    like: Like
    most: int = 4

    def nearest(self, row: int) -> Counterfactual | None:
        """The nearest one of a row that was found, None where none was, or where the row has no finite score."""
        line = Line(self.subject, self.data, row, self.possible)
        away = float(line.scores(line.own[None])[0])
        return _Turning(self, line, away).nearest() if np.isfinite(away) and len(line.open) else None


def evaluations(cells: int, choices: int, most: int) -> int:
    """Rows that the search for one row scores at most: a row of so many cells, each with so many choices."""
    smaller = _MADE_SMALLER * most * _ROUNDS * _PARTS
    first = min(cells * choices, _FIRST)
    return 1 + _MADE_SMALLER + first + (most - 1) * _BEAM * min(cells, _LEADING) * choices + smaller


def favourable(scores: Floats, decision: Decision) -> Mask:
    """(rows,) whether each score is on the side that is good for the person; NaN is not."""
    return scores >= decision.threshold if decision.favourable == "above" else scores < decision.threshold


@dataclass(frozen=True, eq=False)
class _Turning:
    """The search for one row. away: its score."""

    search: Search
    line: Line
    away: float

    @cached_property
    def wanted(self) -> bool:
        """Whether the favourable side is the other one."""
        return not bool(favourable(np.array([self.away]), self.search.decision)[0])

    def nearest(self) -> Counterfactual | None:
        cells, values = self._singles()
        states = self.line.with_cells(np.repeat(self.line.own[None], len(cells), axis=0), cells, values)
        scores = self.line.scores(states) if len(states) else np.empty(0)
        kept = np.isin(cells, self._leading(cells, scores))
        for more in range(self.search.most, 0, -1):
            found = self._found(states, scores)
            if len(found):
                return self._smallest(found)
            if more == 1 or not len(states):
                break
            states = self._extended(self._beam(states, scores), cells[kept], values[kept])
            scores = self.line.scores(states) if len(states) else np.empty(0)
        return None

    def _singles(self) -> tuple[Integers, Floats]:
        """Every cell with every value that it may take; where too many, fewer values, then the latest cells only."""
        late = self.line.open[::-1][: _FIRST // 2]
        most = max(2, _FIRST // len(late))
        cells, values = [], []
        for cell in late:
            choices = self.search.possible[self.line.kind[cell]].choices
            if len(choices) > most:
                choices = choices[np.linspace(0, len(choices) - 1, most).round().astype(int)]
            cells.append(np.full(len(choices), cell))
            values.append(choices)
        of, to = np.concatenate(cells), np.concatenate(values)
        fresh = ~self._unchanged(of, to)
        return of[fresh], to[fresh]

    def _unchanged(self, cells: Integers, values: Floats) -> Mask:
        """(n,) which of the values are those that the cells have."""
        made = self.line.with_cells(np.repeat(self.line.own[None], len(cells), axis=0), cells, values)
        return np.asarray(self.line.same(made)[np.arange(len(cells)), cells])

    def _leading(self, cells: Integers, scores: Floats) -> Integers:
        """The cells that alone bring the score nearest to the other side."""
        in_order = cells[np.argsort(-self._progress(scores), kind="stable")]
        return in_order[np.sort(np.unique(in_order, return_index=True)[1])[:_LEADING]]

    def _progress(self, scores: Floats) -> Floats:
        """How far each score came towards the other side; one that is not finite came least."""
        up = (self.search.decision.favourable == "above") == self.wanted
        return np.where(np.isfinite(scores), scores - self.away if up else self.away - scores, -np.inf)

    def _beam(self, states: Floats, scores: Floats) -> Floats:
        """The most promising: half of them by the score alone, the rest with usual steps only."""
        order = np.argsort(-self._progress(scores), kind="stable")[: 10 * _BEAM]
        usual = order[self.line.usual(states[order])]
        return states[list(dict.fromkeys([*order[: _BEAM // 2], *usual]))[:_BEAM]]

    def _extended(self, beam: Floats, cells: Integers, values: Floats) -> Floats:
        """Each of the beam with each further cell changed, once."""
        which, move = (each.ravel() for each in np.indices((len(beam), len(cells))))
        fresh = self.line.same(beam)[which, cells[move]]
        made = self.line.with_cells(beam[which[fresh]], cells[move[fresh]], values[move[fresh]])
        distinct = {state.tobytes(): at for at, state in reversed(list(enumerate(made)))}
        return np.asarray(made[sorted(distinct.values())])

    def _turned(self, states: Floats, scores: Floats) -> Mask:
        """(n,) which are on the other side, by usual steps."""
        there = np.isfinite(scores) & (favourable(scores, self.search.decision) == self.wanted)
        there[there] = self.line.usual(states[there])
        return np.asarray(there)

    def _found(self, states: Floats, scores: Floats) -> Floats:
        """A few that turned and are like what the model knows, the smallest changes first."""
        turned = np.flatnonzero(self._turned(states, scores))
        near = states[turned[np.argsort(self.line.sizes(states[turned]).sum(1), kind="stable")[:_EXAMINED]]]
        return near[self._like(near)][:_MADE_SMALLER] if len(near) else near

    def _like(self, states: Floats) -> Mask:
        return self.search.like(self.line.dataset(states), self.line.row)

    def _smallest(self, found: Floats) -> Counterfactual | None:
        """The smallest, each having been made as small as it still turns the decision; scored once more by itself."""
        made = [self._shrunk(state) for state in found]
        for state in sorted(made, key=lambda one: float(self.line.sizes(one[None]).sum())):
            score = self.line.scores(state[None])
            if self._turned(state[None], score)[0]:
                return Counterfactual(self.line.changes(state), float(score[0]))
        return None

    def _shrunk(self, state: Floats) -> Floats:
        sizes = self.line.sizes(state[None])[0]
        for cell in np.argsort(-sizes, kind="stable")[: int((sizes > 0).sum())]:
            if self.line.features[self.line.kind[cell]].kind == "numeric":
                state = self._nearer(state, int(cell))
        return state

    def _nearer(self, state: Floats, cell: int) -> Floats:
        """The same with one cell as near to what it was as still turns the decision."""
        own, possible = self.line.own[cell], self.search.possible[self.line.kind[cell]]
        best, low, high = state, 0.0, 1.0
        for _ in range(_ROUNDS):
            parts = np.linspace(low, high, _PARTS + 1)[1:-1]
            tried = np.repeat(state[None], len(parts), axis=0)
            tried[:, cell] = possible.written(own + parts * (state[cell] - own))
            fine = self._turned(tried, self.line.scores(tried))
            fine[fine] = self._like(tried[fine]) if fine.any() else False
            if not fine.any():
                low = float(parts[-1])
                continue
            first = int(fine.argmax())
            best, high, low = tried[first], float(parts[first]), float(parts[first - 1]) if first else low
        return best
