"""A small decision tree in the place of the model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.checks.outcome import decided
from auditor.checks.summaries import summaries
from auditor.checks.surrogate.fidelity_charts import Told, shown
from auditor.checks.surrogate.trial import TreeParams, decisions, learnt, rows_scored, trial
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject


class Params(TreeParams):
    """How large the tree may be, and from what it is learnt."""


@check(
    quantities={
        "r2": Meaning(title="Share of the score's variance that the tree explains", better="higher", high=1.0),
        "agreement": Meaning(
            title="Share of rows on which tree and model decide alike", better="higher", low=0.0, high=1.0
        ),
        "agreement_gain": Meaning(
            title="Agreement beyond that of always taking the more frequent decision",
            better="higher",
            low=-1.0,
            high=1.0,
        ),
    },
    needs=(SCORES,),
    rows=rows_scored,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """A few rules that a person can read describe what the model does.

    Measures: how well a small decision tree predicts the model's score (as it is put out: a probability, class
    probabilities or a value) and its decision, on rows that the tree has not seen. The tree asks about summaries in
    original units: last value, mean, slope, lowest and highest value, how often something was measured. It learns from
    the reference rows, or, without them, from half of the test rows by cluster; its depth is chosen by
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
        unmeasured = dict.fromkeys(("agreement", "agreement_gain"), nothing.reason)
    else:
        options, counts = np.unique(decisions(subject, rows.learn_scores), return_counts=True)
        alike, trivial = chosen == decisions(subject, guess), chosen == options[counts.argmax()]
        quantities["agreement"] = Quantity.of(sampling.rate(alike, np.ones(n, dtype=bool)))
        gain = row_mean(alike.astype(float) - trivial)
        quantities["agreement_gain"] = Quantity.of(
            sampling.estimate(gain, n=n, method="paired difference of two rates")
        )
    told = Told(subject, tree, curve, tree.leaf_of(held), rows.judge_scores, guess, alike)
    return Measurement(
        quantities=quantities, unmeasured=unmeasured, shown=shown(told), sampled=sampled, notes=(rows.words,)
    )


def _explained(model: Floats, tree: Floats) -> Stat:
    """R², of all classes together where there are several: 1 - squared error / variance. Influence of the ratio."""
    n = len(model)
    flat = model.reshape(n, -1)
    left = row_mean(((flat - tree.reshape(n, -1)) ** 2).sum(axis=1))
    total = row_mean(((flat - flat.mean(axis=0)) ** 2).sum(axis=1))
    share = left.value / total.value
    return Stat(1 - share, (share * total.influence - left.influence) / total.value)
