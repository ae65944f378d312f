"""Rows that occur twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.checks.check import check
from auditor.checks.data.digests import digests
from auditor.checks.data.seen import Seen
from auditor.dataset import Dataset
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import Evidence
from auditor.measurement import Column, Meaning, Measurement, Quantity, Table
from auditor.subject import Subject


class Params(Frozen):
    """None."""


@dataclass(frozen=True)
class Repeats:
    """Shares of the rows that hold any measurement. repeated: equal to an earlier one; of these `elsewhere`, to one of
    another entity. conflicting: equal to one with another outcome.
    """

    rows: int
    repeated: float
    elsewhere: float
    conflicting: float


@check(
    quantities={
        "repeated": Meaning(
            title="Share of rows that repeat an earlier row", better="lower", per="data set", low=0.0, high=1.0
        ),
        "conflicting": Meaning(
            title="Share of rows that equal a row with another outcome",
            better="lower",
            per="data set",
            low=0.0,
            high=1.0,
        ),
    }
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """No sequence is counted twice.

    Measures: in the test and in the reference data, the share of rows whose sequence and static features equal those of
    an earlier row in every cell, and the share of rows that equal a row with another outcome.
    Why: what is counted twice looks like more evidence than there is. Equal rows with different outcomes are errors of
    the outcome, or a limit that no model can pass.
    Blind to: copies that were changed a little; where sequences are short or coarse, equal rows of different people
    happen by chance.
    """
    sets = {"test": subject.test} | ({"reference": subject.reference} if subject.reference else {})
    found = {name: _repeats(subject, data) for name, data in sets.items()}
    empty = {name: "no row holds a measurement" for name, one in found.items() if one is None}
    known = {name: one for name, one in found.items() if one is not None}
    if not known:
        raise NotApplicable("no row holds a measurement")
    return Measurement(
        quantities={
            "repeated": Quantity(parts={k: _exact(v.repeated, v) for k, v in known.items()}, unmeasured=empty),
            "conflicting": Quantity(parts={k: _exact(v.conflicting, v) for k, v in known.items()}, unmeasured=empty),
        },
        shown=(_table(known),),
    )


def _repeats(subject: Subject, data: Dataset) -> Repeats | None:
    seen = Seen.of(subject, data)
    held = np.flatnonzero(seen.count(~np.isnan(data.values))[0].any(axis=1))
    if not len(held):
        return None
    _, first, same, sizes = np.unique(digests(seen)[held], return_index=True, return_inverse=True, return_counts=True)
    n = len(held)
    entity, y = data.entity[held], data.y[held]
    other = entity != entity[first][same]
    conflicting = np.bincount(same[y != y[first][same]], minlength=len(sizes))[same] > 0
    return Repeats(n, 1 - len(sizes) / n, float(other.mean()), float(conflicting.mean()))


def _exact(value: float, repeats: Repeats) -> Estimate:
    return Estimate(value=value, n=repeats.rows, method="every row compared; no sampling", spread=Exact())


def _table(known: dict[str, Repeats]) -> Table:
    columns = (
        Column(title="Data"),
        Column(title="Rows with a measurement", kind="count"),
        Column(title="Repeat an earlier row", kind="percent", digits=4),
        Column(title="Equal the first such row of another entity", kind="percent", digits=4),
        Column(title="Equal a row with another outcome", kind="percent", digits=4),
    )
    return Table(
        title="Equal rows",
        caption="Copies of one entity's rows come from joining or exporting twice; rows of different entities that are "
        "equal are copies under another name, or sequences too coarse to tell people apart.",
        columns=columns,
        rows=tuple((k, v.rows, v.repeated, v.elsewhere, v.conflicting) for k, v in known.items()),
    )
