"""Extreme values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from auditor.checks.behavior.change import Trial, effects, meanings, moved, size_of
from auditor.checks.behavior.change_charts import bars, shown
from auditor.checks.behavior.stack import Disturb, Draw
from auditor.checks.check import check
from auditor.dataset import Block, Feature, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.subject import Subject

_ID = "behavior.extremes"
_ALONE = 250  # rows on which each feature is tried alone
_TAIL = 0.001  # beyond it lie the rarest values of the reference, which stand in where no limit is declared
_ENDS = ("lowest", "highest")


class Params(Frozen):
    """How many rows."""

    rows: int = Field(default=1000, ge=100, description="At most about so many test rows are used, drawn at random.")


def _rows(subject: Subject, params: Params) -> int:
    n = min(len(subject.test), params.rows)
    features = len(subject.test.features) + len(subject.test.static_features)
    return 2 * n + 2 * features * min(n, _ALONE)


@check(
    quantities=meanings("extreme")
    | {"unanswered": Meaning(title="Features at whose limits the model gives no finite score", better="lower", low=0)},
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model answers, and answers with measure, where a value is at the limit of what can be.

    Measures: one numeric feature, of each row another, is set to the lowest and to the highest value that is plausible
    (declared with the data; else the value that 1 in 1000 reference values lies beyond), wherever it was measured: how
    far the score moves, how many decisions flip and what is lost; overall and in every group. How far it moves for each
    feature alone; and at how many features' limits the model gives no finite score.
    Why: the sickest patient and the largest loan are rare in the data and matter most; a model must not break there, or
    answer as if nothing were.
    Blind to: several extreme values at once; whether the direction is right (see behavior.direction). That decisions
    flip is to be expected of features that matter.
    """
    trial = Trial.of(subject, evidence, params.rows, _ID, params.model_dump_json())
    limits = _limits(subject)
    if not limits:
        raise NotApplicable("no numeric feature has a value that varies, so that nothing is extreme")
    ends = {f"one feature at its {end}": _put(limits, number, None) for number, end in enumerate(_ENDS)}
    kinds = {name: Draw(put, (name,)) for name, put in ends.items()}
    after, refused = trial.attempts(kinds)
    found = effects(trial, after, refused)
    few, bounded = trial.some(_ALONE), trial.data.task != "regression"
    each = {}
    for at, limit in enumerate(limits):
        for number, end in enumerate(_ENDS):
            name = f"{limit.feature.name} at its {end}, {(limit.low, limit.high)[number]:.6g} {limit.feature.unit}"
            each[name.strip()] = Draw(_put(limits, number, at), (name,))
    scores, broken = few.attempts(each)
    alone = {name: size_of(few.sampling, moved(few.before, one), bounded=bounded) for name, (one,) in scores.items()}
    count = len({name.split(" at its ")[0] for name in broken})
    exact = Estimate(value=float(count), n=len(limits), method="a count of what was tried", spread=Exact())
    largest = dict(sorted(alone.items(), key=lambda item: (-item[1].value, item[0]))[:20])
    chart = (bars("Each feature at its limits", "Mean absolute change of the score", "", largest),) if largest else ()
    return Measurement(
        quantities={**found.quantities, "unanswered": Quantity.of(exact)},
        unmeasured=found.unmeasured,
        shown=(*shown(trial.data, found, "extreme values"), *chart),
        sampled=trial.sampled,
        notes=(*(f"No score with {name}: {why}." for name, why in broken.items()), *found.notes),
    )


@dataclass(frozen=True)
class Limit:
    """A numeric feature, where it is, and its plausible ends."""

    feature: Feature
    at: int
    static: bool
    low: float
    high: float


def _limits(subject: Subject) -> Sequence[Limit]:
    known = subject.reference if subject.reference is not None and len(subject.reference) else subject.test
    found = []
    for static, features, values in (
        (False, known.features, known.values),
        (True, known.static_features, known.static),
    ):
        for at, feature in enumerate(features):
            cells = np.asarray(values[:, at], dtype=float)
            cells = cells[np.isfinite(cells)]
            if feature.kind != "numeric" or not len(cells) or np.ptp(cells) == 0:
                continue
            # As many values as make a group lie beyond, so that no limit is the value of one person.
            tail = min(0.5, max(_TAIL, subject.smallest_cell / len(cells)))
            low = float(np.quantile(cells, tail)) if feature.low is None else feature.low
            high = float(np.quantile(cells, 1 - tail)) if feature.high is None else feature.high
            found.append(Limit(feature, at, static, low, high))
    return found


def _put(limits: Sequence[Limit], end: int, only: int | None) -> Disturb:
    """One feature at its low (0) or high (1) end: the one told, or of each row another."""

    def disturb(block: Block, rng: np.random.Generator) -> Block:
        which = rng.integers(0, len(limits), len(block)) if only is None else np.full(len(block), only)
        values, static = block.values.copy(), block.static.copy()
        for number, limit in enumerate(limits):
            part: Floats = static if limit.static else values
            mine = which == number
            cells = part[mine, ..., limit.at]
            part[mine, ..., limit.at] = np.where(np.isnan(cells), np.nan, (limit.low, limit.high)[end])
        return block.with_values(values).with_static(static)

    return disturb
