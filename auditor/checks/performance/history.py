"""Performance with less history: how early the model is right, and how much of the past it needs."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.performance.charts import achieved, banded, measure_axis
from auditor.checks.quality import WORDS, Quality
from auditor.checks.sample import sample
from auditor.dataset import Dataset, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity
from auditor.subject import Subject

_ID = "performance.history"


class Params(Frozen):
    """Which steps are left to the model, and how finely that is told."""

    keep: Literal["first", "last"] = Field(
        default="first",
        description="first: only the first steps are known, as early in a stay; last: only the last ones are.",
    )
    lengths: int = Field(default=6, ge=2, le=50, description="How many lengths of history are tried.")
    rows: int = Field(default=5000, ge=100, description="At most about so many test rows are used, drawn at random.")


def _rows(subject: Subject, params: Params) -> int:
    return min(len(subject.test), params.rows) * params.lengths


@check(
    quantities={
        "loss": Meaning(title="Loss of predictive quality with so much history", better="lower", per="history known")
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model is right before all of the history is known.

    Measures: how much worse the model predicts the same rows when it is shown only the first steps of each (or only the
    last ones): drop of the area under the ROC curve, drop of the share of classes predicted rightly, or rise of the
    root mean squared error. Rows that are shorter are shown whole.
    Why: an early warning must come early; and a model that needs only the last steps could do with less data.
    Blind to: whether the model was made to see short histories, which many are not; outcomes so near that an earlier
    warning could not help.
    """
    before = evidence.finite(SCORES)
    rows, sampled = sample(subject.test, params.rows, subject.rng(_ID, params.model_dump_json(), "rows"))
    data, whole = subject.test.take(rows), before[rows]
    quality, longest = Quality.of(data), int(data.lengths.max(initial=0))
    if longest < 2:
        raise NotApplicable("no row has more than one step, so there is no shorter history")
    steps = np.unique(np.linspace(0, longest, params.lengths + 1).round().astype(int))[1:-1]
    known = {int(count): _scores(subject, _shortened(data, int(count), params.keep)) for count in steps}
    if not known:
        raise NotApplicable(f"the longest row has {longest} steps, too few for {params.lengths} lengths of history")
    losses = {_name(params.keep, count): quality.loss(whole, [scores]) for count, scores in known.items()}
    curve = {**known, longest: whole}
    drawn = banded(
        f"{params.keep} steps known",
        list(curve),
        [achieved(quality, quality.stat(scores)) for scores in curve.values()],
    )
    return Measurement(
        quantities={
            "loss": Quantity(
                parts={name: quality.estimate(loss, whole) for name, loss in losses.items()},
                correlation=quality.sampling.correlation([loss.influence for loss in losses.values()]),
            )
        },
        shown=(
            Lines(
                title=f"Predictive quality when only the {params.keep} steps are known",
                caption=f"Where the curve has become flat, further steps add nothing; on the right all {longest} are "
                "known. The band is the pointwise 95 % interval.",
                x=Axis(title="Steps known", low=0),
                y=measure_axis(data),
                series=(drawn,),
            ),
        ),
        sampled=sampled,
        notes=(f"A loss is a {WORDS[data.task]} against the whole history.",),
    )


def _name(keep: str, steps: int) -> str:
    return f"{keep} {steps} step{'s' if steps > 1 else ''}"


def _shortened(data: Dataset, steps: int, keep: Literal["first", "last"]) -> Dataset:
    """The same rows with at most so many of their steps."""
    if keep == "first":
        return dataclasses.replace(data, stops=np.minimum(data.stops, data.starts + steps))
    return dataclasses.replace(data, starts=np.maximum(data.starts, data.stops - steps))


def _scores(subject: Subject, data: Dataset) -> Floats:
    return np.concatenate([subject.score(subject.block(data, rows)) for rows in subject.chunks(data)])
