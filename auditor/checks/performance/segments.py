"""The weakest segments."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.performance.charts import LEVEL
from auditor.checks.performance.segment_names import eligible, segments, told_apart
from auditor.checks.performance.segment_search import Trial, weakest
from auditor.checks.quality import MEASURES
from auditor.checks.sample import sample
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import Stat
from auditor.measurement import Column, Meaning, Measurement, Quantity, Sampled, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_ID = "performance.segments"
_UNDEFINED = {
    "shortfall": "a predicted number promises nothing of its own error",
    "mean_error": "defined for two outcomes or a number",
}
_NOT_FOUND = "it is defined in no segment of the rows that are searched, as where every score is the same"
_WORDS = {
    "gap": ("Segments that are predicted worst", "Confirmed is how much worse the {measure} is than outside."),
    "shortfall": (
        "Segments in which the scores promise more than they keep",
        "How far the {measure} is below what the scores themselves imply for these rows.",
    ),
    "mean_error": (
        "Segments in which predictions err to one side",
        "Above zero the model predicts too much for the segment, below it too little.",
    ),
}
_FEWEST = 200  # rows of a half below which there is nothing to search
_FEWEST_CLUSTERS = 20


class Params(Frozen):
    """How large a segment is at least, how many are told, and on how many rows they are searched."""

    smallest_share: float = Field(
        default=0.1, gt=0, le=0.5, description="Smallest share of the rows that counts as a segment."
    )
    told: int = Field(default=3, ge=1, le=10, description="How many of the weakest segments are confirmed and told.")
    last_steps: int = Field(default=3, ge=2, le=1000, description="Steps in the mean of the last steps.")
    rows: int = Field(default=20_000, ge=500, description="At most about so many test rows are used.")


@check(
    quantities={
        "gap": Meaning(title="Predictive quality outside the segment less that within", better="lower", per="segment"),
        "shortfall": Meaning(
            title="Predictive quality that the scores promise in the segment less what they keep",
            better="lower",
            per="segment",
        ),
        "mean_error": Meaning(title="Mean of predicted − observed in the segment", better="target", per="segment"),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """There is no part of the population for which the model is much worse.

    Measures: where the model is weakest among all segments that can be named by one property: level of a group, lowest
    to highest quarter of a feature's summaries in original units, not measured, length of the history. Weak is told in
    three ways: by how much the area under the ROC curve (share of classes predicted rightly, root mean squared error)
    is worse than outside the segment; by how much it is lower than the scores themselves imply for these rows (van
    Klaveren et al. 2016); by how far predictions err to one side. Segments are searched on half of the test data, by
    cluster; only what the other half says of the segments found is told and judged.
    Why: a good average can hide a ward, an age or a kind of history for which the model fails; and whoever looks at
    many segments finds a bad one by chance, unless it is confirmed on rows that did not suggest it.
    Blind to: segments that take two properties to name; segments smaller than the smallest share. Rows that are alike
    are harder to rank for anybody, so that a quality below that outside is no fault by itself; falling short of what
    the scores imply is one.
    """
    scores = evidence.finite(SCORES)
    rows, _ = sample(subject.test, params.rows, subject.rng(_ID, params.model_dump_json(), "rows"))
    trial = _halves(subject, params, rows, scores)
    smallest = max(subject.smallest_cell, int(np.ceil(params.smallest_share * trial.searched.sum())))
    groups, left = told_apart(trial.data, trial.searched, subject.smallest_cell)
    every = segments(subject, trial.data, groups, trial.searched, params.last_steps)
    named = eligible(trial.data, every, trial.searched, smallest)
    if not named:
        raise NotApplicable("no segment has enough rows, and enough of each outcome, to be searched and confirmed")
    task, search = trial.data.task, _Search(trial, named, params.told)
    search.add("gap", trial.weakness, trial.gap)
    if task != "regression":
        search.add("shortfall", trial.shortfall, trial.within(trial.shortfall))
    if task != "multiclass":
        search.add("mean_error", trial.bias, trial.within(trial.mean_error))
    told = int((~trial.searched).sum())
    return Measurement(
        quantities=search.quantities,
        unmeasured={**{n: why for n, why in _UNDEFINED.items() if n not in search.quantities}, **search.unmeasured},
        shown=tuple(search.tables),
        sampled=Sampled(n=told, of=len(subject.test), how="the half by cluster on which no segment was searched"),
        notes=(f"{len(named)} segments were searched on {int(trial.searched.sum())} rows.", *left),
    )


def _halves(subject: Subject, params: Params, rows: Integers, scores: Floats) -> Trial:
    """The rows, and which of them belong to the half that is searched. Raises NotApplicable where a half is small."""
    data = subject.test.take(rows)
    sampling = Sampling.of(data)
    codes = np.arange(len(data)) if sampling.codes is None else sampling.codes
    order = subject.rng(_ID, params.model_dump_json(), "halves").permutation(sampling.clusters)
    searched = np.isin(codes, order[: sampling.clusters // 2])
    fewest = min(int(searched.sum()), int((~searched).sum()))
    if fewest < _FEWEST or sampling.clusters < 2 * _FEWEST_CLUSTERS:
        least = f"{_FEWEST} rows" + ("" if sampling.codes is None else f" of {_FEWEST_CLUSTERS} {sampling.kind}")
        raise NotApplicable(f"one half is searched and the other confirms; a half must have at least {least}")
    return Trial(data, scores[rows], sampling, searched, subject.smallest_cell)


class _Search:
    """Searches segments for one quantity after the other, and confirms what was found."""

    def __init__(self, trial: Trial, named: Mapping[str, Mask], most: int) -> None:
        self.trial = trial
        self.named = named
        self.most = most
        self.quantities: dict[str, Quantity] = {}
        self.unmeasured: dict[str, str] = {}
        self.tables: list[Table] = []

    def add(self, name: str, weakness: Callable[[Mask], Stat], compute: Callable[[Mask, Mask], Stat]) -> None:
        """weakness: of the rows of a segment where it is searched; compute: of all of its rows, on a half."""
        found = weakest(self.named, self.trial.searched, weakness, self.most)
        if not found:
            self.unmeasured[name] = _NOT_FOUND
            return
        self.quantities[name] = self.trial.quantity(compute, found, self.named)
        if self.quantities[name].parts:
            self.tables.append(self._table(name, compute))

    def _table(self, name: str, compute: Callable[[Mask, Mask], Stat]) -> Table:
        """The segments found: what they looked like where they were searched, and what was left of it."""
        measure, rows = MEASURES[self.trial.data.task], []
        for segment, after in self.quantities[name].parts.items():
            before = compute(self.named[segment], self.trial.searched)
            low, high = after.interval(LEVEL)
            bounds = (low if math.isfinite(low) else None, high if math.isfinite(high) else None)
            rows.append((segment, after.n, before.value, after.value, bounds))
        title, caption = _WORDS[name]
        return Table(
            title=title,
            caption=f"{caption.format(measure=measure)} What a search finds looks worse than it is; the last two "
            "columns come from rows that were not searched.",
            columns=(
                Column(title="Segment"),
                Column(title="Rows that confirm", kind="count"),
                Column(title="Where searched", kind="number"),
                Column(title="Confirmed", kind="number"),
                Column(title="95 % interval", kind="interval"),
            ),
            rows=tuple(rows),
        )
