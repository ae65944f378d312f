"""The nearest counterfactual: the fewest cells of a row, and then the smallest change, that turn its decision.

Fewest cells first (Ustun, Spangher and Liu 2019; Delaney, Greene and Keane 2021 for series), the size of a change in
median absolute deviations (Wachter, Mittelstadt and Russell 2018). Where no few cells do, as where a model reads the
level of what hardly changes from step to step, whole stretches of a feature are moved by as much, the fewest first.
Found by trying: every cell (stretch) a little, those that help most as far as they may go, then combinations that lead
on from the most promising ones. It needs no gradient, and what is told has been scored. Where it finds none, there may
still be one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.dataset import Dataset
from auditor.explain.aim import aimed, favourable
from auditor.explain.line import Change, Line
from auditor.explain.possible import Possible
from auditor.explain.smaller import CANDIDATES, PARTS, ROUNDS, smallest
from auditor.explain.stretches import Stretches
from auditor.explain.turned import Like, Turning, most_tried
from auditor.subject import Decision, Subject

__all__ = ["Counterfactual", "Like", "Search", "evaluations", "favourable"]

_CELLS, _COURSES = 1024, 128  # that are tried one by one at most


@dataclass(frozen=True)
class Counterfactual:
    """What would have turned the decision. stretches: whether more than single cells were moved.

    to: of several classes the one predicted then. score: the score then; of several classes that of `to`.
    """

    changes: tuple[Change, ...]
    score: float
    stretches: bool = False
    to: int | None = None

    @property
    def size(self) -> float:
        """The sum of the changes' sizes, in the unit of `Possible`."""
        return sum(change.size for change in self.changes)


@dataclass(frozen=True, eq=False)
class Search:
    """What counterfactuals of some rows are looked for with. most: cells that may change, or else stretches.

    decision: None where the model predicts classes. possible: of each feature, then of each static feature.
    """

    subject: Subject
    data: Dataset
    decision: Decision | None
    possible: Sequence[Possible]
    like: Like
    most: int = 4

    def nearest(self, row: int, to: int | None = None) -> Counterfactual | None:
        """The nearest one of a row that was found, None where none was, or where the row has no finite score.

        to: of several classes the one that is to be predicted; default: any other than the one that is.
        """
        line = Line(self.subject, self.data, row, self.possible)
        own = line.scores(line.own[None])
        if not np.isfinite(own).all():
            return None
        aim = aimed(own, self.decision, to)
        for longer in (False, True):
            stretches = Stretches.courses(line, _COURSES) if longer else Stretches.cells(line, _CELLS)
            made = smallest(*Turning(stretches, own, aim, self.like, self.most).found())
            if made is not None:
                state, (score,) = made
                became = int(score.argmax()) if own.ndim == 2 else None
                return Counterfactual(line.changes(state), float(score.max()), stretches=longer, to=became)
        return None


def evaluations(cells: int, features: int, choices: int, levels: int, most: int) -> int:
    """Rows that the search for one row scores at most.

    cells: of the row. choices: of a numeric feature. levels: that a coded feature has at most, 0 where none is coded.
    """
    smaller = CANDIDATES * (most * ROUNDS * PARTS + 1)
    families = (min(cells, _CELLS), min(3 * features, _COURSES))
    return 1 + sum(most_tried(stretches, choices, levels, most) + smaller for stretches in families)
