"""People who are scored again and again: when each is above the threshold, and when the outcome comes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Floats, Integers
from auditor.errors import NotApplicable

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Courses:
    """codes: (rows,) the person of each row, its rows next to one another in time. time: (rows,) in days.

    first: (rows,) whether it is the person's first row. days: (people,) under observation. having: (people,) who has
    the outcome. end: (people,) the time of the last row that has it, -inf where none has.
    """

    codes: Integers
    time: Floats
    first: Mask
    days: Floats
    having: Mask
    end: Floats

    @property
    def people(self) -> int:
        """How many there are."""
        return len(self.days)

    @classmethod
    def of(cls, data: Dataset, time: Floats) -> Courses:
        """The courses of a data set; time: (rows,) in days. Rows are sorted by entity and time, as every data set is.

        The last row counts for as long as rows are usually apart. Raises NotApplicable where nobody has two rows.
        """
        distinct, codes = np.unique(data.entity, return_inverse=True)
        first = np.append(True, codes[1:] != codes[:-1]) if len(codes) else np.empty(0, dtype=bool)
        apart = np.diff(time)[~first[1:]]
        if not apart.size or not apart.max() > 0:
            raise NotApplicable("nobody is scored at two times, so there is no time under observation")
        starts = np.flatnonzero(first)
        stops = np.append(starts[1:], len(codes)) - 1
        end = np.full(len(distinct), -np.inf)
        event = data.y == 1
        np.maximum.at(end, codes[event], time[event])
        days = time[stops] - time[starts] + float(np.median(apart[apart > 0]))
        return cls(codes, time, first, days, end > -np.inf, end)

    def alerts(self, above: Mask) -> Mask:
        """(rows,) whether a person passes the threshold from below at this row, or begins above it."""
        before = np.append(False, above[:-1])
        return np.asarray(above & (self.first | ~before))

    def sums(self, rows: Mask) -> Floats:
        """(people,) how many of these rows each person has."""
        return np.bincount(self.codes[rows], minlength=self.people).astype(float)

    def lead(self, raised: Mask) -> Floats:
        """(people,) days from the first alert to the outcome; NaN without the outcome, or without an alert in time."""
        earliest = np.full(self.people, np.inf)
        np.minimum.at(earliest, self.codes[raised], self.time[raised])
        with np.errstate(invalid="ignore"):
            lead = self.end - earliest
        return np.where(self.having & (earliest <= self.end), lead, np.nan)
