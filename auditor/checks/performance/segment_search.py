"""The search for the segments in which the model is weakest, on one half of the rows, and its proof on the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.quality import quality_of
from auditor.dataset import Dataset, Floats
from auditor.errors import NotApplicable
from auditor.kernels.disjoint import difference
from auditor.kernels.promise import promised_accuracy, promised_auroc
from auditor.kernels.stat import Stat, minus, row_mean
from auditor.measurement import Quantity
from auditor.sampling import Sampling

Mask = NDArray[np.bool_]
_SURE = 1.645  # standard errors that a find is held to be smaller than it looks, so that small segments do not win
_ALIKE = 0.5  # two segments that share more than this part of their rows are one


def weakest(named: Mapping[str, Mask], searched: Mask, weakness: Callable[[Mask], Stat], most: int) -> list[str]:
    """At most `most` segments, the weakest first, no two of which are nearly the same rows.

    weakness: of the rows of a segment on the searched half; larger is weaker. Segments are ranked by its lower bound.
    """
    ranked: list[tuple[float, str]] = []
    for name, rows in named.items():
        try:
            stat = weakness(rows & searched)
        except NotApplicable:
            continue
        error = float(np.sqrt((stat.influence**2).sum())) / len(stat.influence)
        ranked.append((_SURE * error - stat.value, name))
    chosen: list[str] = []
    for _, name in sorted(ranked):
        if len(chosen) < most and all(_shared(named[name], named[other]) <= _ALIKE for other in chosen):
            chosen.append(name)
    return chosen


def _shared(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


@dataclass(frozen=True, eq=False)
class Trial:
    """The rows, their scores, how they are clustered, which belong to the half that is searched; the smallest cell."""

    data: Dataset
    scores: Floats
    sampling: Sampling
    searched: Mask
    smallest_cell: int

    def quality(self, rows: Mask) -> Stat:
        """The task's measure on these rows."""
        return quality_of(self.data.task, self.data.y[rows], self.scores[rows])

    def weakness(self, rows: Mask) -> Stat:
        """The measure in a segment, negated; the level of the whole is the same for all segments."""
        inside = self.quality(rows)
        return Stat(-inside.value, -inside.influence)

    def shortfall(self, rows: Mask) -> Stat:
        """What the scores promise of the measure in a segment, less what they keep. For outcomes only.

        Raises NotApplicable where every score is the same: it ranks nobody, promises just that, and keeps it.
        """
        scores = self.scores[rows]
        if not np.ptp(scores, axis=0).any():
            raise NotApplicable("every row has the same score, which promises nothing")
        promised = promised_auroc(scores) if self.data.task == "binary" else promised_accuracy(scores)
        return minus(promised, self.quality(rows))

    def bias(self, rows: Mask) -> Stat:
        """How far predictions are off to one side in a segment."""
        error = row_mean(self.scores[rows] - self.data.y[rows])
        return Stat(abs(error.value), error.influence)

    def gap(self, rows: Mask, half: Mask) -> Stat:
        """The measure outside less that within the segment, both on a half of the rows."""
        within, outside = rows & half, ~rows & half
        return difference(self.quality(outside), outside, self.quality(within), within)

    def mean_error(self, rows: Mask) -> Stat:
        """Predicted less observed in a segment."""
        return row_mean(self.scores[rows] - self.data.y[rows])

    def within(self, compute: Callable[[Mask], Stat]) -> Callable[[Mask, Mask], Stat]:
        """A statistic of the rows of a segment that are in a half, seen from all rows."""
        return lambda rows, half: compute(rows & half).among(rows & half)

    def quantity(
        self, compute: Callable[[Mask, Mask], Stat], found: Sequence[str], named: Mapping[str, Mask]
    ) -> Quantity:
        """What the half that confirms says of each segment found; n and events are those of its rows there."""
        parts, influences, unmeasured = {}, [], {}
        for name in found:
            within = named[name] & ~self.searched
            event = self.data.y[within] == 1 if self.data.task == "binary" else None
            if event is not None and min(event.sum(), (~event).sum()) < self.smallest_cell:
                unmeasured[name] = f"fewer than {self.smallest_cell} rows of an outcome confirm it; suppressed"
                continue
            try:
                stat = compute(named[name], ~self.searched)
            except NotApplicable as refusal:
                unmeasured[name] = refusal.reason
                continue
            influences.append(stat.influence)
            parts[name] = self.sampling.estimate(
                stat,
                n=int(within.sum()),
                events=None if event is None else int(event.sum()),
                method="influence function, on the half that was not searched",
            )
        correlation = self.sampling.correlation(influences) if influences else None
        return Quantity(parts=parts, correlation=correlation, unmeasured=unmeasured)
