"""Overfitting: whether the model predicts worse on test rows than on the rows that it was made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.checks.check import check
from auditor.checks.performance.charts import achieved, dots, measure_axis
from auditor.checks.quality import Quality
from auditor.dataset import Dataset, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import REFERENCE_SCORES, SCORES, Evidence
from auditor.kernels.disjoint import difference
from auditor.kernels.stat import Stat
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.subject import Subject


class Params(Frozen):
    """None."""


@check(
    quantities={"gap": Meaning(title="Loss of predictive quality from reference to test rows", better="lower")},
    needs=(SCORES, REFERENCE_SCORES),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model predicts new rows about as well as those that it was made from.

    Measures: how much lower the area under the ROC curve is on the test rows than on the reference rows; with several
    classes, the share of rows predicted rightly; for a predicted number, how much higher the root mean squared error
    is. The interval is that of a difference of two independent samples.
    Why: a model that has learnt its training rows by heart looks good on them and fails on new ones; a large gap also
    says that more data, or a smaller model, would help.
    Blind to: reference rows that were not used for training, on which nothing can be learnt by heart; a change of the
    population, which opens the same gap (see data.drift); people who are in both, who close it.
    """
    if subject.reference is None or not len(subject.reference):
        raise NotApplicable("there are no reference rows to compare with")
    before = _side("reference rows", subject.reference, evidence.finite(REFERENCE_SCORES))
    after = _side("test rows", subject.test, evidence.finite(SCORES))
    weaker = min(before, after, key=lambda side: side.rarer)
    sampling = before.quality.sampling.beside(after.quality.sampling)
    first = np.repeat([True, False], [len(before.quality.data), len(after.quality.data)])
    gap = sampling.estimate(
        difference(before.stat, first, after.stat, ~first),
        n=len(weaker.quality.data),
        events=None if weaker.quality.event is None else int(weaker.quality.event.sum()),
        method="difference of two independent samples, by influence values",
    )
    return Measurement(
        quantities={"gap": Quantity.of(gap)},
        shown=(
            dots(
                "Predictive quality on reference and test rows",
                "The further the two are apart, the more the model relies on what holds for its own rows only.",
                {side.name: achieved(side.quality, side.stat) for side in (before, after)},
                measure_axis(subject.test),
            ),
        ),
    )


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two samples. stat: its measure, higher is better."""

    name: str
    quality: Quality
    stat: Stat

    @property
    def rarer(self) -> int:
        """Rows, or rows with the outcome that fewer of them have."""
        n, event = len(self.quality.data), self.quality.event
        return n if event is None else int(min(event.sum(), n - event.sum()))


def _side(name: str, data: Dataset, scores: Floats) -> Side:
    try:
        quality = Quality.of(data)
        return Side(name, quality, quality.stat(scores))
    except NotApplicable as error:
        raise NotApplicable(f"{name}: {error.reason}") from error
