"""What shares the credit for a score: features, parts of the history, or single cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.dataset import Dataset, Floats, Integers

NOBODY = -1


@dataclass(frozen=True, eq=False)
class Players:
    """Every cell of a row belongs to one player.

    Cells lie on a grid whose last step is the last real step of each row, whatever side the padding is on.
    sequence: (steps, features) the player of each cell. static: (static features,). indicators: (steps, features) the
    player of what tells the model whether the cell was measured; None: that of the cell.
    """

    names: tuple[str, ...]
    sequence: Integers
    static: Integers
    indicators: Integers | None = None

    def __len__(self) -> int:
        return len(self.names)

    @classmethod
    def features(cls, data: Dataset, steps: int) -> Players:
        """Each feature with its whole history, and each static feature."""
        across = np.tile(np.arange(len(data.features)), (steps, 1))
        return cls(feature_names(data), across, _statics(data, len(data.features)))

    @classmethod
    def parts(cls, data: Dataset, steps: int, number: int) -> Players:
        """All features in each part of the history, the oldest first, and each static feature."""
        lags = parts_of(steps, number)
        of_step = _part_of_step(steps, lags)
        across = np.tile(of_step[:, None], (1, len(data.features)))
        names = tuple(part_name(*lag) for lag in lags) + feature_names(data)[len(data.features) :]
        return cls(names, across, _statics(data, len(lags)))

    @classmethod
    def cells(cls, data: Dataset, steps: int, number: int | None = None) -> Players:
        """Each feature in each part of the history (default: in each step), and each static feature."""
        lags = parts_of(steps, steps if number is None else number)
        names = feature_names(data)
        features = len(data.features)
        across = _part_of_step(steps, lags)[:, None] * features + np.arange(features)
        told = tuple(f"{name}, {part_name(*lag)}" for lag in lags for name in names[:features])
        return cls(told + names[features:], across, _statics(data, len(told)))

    def with_indicators(self, features: Sequence[int]) -> Players:
        """Where the model is told whether these features were measured, that plays by itself, beside their values."""
        names, indicators = list(self.names), self.sequence.copy()
        for at in features:
            for player in np.unique(self.sequence[:, at]):
                indicators[self.sequence[:, at] == player, at] = len(names)
                names.append(indicator_name(self.names[player]))
        return Players(tuple(names), self.sequence, self.static, indicators)

    @property
    def all_cells(self) -> Integers:
        """The player of every cell, indicator and static feature, in one row."""
        indicators = self.sequence if self.indicators is None else self.indicators
        return np.concatenate([self.sequence.ravel(), indicators.ravel(), self.static.ravel()])

    def grouped(self, into: Players) -> Integers:
        """(players,) which player of `into` each one belongs to; NOBODY where a player has no cell.

        Raises ValueError where a player's cells belong to several.
        """
        given, wanted = self.all_cells, into.all_cells
        found = np.full(len(self), NOBODY)
        found[given] = wanted
        if not np.array_equal(found[given], wanted):
            raise ValueError("a player's cells belong to several of the others")
        return found


def indicator_name(name: str) -> str:
    """What is called by the name of a feature, whether it was measured."""
    return f"{name} (measured or not)"


def feature_names(data: Dataset) -> tuple[str, ...]:
    """Features, then static features; a static one whose name is taken is marked."""
    names = [feature.name for feature in data.features]
    statics = [feature.name for feature in data.static_features]
    return (*names, *(f"{name} (static)" if name in names else name for name in statics))


def parts_of(steps: int, number: int) -> list[tuple[int, int]]:
    """First and last step of each part of the history, counted from the end (1: the last step), the oldest first."""
    if steps == 0:
        return []
    cut = np.array_split(np.arange(1, steps + 1), min(number, steps))
    return [(int(part[0]), int(part[-1])) for part in reversed(cut)]


def part_name(first: int, last: int) -> str:
    """In words, as in `last 3 steps` or `steps 4-6 from the end`."""
    if first == 1:
        return f"last {last} steps" if last > 1 else "last step"
    return f"steps {first}-{last} from the end" if last > first else f"step {first} from the end"


def _part_of_step(steps: int, lags: Sequence[tuple[int, int]]) -> Integers:
    """(steps,) the part of each step of the grid."""
    part = np.zeros(steps, dtype=np.intp)
    for at, (first, last) in enumerate(lags):
        part[steps - last : steps - first + 1] = at
    return part


def _statics(data: Dataset, start: int) -> Integers:
    return np.arange(start, start + len(data.static_features))


def summed(values: Floats, groups: Integers, count: int) -> Floats:
    """The values (..., n) summed along the last axis by group (n,), NOBODY left out: (..., count)."""
    if len(groups) == count and np.array_equal(groups, np.arange(count)):
        return values.astype(float)  # nothing to sum, where players are cells
    order = np.argsort(groups, kind="stable")
    order = order[np.searchsorted(groups[order], 0) :]
    out = np.zeros((*values.shape[:-1], count))
    found, starts = np.unique(groups[order], return_index=True)
    if len(found) == len(order):
        out[..., found] = values[..., order]
    else:
        out[..., found] = np.add.reduceat(values[..., order], starts, axis=-1, dtype=float)
    return out
