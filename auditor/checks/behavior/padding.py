"""Independence of the padding."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.behavior import padded
from auditor.checks.behavior.change import Trial, effects, meanings, moved
from auditor.checks.behavior.change_charts import shown
from auditor.checks.behavior.rounding import BATCH, Rounding, rounding_of
from auditor.checks.behavior.sent import altered
from auditor.checks.check import check
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.subject import Subject

_ID = "behavior.padding"
_LONGER = 5  # steps of padding that are added, where the model takes any length


class Params(Frozen):
    """How many rows."""

    rows: int = Field(default=512, ge=64, description="At most about so many test rows are used, drawn at random.")


def _rows(subject: Subject, params: Params) -> int:
    slopes = max(1, len(subject.test.target.classes)) if subject.test.task == "multiclass" else 1
    return min(len(subject.test), params.rows) * (6 + slopes)


@check(
    quantities=meanings("change of the padding")
    | {
        "padding_read": Meaning(title="Share of rows whose score hangs on their padding", better="lower", low=0, high=1)
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The score of a row does not hang on how it was padded.

    Measures: whether the model reads the empty steps that rows shorter than its input are filled up with: rows are
    scored with more of them, where the model takes any length, or else the slope of the score at the empty steps is
    looked at, which is 0 where these are masked; the share of rows whose score moves by more than rounding (ten times
    that which is measured for this model). Besides, how far scores move and decisions flip with the padding on the
    other side, with another value in it, and with the mask off (values a hair off, which a mask no longer knows as
    padding; a mask that is an input of its own says of every step that it is real); overall and in every group.
    Why: padding is no measurement. A model that reads it gives the same history another score when the longest history
    of the file is another, or the software pads otherwise.
    Blind to: rows without padding, which say nothing. A model that tells empty steps by their value takes another value
    for a measurement, so that a change there, and with the mask off, is no fault by itself: it says that the value must
    never change. No change with the mask off says that there was none, or none that
    goes by the value.
    """
    among = padded.rows(subject)
    trial = Trial.of(subject, evidence, params.rows, _ID, params.model_dump_json(), among=among)
    block = subject.block(trial.data)
    base = subject.score(block, BATCH)
    rounding = rounding_of(subject, block, base, subject.rng(_ID, "rounding"))
    after: dict[str, list[Floats]] = {}
    if not block.mask.all():
        other = dataclasses.replace(trial.data, side="right" if trial.data.side == "left" else "left")
        after["on the other side"] = [trial.scores(lambda block, rng: block, data=other)]
        for name, change in {"another value": padded.other_value, "mask off": padded.unmasked}.items():
            changed = dataclasses.replace(trial, subject=altered(subject, change(subject)))
            after[name] = [changed.scores(lambda block, rng: block)]
    if padded.any_length(subject):
        after[f"{_LONGER} steps longer"] = [trial.scores(padded.longer(_LONGER, trial.data.side))]
        hangs = moved(trial.before, after[f"{_LONGER} steps longer"][0]) > _told(rounding, base, trial.before)
        reads: NDArray[np.bool_] | None = np.asarray(hangs)
    else:
        reads = padded.slopes(subject, block, rounding.limit)
    found = effects(trial, after)
    if reads is None:
        found.unmeasured["padding_read"] = "the model takes whole numbers of one length, so that nothing tells"
    else:
        found.quantities["padding_read"] = Quantity.of(trial.sampling.rate(reads, np.ones(len(reads), dtype=bool)))
    return Measurement(
        quantities=found.quantities,
        unmeasured=found.unmeasured,
        shown=shown(trial.data, found, "padding"),
        sampled=trial.sampled,
        notes=found.notes,
    )


def _told(rounding: Rounding, base: Floats, before: Floats) -> float:
    """What counts as rounding: ten times what was measured, or what another way of calling the model makes."""
    if len(base) == 0:
        raise NotApplicable("no rows")
    return max(rounding.limit, 2 * float(moved(base, before).max()))
