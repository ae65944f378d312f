"""Counterfactual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.importance.turning import rows_scored, search_of
from auditor.dataset import Integers
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.explain.counterfactual import Counterfactual, favourable
from auditor.kernels.stat import row_mean
from auditor.measurement import Axis, Bars, Column, Meaning, Measurement, Quantity, Sampled, Shown, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

_ID = "importance.counterfactual"
_FEW = 2  # cells that a person can keep in mind
_LISTED = 12


class Params(Frozen):
    """How far the search goes."""

    rows: int = Field(default=40, ge=5, le=1000, description="At most so many rows on the unfavourable side.")
    cells: int = Field(
        default=4, ge=1, le=8, description="At most so many cells of a row are changed, or else so many stretches."
    )


def _rows(subject: Subject, params: Params) -> int:
    return min(len(subject.test), params.rows) * rows_scored(subject, params.cells)


@check(
    quantities={
        "found": Meaning(title="Share of rows with a counterfactual", better="higher", low=0, high=1),
        "in_cells": Meaning(title="Share of rows where single cells are enough", better="higher", low=0, high=1),
        "few": Meaning(title=f"Share of rows where {_FEW} cells are enough", better="higher", low=0, high=1),
        "cells": Meaning(title="Mean number of cells changed", better="lower", low=1),
        "change": Meaning(title="Mean size of the change", better="lower", unit="MAD", low=0),
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Whoever is decided against can be told what would have turned the decision.

    Measures: for rows on the unfavourable side of the threshold, whether a change of a few cells (one feature at one
    step) turns the decision: the fewest cells, then the smallest change in median absolute deviations (MAD) of the
    reference. Where no few cells do, a few stretches: the course of a feature, or its last half or quarter, higher or
    lower by the same amount, as where a model reads the level of what hardly changes from step to step. A change keeps
    to values and steps that the reference shows, to the domain of the model, and leaves alone what was not measured
    and what nobody can change. Told are the share of rows for which one was found, of those in which single cells were
    enough, and of those found the mean number of cells and size of the change; a stretch counts all its cells.
    Why: a person who cannot be told what would have led to another decision can neither correct nor contest it.
    Blind to: counterfactuals that the search misses, as it does not try every combination; whether a change is in the
    person's power, or would change the outcome in the world.
    """
    scores, decision = evidence.finite(SCORES), subject.decision
    if decision is None or scores.ndim == 2:
        raise NotApplicable("there is no decision threshold, so there is no decision that could be turned")
    against = np.flatnonzero(~favourable(scores, decision))
    if len(against) < subject.smallest_cell:
        raise NotApplicable(f"fewer than {subject.smallest_cell} rows are on the unfavourable side")
    rows = np.sort(subject.rng(_ID, params.model_dump_json()).permutation(against)[: params.rows])
    search, notes = search_of(subject, decision, params.cells)
    found = [search.nearest(int(row)) for row in rows]
    how = "at random among those on the unfavourable side"
    quantities = _quantities(subject, rows, found)
    nothing = {name: "no counterfactual was found" for name in ("cells", "change") if name not in quantities}
    return Measurement(
        quantities=quantities,
        unmeasured=nothing,
        shown=_shown(found, subject.smallest_cell),
        sampled=Sampled(n=len(rows), of=len(against), how=how) if len(rows) < len(against) else None,
        notes=notes,
    )


def _quantities(subject: Subject, rows: Integers, found: Sequence[Counterfactual | None]) -> dict[str, Quantity]:
    sampling = Sampling.of(subject.test.take(rows))
    there = np.array([one is not None for one in found])
    every = np.ones(len(rows), dtype=bool)
    single = np.array([one is not None and not one.stretches for one in found])
    cells = np.array([len(one.changes) if one else np.nan for one in found], dtype=float)
    size = np.array([one.size if one else np.nan for one in found], dtype=float)
    quantities = {
        "found": Quantity.of(sampling.rate(there, every)),
        "in_cells": Quantity.of(sampling.rate(single, every)),
        "few": Quantity.of(sampling.rate(there & (cells <= _FEW), every)),
    }
    for name, values in (("cells", cells), ("change", size)) if there.any() else ():
        stat = row_mean(values[there]).among(there)
        quantities[name] = Quantity.of(sampling.estimate(stat, n=int(there.sum()), method="mean", scale="log"))
    return quantities


def _shown(found: Sequence[Counterfactual | None], smallest: int) -> tuple[Shown, ...]:
    there = [one for one in found if one]
    named = Counter(name for one in there for name in {change.feature.name for change in one.changes})
    told = [(name, count) for name, count in sorted(named.items(), key=lambda item: (-item[1], item[0]))]
    told = [(name, count) for name, count in told if count >= smallest][:_LISTED]
    if not told:
        return ()
    bars = Bars(
        title="What turns decisions",
        caption="Of the rows with a counterfactual, in how many the feature is changed. The longest bars are what "
        f"decides near the threshold; features changed in fewer than {smallest} rows are not shown.",
        labels=tuple(name for name, _ in told),
        values=tuple(count / len(there) for _, count in told),
        axis=Axis(title="Share of the counterfactuals", low=0, high=1),
    )
    return bars, _table(there, [name for name, _ in told])


def _table(there: Sequence[Counterfactual], names: Sequence[str]) -> Table:
    rows = []
    for name in names:
        sizes = [change.size for one in there for change in one.changes if change.feature.name == name]
        last = [change.step in (1, None) for one in there for change in one.changes if change.feature.name == name]
        rows.append((name, len(sizes), float(np.median(sizes)), float(np.mean(last))))
    return Table(
        title="How decisions are turned",
        caption="Cells changed of each feature, how large the change is, and how often it is at the last step.",
        columns=(
            Column(title="Feature"),
            Column(title="Cells changed", kind="count"),
            Column(title="Median change", kind="number", unit="MAD", digits=2),
            Column(title="At the last step or static", kind="percent"),
        ),
        rows=tuple(rows),
    )
