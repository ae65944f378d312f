"""The one number by which checks tell how much worse a model predicts when something is changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.outcome import positive
from auditor.dataset import Dataset, Floats, Task
from auditor.estimate import Estimate, Mover, NotEstimable, Wilson
from auditor.kernels.auroc import auroc
from auditor.kernels.errors import root_mean_squared_error
from auditor.kernels.multiclass import right
from auditor.kernels.stat import Stat, mean, minus, row_mean
from auditor.sampling import Sampling

MEASURES = {
    "binary": "area under the ROC curve",
    "multiclass": "share of rows whose class is predicted rightly",
    "regression": "root mean squared error",
}
WORDS = {task: f"{'rise' if task == 'regression' else 'drop'} of the {measure}" for task, measure in MEASURES.items()}


def quality_of(task: Task, y: Floats, scores: Floats) -> Stat:
    """The measure of a task on these rows, higher is better (the error is negated); y: (rows,).

    Raises NotApplicable where a binary task has one outcome only.
    """
    if task == "binary":
        return auroc(np.asarray(y == 1), scores)
    if task == "multiclass":
        return row_mean(right(y.astype(np.intp), scores).astype(float))
    error = root_mean_squared_error(y, scores)
    return Stat(-error.value, -error.influence)


@dataclass(frozen=True, eq=False)
class Quality:
    """How well the scores of these rows predict: area under the ROC curve, accuracy, or root mean squared error.

    event: (rows,) who has the outcome of a binary task; None for the other tasks.
    """

    data: Dataset
    event: NDArray[np.bool_] | None
    sampling: Sampling

    @classmethod
    def of(cls, data: Dataset) -> Quality:
        """Raises NotApplicable where a binary task has one outcome only."""
        return cls(data, positive(data) if data.task == "binary" else None, Sampling.of(data))

    def stat(self, scores: Floats) -> Stat:
        """The measure of one set of scores, (rows,) or (rows, classes); higher is better (the error is negated)."""
        return quality_of(self.data.task, self.data.y, scores)

    def loss(self, before: Floats, after: list[Floats]) -> Stat:
        """How much worse it becomes on the mean of several changed scores; paired, since the rows are the same."""
        return minus(self.stat(before), mean([self.stat(scores) for scores in after]))

    def estimate(self, stat: Stat, before: Floats) -> Estimate:
        """A loss with its uncertainty; before: the scores that something is lost from.

        Where no row contributes to it, see `_untouched`; but of one score for all, which ranks nothing, that says
        nothing: there was nothing to lose.
        """
        n, events = len(self.data), None if self.event is None else int(self.event.sum())
        if self.data.task != "regression" and not stat.influence.any():
            if not np.ptp(before, axis=0).any():
                nothing = NotEstimable(reason="every row has the same score, so that there is nothing to lose")
                return Estimate(value=0.0, n=n, events=events, method="none: one score for all rows", spread=nothing)
            return self._untouched(n, events)
        return self.sampling.estimate(stat, n=n, events=events, method="paired, by influence values")

    def _untouched(self, n: int, events: int | None) -> Estimate:
        """The loss where not one pair of rows (one row, with classes) is ranked otherwise: zero, but not for sure.

        A loss is at most the share of pairs that change. None did of as many disjoint pairs as the rarer outcome has
        rows, so that Wilson's upper bound for none among these bounds the loss on both sides.
        """
        nobody = np.zeros(n, dtype=bool)
        sides = [~nobody] if self.event is None else [self.event, ~self.event]
        bounds = [self.sampling.rate(nobody, side) for side in sides]
        least = min(bounds, key=lambda bound: bound.spread.size if isinstance(bound.spread, Wilson) else 0.0)
        spread: Mover | NotEstimable
        if isinstance(least.spread, Wilson):
            spread = Mover(first_value=0.0, first=least.spread, second_value=0.0, second=least.spread)
        else:
            spread = NotEstimable(reason="no row is ranked otherwise, and too few rows to say more")
        method = f"no {'pair' if events is not None else 'row'} changed; {least.method} bound on the share that would"
        return Estimate(value=0.0, n=n, events=events, entities=least.entities, method=method, spread=spread)
