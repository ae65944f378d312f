"""Uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from auditor.checks.behavior.parts import level_parts
from auditor.checks.check import check
from auditor.dataset import Floats, Integers, Task
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import CALIBRATION_SCORES, SCORES, Evidence
from auditor.measurement import Axis, Bars, Meaning, Measurement, Quantity, Shown
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_ID = "behavior.conformal"


class Params(Frozen):
    """How sure a statement is meant to be."""

    promised: FiniteFloat = Field(
        default=0.9, ge=0.5, le=0.99, description="The share of rows whose outcome a statement is meant to hold."
    )


@check(
    quantities={
        "coverage": Meaning(title="Share of rows whose outcome is in the statement", better="higher", low=0, high=1),
        "coverage_by_group": Meaning(
            title="Share of rows whose outcome is in the statement, by group",
            better="higher",
            per="group",
            low=0,
            high=1,
        ),
        "coverage_by_class": Meaning(
            title="Share of rows whose outcome is in the statement, by outcome",
            better="higher",
            per="outcome",
            low=0,
            high=1,
        ),
        "undecided": Meaning(
            title="Share of rows whose statement holds several outcomes, or none", better="lower", low=0, high=1
        ),
        "width": Meaning(title="Width of the interval of a predicted number", better="lower", low=0),
    },
    needs=(SCORES, CALIBRATION_SCORES),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """A statement that is meant to be right nine times of ten is right as often, for everybody.

    Measures: the rows that the data declare for calibration tell how far scores are from outcomes, or else those of one
    half of the test entities; from that each test row, or each of the other half, gets a statement that is meant to
    hold its outcome with the promised chance: a set of outcomes, or an interval around a predicted number (split
    conformal: Vovk, Gammerman and Shafer 2005; Lei et al. 2018). Told are how often it does, overall, in every group
    and for each outcome, and how much it says: how many rows get a statement of one outcome only, or how wide the
    intervals are. No row of the reference is used, as the model has seen those.
    Why: it tells what can be said of one person from this score. Where a group is covered less than promised, the
    model is less sure about its people than it shows.
    Blind to: what changes after the test: the promise holds for rows from the same source. Overall it holds by
    construction, so that groups and outcomes are where to look; a declared part of other people or times may break
    it. Whether the model has not been trained on that part after all: then statements are too narrow for the test.
    """
    told, data, picked = _asked(subject, evidence)
    least = math.ceil(1 / (1 - params.promised))
    if len(told.y) < least or not len(picked):
        raise NotApplicable(f"fewer than {least} rows of those that tell how far scores are from outcomes")
    held, said = _statements(told, data, subject.test.task, params.promised)
    sampling, every = Sampling.of(subject.test.take(picked)), np.ones(len(picked), dtype=bool)
    levels = level_parts(subject, picked)[0]
    parts = {level: sampling.rate(held, rows) for level, rows in levels.rows.items()}
    quantities = {"coverage": Quantity.of(sampling.rate(held, every))}
    unmeasured: dict[str, str] = {}
    if parts or levels.small:
        quantities["coverage_by_group"] = Quantity(parts=parts, unmeasured=levels.small)
    else:
        unmeasured["coverage_by_group"] = "the data declare no groups"
    if subject.test.task == "regression":
        width = Estimate(value=float(said[0]), n=len(said), method="as these intervals are", spread=Exact())
        quantities["width"] = Quantity.of(width)
        unmeasured |= dict.fromkeys(("coverage_by_class", "undecided"), "the target is a number")
    else:
        quantities["coverage_by_class"] = _by_class(subject, data.y, held, sampling)
        quantities["undecided"] = Quantity.of(sampling.rate(said != 1, every))
        unmeasured["width"] = "the target is not a number"
    return Measurement(
        quantities=quantities,
        unmeasured=unmeasured,
        shown=_shown(quantities, params.promised),
        notes=(f"{len(told.y):,} rows tell how far scores are from outcomes: {told.who}.", *levels.notes),
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """Targets and scores of some rows, and who they are."""

    y: Floats
    scores: Floats
    who: str = ""

    def chances(self) -> Floats:
        """(rows, outcomes)."""
        return np.column_stack([1 - self.scores, self.scores]) if self.scores.ndim == 1 else self.scores

    def off(self) -> Floats:
        """(rows,) how far the score is from the outcome: short of certainty of its class."""
        chances = self.chances()
        return np.asarray(1 - chances[np.arange(len(self.y)), self.y.astype(int)])


def _asked(subject: Subject, evidence: Evidence) -> tuple[_Rows, _Rows, Integers]:
    """The rows that tell how far scores are from outcomes; who gets a statement; and which test rows these are."""
    test, scores, declared = subject.test, evidence.finite(SCORES), subject.calibration
    if declared is not None:
        known = _Rows(declared.y, evidence.finite(CALIBRATION_SCORES), "the part that the data declare for calibration")
        return known, _Rows(test.y, scores), np.arange(len(test))
    codes = np.unique(test.entity if test.cluster is None else test.cluster, return_inverse=True)[1]
    order = subject.rng(_ID, "halves").permutation(int(codes.max(initial=0)) + 1)
    asked = np.asarray(order[codes] % 2 == 1)
    half = _Rows(test.y[~asked], scores[~asked], "those of one half of the test entities")
    return half, _Rows(test.y[asked], scores[asked]), np.flatnonzero(asked)


def _statements(told: _Rows, asked: _Rows, task: Task, promised: float) -> tuple[Mask, Floats]:
    """Of the rows asked: whether the statement holds the outcome; and how many outcomes it has, or how wide it is."""
    if task == "regression":
        reach = _quantile(np.abs(told.y - told.scores), promised)
        return np.asarray(np.abs(asked.y - asked.scores) <= reach), np.full(len(asked.y), 2 * reach)
    reach = _quantile(told.off(), promised)
    sizes = (1 - asked.chances() <= reach).sum(axis=1)
    return np.asarray(asked.off() <= reach), sizes.astype(float)


def _quantile(off: Floats, promised: float) -> float:
    """The smallest distance that, with one row more than these, at least the promised share keeps to."""
    rank = math.ceil((len(off) + 1) * promised)
    return float(np.sort(off)[min(rank, len(off)) - 1])


def _by_class(subject: Subject, y: Floats, held: Mask, sampling: Sampling) -> Quantity:
    """Where one outcome is rare, none is shown: its number could be had by subtraction."""
    names = subject.test.target.classes or ("0", "1")
    rows = {name: np.asarray(y == code) for code, name in enumerate(names)}
    if min(int(one.sum()) for one in rows.values()) < subject.smallest_cell:
        why = f"an outcome has fewer than {subject.smallest_cell} rows; suppressed"
        return Quantity(parts={}, unmeasured=dict.fromkeys(names, why))
    return Quantity(parts={name: sampling.rate(held, one) for name, one in rows.items()})


def _shown(quantities: dict[str, Quantity], promised: float) -> tuple[Shown, ...]:
    parts = {"everybody": quantities["coverage"].parts[""]}
    for name in ("coverage_by_group", "coverage_by_class"):
        parts |= quantities[name].parts if name in quantities else {}
    ends = [estimate.interval(0.95) for estimate in parts.values()]
    chart = Bars(
        title="How often the outcome is in the statement",
        caption=f"The line is what is promised, {promised:.0%}. Groups and outcomes whose interval lies left of it get "
        "less than that.",
        labels=tuple(parts),
        values=tuple(estimate.value for estimate in parts.values()),
        low=tuple(end.low if math.isfinite(end.low) else None for end in ends),
        high=tuple(end.high if math.isfinite(end.high) else None for end in ends),
        axis=Axis(title="Share of rows", low=0, high=1),
        points=True,
        reference=promised,
    )
    return (chart,)
