"""Uncertainty."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from auditor.checks.behavior.parts import level_parts
from auditor.checks.check import check
from auditor.dataset import Dataset, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import SCORES, Evidence
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
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """A statement that is meant to be right nine times of ten is right as often, for everybody.

    Measures: one half of the test entities tells how far scores are from outcomes; from that each row of the other half
    gets a statement that is meant to hold its outcome with the promised chance: a set of outcomes, or an interval
    around a predicted number (split conformal: Vovk, Gammerman and Shafer 2005; Lei et al. 2018). Told are how often it
    does, overall, in every group and for each outcome, and how much it says: how many rows get a statement of one
    outcome only, or how wide the intervals are. No row of the reference is used, as the model has seen those.
    Why: it tells what can be said of one person from this score. Where a group is covered less than promised, the
    model is less sure about its people than it shows.
    Blind to: what changes after the test: the promise holds for rows from the same source. Overall it holds by
    construction, so that groups and outcomes are where to look.
    """
    data, scores = subject.test, evidence.finite(SCORES)
    codes = np.unique(data.entity if data.cluster is None else data.cluster, return_inverse=True)[1]
    order = subject.rng(_ID, "halves").permutation(int(codes.max(initial=0)) + 1)
    asked = np.asarray(order[codes] % 2 == 1)
    least = math.ceil(1 / (1 - params.promised))
    if (~asked).sum() < least or not asked.any():
        raise NotApplicable(f"fewer than {least} rows in the half that tells how far scores are from outcomes")
    held, said = _statements(data, scores, asked, params.promised)
    sampling, every = Sampling.of(data.take(np.flatnonzero(asked))), np.ones(int(asked.sum()), dtype=bool)
    levels = level_parts(subject, np.flatnonzero(asked))[0]
    parts = {level: sampling.rate(held, rows) for level, rows in levels.rows.items()}
    quantities = {"coverage": Quantity.of(sampling.rate(held, every))}
    unmeasured: dict[str, str] = {}
    if parts or levels.small:
        quantities["coverage_by_group"] = Quantity(parts=parts, unmeasured=levels.small)
    else:
        unmeasured["coverage_by_group"] = "the data declare no groups"
    if data.task == "regression":
        width = Estimate(value=float(said[0]), n=len(said), method="as these intervals are", spread=Exact())
        quantities["width"] = Quantity.of(width)
        unmeasured |= dict.fromkeys(("coverage_by_class", "undecided"), "the target is a number")
    else:
        quantities["coverage_by_class"] = _by_class(subject, data.y[asked], held, sampling)
        quantities["undecided"] = Quantity.of(sampling.rate(said != 1, every))
        unmeasured["width"] = "the target is not a number"
    return Measurement(
        quantities=quantities, unmeasured=unmeasured, shown=_shown(quantities, params.promised), notes=levels.notes
    )


def _statements(data: Dataset, scores: Floats, asked: Mask, promised: float) -> tuple[Mask, Floats]:
    """Of the rows asked: whether the statement holds the outcome; and how many outcomes it has, or how wide it is."""
    if data.task == "regression":
        off = np.abs(data.y - scores)
        reach = _quantile(off[~asked], promised)
        return np.asarray(off[asked] <= reach), np.full(int(asked.sum()), 2 * reach)
    chances = np.column_stack([1 - scores, scores]) if scores.ndim == 1 else scores
    own = chances[np.arange(len(data)), data.y.astype(int)]
    reach = _quantile(1 - own[~asked], promised)
    sizes = (1 - chances[asked] <= reach).sum(axis=1)
    return np.asarray(1 - own[asked] <= reach), sizes.astype(float)


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
