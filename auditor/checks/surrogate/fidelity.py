"""A small decision tree in the place of the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.outcome import decided
from auditor.checks.sample import sample
from auditor.checks.summaries import summaries
from auditor.checks.surrogate.fidelity_charts import Told, shown
from auditor.checks.surrogate.tree import fit, folds
from auditor.dataset import Dataset, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Meaning, Measurement, Quantity, Sampled
from auditor.sampling import Sampling
from auditor.subject import Subject

_ID = "surrogate.fidelity"
_FEWEST = 100  # rows below which no tree is learnt
_FEWEST_CLUSTERS = 20


class Params(Frozen):
    """How large the tree may be, and from what it is learnt."""

    max_depth: int = Field(default=5, ge=1, le=8, description="The deepest tree that is tried.")
    smallest_leaf: float = Field(
        default=0.02, gt=0, le=0.5, description="Smallest share of the rows learnt from that a rule may rest on."
    )
    last_steps: int = Field(default=3, ge=2, le=1000, description="Steps in the mean of the last steps.")
    rows: int = Field(
        default=10_000, ge=200, description="At most about so many rows to learn from, and as many to judge on."
    )


def _rows(subject: Subject, params: Params) -> int:
    return 0 if subject.reference is None else min(len(subject.reference), params.rows)


@check(
    quantities={
        "r2": Meaning(title="Share of the score's variance that the tree explains", better="higher"),
        "agreement": Meaning(title="Share of rows on which tree and model decide alike", better="higher"),
        "agreement_gain": Meaning(
            title="Agreement beyond that of always taking the more frequent decision", better="higher"
        ),
    },
    needs=(SCORES,),
    rows=_rows,
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
    if np.ptp(scores, axis=0).max() == 0:
        raise NotApplicable("the score is the same for every row, so there is nothing to describe")
    trial, sampled = _trial(subject, params, scores)
    x, names = summaries(subject, trial.learn, params.last_steps)
    y = trial.learn_scores.reshape(len(x), -1)
    clusters = np.arange(len(x)) if trial.learn.cluster is None else trial.learn.cluster
    rng = subject.rng(_ID, params.model_dump_json(), "tree")
    tree, curve = fit(
        x,
        y,
        names,
        folds(clusters, rng),
        deepest=params.max_depth,
        smallest=max(int(np.ceil(params.smallest_leaf * len(x))), subject.smallest_cell),
        seed=int(rng.integers(2**31)),
    )
    held, _ = summaries(subject, trial.judge, params.last_steps)
    guess = tree.scores(held).reshape(trial.judge_scores.shape)
    sampling, n = Sampling.of(trial.judge), len(held)
    explained = _explained(trial.judge_scores, guess)
    quantities = {"r2": Quantity.of(sampling.estimate(explained, n=n, method="influence function of R²"))}
    unmeasured: dict[str, str] = {}
    alike: NDArray[np.bool_] | None = None
    try:
        if scores.ndim == 1:
            decided(subject, trial.judge_scores)
        chosen = _decisions(subject, trial.judge_scores)
    except NotApplicable as nothing:
        unmeasured = dict.fromkeys(("agreement", "agreement_gain"), nothing.reason)
    else:
        options, counts = np.unique(_decisions(subject, trial.learn_scores), return_counts=True)
        alike, trivial = chosen == _decisions(subject, guess), chosen == options[counts.argmax()]
        quantities["agreement"] = Quantity.of(sampling.rate(alike, np.ones(n, dtype=bool)))
        gain = row_mean(alike.astype(float) - trivial)
        quantities["agreement_gain"] = Quantity.of(
            sampling.estimate(gain, n=n, method="paired difference of two rates")
        )
    told = Told(subject, tree, curve, tree.leaf_of(held), trial.judge_scores, guess, alike)
    return Measurement(
        quantities=quantities, unmeasured=unmeasured, shown=shown(told), sampled=sampled, notes=(trial.words,)
    )


@dataclass(frozen=True, eq=False)
class Trial:
    """Rows to learn from and rows to judge on, with the model's scores."""

    learn: Dataset
    learn_scores: Floats
    judge: Dataset
    judge_scores: Floats
    words: str


def _trial(subject: Subject, params: Params, scores: Floats) -> tuple[Trial, Sampled | None]:
    key, test = (_ID, params.model_dump_json()), subject.test
    if subject.reference is not None:
        rows, sampled = sample(test, params.rows, subject.rng(*key, "judged on"))
        taken, _ = sample(subject.reference, params.rows, subject.rng(*key, "learnt from"))
        learn = subject.reference.take(taken)
        _refuse_few(learn)
        learnt = np.concatenate([subject.score(subject.block(learn, piece)) for piece in subject.chunks(learn)])
        words = f"The tree was learnt from {len(learn)} of {len(subject.reference)} reference rows."
        return Trial(learn, learnt, test.take(rows), scores[rows], words), sampled
    codes = np.arange(len(test)) if test.cluster is None else np.unique(test.cluster, return_inverse=True)[1]
    number = int(codes.max()) + 1
    first = np.isin(codes, subject.rng(*key, "halves").permutation(number)[: number // 2])
    halves = []
    for half in (first, ~first):
        rows, _ = sample(test.take(np.flatnonzero(half)), params.rows, subject.rng(*key, "rows of a half"))
        halves.append(np.flatnonzero(half)[rows])
    learn = test.take(halves[0])
    _refuse_few(learn)
    words = f"There are no reference rows: the tree was learnt from {len(learn)} test rows and judged on others."
    told = Sampled(n=len(halves[1]), of=len(test), how="the half by cluster that the tree was not learnt from")
    return Trial(learn, scores[halves[0]], test.take(halves[1]), scores[halves[1]], words), told


def _refuse_few(learn: Dataset) -> None:
    clusters = len(learn) if learn.cluster is None else len(np.unique(learn.cluster))
    if len(learn) >= _FEWEST and clusters >= _FEWEST_CLUSTERS:
        return
    have, least = f"{len(learn)} rows", f"{_FEWEST} rows"
    if learn.cluster is not None:
        have += f" ({clusters} {learn.cluster_kind})"
        least += f" of {_FEWEST_CLUSTERS} {learn.cluster_kind}"
    raise NotApplicable(f"a tree would be learnt from {have}, and {least} are the fewest for one")


def _decisions(subject: Subject, scores: Floats) -> NDArray[np.intp]:
    if scores.ndim == 2 or subject.decision is None:
        return np.asarray(scores.argmax(axis=1))
    return np.asarray(scores >= subject.decision.threshold, dtype=np.intp)


def _explained(model: Floats, tree: Floats) -> Stat:
    """R², of all classes together where there are several: 1 - squared error / variance. Influence of the ratio."""
    n = len(model)
    flat = model.reshape(n, -1)
    left = row_mean(((flat - tree.reshape(n, -1)) ** 2).sum(axis=1))
    total = row_mean(((flat - flat.mean(axis=0)) ** 2).sum(axis=1))
    share = left.value / total.value
    return Stat(1 - share, (share * total.influence - left.influence) / total.value)
