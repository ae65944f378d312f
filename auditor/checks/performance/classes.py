"""Several classes, each held against the rest as if it were the outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.outcome import class_scores
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Scale
from auditor.kernels.stat import Stat, mean
from auditor.measurement import Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]
Curves = Mapping[str, tuple[Mask, Floats]]


def against_rest(subject: Subject, scores: Floats) -> tuple[Curves, dict[str, str]]:
    """For each class that has enough rows: (rows,) whether a row is of it, and its score; and why others are not told.

    Raises NotApplicable where the model gives another number of classes than the data declare.
    """
    told: dict[str, tuple[Mask, Floats]] = {}
    absent: dict[str, str] = {}
    for name, (event, score) in class_scores(subject.test, scores).items():
        members, others = int(event.sum()), int((~event).sum())
        if not members or not others:
            absent[name] = "every test row is of this class" if members else "no test row of this class"
        elif min(members, others) < subject.smallest_cell:
            what = "this class" if members < others else "other classes"
            absent[name] = f"there are fewer than {subject.smallest_cell} rows of {what}; suppressed"
        else:
            told[name] = (event, score)
    return told, absent


@dataclass(frozen=True, eq=False)
class ByClass:
    """One measure of each class against the rest. stats: of those that have a value, in their order."""

    quantity: Quantity
    stats: list[Stat]
    sampling: Sampling
    scale: Scale
    method: str

    @classmethod
    def of(
        cls,
        curves: Curves,
        absent: Mapping[str, str],
        compute: Callable[[Mask, Floats], Stat],
        sampling: Sampling,
        scale: Scale,
        method: str,
    ) -> ByClass:
        """By `compute(event, score)`; a class of which it raises NotApplicable is told with the others in `absent`."""
        parts, stats, unmeasured = {}, [], dict(absent)
        for name, (event, score) in curves.items():
            try:
                stat = compute(event, score)
            except NotApplicable as error:
                unmeasured[name] = error.reason
                continue
            parts[name] = sampling.estimate(stat, scale=scale, n=len(event), events=event, method=method)
            stats.append(stat)
        correlation = sampling.correlation([stat.influence for stat in stats]) if parts else None
        quantity = Quantity(parts=parts, correlation=correlation, unmeasured=unmeasured)
        return cls(quantity, stats, sampling, scale, method)

    def mean(self, over: Callable[[], Stat] | None = None) -> Estimate:
        """The plain mean over classes; events are those of the rarest class, which limits it, entities the fewest.

        over: makes the mean where more is known of it than its parts tell. Raises NotApplicable, naming them, where
        there are classes without a value.
        """
        if self.quantity.unmeasured:
            raise NotApplicable(f"no mean over classes without {', '.join(self.quantity.unmeasured)}")
        rarest = min(self.quantity.parts.values(), key=lambda part: part.events or 0)
        method = f"mean over classes; {self.method}"
        stat = over() if over else mean(self.stats)
        found = self.sampling.estimate(stat, scale=self.scale, n=rarest.n, events=rarest.events, method=method)
        entities = [part.entities for part in self.quantity.parts.values() if part.entities is not None]
        return found.model_copy(update={"entities": min(entities, default=None)})
