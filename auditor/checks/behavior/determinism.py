"""Repeatability."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from auditor.checks.behavior.change import moved
from auditor.checks.behavior.rounding import BATCH, rounding_of
from auditor.checks.check import check
from auditor.checks.sample import sample
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.measurement import Column, Meaning, Measurement, Quantity, Table
from auditor.subject import Subject

_ID = "behavior.determinism"


class Params(Frozen):
    """How many rows, and how often."""

    rows: int = Field(default=512, ge=64, description="At most about so many test rows are used, drawn at random.")
    repeats: int = Field(default=3, ge=1, le=20, description="How often the same rows are scored again.")


def _rows(subject: Subject, params: Params) -> int:
    return min(len(subject.test), params.rows) * (3 + params.repeats + bool(subject.training))


@check(
    quantities={
        "same_input": Meaning(
            title="Largest difference between scores of the same row, in standard deviations of the scores",
            better="lower",
            low=0,
        ),
        "tolerance": Meaning(title="Difference of a score that a replay elsewhere may show", better="lower", low=0),
    },
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The same row gets the same score, today and when the audit is replayed.

    Measures: the largest difference between scores when the same rows are sent again in the same way, in standard
    deviations of the scores, and, where the model file calls layers as in training, between a plain call, in which they
    do so, and one that says that this is no training; and how far a score may be off when the audit is replayed on
    another machine: ten times the rounding of this model, or the difference between two ways of calling it here,
    whichever is larger.
    Why: a score that cannot be reproduced cannot be explained or defended; and a replay needs to know how near is near.
    Blind to: machines that round otherwise than by some last digits, such as graphics cards in reduced precision.
    """
    picked, sampled = sample(subject.test, params.rows, subject.rng(_ID, params.model_dump_json(), "rows"))
    block = subject.block(subject.test, picked)
    first, fixed = subject.score(block), subject.score(block, BATCH)
    rounding = rounding_of(subject, block, fixed, subject.rng(_ID, "rounding"))
    again = max(float(moved(first, subject.score(block)).max()) for _ in range(params.repeats))
    served = {}
    if subject.training:
        name = "a plain call, in which layers that the file calls as in training do so"
        served[name] = float(moved(fixed, subject.served(block, BATCH)).max())
    ways = float(moved(first, fixed).max())
    tolerance = max(rounding.limit, ways)

    def quantity(value: float) -> Quantity:
        method = "the largest of the rows tried, not an estimate"
        return Quantity.of(Estimate(value=value, n=len(picked), method=method, spread=Exact()))

    told = {
        "the same call again": again,
        **served,
        f"batches of {BATCH} instead of the auditor's own": ways,
        "every number sent replaced by a neighbouring one": rounding.seen,
        "tolerance of a replay": tolerance,
        "standard deviation of the scores": float(np.asarray(rounding.spread)),
    }
    table = Table(
        title="Differences between scores of the same rows",
        caption="The first line should be 0, and that of a plain call, where there is one, no more than rounding. A "
        "replay whose scores differ by more than the tolerance is not a replay.",
        columns=(Column(title="What was done"), Column(title="Largest difference", kind="number", digits=9)),
        rows=tuple(told.items()),
    )
    return Measurement(
        quantities={
            "same_input": quantity(max([again, *served.values()]) / rounding.spread),
            "tolerance": quantity(tolerance),
        },
        shown=(table,),
        sampled=sampled,
    )
