"""A row as a line of cells that may be changed: what changed rows look like, cost, and whether they could be."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Feature, Floats, Integers
from auditor.explain.possible import Possible
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_SAME = 1e-6  # of a value: what single precision cannot tell


@dataclass(frozen=True)
class Change:
    """One cell. step: counted from the end, 1 is the last; None: a static feature. size: in the unit of `Possible`."""

    feature: Feature
    step: int | None
    before: float
    after: float
    size: float


@dataclass(frozen=True, eq=False)
class Line:
    """The steps of a row that the model sees, one after the other, each with its features; then the static features.

    States are (n, cells): rows with some cells changed. possible: of each feature, then of each static feature.
    """

    subject: Subject
    data: Dataset
    row: int
    possible: Sequence[Possible]

    @cached_property
    def length(self) -> int:
        """Steps that the model sees."""
        width, length = self.subject.encoder.width, int(self.data.lengths[self.row])
        return length if width is None else min(width, length)

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        return (*self.data.features, *self.data.static_features)

    @cached_property
    def own(self) -> Floats:
        """(cells,) the row as it is, NaN where not measured."""
        stop = int(self.data.stops[self.row])
        static = self.data.static[self.row].astype(float) if self.data.static_features else np.empty(0)
        return np.concatenate([self.data.values[stop - self.length : stop].astype(float).ravel(), static])

    @cached_property
    def kind(self) -> Integers:
        """(cells,) which of the features each cell is of."""
        count = len(self.data.features)
        return np.concatenate([np.tile(np.arange(count), self.length), np.arange(count, len(self.features))]).astype(
            int
        )

    @cached_property
    def open(self) -> Integers:
        """The cells that may change: measured, and of a feature that can be changed."""
        fixed = np.array([feature.immutable for feature in self.features], dtype=bool)
        return np.flatnonzero(~np.isnan(self.own) & ~fixed[self.kind])

    def dataset(self, states: Floats) -> Dataset:
        """States as rows of a data set."""
        count, n = self.length * len(self.data.features), len(states)
        stops = self.length * np.arange(1, n + 1)
        return dataclasses.replace(
            self.data.take(np.full(n, self.row)),
            values=states[:, :count].reshape(n * self.length, len(self.data.features)),
            starts=stops - self.length,
            stops=stops,
            static=states[:, count:] if self.data.static_features else self.data.static,
        )

    def scores(self, states: Floats) -> Floats:
        """(n,) or (n, classes) the model's scores, NaN let through."""
        data = self.dataset(states)
        return np.concatenate(
            [self.subject.raw_score(self.subject.block(data, at)) for at in self.subject.chunks(data)]
        )

    def same(self, states: Floats) -> Mask:
        """(n, cells) which cells are as they were."""
        return np.asarray(np.abs(states - self.own) <= _SAME * np.maximum(np.abs(self.own), self._unit)) | np.isnan(
            self.own
        )

    def sizes(self, states: Floats) -> Floats:
        """(n, cells) how large each change is: in median absolute deviations; of a level it is one."""
        away = np.where(self.coded, 1.0, np.abs(states - self.own) / self._unit)
        return np.where(self.same(states), 0.0, away)

    @cached_property
    def coded(self) -> Mask:
        """(cells,) whether a cell's value is a level."""
        return np.array([feature.kind != "numeric" for feature in self.features], dtype=bool)[self.kind]

    @cached_property
    def lowest(self) -> Floats:
        """(cells,) what each may be at least: as low as the reference, or as it is itself."""
        return np.asarray(np.fmin(np.array([one.low for one in self.possible])[self.kind], self.own))

    @cached_property
    def highest(self) -> Floats:
        """(cells,) what each may be at most."""
        return np.asarray(np.fmax(np.array([one.high for one in self.possible])[self.kind], self.own))

    @cached_property
    def places(self) -> Floats:
        """(cells,) one over the last decimal that each is told with."""
        return 10.0 ** np.array([float(one.decimals or 0) for one in self.possible])[self.kind]

    @cached_property
    def links(self) -> Integers:
        """(links, 2) the cells of one measurement of a feature and of the next one."""
        made = [np.empty((0, 2), dtype=np.intp)]
        for feature in range(len(self.data.features)):
            cells = np.arange(self.length) * len(self.data.features) + feature
            cells = cells[~np.isnan(self.own[cells])]
            made.append(np.stack([cells[:-1], cells[1:]], axis=1))
        return np.concatenate(made)

    def steps(self, states: Floats) -> tuple[Floats, Floats, Floats]:
        """(n, links) from each measurement to the next; (links,) how far down and up is usual, or is the row's own."""
        before, after = self.links.T
        jumps = np.array([one.jump for one in self.possible]).reshape(-1, 2)[self.kind[after]]
        own = self.own[after] - self.own[before]
        return states[:, after] - states[:, before], np.minimum(own, jumps[:, 0]), np.maximum(own, jumps[:, 1])

    def usual(self, states: Floats) -> Mask:
        """(n,) whether steps from one measurement to the next are usual, or no stranger than the row's own."""
        given, low, high = self.steps(states)
        after = self.links[:, 1]
        edge = _SAME * np.maximum(np.abs(self.own[after]), self._unit[after])
        return np.asarray(((given >= low - edge) & (given <= high + edge)).all(1))

    def changes(self, state: Floats) -> tuple[Change, ...]:
        """What differs from the row as it is, the oldest first."""
        sizes, count = self.sizes(state[None])[0], len(self.data.features)
        return tuple(
            Change(
                feature=self.features[self.kind[cell]],
                step=None if self.kind[cell] >= count else self.length - int(cell) // count,
                before=float(self.own[cell]),
                after=float(state[cell]),
                size=float(sizes[cell]),
            )
            for cell in np.flatnonzero(sizes > 0)
        )

    @cached_property
    def _unit(self) -> Floats:
        return np.array([one.mad for one in self.possible])[self.kind]
