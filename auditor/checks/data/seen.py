"""The lines of a data set that its rows hold, counted without padding a block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Integers
from auditor.subject import Subject


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

    def count(self, flags: NDArray[np.bool_]) -> Integers:
        """(rows, k) how many lines of each row have each flag (lines, k)."""
        before = np.zeros((len(flags) + 1, flags.shape[1]), dtype=np.int64)
        np.cumsum(flags, axis=0, out=before[1:])
        return np.asarray(before[self.stops] - before[self.starts])

    def back(self, steps: int) -> Integers:
        """(rows,) the line that lies `steps` before each row's last one; -1 where the row is shorter."""
        return np.where(self.lengths > steps, self.stops - 1 - steps, -1)
