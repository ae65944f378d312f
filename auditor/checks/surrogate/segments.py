"""Where the surrogate follows the model least."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.outcome import decided
from auditor.checks.performance.segment_names import segments, told_apart
from auditor.checks.performance.segment_search import weakest
from auditor.checks.summaries import summaries
from auditor.checks.surrogate.trial import TreeParams, decisions, learnt, rows_scored, trial
from auditor.dataset import Dataset, Floats
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.kernels.disjoint import difference
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Column, Meaning, Measurement, Quantity, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_ID = "surrogate.segments"
_FEWEST = 100  # rows of a half below which there is nothing to search
_METHOD = "difference of two means, on the half that was not searched"


class Params(TreeParams):
    """How large the tree may be, and which segments are told."""

    smallest_share: float = Field(
        default=0.1, gt=0, le=0.5, description="Smallest share of the rows that counts as a segment."
    )
    told: int = Field(default=3, ge=1, le=10, description="How many segments are confirmed and told.")


@check(
    quantities={
        "distance_gap": Meaning(
            title="Mean distance of tree and model in the segment less that outside", better="lower", per="segment"
        ),
        "agreement": Meaning(
            title="Share of rows on which tree and model decide alike",
            better="higher",
            per="segment",
            low=0.0,
            high=1.0,
        ),
    },
    needs=(SCORES,),
    rows=rows_scored,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """There is no part of the population for which the rules are much worse.

    Measures: for the tree of surrogate.fidelity, on rows that it has not seen: among all segments that can be named by
    one property (level of a group, quarter of a feature's summaries in original units, not measured, length of the
    history), those in which tree and model are farthest apart. They are searched on half of these rows, by cluster;
    what the other half says of the segments found is told: how much farther apart the scores are than outside, and how
    often both decide alike.
    Why: rules are given as the reason to everybody; where they follow the model worst, its members get a wrong reason,
    and whoever looks at many segments finds one by chance unless it is confirmed.
    Blind to: segments that take two properties to name; whether the model itself is right.
    """
    rows, sampled = trial(subject, params.rows, evidence.finite(SCORES))
    tree, _, _ = learnt(subject, params, rows)
    held, _ = summaries(subject, rows.judge, params.last_steps)
    guess = tree.scores(held).reshape(rows.judge_scores.shape)
    apart = np.abs(guess - rows.judge_scores).reshape(len(held), -1).sum(axis=1) / (2 if guess.ndim == 2 else 1)
    sampling = Sampling.of(rows.judge)
    searched = _searched(subject, params, sampling, len(held))
    named, left = _named(subject, params, rows.judge, searched)
    found = weakest(named, searched, lambda mask: row_mean(apart[mask]), params.told)
    if not found:
        raise NotApplicable("no segment has enough rows to be searched and confirmed")
    gaps = {name: _gap(apart, named[name], ~searched) for name in found}
    inside = {name: int((named[name] & ~searched).sum()) for name in found}
    parts = {name: sampling.estimate(gap, n=inside[name], method=_METHOD) for name, gap in gaps.items()}
    correlation = sampling.correlation([gap.influence for gap in gaps.values()])
    quantities, unmeasured = {"distance_gap": Quantity(parts=parts, correlation=correlation)}, {}
    try:
        if guess.ndim == 1:
            decided(subject, rows.judge_scores)
        alike = decisions(subject, guess) == decisions(subject, rows.judge_scores)
    except NotApplicable as nothing:
        unmeasured["agreement"] = nothing.reason
    else:
        rates = {name: sampling.rate(alike, named[name] & ~searched) for name in found}
        quantities["agreement"] = Quantity(parts=rates)
    notes = (rows.words, f"{len(named)} segments were searched on {int(searched.sum())} rows.", *left)
    shown = (_table(quantities, {name: _gap(apart, named[name], searched).value for name in found}),)
    return Measurement(quantities=quantities, unmeasured=unmeasured, shown=shown, sampled=sampled, notes=notes)


def _named(subject: Subject, params: Params, data: Dataset, searched: Mask) -> tuple[dict[str, Mask], tuple[str, ...]]:
    """The segments that have enough rows; and a note of each attribute that is left out."""
    groups, left = told_apart(data, searched, subject.smallest_cell)
    smallest = max(subject.smallest_cell, int(np.ceil(params.smallest_share * searched.sum())))
    every = segments(subject, data, groups, searched, params.last_steps)
    return {name: mask for name, mask in every.items() if _enough(mask, searched, smallest)}, left


def _searched(subject: Subject, params: Params, sampling: Sampling, n: int) -> Mask:
    """(rows,) which belong to the half that is searched; clusters are never split."""
    codes = np.arange(n) if sampling.codes is None else sampling.codes
    order = subject.rng(_ID, params.model_dump_json(), "halves").permutation(sampling.clusters)
    searched = np.isin(codes, order[: sampling.clusters // 2])
    if min(searched.sum(), (~searched).sum()) < _FEWEST:
        raise NotApplicable(f"one half is searched and the other confirms; a half must have at least {_FEWEST} rows")
    return searched


def _enough(mask: Mask, searched: Mask, smallest: int) -> bool:
    return all((side & half).sum() >= smallest for side in (mask, ~mask) for half in (searched, ~searched))


def _gap(apart: Floats, segment: Mask, half: Mask) -> Stat:
    within, outside = segment & half, ~segment & half
    return difference(row_mean(apart[within]), within, row_mean(apart[outside]), outside)


def _table(quantities: Mapping[str, Quantity], before: Mapping[str, float]) -> Table:
    rows = []
    for name, estimate in quantities["distance_gap"].parts.items():
        low, high = estimate.interval(0.95)
        ends = (low if math.isfinite(low) else None, high if math.isfinite(high) else None)
        alike = quantities["agreement"].parts[name].value if "agreement" in quantities else None
        rows.append((name, estimate.n, before[name], estimate.value, ends, alike))
    return Table(
        title="Segments in which the rules follow the model least",
        caption="How much farther apart tree and model are than outside. What a search finds looks worse than it is; "
        "the later columns come from rows that were not searched.",
        columns=(
            Column(title="Segment"),
            Column(title="Rows that confirm", kind="count"),
            Column(title="Where searched", kind="number"),
            Column(title="Confirmed", kind="number"),
            Column(title="95 % interval", kind="interval"),
            Column(title="Decides alike", kind="percent"),
        ),
        rows=tuple(rows),
    )
