"""What would have turned the decision about a row, or have led to another class, as it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from auditor.app.telling import event, otherwise, variables
from auditor.checks.importance.turning import search_of
from auditor.dataset import Floats
from auditor.explain.counterfactual import Search
from auditor.explain.possible import Possible
from auditor.explain.told import Otherwise, Rival, Variable
from auditor.subject import Subject

_CELLS = 4  # that a counterfactual changes at most
_RIVALS = 4  # other classes that are asked about
_NO_DECISION = "nothing is decided by a threshold, so there is no decision that could be turned"
_NOTHING = (
    f"No change of at most {_CELLS} cells or stretches that the search tried turns the decision within what the "
    "reference rows show."
)


@dataclass(frozen=True, eq=False)
class Turns:
    """search: None where nothing is decided. notes: what it could not heed. nothing: why a row has none."""

    subject: Subject
    variables: Mapping[tuple[str, bool], Variable]
    search: Search | None
    notes: tuple[str, ...]
    nothing: str

    @classmethod
    def of(cls, subject: Subject, possible: Sequence[Possible], *, several: bool) -> Turns:
        """several: whether the model predicts classes, so that no threshold decides."""
        told, decision = variables(subject.test, possible), None if several else subject.decision
        if decision is None and not several:
            return cls(subject, told, None, (), _NO_DECISION)
        search, notes = search_of(subject, decision, _CELLS)
        return cls(subject, told, search, notes, _NOTHING)

    def decision(self, row: int) -> Otherwise | None:
        """The nearest counterfactual of a row, None where there is none."""
        found = None if self.search is None else self.search.nearest(row)
        return None if found is None else otherwise(found, self.variables)

    def rivals(self, row: int, scores: Floats) -> tuple[Rival, ...]:
        """The classes that are next to being predicted, and what would have made each the one that is.

        scores: (classes,) of the row.
        """
        nearest = np.argsort(-scores, kind="stable")[1 : 1 + _RIVALS]
        return tuple(self._rival(row, int(column), float(scores[column])) for column in nearest)

    def _rival(self, row: int, column: int, score: float) -> Rival:
        found = None if self.search is None else self.search.nearest(row, column)
        told = None if found is None else otherwise(found, self.variables)
        return Rival(name=event(self.subject.test, column), score=score, otherwise=told)
