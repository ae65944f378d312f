"""Small plausible worst case."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field, FiniteFloat

from auditor.checks.behavior.ascent import Box, worst
from auditor.checks.behavior.change import Trial, effects, meanings, moved
from auditor.checks.behavior.change_charts import shown
from auditor.checks.behavior.measurement_error import measurement_errors
from auditor.checks.check import check
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import row_mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.subject import Subject

_ID = "behavior.worst_case"


class Params(Frozen):
    """How far values may move, and how hard the worst is looked for."""

    multiple: Annotated[FiniteFloat, Field(gt=0, le=100)] = Field(
        default=1.0, description="Each value moves by at most so many times its measurement error."
    )
    steps: int = Field(default=5, ge=1, le=100, description="How many steps along the slope are taken.")
    rows: int = Field(default=500, ge=100, description="At most about so many test rows are used, drawn at random.")


def _rows(subject: Subject, params: Params) -> int:
    return min(len(subject.test), params.rows) * (2 * params.steps + 2)


@check(
    quantities=meanings("how values move")
    | {
        "flipped_beyond_chance": Meaning(
            title="Share of decisions that flip in the worst case and not by chance of the same size", better="lower"
        )
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Decisions hold where measurements are off by little, and all in the worst direction.

    Measures: each measured value of the numeric features is moved by at most its measurement error (declared with the
    data, or estimated as in behavior.noise), within its plausible range, step by step along the slope of the score
    towards the other side of the decision threshold, or away from the score where nothing is decided (projected
    gradient: Madry et al. 2018): how far the score moves, how many decisions flip and what is lost; overall and in
    every group. The same for moves of exactly that size whose signs are tossed.
    Why: it bounds what unlucky errors, or somebody who can shade the numbers a little, could do. A model that chance
    hardly moves and the worst case overturns leans on a fine balance of its inputs.
    Blind to: worse cases that a search along the slope does not find; changes of classes, of gaps and of what comes
    when. The worst case is not what errors usually do: see behavior.noise for that.
    """
    trial = Trial.of(subject, evidence, params.rows, _ID, params.model_dump_json())
    errors, untouched = measurement_errors(subject, subject.test)
    if not errors:
        reasons = "; ".join(f"{name}: {why}" for name, why in untouched.items())
        raise NotApplicable(f"no feature has an error of measurement that can be estimated ({reasons})")
    box = Box.of(trial.data, {name: params.multiple * error.sd for name, error in errors.items()})
    tossed = trial.scores(box.tossed, "tossed")
    found_worst = worst(trial, box, params.steps)
    # The search may do no better than chance in a row; the worst that is known is then that of chance.
    after = {"worst case": [_further(trial, found_worst, tossed)], "signs tossed": [tossed]}
    found = effects(trial, after)
    _beyond(trial, after["worst case"][0], tossed, found.quantities, found.unmeasured)
    return Measurement(
        quantities=found.quantities,
        unmeasured=found.unmeasured,
        shown=shown(trial.data, found, f"values off by {params.multiple:g} × the measurement error"),
        sampled=trial.sampled,
        notes=(*(f"{name} was not moved: {why}." for name, why in untouched.items()), *found.notes),
    )


def _further(trial: Trial, one: Floats, other: Floats) -> Floats:
    """Of two sets of scores, for each row that which overturns the decision, else that which is further away."""
    nearer = moved(trial.before, one) < moved(trial.before, other)
    try:
        flips = trial.flips()
    except NotApplicable:
        better = nearer  # nothing is decided, so that only the distance counts
    else:
        better = np.where(flips(one) == flips(other), nearer, flips(other))
    return np.asarray(np.where(better if one.ndim == 1 else better[:, None], other, one))


def _beyond(
    trial: Trial, worst: Floats, tossed: Floats, quantities: dict[str, Quantity], unmeasured: dict[str, str]
) -> None:
    try:
        flips = trial.flips()
    except NotApplicable as nothing:
        unmeasured["flipped_beyond_chance"] = nothing.reason
        return
    more = flips(worst).astype(float) - flips(tossed)
    if not more.any():
        every = np.ones(len(more), dtype=bool)
        quantities["flipped_beyond_chance"] = Quantity.of(trial.sampling.rate(more > 0, every))
        return
    estimate = trial.sampling.estimate(row_mean(more), n=len(more), method="paired mean over rows")
    quantities["flipped_beyond_chance"] = Quantity.of(estimate)
