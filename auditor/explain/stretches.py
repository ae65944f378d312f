"""What may be changed of a row at once: one measurement, or several of a feature in a row, all moved by as much."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.explain.line import Line

Mask = NDArray[np.bool_]
_CHOICES, _TRIED = 24, 2048  # of one stretch, and of all together
_NEAR = 1e-6  # of a decimal that counts as the whole


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of a line that may be moved. members: (stretches, cells), of each the measured cells of one feature.

    A numeric stretch is moved by a number, within the range of the reference; a coded one is set to one level. Where it
    goes is told by what its last cell becomes.
    """

    line: Line
    members: Mask

    @classmethod
    def cells(cls, line: Line, most: int) -> Stretches:
        """Every single cell that is open; where these are more than `most`, the latest ones."""
        return cls(line, np.eye(len(line.own), dtype=bool)[line.open[::-1][:most]])

    @classmethod
    def courses(cls, line: Line, most: int) -> Stretches:
        """Of every open feature all that was measured, the last half of it and the last quarter, two cells or more."""
        made: list[Mask] = []
        for feature in range(len(line.data.features)):
            cells = line.open[line.kind[line.open] == feature]
            counts = dict.fromkeys((len(cells), -(-len(cells) // 2), -(-len(cells) // 4)))
            made += [np.isin(np.arange(len(line.own)), cells[-count:]) for count in counts if count > 1]
        return cls(line, np.array(made[:most], dtype=bool).reshape(-1, len(line.own)))

    def __len__(self) -> int:
        return len(self.members)

    def only(self, kept: Integers) -> Stretches:
        """Some of them."""
        return Stretches(self.line, self.members[kept])

    @cached_property
    def last(self) -> Integers:
        """(stretches,) the last cell of each."""
        return np.asarray(self.members.shape[1] - 1 - self.members[:, ::-1].argmax(1))

    @cached_property
    def coded(self) -> Mask:
        """(stretches,) whether their values are levels."""
        return self.line.coded[self.last]

    @cached_property
    def choices(self) -> Floats:
        """(stretches, n) values that occur of each one's feature, levels of a coded one; NaN where it has fewer.

        Where a feature has too many levels, some of them.
        """
        most = most_choices(len(self))
        given = [_some(self.line.possible[at].choices, most) for at in self.line.kind[self.last]]
        out = np.full((len(given), max(map(len, given), default=0)), np.nan)
        for at, choices in enumerate(given):
            out[at, : len(choices)] = choices
        return out

    @cached_property
    def overlapping(self) -> Mask:
        """(stretches, stretches) which share a cell with which other one."""
        count = self.members.astype(np.float32)
        shared = count @ count.T > 0
        np.fill_diagonal(shared, val=False)
        return np.asarray(shared)

    def moved(self, states: Floats, which: Integers, to: Floats) -> Floats:
        """The states (n, cells), of each the stretch `which` (n,) moved so that its last cell is `to` (n,), or nearly.

        A single cell is told with the decimals of its feature, and so is the shift of several.
        """
        line, last = self.line, self.last[which]
        now, places = states[np.arange(len(states)), last], line.places[last]
        toward = np.sign(now - to)  # rounded towards what it was, so that no step becomes larger than it may
        single = toward * np.ceil(toward * to * places - _NEAR) / places - now
        several = -toward * np.floor(np.abs(to - now) * places + _NEAR) / places
        by = np.where(self.members[which].sum(1) == 1, single, several)
        by = np.where(by * toward < 0, by, 0.0)
        shifted = np.clip(states + by[:, None], line.lowest, line.highest)
        new = np.where(self.coded[which][:, None], to[:, None], shifted)
        return np.where(self.members[which], new, states)

    def room(self, states: Floats) -> tuple[Floats, Floats]:
        """(n, stretches) how low and how high the last cell may go: the range, and usual steps where a stretch ends."""
        line, now = self.line, states[:, self.last]
        down, up = line.lowest[self.last] - now, line.highest[self.last] - now
        step, least, largest = line.steps(states)
        into, on = np.flatnonzero(self._into >= 0), np.flatnonzero(self._from >= 0)
        before, after = self._into[into], self._from[on]
        down[:, into] = np.maximum(down[:, into], (least - step)[:, before])
        up[:, into] = np.minimum(up[:, into], (largest - step)[:, before])
        down[:, on] = np.maximum(down[:, on], (step - largest)[:, after])
        up[:, on] = np.minimum(up[:, on], (step - least)[:, after])
        return now + np.minimum(down, 0.0), now + np.maximum(up, 0.0)

    @cached_property
    def _into(self) -> Integers:
        """(stretches,) which link of the line leads into each from before it; -1: none."""
        return self._link(self.members.argmax(1), self.line.links[:, 1])

    @cached_property
    def _from(self) -> Integers:
        """(stretches,) which link leads on from each; -1: none."""
        return self._link(self.last, self.line.links[:, 0])

    def _link(self, cells: Integers, ends: Integers) -> Integers:
        found = np.full(len(self.line.own), -1)
        found[ends] = np.arange(len(ends))
        return np.asarray(found[cells])


def most_choices(stretches: int) -> int:
    """How many values of each are tried at most, where there are so many stretches."""
    return max(2, min(_CHOICES, _TRIED // max(1, stretches)))


def _some(choices: Floats, most: int) -> Floats:
    if len(choices) <= most:
        return choices
    return np.asarray(choices[np.linspace(0, len(choices) - 1, most).round().astype(int)])
