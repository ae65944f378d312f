"""The lines of a data set that its rows hold, counted without padding a block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Integers
from auditor.subject import Subject

_ALL = slice(None)


@dataclass(frozen=True, eq=False)
class Seen:
    """Row i holds the lines starts[i] up to stops[i]: the last ones, where the model sees fewer than the row has."""

    data: Dataset
    starts: Integers
    stops: Integers

    @classmethod
    def of(cls, subject: Subject, data: Dataset) -> Seen:
        """What the model sees of every row."""
        width = subject.encoder.width
        starts = data.starts if width is None else np.maximum(data.starts, data.stops - width)
        return cls(data, starts, data.stops)

    @property
    def lengths(self) -> Integers:
        """(rows,) steps of each row."""
        return self.stops - self.starts

    def lines(self) -> NDArray[np.bool_]:
        """(lines,) whether any row holds the line; lines that several rows share count once."""
        size = len(self.data.values) + 1
        begun = np.bincount(self.starts, minlength=size) - np.bincount(self.stops, minlength=size)
        return np.asarray(np.cumsum(begun)[:-1] > 0)

    def count(self, flags: NDArray[np.bool_], pieces: int = 1) -> Integers:
        """(pieces, rows, k) how many lines of each piece of each row have each flag (lines, k).

        A row is cut into as many pieces of about equal length; a row of one step has it in the last piece.
        """
        before = np.zeros((len(flags) + 1, flags.shape[1]), dtype=np.int32)
        np.cumsum(flags, axis=0, out=before[1:])
        return np.diff(before[self.cuts(pieces)], axis=0)

    def cuts(self, pieces: int) -> Integers:
        """(pieces + 1, rows) the lines at which each row is cut."""
        left = np.arange(pieces, -1, -1)[:, None]
        return np.asarray(self.stops - -(-left * self.lengths // pieces))

    def back(self, steps: int, rows: Integers | slice = _ALL) -> Integers:
        """(rows,) the line that lies `steps` before each row's last one; -1 where the row is shorter. rows: some."""
        starts, stops = self.starts[rows], self.stops[rows]
        return np.where(stops - starts > steps, stops - 1 - steps, -1)
