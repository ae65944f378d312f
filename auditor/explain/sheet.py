"""An attribution in the making: what a method finds is entered portion by portion, and handed out as one."""

from __future__ import annotations

import numpy as np

from auditor.dataset import Floats, Integers
from auditor.explain.attribution import Attribution
from auditor.explain.players import Players
from auditor.explain.question import Question


class Sheet:
    """values: (rows, players). score, base: (rows,). Zero until entered; `evaluations` count from here on."""

    def __init__(self, question: Question, players: Players, *, keep: bool = False) -> None:
        """keep: keep every background's share."""
        rows, count = len(question.rows), len(question.backgrounds)
        self._question, self._players = question, players
        self._start = question.explained.model.evaluations
        self._kept = np.zeros((rows, count, len(players))) if keep else None
        self._error: Floats | None = None
        self.values = np.zeros((rows, len(players)))
        self.score, self.base = np.zeros(rows), np.zeros(rows)

    def scores(self, rows: Integers, score: Floats, base: float) -> None:
        """The explained number of some rows, and its mean over their backgrounds."""
        self.score[rows], self.base[rows] = score, base

    def parts(self, rows: Integers, parts: Floats, players: Integers | None = None) -> None:
        """What comparison with each background gives to some players (default: all): (n, backgrounds, p).

        Their means are the values.
        """
        who = np.arange(len(self._players)) if players is None else players
        if self._error is None:
            self._error = np.zeros_like(self.values)
        self.values[np.ix_(rows, who)] = parts.mean(1)
        self._error[np.ix_(rows, who)] = self._question.backgrounds.error(parts)
        if self._kept is not None:
            self._kept[np.ix_(rows, np.arange(parts.shape[1]), who)] = parts

    def attribution(
        self,
        method: str,
        *,
        sampling: Floats | None = None,
        numerical: Floats | None = None,
        adds_up: bool = True,
        notes: tuple[str, ...] = (),
    ) -> Attribution:
        """All that was entered. sampling: (rows, players), numerical: (rows,), as Attribution has them."""
        return Attribution(
            method=method,
            unit=self._question.explained.unit,
            players=self._players,
            values=self.values,
            present=self._question.present(self._players),
            score=self.score,
            base=self.base,
            evaluations=self._question.explained.model.evaluations - self._start,
            error=self._error,
            sampling=sampling,
            numerical=numerical,
            by_background=self._kept,
            adds_up=adds_up,
            notes=notes,
        )
