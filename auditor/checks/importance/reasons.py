"""Reasons."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.importance.alike import dots
from auditor.checks.importance.attributed import ROWS, credited, most_rows, once, predicted, rows_by_class
from auditor.checks.importance.repeated import neighbours, noisy, question_of
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen
from auditor.evidence import REFERENCE_SCORES, SCORES, Evidence
from auditor.explain.counterfactual import favourable
from auditor.explain.players import Players
from auditor.explain.question import Question
from auditor.explain.reasons import Reason, principal, side
from auditor.kernels.stat import row_mean
from auditor.measurement import Meaning, Measurement, Quantity, Sampled
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_ID = "importance.reasons"
_DRAW, _NOISE, _WINDOW = "another draw of comparison rows", "noise of measurement", "a window that overlaps"


class Params(Frozen):
    """How many rows."""

    rows: int = Field(default=100, ge=5, le=10_000, description="At most so many rows whose reasons are looked at.")


def _rows(subject: Subject, params: Params) -> int:
    return 4 * (most_rows(subject) * math.ceil(params.rows / ROWS) + rows_by_class(subject))


@check(
    quantities={
        "same_first": Meaning(title="Rows that keep their first reason", better="higher", per="change", low=0, high=1),
        "kept": Meaning(title="Principal reasons that are kept", better="higher", per="change", low=0, high=1),
        "tied": Meaning(title="Rows whose first two reasons cannot be ordered", better="lower", low=0, high=1),
    },
    needs=(SCORES, REFERENCE_SCORES),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The reasons that a person is given stay the same while nothing that matters changes.

    Measures: the principal reasons of a score are at most four features that pushed it most to the unfavourable side
    (where nothing is decided, to either side; of several classes, the score of the one predicted), against 32 reference
    rows. They are worked out again against another draw of reference rows, with an error of measurement on every
    numeric value, and for another window of the same entity that overlaps. Told are how many rows keep their first
    reason, the mean share of the principal reasons that are kept, and how many rows have two first reasons that cannot
    be told apart.
    Why: a notice that would name other reasons tomorrow gives no reason at all.
    Blind to: reasons that are wrong every time; whether the sentences that they are told in say what is meant.
    """
    scores = evidence.finite(SCORES)
    rows, sampled = _chosen(subject, scores, params)
    against = scores if subject.reference is None else evidence[REFERENCE_SCORES]
    question = question_of(subject, rows, against)
    towards, columns = side(subject.decision if scores.ndim == 1 else None), predicted(question)
    own = _reasons(question, towards, columns)
    some = np.array([len(reasons) > 0 for reasons in own])
    if not some.any():
        raise NotApplicable("no row has a feature that pushed its score more than the choice of comparison rows can")
    shaken = noisy(question, subject.rng(_ID, params.model_dump_json()))
    repeats: dict[str, _Repeat | str] = {
        _DRAW: _Repeat(own, _reasons(question_of(subject, rows, against, "other reasons"), towards, columns), some),
        _NOISE: shaken if isinstance(shaken, str) else _Repeat(own, _reasons(shaken, towards, columns), some),
    }
    moved = _overlapping(question, own, some, towards, columns)
    if moved is not None:
        repeats[_WINDOW] = moved
    sampling = Sampling.of(subject.test.take(rows))
    first = _quantity({name: one if isinstance(one, str) else one.first(sampling) for name, one in repeats.items()})
    kept = _quantity({name: one if isinstance(one, str) else one.kept(sampling) for name, one in repeats.items()})
    tied = sampling.rate(np.array([bool(reasons) and reasons[0].tied for reasons in own]), some)
    caption = "Of the rows that have a reason, the share whose first reason is the same after a change; 1 is all."
    return Measurement(
        quantities={"same_first": first, "kept": kept, "tied": Quantity.of(tied)},
        shown=(dots("Stability of the first reason", caption, "Share of rows", first),) if first.parts else (),
        sampled=sampled,
        notes=_notes(some, moved is not None),
    )


@dataclass(frozen=True, eq=False)
class _Repeat:
    """Reasons of rows, and the same again. asked: (rows,) those that have both."""

    own: list[tuple[Reason, ...]]
    again: list[tuple[Reason, ...]]
    asked: Mask

    def first(self, sampling: Sampling) -> Estimate:
        pairs = zip(self.own, self.again, strict=True)
        same = np.array([bool(one and two) and one[0].group == two[0].group for one, two in pairs])
        return sampling.rate(same, self.asked)

    def kept(self, sampling: Sampling) -> Estimate:
        pairs = list(zip(self.own, self.again, strict=True))
        shares = np.array([_share(*pairs[at]) for at in np.flatnonzero(self.asked)])
        if shares.min() == 1:
            bound = sampling.rate(self.asked, self.asked)
            return bound.model_copy(
                update={"method": "all are kept in every row; Wilson bound on the rows where it is"}
            )
        stat = row_mean(shares).among(self.asked)
        return sampling.estimate(stat, n=len(shares), method="mean share by row", scale="logit")


def _share(own: tuple[Reason, ...], again: tuple[Reason, ...]) -> float:
    groups = {reason.group for reason in again}
    return sum(reason.group in groups for reason in own) / len(own)


def _chosen(subject: Subject, scores: Floats, params: Params) -> tuple[Integers, Sampled | None]:
    """Rows on the unfavourable side, to whom reasons are owed; any rows where nothing is decided."""
    decision = subject.decision if scores.ndim == 1 else None
    pool = np.arange(len(scores)) if decision is None else np.flatnonzero(~favourable(scores, decision))
    if len(pool) < subject.smallest_cell:
        where = "" if decision is None else " on the unfavourable side"
        raise NotApplicable(f"there are fewer than {subject.smallest_cell} rows{where}")
    rows = np.sort(subject.rng(_ID, "rows", params.rows).permutation(pool)[: params.rows])
    how = "at random" + ("" if decision is None else " among those on the unfavourable side")
    return rows, Sampled(n=len(rows), of=len(pool), how=how) if len(rows) < len(pool) else None


def _reasons(question: Question, towards: int, columns: Integers | None) -> list[tuple[Reason, ...]]:
    """Of each row; of several classes for that of the row (columns)."""
    players = Players.features(question.data, question.steps)
    credit = credited(question, columns, lambda asked: once(asked, players))
    return principal(credit, question.backgrounds, towards)


def _overlapping(
    question: Question, own: list[tuple[Reason, ...]], some: Mask, towards: int, columns: Integers | None
) -> _Repeat | None:
    """None where no row has another window of its entity that overlaps."""
    nearby = neighbours(question.data, question.rows)
    asked = some & (nearby >= 0)
    if not asked.any():
        return None
    classes = None if columns is None else columns[asked]
    found = iter(_reasons(dataclasses.replace(question, rows=nearby[asked]), towards, classes))
    return _Repeat(own, [next(found) if one else () for one in asked], asked)


def _quantity(estimates: Mapping[str, Estimate | str]) -> Quantity:
    parts = {name: each for name, each in estimates.items() if isinstance(each, Estimate)}
    return Quantity(parts=parts, unmeasured={n: each for n, each in estimates.items() if isinstance(each, str)})


def _notes(some: Mask, overlap: bool) -> tuple[str, ...]:
    told = []
    if not some.all():
        told.append(
            f"{(~some).sum()} of {len(some)} rows have no feature that pushed their score clearly to that side."
        )
    if not overlap:
        told.append("No row has another window of the same entity that overlaps, so that this was not asked.")
    return tuple(told)
