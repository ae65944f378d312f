"""What a simpler model would lose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.outcome import decided
from auditor.checks.quality import WORDS, Quality
from auditor.checks.surrogate.shorter import shortened
from auditor.checks.surrogate.simpler import Simpler, student
from auditor.checks.surrogate.simpler_charts import curve, table
from auditor.checks.surrogate.trial import Trial, decisions, trial
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import Stat
from auditor.measurement import Meaning, Measurement, Quantity, Shown
from auditor.student import Student
from auditor.subject import Subject


class Params(Frozen):
    """Which simpler models are tried, and how long they may learn."""

    kind: Literal["LSTM", "GRU"] = Field(default="GRU", description="The students' recurrent layer.")
    units: tuple[int, ...] = Field(
        default=(2, 8), min_length=1, max_length=6, description="Units of each student that is taught."
    )
    epochs: int = Field(default=30, ge=1, le=1000, description="The most epochs that a student learns.")
    seconds: float = Field(
        default=60.0,
        gt=0,
        le=240,
        description="The most seconds that a student learns; where they end it, other machines teach others.",
    )
    lengths: int = Field(default=4, ge=1, le=20, description="How many shorter histories the model itself is shown.")
    rows: int = Field(
        default=4000, ge=200, description="At most about so many rows to learn from, and as many to judge on."
    )


_FILLED = (
    "{names}: the model knows no rows so short and skips no padding; the oldest step shown stood for those before it."
)


def _rows(subject: Subject, params: Params) -> int:
    """Reference rows scored; each student's lessons; students and shorter histories on the rows judged; masks."""
    learnt = min(len(subject.test if subject.reference is None else subject.reference), _most(subject, params))
    judged = min(len(subject.test), _most(subject, params))
    lessons = len(params.units) * (learnt * (1 + params.epochs) + judged)
    looked_into = sum(bool(layer.recurrences) for layer in subject.model.description.layers)  # a row's masks
    return learnt + lessons + params.lengths * judged + looked_into


def _most(subject: Subject, params: Params) -> int:
    """Whole clusters are drawn, the first of which may be larger than what was asked for."""
    clusters = [data.cluster for data in (subject.test, subject.reference) if data is not None]
    sizes = [np.unique(each, return_counts=True)[1].max(initial=0) for each in clusters if each is not None]
    return max([params.rows, *map(int, sizes)])


@check(
    quantities={
        "loss": Meaning(title="Loss of predictive quality by the simpler model", better="target", per="simpler model"),
        "agreement": Meaning(
            title="Share of rows on which both decide alike", better="target", per="simpler model", low=0.0, high=1.0
        ),
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Size and history of the model earn their keep.

    Measures: how much worse the outcomes are predicted, and how often is decided otherwise, by something simpler:
    small students, a single GRU or LSTM layer (of 2 and of 8 units by default) that learnt the model's scores of the
    reference rows (distillation: Hinton, Vinyals and Dean 2015); and the model itself where it is shown the last step
    only, the last few, and so on; where it neither skips padding nor has seen rows so short, the oldest step shown
    stands for those before it, for what it makes of padding says nothing. All on the same test rows, paired.
    Why: every unit and every step that earns nothing is cost, attack surface and something more to explain; and where
    something small loses nothing, the small one can be put to use or be shown as what the large one does.
    Blind to: whether a student that was taught longer, otherwise, or from the outcomes would do better: a loss is the
    most that such a size must lose; differences on rows that are not in the test data.
    """
    scores = evidence.finite(SCORES)
    rows, sampled = trial(subject, params.rows, scores, "student")
    quality = Quality.of(rows.judge)
    simpler = [*_students(subject, params, rows), *shortened(subject, rows, params.lengths)]
    known = {one.name: one for one in simpler if isinstance(one, Simpler)}
    why = {name: reason for one in simpler if not isinstance(one, Simpler) for name, reason in (one,)}
    if not known:
        raise NotApplicable("; ".join(f"{name}: {reason}" for name, reason in why.items()) or "no row has two steps")
    losses = {name: quality.loss(rows.judge_scores, [one.scores]) for name, one in known.items()}
    told = Quantity(
        parts={name: quality.estimate(loss, rows.judge_scores) for name, loss in losses.items()},
        correlation=quality.sampling.correlation([loss.influence for loss in losses.values()]),
        unmeasured=why,
    )
    quantities, unmeasured = {"loss": told}, {}
    try:
        if scores.ndim == 1:
            decided(subject, rows.judge_scores)
        chosen = decisions(subject, rows.judge_scores)
    except NotApplicable as nothing:
        unmeasured["agreement"] = nothing.reason
    else:
        every = np.ones(len(chosen), dtype=bool)
        alike = {n: quality.sampling.rate(decisions(subject, one.scores) == chosen, every) for n, one in known.items()}
        quantities["agreement"] = Quantity(parts=alike, unmeasured=why)
    stats: dict[str, Stat] = {name: quality.stat(one.scores) for name, one in known.items()}
    shown: tuple[Shown, ...] = (
        table(quantities, known),
        *curve(quality, known, stats, quality.stat(rows.judge_scores)),
    )
    hurried = [one.name for one in known.values() if one.lesson and one.lesson.ended == "seconds"]
    notes = [rows.words, f"A loss is a {WORDS[subject.test.task]} against the model itself."]
    notes += [f"Time ended the lessons of {', '.join(hurried)}: another machine may teach others."] if hurried else []
    filled = [one.name for one in known.values() if one.repeated]
    notes += [_FILLED.format(names=", ".join(filled))] if filled else []
    return Measurement(quantities=quantities, unmeasured=unmeasured, shown=shown, sampled=sampled, notes=tuple(notes))


def _students(subject: Subject, params: Params, rows: Trial) -> Iterator[Simpler | tuple[str, str]]:
    for units in _distinct(params.units):
        spec = Student(kind=params.kind, units=units, epochs=params.epochs, seconds=params.seconds)
        yield student(subject, rows, spec)


def _distinct(units: Sequence[int]) -> list[int]:
    return sorted({max(1, one) for one in units})
