"""Counterfactual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.importance.classes import EACH, by_class
from auditor.checks.importance.turning import rows_scored, search_of
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable, WrittenFault
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.explain.aim import favourable
from auditor.explain.counterfactual import Counterfactual, Search
from auditor.kernels.stat import row_mean
from auditor.measurement import Axis, Bars, Column, Meaning, Measurement, Quantity, Sampled, Shown, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

_ID = "importance.counterfactual"
_FEW = 2  # cells that a person can keep in mind
_LISTED = 12


class Params(Frozen):
    """Where rows are turned to, and how far the search goes."""

    of: str = Field(
        default="",
        description="Of several classes: the name of the one that rows predicted otherwise are turned to, or `each` of "
        "them. Default: any other than the one predicted.",
    )
    rows: int = Field(
        default=40,
        ge=5,
        le=1000,
        description="At most so many rows on the unfavourable side; of several classes, rows for each that is asked "
        "about.",
    )
    cells: int = Field(
        default=4, ge=1, le=8, description="At most so many cells of a row are changed, or else so many stretches."
    )


def _rows(subject: Subject, params: Params) -> int:
    times = len(subject.test.target.classes) if params.of == EACH else 1
    return times * min(len(subject.test), params.rows) * rows_scored(subject, params.cells)


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
    enough, and of those found the mean number of cells and size of the change; a stretch counts all its cells. Of
    several classes the decision is the class predicted: every row may be turned, to any other class, to the one that is
    named, or to each.
    Why: a person who cannot be told what would have led to another decision can neither correct nor contest it.
    Blind to: counterfactuals that the search misses, as it does not try every combination; whether a change is in the
    person's power, or would change the outcome in the world.
    """
    scores, asked = evidence.finite(SCORES), _asked(subject, params.of)
    if subject.decision is None and scores.ndim == 1:
        raise NotApplicable("there is no decision threshold, so there is no decision that could be turned")
    search, notes = search_of(subject, None if scores.ndim == 2 else subject.decision, params.cells)
    made = {name: _turned(search, scores, params, to) for name, to in asked.items()}
    if not any(each.quantities for each in made.values()):
        raise NotApplicable(next(iter(made.values())).unmeasured["found"])
    told = by_class(made)
    return told.model_copy(update={"notes": notes, "sampled": _sampled([each.sampled for each in made.values()])})


def _sampled(each: Sequence[Sampled | None]) -> Sampled | None:
    """How rows were drawn, for all classes together."""
    told = [one for one in each if one]
    if len(told) < 2:
        return told[0] if told else None
    how = f"{told[0].how}, for each of {len(told)} classes"
    return Sampled(n=sum(one.n for one in told), of=sum(one.of for one in told), how=how)


def _asked(subject: Subject, of: str) -> dict[str, int | None]:
    """By name, the classes that rows are turned to; under "" the one that is named, or any other: None."""
    classes = subject.test.target.classes if subject.test.task == "multiclass" else ()
    if of and (not classes or of not in (*classes, EACH)):
        known = ", ".join((*classes, EACH)) if classes else "nothing: leave it out"
        raise WrittenFault(f"'{of}' is nothing that decisions could be turned to", remedy=f"`of` may be: {known}")
    if of == EACH:
        return {name: at for at, name in enumerate(classes)}
    return {"": classes.index(of) if of else None}


def _candidates(search: Search, scores: Floats, to: int | None) -> Integers:
    """The rows that may be turned: on the unfavourable side; of several classes all that are not predicted as `to`."""
    if search.decision is not None:
        return np.flatnonzero(~favourable(scores, search.decision))
    return np.arange(len(scores)) if to is None else np.flatnonzero(scores.argmax(1) != to)


def _turned(search: Search, scores: Floats, params: Params, to: int | None) -> Measurement:
    subject, against = search.subject, _candidates(search, scores, to)
    where = "are on the unfavourable side" if search.decision else "are predicted otherwise"
    if len(against) < subject.smallest_cell:
        few = f"fewer than {subject.smallest_cell} rows {where}"
        return Measurement(quantities={}, unmeasured=dict.fromkeys(measure.quantities, few))
    rng = subject.rng(_ID, params.model_dump_json(exclude={"of"}))
    rows = np.sort(rng.permutation(against)[: params.rows])
    found = [search.nearest(int(row), to) for row in rows]
    quantities = _quantities(subject, rows, found)
    nothing = {name: "no counterfactual was found" for name in ("cells", "change") if name not in quantities}
    how = "at random" if search.decision is None and to is None else f"at random among those that {where}"
    return Measurement(
        quantities=quantities,
        unmeasured=nothing,
        shown=_shown(found, subject.smallest_cell),
        sampled=Sampled(n=len(rows), of=len(against), how=how) if len(rows) < len(against) else None,
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
