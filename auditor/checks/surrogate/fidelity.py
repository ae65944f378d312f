"""A small decision tree in the place of the model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.data.ranking import area
from auditor.checks.outcome import decided
from auditor.checks.summaries import summaries
from auditor.checks.surrogate.fidelity_charts import Told, shown
from auditor.checks.surrogate.trial import TreeParams, decisions, learnt, rows_scored, trial, usual
from auditor.dataset import Floats, Integers
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.kernels.auroc import auroc
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject


class Params(TreeParams):
    """How large the tree may be, and from what it is learnt."""


@check(
    quantities={
        "r2": Meaning(title="Share of the score's variance that the tree explains", better="higher", high=1.0),
        "auroc": Meaning(
            title="Area under the ROC curve of the tree's score for the model's decision",
            better="higher",
            per="class",
            low=0.0,
            high=1.0,
        ),
        "agreement": Meaning(
            title="Share of rows on which tree and model decide alike", better="higher", low=0.0, high=1.0
        ),
        "agreement_gain": Meaning(
            title="Agreement beyond that of always taking the more frequent decision",
            better="higher",
            low=-1.0,
            high=1.0,
        ),
        "agreement_by_class": Meaning(
            title="Share of rows on which the tree decides as the model does",
            better="higher",
            per="decision of the model",
            low=0.0,
            high=1.0,
        ),
    },
    needs=(SCORES,),
    rows=rows_scored,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """A few rules that a person can read describe what the model does.

    Measures: how well a small decision tree predicts the model's score (as it is put out: a probability, class
    probabilities or a value) and its decision, over all rows and for each decision (or class) of the model, and how
    well the tree's score ranks the rows by that decision, on rows that the tree has not seen. The tree asks about
    summaries in original units: last value, mean, slope, lowest and highest value, how often something was measured. It
    learns from the reference rows, or, without them, from half of the test rows by cluster; its depth is chosen by
    cross-validation. The interval holds for this tree, not for the way of making trees.
    Why: rules can be held against what is known of the subject; where the tree is not faithful, its rules must not be
    taken for an explanation of the model.
    Blind to: whether the model is right; what the model does where tree and model differ; patterns in time that the
    summaries do not tell, which lower the fidelity but are not named.
    """
    scores = evidence.finite(SCORES)
    rows, sampled = trial(subject, params.rows, scores)
    tree, curve, _ = learnt(subject, params, rows)
    held, _ = summaries(subject, rows.judge, params.last_steps)
    guess = tree.scores(held).reshape(rows.judge_scores.shape)
    sampling, n = Sampling.of(rows.judge), len(held)
    explained = _explained(rows.judge_scores, guess)
    quantities = {"r2": Quantity.of(sampling.estimate(explained, n=n, method="influence function of R²"))}
    unmeasured: dict[str, str] = {}
    alike: NDArray[np.bool_] | None = None
    try:
        if scores.ndim == 1:
            decided(subject, rows.judge_scores)
        chosen = decisions(subject, rows.judge_scores)
    except NotApplicable as nothing:
        unmeasured = dict.fromkeys(("auroc", "agreement", "agreement_gain", "agreement_by_class"), nothing.reason)
    else:
        alike, trivial = chosen == decisions(subject, guess), chosen == usual(subject, rows)
        quantities["agreement_by_class"] = _by_class(subject, sampling, rows.judge_scores, alike)
        small = quantities["agreement_by_class"].unmeasured
        quantities["auroc"] = _areas(subject, sampling, chosen, guess, small)
        quantities["agreement"] = Quantity.of(sampling.rate(alike, np.ones(n, dtype=bool)))
        gain = row_mean(alike.astype(float) - trivial)
        quantities["agreement_gain"] = Quantity.of(
            sampling.estimate(gain, n=n, method="paired difference of two rates")
        )
    told = Told(subject, tree, curve, tree.leaf_of(held), rows.judge_scores, guess, alike)
    return Measurement(
        quantities=quantities, unmeasured=unmeasured, shown=shown(told), sampled=sampled, notes=(rows.words,)
    )


def _by_class(subject: Subject, sampling: Sampling, scores: Floats, alike: NDArray[np.bool_]) -> Quantity:
    """One of two decisions can be followed well, and the rare one never.

    Decisions of few rows are suppressed, and the next rarest with them, so that no other number gives them away.
    """
    chosen = decisions(subject, scores)
    sides = ("below the threshold", "at or above the threshold")
    names = subject.test.target.classes if scores.ndim == 2 else sides
    counts = {name: int((chosen == code).sum()) for code, name in enumerate(names)}
    hidden, small = 0, {name for name, count in counts.items() if count < subject.smallest_cell}
    for name in sorted(counts, key=lambda name: (counts[name], name)):
        if name in small or 0 < hidden < 2 * subject.smallest_cell:
            hidden += counts[name]
            small.add(name)
    why = f"fewer than {subject.smallest_cell} rows, or the next more; suppressed"
    parts = {name: sampling.rate(alike, chosen == code) for code, name in enumerate(names) if name not in small}
    return Quantity(parts=parts, unmeasured={name: why for name in names if name in small})


def _areas(
    subject: Subject, sampling: Sampling, chosen: Integers, guess: Floats, hidden: Mapping[str, str]
) -> Quantity:
    """How well the tree's score ranks the rows that the model decides so above the others; of each class.

    hidden: decisions of too few rows, with why.
    """
    if guess.ndim == 1:
        if hidden:
            return Quantity(parts={}, unmeasured={"": next(iter(hidden.values()))})
        event = np.asarray(chosen == 1)
        return Quantity.of(area(sampling, event, auroc(event, guess)))
    codes = {name: code for code, name in enumerate(subject.test.target.classes) if name not in hidden}
    events = {name: np.asarray(chosen == code) for name, code in codes.items()}
    whole = f"fewer than {subject.smallest_cell} rows are of another class; suppressed"
    every = {name: whole for name, event in events.items() if int((~event).sum()) < subject.smallest_cell}
    parts = {n: area(sampling, e, auroc(e, guess[:, codes[n]])) for n, e in events.items() if n not in every}
    return Quantity(parts=parts, unmeasured={**hidden, **every})


def _explained(model: Floats, tree: Floats) -> Stat:
    """R², of all classes together where there are several: 1 - squared error / variance. Influence of the ratio."""
    n = len(model)
    flat = model.reshape(n, -1)
    left = row_mean(((flat - tree.reshape(n, -1)) ** 2).sum(axis=1))
    total = row_mean(((flat - flat.mean(axis=0)) ** 2).sum(axis=1))
    share = left.value / total.value
    return Stat(1 - share, (share * total.influence - left.influence) / total.value)
