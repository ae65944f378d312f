"""What a method says: how much each player moved the explained number of each row, up or down."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.explain.backgrounds import Backgrounds
from auditor.explain.players import Players, summed


@dataclass(frozen=True, eq=False)
class Attribution:
    """Signed credit in the unit of the explained number.

    values: (rows, players), 0 where the row has no cell of the player (present tells). score, base: (rows,) the
    explained number, and its mean over the backgrounds. error: (rows, players) standard error from the choice of
    backgrounds; sampling: from drawn coalitions; None where there is none. numerical: (rows,) estimated error of the
    arithmetic, summed over a row's cells. by_background: (rows, backgrounds, players), whose mean the values are, where
    it was kept. adds_up: the method promises that a row's values sum to score - base.
    """

    method: str
    unit: str
    players: Players
    values: Floats
    present: NDArray[np.bool_]
    score: Floats
    base: Floats
    evaluations: int
    error: Floats | None = None
    sampling: Floats | None = None
    numerical: Floats | None = None
    by_background: Floats | None = None
    adds_up: bool = True
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def gap(self) -> Floats:
        """(rows,) by how much a row's values fail to sum to its score less the base."""
        return np.asarray(self.score - self.base - self.values.sum(1))

    def by(self, players: Players, backgrounds: Backgrounds) -> Attribution:
        """The same credit for larger players. Errors survive where every background's share was kept."""
        groups, count = self.players.grouped(players), len(players)
        parts = None if self.by_background is None else summed(self.by_background, groups, count)
        return dataclasses.replace(
            self,
            players=players,
            values=summed(self.values, groups, count),
            present=summed(self.present.astype(float), groups, count) > 0,
            by_background=parts,
            error=None if parts is None else backgrounds.error(parts),
            sampling=None,
        )

    def on_grid(self) -> Floats:
        """(rows, steps, features): each cell's share of its player's credit, the last step being the last real one.

        A player of several cells gives each of them the same; what indicators earned by themselves is their cells'.
        """
        players = self.players
        size = np.maximum(1, np.bincount(players.sequence.ravel(), minlength=len(players)))
        grid = (self.values / size)[:, players.sequence]
        if players.indicators is not None:
            apart = players.indicators != players.sequence
            size = np.maximum(1, np.bincount(players.indicators[apart], minlength=len(players)))
            grid += np.where(apart, (self.values / size)[:, players.indicators], 0.0)
        return np.asarray(grid)

    def joined(self, others: Sequence[Attribution]) -> Attribution:
        """These rows, then those of the others, which are of the same method and players."""
        every = (self, *others)
        changed: dict[str, object] = {
            field.name: np.concatenate([getattr(each, field.name) for each in every])
            for field in dataclasses.fields(self)
            if all(isinstance(getattr(each, field.name), np.ndarray) for each in every)
        }
        notes = tuple(dict.fromkeys(note for each in every for note in each.notes))
        evaluations = sum(each.evaluations for each in every)
        return dataclasses.replace(self, **changed, notes=notes, evaluations=evaluations)  # type: ignore[arg-type]

    def take(self, rows: Integers) -> Attribution:
        """Some of the rows."""
        changed = {
            field.name: getattr(self, field.name)[rows]
            for field in dataclasses.fields(self)
            if isinstance(getattr(self, field.name), np.ndarray)
        }
        return dataclasses.replace(self, **changed)
