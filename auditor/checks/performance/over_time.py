"""Performance over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.performance.charts import achieved, dots, measure_axis
from auditor.checks.periods import ONE_CLOCK, periods
from auditor.checks.quality import Quality, quality_of
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.disjoint import difference
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Axis, Bars, Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]


class Params(Frozen):
    """Into how many periods the test data are divided, and what their times mean."""

    periods: int = Field(default=4, ge=2, le=24, description="Periods of about equally many rows.")
    one_clock: bool = Field(default=False, description=ONE_CLOCK)


@check(
    quantities={
        "drop": Meaning(
            title="Loss of predictive quality since the first period", better="lower", per="period after the first"
        ),
        "mean_error": Meaning(title="Mean of predicted − observed in the period", better="target", per="period"),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model predicts the latest rows as well as the earliest ones.

    Measures: the area under the ROC curve (share of classes predicted rightly, root mean squared error) in periods of
    about equally many test rows, by the time of each row's last step; how much worse it is than in the first period;
    and whether predictions err to one side in any period.
    Why: people, treatments and economies change, and a model that was right when it was made can wear out within the
    very data that it is tested on; then the average over all of them says too much.
    Blind to: what happened after the last test row.
    """
    data, scores, sampling = subject.test, evidence.finite(SCORES), Sampling.of(subject.test)
    named = periods(data, params.periods, params.one_clock)
    told, unmeasured = _told(subject, named)
    if len(told) < 2:
        raise NotApplicable("fewer than two periods have enough rows, and enough of each outcome, to be compared")
    levels = {name: quality_of(data.task, data.y[rows], scores[rows]) for name, rows in told.items()}
    first = next(iter(told))
    drops = {
        name: difference(levels[first], told[first], level, told[name])
        for name, level in levels.items()
        if name != first
    }
    make = _Maker(subject, sampling, told, unmeasured)
    quantities = {"drop": make.quantity(drops)}
    shown = [_levels(subject, levels, told)]
    if data.task != "multiclass":
        errors = {name: row_mean(scores[rows] - data.y[rows]).among(rows) for name, rows in told.items()}
        quantities["mean_error"] = make.quantity(errors)
        caption = "Away from zero the model predicts too much or too little throughout a period."
        axis = Axis(title="Mean of predicted − observed", unit=data.target.unit if data.task == "regression" else "")
        shown.append(
            dots("Predictions too high or too low, by period", caption, quantities["mean_error"].parts, axis, 0)
        )
    return Measurement(
        quantities=quantities,
        unmeasured={} if "mean_error" in quantities else {"mean_error": "defined for two outcomes or a number"},
        shown=tuple(shown),
    )


def _told(subject: Subject, named: dict[str, Mask]) -> tuple[dict[str, Mask], dict[str, str]]:
    """Periods that can be told, and why the others cannot."""
    told, unmeasured = {}, {}
    for name, rows in named.items():
        counts = [int(rows.sum())]
        if subject.test.task == "binary":
            event = subject.test.y[rows] == 1
            counts = [int(event.sum()), int((~event).sum())]
        if min(counts) < subject.smallest_cell:
            what = "rows of an outcome" if len(counts) > 1 else "rows"
            unmeasured[name] = f"fewer than {subject.smallest_cell} {what}; suppressed"
        else:
            told[name] = rows
    return told, unmeasured


class _Maker:
    """Makes a quantity of statistics that are seen from all rows; n and events are those of the period named."""

    def __init__(self, subject: Subject, sampling: Sampling, told: dict[str, Mask], unmeasured: dict[str, str]) -> None:
        self.subject = subject
        self.sampling = sampling
        self.told = told
        self.unmeasured = unmeasured

    def quantity(self, stats: dict[str, Stat]) -> Quantity:
        """One part for each period."""
        correlation = self.sampling.correlation([stat.influence for stat in stats.values()])
        parts = {name: self._estimate(name, stat) for name, stat in stats.items()}
        return Quantity(parts=parts, correlation=correlation, unmeasured=self.unmeasured)

    def _estimate(self, name: str, stat: Stat) -> Estimate:
        rows, data = self.told[name], self.subject.test
        events = int((data.y[rows] == 1).sum()) if data.task == "binary" else None
        return self.sampling.estimate(stat, n=int(rows.sum()), events=events, method="influence function")


def _levels(subject: Subject, levels: dict[str, Stat], told: dict[str, Mask]) -> Bars:
    data = subject.test
    drawn = {name: achieved(Quality.of(data.take(np.flatnonzero(told[name]))), stat) for name, stat in levels.items()}
    caption = "From the earliest period to the latest: where it gets steadily worse, the model wears out."
    return dots("Predictive quality by period", caption, drawn, measure_axis(data))
