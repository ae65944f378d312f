"""Whether the surrogate's rules would be others if other people had been in the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.outcome import decided
from auditor.checks.summaries import Summary, summaries
from auditor.checks.surrogate.tree import Surrogate, regrown
from auditor.checks.surrogate.trial import (
    TreeParams,
    Trial,
    clusters,
    decisions,
    learnt,
    rows_scored,
    smallest_leaf,
    trial,
)
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Wilson
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import row_mean
from auditor.measurement import Axis, Bars, Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

_SHOWN = 15


class Params(TreeParams):
    """How large the trees may be, and how many are grown."""

    resamples: int = Field(default=40, ge=20, le=500, description="Trees grown on rows drawn again, by cluster.")


@check(
    quantities={
        "agreement": Meaning(
            title="Share of resampled trees that decide as the tree does", better="higher", low=0.0, high=1.0
        ),
        "same_first_question": Meaning(
            title="Share of resampled trees that first ask about the same feature", better="higher", low=0.0, high=1.0
        ),
    },
    needs=(SCORES,),
    rows=rows_scored,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The surrogate's rules do not hang on who happened to be in the data.

    Measures: the tree of surrogate.fidelity is grown again, as deep, on rows drawn with replacement by cluster. How
    often such a tree decides about a test row as the first tree does, and how often its first question is about the
    same feature. Shown besides: how many of the trees ask about each summary at all.
    Why: a tree can be faithful and its rules still be one of many that are equally faithful; people must not be given
    rules as the reason that would be others with other people in the data.
    Blind to: whether the rules are faithful; whether the model itself would be another with other people in the data.
    """
    rows, sampled = trial(subject, params.rows, evidence.finite(SCORES))
    tree, _, x = learnt(subject, params, rows)
    held, _ = summaries(subject, rows.judge, params.last_steps)
    trees = list(_resampled(subject, params, rows, tree, x))
    first = [_first(one) for one in trees]
    asked = _first(tree)
    quantities = {"same_first_question": Quantity.of(_share(sum(one == asked for one in first), len(first)))}
    unmeasured = {}
    shape = rows.judge_scores.shape
    try:
        if len(shape) == 1:
            decided(subject, rows.judge_scores)
    except NotApplicable as nothing:
        unmeasured["agreement"] = nothing.reason
    else:
        chosen = decisions(subject, tree.scores(held).reshape(shape))
        alike = np.mean([decisions(subject, one.scores(held).reshape(shape)) == chosen for one in trees], axis=0)
        quantities["agreement"] = Quantity.of(_mean(Sampling.of(rows.judge), alike))
    return Measurement(
        quantities=quantities,
        unmeasured=unmeasured,
        shown=(_asked(tree, trees),),
        sampled=sampled,
        notes=(rows.words, f"The tree first asks about {asked or 'nothing'}; {params.resamples} others were grown."),
    )


def _resampled(subject: Subject, params: Params, rows: Trial, tree: Surrogate, x: Floats) -> Iterator[Surrogate]:
    _, codes = np.unique(clusters(rows.learn), return_inverse=True)
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    rng = subject.rng("surrogate.stability", params.model_dump_json())
    y = rows.learn_scores.reshape(len(x), -1)
    for _ in range(params.resamples):
        drawn = np.concatenate([members[at] for at in rng.integers(len(members), size=len(members))])
        yield regrown(tree, x[drawn], y[drawn], smallest_leaf(subject, params, len(x)), int(rng.integers(2**31)))


def _first(tree: Surrogate) -> str:
    """The feature that the first question is about; empty where nothing is asked."""
    asked = tree.question(0)
    return asked.yes.summary.name.split(":")[0] if asked else ""


def _asked_of(tree: Surrogate) -> set[Summary]:
    return {condition.summary for leaf in tree.leaves() for condition in leaf.path}


def _share(hits: int, of: int) -> Estimate:
    return Estimate(value=hits / of, n=of, method="Wilson, over resampled trees", spread=Wilson(size=of))


def _mean(sampling: Sampling, share: Floats) -> Estimate:
    """The mean of one share per row; where all rows have the same, the interval of a rate of rows."""
    stat = row_mean(share)
    if np.ptp(share) > 0 and 0 < stat.value < 1:
        return sampling.estimate(stat, n=len(share), method="mean over rows, logit scale", scale="logit")
    return sampling.rate(share >= 0.5, np.ones(len(share), dtype=bool))


def _asked(tree: Surrogate, trees: list[Surrogate]) -> Bars:
    counts = Counter(summary for one in trees for summary in _asked_of(one))
    own = _asked_of(tree)
    most = sorted(counts, key=lambda summary: (-counts[summary], str(summary)))[:_SHOWN]
    return Bars(
        title="What resampled trees ask about",
        caption="Share of the trees that ask about each summary anywhere. Rules that rest on a summary which only some "
        "trees ask about would be others with other people in the data. A star: the tree itself asks about it.",
        labels=tuple(f"{_named(summary)}{' *' if summary in own else ''}" for summary in most),
        values=tuple(counts[summary] / len(trees) for summary in most),
        axis=Axis(title="Share of trees", low=0.0, high=1.0),
    )


def _named(summary: Summary) -> str:
    return f"{summary.name}: {summary.level}" if summary.level else summary.name
