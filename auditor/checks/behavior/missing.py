"""Missing measurements."""

from __future__ import annotations

import numpy as np
from pydantic import Field, FiniteFloat

from auditor.checks.behavior import gaps
from auditor.checks.behavior.alone import of_one_feature, one_feature
from auditor.checks.behavior.change import Effects, Trial, effects, meanings
from auditor.checks.behavior.change_charts import bars, shown
from auditor.checks.behavior.stack import Draw
from auditor.checks.check import check
from auditor.checks.quality import WORDS, Quality
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import minus
from auditor.measurement import Meaning, Measurement, Quantity, Shown
from auditor.subject import Subject

_ID = "behavior.missing"
_KINDS = 3


class Params(Frozen):
    """What goes missing."""

    share: FiniteFloat = Field(
        default=0.3, gt=0, lt=1, description="The chance of each step to be lost; the share of steps of an outage."
    )
    last: int = Field(default=3, ge=1, description="For how many last steps a sensor fails.")
    rows: int = Field(default=2000, ge=100, description="At most about so many test rows are used, drawn at random.")


def _rows(subject: Subject, params: Params) -> int:
    features = len(subject.test.features) + len(subject.test.static_features)
    return min(len(subject.test), params.rows) * (_KINDS + features)


@check(
    quantities=meanings("kind of gap")
    | of_one_feature("without", "is never measured")
    | {
        "loss_one_group": Meaning(
            title="Loss when the steps of one group only are lost, beyond that of as many rows of anybody",
            better="lower",
            per="group",
        ),
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Scores and decisions bear gaps in the record.

    Measures: how far the score moves, how many decisions flip and how much worse the model predicts when steps are lost
    at random, when one sensor (of each row another) gives nothing at the last steps, when nothing at all is recorded
    for a stretch somewhere in the history (all this overall and in every group), and when a feature is never measured.
    And what it costs when only one group's steps are lost, compared with losing those of as many rows of anybody: the
    model may bear gaps that are spread over all and not those that meet some people.
    Why: devices come off and records arrive late. Who is measured less is rarely a matter of chance (Rubin 1976).
    Blind to: gaps that come because of what would have been measured; features for which the data specification
    declares nothing that stands for a missing value, which the model cannot do without at all.
    """
    trial = Trial.of(subject, evidence, params.rows, _ID, params.model_dump_json())
    may, refused = gaps.bearable(subject, trial.data)
    if not may.names:
        raise NotApplicable(
            f"no feature may be missing: {'; '.join(dict.fromkeys(refused.values())) or 'there is none'}"
        )
    after: dict[str, list[Floats]] = {}
    if may.features:
        kinds = {
            f"{params.share:.0%} of steps lost at random": gaps.steps(may, params.share),
            f"one sensor fails for the last {params.last} steps": gaps.sensor(may, params.last),
            f"outage of {params.share:.0%} of the history": gaps.outage(may, params.share),
        }
        scores = trial.all_scores([Draw(lose, (name,)) for name, lose in kinds.items()])
        after = {name: [one] for name, one in zip(kinds, scores, strict=True)}
    found = (
        effects(trial, after) if after else Effects(unmeasured=dict.fromkeys(meanings(""), "no step may be missing"))
    )
    never = gaps.never(may)
    scores = trial.all_scores([Draw(lose, (name,)) for name, lose in never.items()])
    without = one_feature(trial, found, dict(zip(never, scores, strict=True)), "without", "is never measured")
    _one_group(trial, found, next(iter(after.values()))[0] if after else None)
    return Measurement(
        quantities=found.quantities,
        unmeasured=found.unmeasured,
        shown=(*shown(trial.data, found, "gaps in the record"), *without, *_unequal(trial, found)),
        sampled=trial.sampled,
        notes=(*(f"{name} was not taken away: {why}." for name, why in refused.items()), *found.notes),
    )


def _one_group(trial: Trial, found: Effects, lost: Floats | None) -> None:
    """Scores of one group with lost steps and of all others without, against as many rows of anybody with lost steps.

    No score is computed again: what a row gets does not hang on the others.
    """
    levels = trial.levels[1]
    if lost is None or not levels.rows:
        found.unmeasured["loss_one_group"] = "no group has enough rows whose steps may be lost"
        return
    try:
        quality = Quality.of(trial.data)
    except NotApplicable as nothing:
        found.unmeasured["loss_one_group"] = nothing.reason
        return
    parts: dict[str, Estimate] = {}
    stats = []
    for level, rows in levels.rows.items():
        rng = trial.subject.rng(*trial.key, "one group", level)
        anybody = np.zeros(len(rows), dtype=bool)
        anybody[rng.choice(len(rows), int(rows.sum()), replace=False)] = True
        mixed = [quality.stat(_mixed(trial.before, lost, who)) for who in (anybody, rows)]
        stats.append(minus(*mixed))
        parts[level] = quality.estimate(stats[-1], trial.before)
    correlation = quality.sampling.correlation([stat.influence for stat in stats])
    found.quantities["loss_one_group"] = Quantity(parts=parts, correlation=correlation, unmeasured=levels.small)


def _mixed(before: Floats, lost: Floats, who: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    return np.asarray(np.where(who if before.ndim == 1 else who[:, None], lost, before))


def _unequal(trial: Trial, found: Effects) -> tuple[Shown, ...]:
    quantity = found.quantities.get("loss_one_group")
    if quantity is None or not quantity.parts:
        return ()
    chart = bars("Steps lost in one group only", WORDS[trial.data.task].capitalize(), "", quantity.parts)
    caption = (
        "Beyond the loss when as many rows of anybody lose steps; a group to the right of 0 makes the model worse for "
        "all when its record alone has gaps. Lines: 95 % intervals."
    )
    return (chart.model_copy(update={"caption": caption}),)
