"""Fidelity of the surrogate tree within groups."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.groups import Grouping, Groups, Mask
from auditor.checks.names import NameOf
from auditor.checks.outcome import decided
from auditor.checks.summaries import summaries
from auditor.checks.surrogate.trial import TreeParams, decisions, learnt, rows_scored, trial, usual
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Estimate
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import row_mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.spread import Scale
from auditor.subject import Subject


class Params(TreeParams):
    """Whose rows are looked at apart."""

    attribute: Annotated[str, NameOf("group")] = Field(
        description="The group attribute, as the data specification names it."
    )


@check(
    quantities={
        "agreement": Meaning(
            title="Share of rows on which tree and model decide alike", better="higher", per="group", low=0.0, high=1.0
        ),
        "agreement_gain": Meaning(
            title="Agreement beyond that of always taking the more frequent decision",
            better="higher",
            per="group",
            low=-1.0,
            high=1.0,
        ),
        "distance": Meaning(
            title="Mean distance of the tree's score from the model's", better="lower", per="group", low=0.0
        ),
    },
    needs=(SCORES,),
    rows=rows_scored,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The rules describe the model as well in every group.

    Measures: for the tree of surrogate.fidelity, on rows that it has not seen, within each group: how often tree and
    model decide alike, how much oftener that is than without any rule (always taking the decision that is the more
    frequent one among all rows learnt from), and how far their scores are apart on average.
    Why: rules that fit the majority are given as the reason to everybody; where they fit a group badly, its members get
    a wrong reason.
    Blind to: groups that are not recorded; whether the model itself is right.
    """
    scores = evidence.finite(SCORES)
    rows, sampled = trial(subject, params.rows, scores)
    tree, _, _ = learnt(subject, params, rows)
    held, _ = summaries(subject, rows.judge, params.last_steps)
    guess = tree.scores(held).reshape(rows.judge_scores.shape)
    found = Groups.of(subject, Grouping(attribute=params.attribute), _members(subject, rows.judged)).among()
    groups = {name: mask[rows.judged] for name, mask in found.rows.items()}
    if not groups:
        raise NotApplicable(f"no group of '{params.attribute}' has enough of the rows that the tree is judged on")
    sampling = Sampling.of(rows.judge)
    apart = np.abs(guess - rows.judge_scores).reshape(len(held), -1).sum(axis=1) / (2 if guess.ndim == 2 else 1)
    quantities, unmeasured = {"distance": _distance(sampling, apart, groups, found.suppressed)}, {}
    try:
        if guess.ndim == 1:
            decided(subject, rows.judge_scores)
    except NotApplicable as nothing:
        unmeasured = dict.fromkeys(("agreement", "agreement_gain"), nothing.reason)
    else:
        chosen = decisions(subject, rows.judge_scores)
        alike, trivial = chosen == decisions(subject, guess), chosen == usual(subject, rows)
        parts = {name: sampling.rate(alike, mask) for name, mask in groups.items()}
        quantities["agreement"] = Quantity(parts=parts, unmeasured=found.suppressed)
        gain = alike.astype(float) - trivial
        parts = {name: _gain(sampling, gain, mask) for name, mask in groups.items()}
        quantities["agreement_gain"] = Quantity(parts=parts, unmeasured=found.suppressed)
    return Measurement(quantities=quantities, unmeasured=unmeasured, sampled=sampled, notes=(rows.words, *found.notes))


def _members(subject: Subject, judged: Integers) -> Mask:
    """(test rows,): whether the tree is judged on them."""
    mask = np.zeros(len(subject.test), dtype=bool)
    mask[judged] = True
    return mask


def _gain(sampling: Sampling, gain: Floats, mask: Mask) -> Estimate:
    stat, n = row_mean(gain[mask]), int(mask.sum())
    return sampling.estimate(stat, n=n, method="paired difference of two rates", rows=mask)


def _distance(sampling: Sampling, apart: Floats, groups: dict[str, Mask], suppressed: dict[str, str]) -> Quantity:
    parts, influence = {}, []
    for name, mask in groups.items():
        stat = row_mean(apart[mask])
        scale: Scale = "log" if stat.value > 0 else "identity"
        method = f"mean over rows, {scale} scale"
        parts[name] = sampling.estimate(stat, n=int(mask.sum()), method=method, scale=scale, rows=mask)
        influence.append(stat.among(mask).influence)
    return Quantity(parts=parts, correlation=sampling.correlation(influence), unmeasured=suppressed)
