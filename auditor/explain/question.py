"""What is asked of every method: which number of which rows is explained, and against what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Integers
from auditor.explain.backgrounds import Backgrounds
from auditor.explain.explained import Explained
from auditor.explain.players import NOBODY, Players, summed
from auditor.model import Inputs
from auditor.subject import Subject

_BYTES, _EVALUATIONS = 32 * 2**20, 2**16  # of model inputs that are built at a time, and rows of them


@dataclass(frozen=True, eq=False)
class Origin:
    """Where the columns of a model input come from. feature: (columns,) index among features or static features.

    indicator: (columns,) whether the column tells that the feature was measured, not its value.
    """

    sequence: bool
    feature: Integers
    indicator: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Portion:
    """Some rows of one length, and the backgrounds cut to that length.

    rows: (n,) positions among the rows asked about. inputs: (n, ...). against: (backgrounds, ...); at padded steps, and
    in inputs without columns, equal to those of the rows. real: where the real steps of the block are.
    """

    rows: Integers
    inputs: Mapping[str, NDArray[Any]]
    against: Mapping[str, NDArray[Any]]
    length: int
    real: slice

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Question:
    """rows: (n,) of the data set. seed: of whatever a method draws. grid: steps, if others are to lie on the same."""

    subject: Subject
    data: Dataset
    rows: Integers
    backgrounds: Backgrounds
    explained: Explained
    seed: int = 0
    grid: int | None = None

    def some(self, at: Integers, explained: Explained | None = None) -> Question:
        """About some of the rows, on the same grid; of another number, if one is given."""
        return replace(self, rows=self.rows[at], explained=explained or self.explained, grid=self.steps)

    @cached_property
    def steps(self) -> int:
        """Steps of the grid on which cells lie: as many as the longest row has that the model sees."""
        if self.grid is not None:
            return self.grid
        width = self.subject.encoder.width
        longest = int(self.data.lengths[self.rows].max(initial=1))
        return max(1, longest if width is None else min(width, longest))

    @cached_property
    def lengths(self) -> Integers:
        """(n,) real steps of each row that the model sees."""
        return np.minimum(self.data.lengths[self.rows], self.steps)

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """Of each model input that has columns."""
        return _origins(self.subject, self.data)

    @cached_property
    def indicated(self) -> list[int]:
        """The features of the sequence of which the model is told whether they were measured."""
        found = [origin.feature[origin.indicator] for origin in self.origins.values() if origin.sequence]
        return sorted({int(each) for features in found for each in features})

    @cached_property
    def fixed_type(self) -> str:
        """The name of an input that takes whole numbers, so that nothing can be differentiated by it; else empty."""
        ports = {port.name: port.dtype for port in self.subject.model.description.inputs}
        whole = [name for name in self.origins if "float" not in ports.get(name, "float32")]
        return whole[0] if whole else ""

    def portions(self, points: int) -> Iterator[Portion]:
        """All rows, length by length. points: at how many a row is evaluated, which bounds the rows of a portion."""
        width = self.subject.encoder.width or self.steps
        side = self.data.side
        for length in np.unique(self.lengths):
            rows = np.flatnonzero(self.lengths == length)
            real = slice(width - int(length), width) if side == "left" else slice(0, int(length))
            against = self.subject.encoder.encode(self.backgrounds.block(int(length), width))
            each = rows_at_a_time(against, points)
            for at in range(0, len(rows), each):
                some = rows[at : at + each]
                inputs = self.subject.encoder.encode(self.data.block(self.rows[some], width))
                yield Portion(some, inputs, self._aligned(inputs, against), int(length), real)

    def players_of(self, portion: Portion, players: Players) -> dict[str, Integers]:
        """The player of each element of a row's model inputs: input -> (...); NOBODY at padding and fixed inputs."""
        found = {}
        for name, array in portion.inputs.items():
            labels = np.full(array.shape[1:], NOBODY)
            origin = self.origins.get(name)
            if origin is not None and origin.sequence:
                columns = labels.reshape(*labels.shape[:1], -1)
                own = slice(self.steps - portion.length, None)
                columns[portion.real] = players.sequence[own, origin.feature]
                if players.indicators is not None:
                    told = players.indicators[own, origin.feature]
                    columns[portion.real] = np.where(origin.indicator, told, columns[portion.real])
            elif origin is not None:
                labels[...] = players.static[origin.feature]
            found[name] = labels
        return found

    def by_player(self, portion: Portion, players: Players, earned: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
        """What elements of the inputs earned (input -> (..., shape of one row)) summed by player: (..., players)."""
        labels = self.players_of(portion, players)
        totals = []
        for name, array in earned.items():
            flat = array.reshape(*array.shape[: array.ndim - labels[name].ndim], labels[name].size)
            totals.append(summed(flat, labels[name].ravel(), len(players)))
        return np.asarray(sum(totals[1:], start=totals[0]))

    def rng(self, *key: object) -> np.random.Generator:
        """A random stream for a method, by the question's seed and the key only."""
        return self.subject.rng("explain", self.seed, *key)

    def present(self, players: Players) -> NDArray[np.bool_]:
        """(rows, players): whether any cell of the player is a real step of the row."""
        out = np.zeros((len(self.rows), len(players)), dtype=bool)
        out[:, players.static] = True
        for length in np.unique(self.lengths):
            for cells in (players.sequence, players.indicators):
                if cells is not None:
                    out[np.ix_(self.lengths == length, np.unique(cells[self.steps - int(length) :]))] = True
        return out

    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the comparison."""
        short = self.backgrounds.shorter_than(self.steps)
        if not short:
            return ()
        told = f"{short} of {len(self.backgrounds)} backgrounds have fewer steps than the longest row; "
        return (told + "their first step is carried back.",)

    def _aligned(self, inputs: Inputs, against: Inputs) -> dict[str, NDArray[Any]]:
        """Inputs that no feature is in (a mask) are the row's own: rows of one length share them."""
        count = len(self.backgrounds)
        return {
            name: against[name] if name in self.origins else np.repeat(array[:1], count, axis=0)
            for name, array in inputs.items()
        }


def rows_at_a_time(against: Inputs, points: int) -> int:
    """How many rows can be evaluated at so many points each without building too much at a time."""
    return max(1, min(_BYTES // bytes_of_row(against), _EVALUATIONS) // points)


def bytes_of_row(inputs: Inputs) -> int:
    """Of one row of all inputs."""
    return max(1, sum(array.nbytes // max(1, len(array)) for array in inputs.values()))


def _origins(subject: Subject, data: Dataset) -> dict[str, Origin]:
    features = {feature.name: at for at, feature in enumerate(data.features)}
    statics = {feature.name: at for at, feature in enumerate(data.static_features)}
    width = subject.encoder.width or 1
    made = subject.encoder.encode(data.block(np.arange(min(1, len(data))), width))
    found = {}
    for name, columns in subject.encoder.columns.items():
        names = [column.feature for column in columns]
        flat = made[name].ndim == 2 and len(names) == 1 and made[name].shape[1] == width and names[0] in features
        sequence = made[name].ndim == 3 or (flat and (width > 1 or names[0] not in statics))
        if names:
            where = features if sequence else statics
            indicator = np.array([column.role == "indicator" for column in columns])
            found[name] = Origin(sequence, np.array([where[each] for each in names]), indicator)
    return found
