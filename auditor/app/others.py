"""The rows that one row is compared with: backgrounds of its credit, and those that are most like it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.app.telling import outcome
from auditor.checks.sample import sample
from auditor.checks.summaries import Summary, summaries
from auditor.dataset import Dataset, Floats, Integers
from auditor.evidence import scores_of
from auditor.explain.similar import nearest
from auditor.explain.told import Alike
from auditor.subject import Subject

_MOST = 10_000  # rows that are looked through
_SCORED = 2000  # of them, from which backgrounds are drawn
_SHOWN, _COUNTED = 5, 50
_RECENT = 3  # last steps that have a mean of their own


@dataclass(frozen=True, eq=False)
class Others:
    """data, scores: rows that backgrounds are drawn from. pool, seen: rows that are looked through for similar ones."""

    subject: Subject
    data: Dataset
    scores: Floats
    pool: Dataset
    seen: Floats
    names: tuple[Summary, ...]
    longest: int
    notes: tuple[str, ...]

    @classmethod
    def of(cls, subject: Subject, against: Dataset) -> Others:
        """Drawn from the rows of a data set, whole clusters at a time."""
        rows, sampled = sample(against, _MOST, subject.rng("explanations", "pool"))
        pool = against.take(rows)
        some, _ = sample(pool, _SCORED, subject.rng("explanations", "scored"))
        data = pool.take(some)
        longest = subject.encoder.width or int(max(subject.test.lengths.max(initial=1), against.lengths.max(initial=1)))
        seen, names = summaries(subject, pool, _RECENT, longest)
        told = (
            f"Similar rows were looked for among {sampled.n:,} of {sampled.of:,}, drawn at random." if sampled else ""
        )
        return cls(subject, data, scores_of(subject, data), pool, seen, names, longest, (told,) if told else ())

    def alike(
        self, data: Dataset, row: int, column: int | None = None
    ) -> tuple[tuple[Alike, ...], tuple[int, int] | None]:
        """The rows most like a row, of other entities; and of how many that are near how many have the outcome.

        The count is None where it would tell of too few people. column: the class whose scores are told, if several.
        """
        own = summaries(self.subject, data.take(np.array([row])), _RECENT, self.longest)[0][0]
        others = np.flatnonzero(self._strangers(data, row))
        found = nearest(own, self.seen[others], _COUNTED)
        rows = others[found.rows]
        near = rows[:_SHOWN]
        if not len(near):
            return (), None
        scores = self.subject.raw_score(self.subject.block(self.pool, near))
        scores = scores if column is None else scores[:, column]
        told = tuple(
            Alike(
                distance=float(found.distances[at]),
                score=float(scores[at]),
                outcome=outcome(self.pool, int(near[at])),
                differs=_said(self.names[found.differs[at]]) if found.distances[at] > 0 else "",
            )
            for at in range(len(near))
            if np.isfinite(scores[at])
        )
        return told, self._events(rows)

    def _strangers(self, data: Dataset, row: int) -> Floats:
        """(pool,) whether each row is of another entity; where none is declared, another row."""
        return np.asarray(self.pool.entity != data.entity[row])

    def _events(self, rows: Integers) -> tuple[int, int] | None:
        least, events = self.subject.smallest_cell, int((self.pool.y[rows] == 1).sum())
        if self.pool.task != "binary" or len(rows) < _COUNTED:
            return None
        return (events, len(rows)) if min(events, len(rows) - events) >= least else None


def _said(summary: Summary) -> str:
    return f"{summary.name} is {summary.level}" if summary.level else summary.name
