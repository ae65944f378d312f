"""People who are scored again and again: when each is above the threshold, and what an alert then is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Floats, Integers
from auditor.errors import NotApplicable

Mask = NDArray[np.bool_]
_SAME = 1e-6  # days, a tenth of a second: times that differ by less are the same


@dataclass(frozen=True, eq=False)
class Courses:
    """codes: (rows,) the person of each row, its rows next to one another in time. time: (rows,) in days.

    first: (rows,) whether it is the person's first row. days: (people,) under observation.
    """

    codes: Integers
    time: Floats
    first: Mask
    days: Floats

    @property
    def people(self) -> int:
        """How many there are."""
        return len(self.days)

    @classmethod
    def of(cls, data: Dataset, time: Floats) -> Courses:
        """The courses of a data set; time: (rows,) in days. Rows are sorted by entity and time, as every data set is.

        The last row counts for as long as rows are usually apart. Raises NotApplicable where nobody has two rows.
        """
        codes = np.unique(data.entity, return_inverse=True)[1]
        first = np.append(True, codes[1:] != codes[:-1]) if len(codes) else np.empty(0, dtype=bool)
        apart = np.diff(time)[~first[1:]]
        if not apart.size or not apart.max() > 0:
            raise NotApplicable("nobody is scored at two times, so there is no time under observation")
        starts = np.flatnonzero(first)
        stops = np.append(starts[1:], len(codes)) - 1
        days = time[stops] - time[starts] + float(np.median(apart[apart > 0]))
        return cls(codes, time, first, days)

    def alerts(self, above: Mask) -> Mask:
        """(rows,) whether a person passes the threshold from below at this row, or begins above it."""
        return self.begins(above)

    def begins(self, rows: Mask) -> Mask:
        """(rows,) at which rows of a kind begin, in the course of a person."""
        before = np.append(False, rows[:-1])
        return np.asarray(rows & (self.first | ~before))

    def sums(self, rows: Mask) -> Floats:
        """(people,) how many of these rows each person has."""
        return np.bincount(self.codes[rows], minlength=self.people).astype(float)

    def earliest(self, rows: Mask) -> Integers:
        """(people,) the first of these rows that each person has; -1 where there is none."""
        at = np.full(self.people, -1)
        places = np.flatnonzero(rows)[::-1]
        at[self.codes[places]] = places  # of several, the one written last stays: the first
        return at


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What an alert at each row is worth. codes: (rows,) the person. having: (people,) who has the outcome.

    lead: (rows,) days until the person's first outcome where an alert is in time for it, else NaN. idle: (rows,) where
    no outcome is there or follows in time.
    """

    codes: Integers
    having: Mask
    lead: Floats
    idle: Mask

    @classmethod
    def ahead(cls, courses: Courses, event: Mask) -> Outcomes:
        """Of labels that say that the outcome comes after the row's time; event: (rows,).

        When it comes is not known: no sooner than at the last of the rows that say so one after the other.
        """
        begins = courses.begins(event)
        run, first = np.cumsum(begins), courses.earliest(begins)
        having = first >= 0
        own = event & having[courses.codes] & (run == run[first[courses.codes]])
        last = np.zeros(courses.people)
        np.maximum.at(last, courses.codes[own], courses.time[own])
        lead = np.where(own, last[courses.codes] - courses.time, np.nan)
        return cls(courses.codes, having, lead, ~event)

    @classmethod
    def now(cls, courses: Courses, event: Mask, horizon: float) -> Outcomes:
        """Of labels that say that the outcome is there; event: (rows,). horizon: days before it that are in time."""
        begins, codes, time = courses.begins(event), courses.codes, courses.time
        first, places = courses.earliest(begins), np.flatnonzero(begins)
        having = first >= 0
        lead = np.where(having[codes], time[first[codes]] - time, np.nan)
        lead[~((lead > _SAME) & (lead <= horizon + _SAME))] = np.nan
        following = np.searchsorted(places, np.arange(len(codes)), side="right")
        there = np.append(places, 0)[following]
        follows = (following < len(places)) & (codes[there] == codes) & (time[there] - time <= horizon + _SAME)
        return cls(codes, having, lead, ~event & ~follows)

    def warned(self, raised: Mask) -> Floats:
        """(people,) days from the first alert in time to the person's first outcome; NaN without one."""
        found = np.full(len(self.having), np.nan)
        np.fmax.at(found, self.codes[raised], self.lead[raised])
        return found
