"""Disturbed time."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from auditor.checks.behavior import clock
from auditor.checks.behavior.alone import of_one_feature, one_feature
from auditor.checks.behavior.change import Effects, Trial, effects, meanings, moved
from auditor.checks.behavior.change_charts import shown
from auditor.checks.behavior.parts import level_parts
from auditor.checks.behavior.stack import Disturb, Draw
from auditor.checks.check import check
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.subject import Subject

_ID = "behavior.time"
_SMALL = 0.01  # of the standard deviation of the scores: a change below it is taken as none


class Params(Frozen):
    """How long a sensor is frozen, and how many rows."""

    frozen: int = Field(default=3, ge=1, description="For how many last steps a frozen sensor repeats its value.")
    rows: int = Field(default=2000, ge=100, description="At most about so many test rows are used, drawn at random.")


def _rows(subject: Subject, params: Params) -> int:
    return min(len(subject.test), params.rows) * (9 + len(subject.test.features))


@check(
    quantities=meanings("disturbance")
    | of_one_feature("frozen", "stays at an old value")
    | {
        "history_used": Meaning(
            title="Share of rows whose score hangs on more than the last step", better="higher", low=0, high=1
        ),
        "order_used": Meaning(
            title="Share of rows whose score hangs on the order of the steps", better="higher", low=0, high=1
        ),
        "history_used_by_group": Meaning(
            title="Share of rows whose score hangs on more than the last step, by group",
            better="higher",
            per="group",
            low=0,
            high=1,
        ),
        "order_used_by_group": Meaning(
            title="Share of rows whose score hangs on the order of the steps, by group",
            better="higher",
            per="group",
            low=0,
            high=1,
        ),
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Scores and decisions bear a record whose time is a little off, and hang on the history as they should.

    Measures: how far the score moves, how many decisions flip and how much worse the model predicts when all values
    come a step late, when a step is written down twice, when one sensor (of each row another) stays at an old value for
    the last steps, when two features are swapped, when one numeric feature is in another unit (°F for °C, else 1000
    times too large), and when only the last step or the last quarter of the steps is known; overall and in every group.
    And for each feature by itself what happens when it stays at an old value for the last steps.
    The same when steps are in reverse order, or shuffled; the share of rows whose score then moves by more than 1 % of
    the scores' standard deviation tells whether the order is used at all, and the last step alone whether the history
    is.
    Why: clocks, buffers and interfaces fail in these ways; and a sequence model that ignores the sequence is not what
    its owners believe it to be.
    Blind to: faults that last for some hours and are then repaired; wrong times of rows as a whole. Swapped features
    and other units are outside what can occur without a fault: a large change is to be expected, and tells how much a
    check of the inputs is worth.
    """
    trial = Trial.of(subject, evidence, params.rows, _ID, params.model_dump_json())
    if trial.data.lengths.max(initial=0) < 2:
        raise NotApplicable("no row has more than one step, so there is no time to disturb")
    kinds: dict[str, Disturb] = {
        "values a step late": clock.late,
        "a step written twice": clock.twice,
        f"frozen sensor, last {params.frozen} steps": clock.frozen(params.frozen),
        "reverse order": clock.backwards,
        "shuffled order": clock.shuffled,
    }
    numeric = [at for at, feature in enumerate(trial.data.features) if feature.kind == "numeric"]
    if len(numeric) > 1:
        kinds["two features swapped"] = clock.swapped(trial.data.features, numeric)
    if numeric:
        kinds["other unit"] = clock.other_unit(trial.data.features, numeric)
    longest = int(subject.block(trial.data, np.array([int(trial.data.lengths.argmax())])).mask.sum())
    short = {"only the last quarter": max(2, -(-longest // 4)), "only the last step": 1}
    whole = {name: Draw(lambda block, rng: block, data=clock.last(trial.data, last)) for name, last in short.items()}
    after, refused = trial.attempts({name: Draw(kind, (name,)) for name, kind in kinds.items()} | whole)
    found = effects(trial, after, refused)
    for name, kind in {"history_used": "only the last step", "order_used": "shuffled order"}.items():
        if kind in after:
            _hangs(trial, found, name, after[kind][0])
        else:
            found.unmeasured |= dict.fromkeys((name, f"{name}_by_group"), refused[kind])
    each = {
        feature.name: Draw(clock.frozen_feature(params.frozen, at), ("frozen",))
        for at, feature in enumerate(trial.data.features)
    }
    held = dict(zip(each, trial.all_scores(list(each.values())), strict=True))
    frozen = one_feature(trial, found, held, "frozen", "stays at an old value")
    return Measurement(
        quantities=found.quantities,
        unmeasured=found.unmeasured,
        shown=(*shown(trial.data, found, "time disturbed"), *frozen),
        sampled=trial.sampled,
        notes=found.notes,
    )


def _hangs(trial: Trial, found: Effects, name: str, after: Floats) -> None:
    """The share, among rows of two steps and more, whose score moved by more than next to nothing; and by group."""
    spread, least, what = float(trial.before.std(axis=0).max()), trial.subject.smallest_cell, "rows of several steps"
    changed = np.asarray(moved(trial.before, after) > _SMALL * spread)
    several = np.asarray(trial.data.lengths > 1)
    found.quantities[name] = Quantity.of(trial.sampling.rate(changed, several, what))
    levels = trial.levels[0] if several.all() else level_parts(trial.subject, trial.picked[several])[0]
    if not levels.rows and not levels.small:
        found.unmeasured[f"{name}_by_group"] = "the data declare no groups"
        return
    every = trial.levels[0].rows
    short = [int(every[level].sum() - rows.sum()) for level, rows in levels.rows.items() if level in every]
    if any(0 < rest < least for rest in short):  # how many these are could be had by subtraction
        found.unmeasured[f"{name}_by_group"] = f"in some group fewer than {least} rows have one step only; suppressed"
        return
    own = trial.sampling.only(several)
    parts = {level: own.rate(changed[several], rows, what) for level, rows in levels.rows.items()}
    found.quantities[f"{name}_by_group"] = Quantity(parts=parts, unmeasured=levels.small)
