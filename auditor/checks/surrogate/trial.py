"""What checks of the surrogate tree share: its parameters, rows to learn from and rows to judge on, the tree itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.sample import sample
from auditor.checks.summaries import summaries
from auditor.checks.surrogate.tree import DepthCurve, Surrogate, fit, folds
from auditor.dataset import Dataset, Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.measurement import Sampled
from auditor.subject import Subject

_FEWEST = 100  # rows below which no tree is learnt
_FEWEST_CLUSTERS = 20


class TreeParams(Frozen):
    """How large the tree may be, and from what it is learnt."""

    max_depth: int = Field(default=5, ge=1, le=8, description="The deepest tree that is tried.")
    smallest_leaf: float = Field(
        default=0.02, gt=0, le=0.5, description="Smallest share of the rows learnt from that a rule may rest on."
    )
    last_steps: int = Field(default=3, ge=2, le=1000, description="Steps in the mean of the last steps.")
    rows: int = Field(
        default=10_000, ge=200, description="At most about so many rows to learn from, and as many to judge on."
    )


def rows_scored(subject: Subject, params: TreeParams) -> int:
    """Model evaluations that `trial` takes."""
    return 0 if subject.reference is None else min(len(subject.reference), params.rows)


@dataclass(frozen=True, eq=False)
class Trial:
    """Rows to learn from and rows to judge on, with the model's scores.

    judged: which test rows those to judge on are.
    """

    learn: Dataset
    learn_scores: Floats
    judge: Dataset
    judge_scores: Floats
    judged: Integers
    words: str


def trial(subject: Subject, most: int, scores: Floats, learner: str = "tree") -> tuple[Trial, Sampled | None]:
    """Reference rows to learn from and test rows to judge on; without a reference, halves of the test rows.

    most: about so many of each. scores: of all test rows. The same for every check with the same number of rows. Raises
    NotApplicable where there are too few rows, and where there is nothing to describe.
    """
    if np.ptp(scores, axis=0).max() == 0:
        raise NotApplicable("the score is the same for every row, so there is nothing to describe")
    key, test = ("surrogate", most), subject.test
    if subject.reference is not None:
        rows, sampled = sample(test, most, subject.rng(*key, "judged on"))
        taken, _ = sample(subject.reference, most, subject.rng(*key, "learnt from"))
        learn = subject.reference.take(taken)
        _refuse_few(learn, learner)
        learnt = np.concatenate([subject.score(subject.block(learn, piece)) for piece in subject.chunks(learn)])
        words = f"The {learner} was learnt from {len(learn)} of {len(subject.reference)} reference rows."
        return Trial(learn, learnt, test.take(rows), scores[rows], rows, words), sampled
    codes = np.arange(len(test)) if test.cluster is None else np.unique(test.cluster, return_inverse=True)[1]
    number = int(codes.max()) + 1
    first = np.isin(codes, subject.rng(*key, "halves").permutation(number)[: number // 2])
    halves = []
    for half in (first, ~first):
        rows, _ = sample(test.take(np.flatnonzero(half)), most, subject.rng(*key, "rows of a half"))
        halves.append(np.flatnonzero(half)[rows])
    learn = test.take(halves[0])
    _refuse_few(learn, learner)
    words = f"There are no reference rows: the {learner} was learnt from {len(learn)} test rows and judged on others."
    told = Sampled(n=len(halves[1]), of=len(test), how=f"the half by cluster that the {learner} was not learnt from")
    return Trial(learn, scores[halves[0]], test.take(halves[1]), scores[halves[1]], halves[1], words), told


def _refuse_few(learn: Dataset, learner: str) -> None:
    clusters = len(learn) if learn.cluster is None else len(np.unique(learn.cluster))
    if len(learn) >= _FEWEST and clusters >= _FEWEST_CLUSTERS:
        return
    have, least = f"{len(learn)} rows", f"{_FEWEST} rows"
    if learn.cluster is not None:
        have += f" ({clusters} {learn.cluster_kind})"
        least += f" of {_FEWEST_CLUSTERS} {learn.cluster_kind}"
    raise NotApplicable(f"a {learner} would be learnt from {have}, and {least} are the fewest for one")


def learnt(subject: Subject, params: TreeParams, trial: Trial) -> tuple[Surrogate, DepthCurve, Floats]:
    """The tree, how its depth was chosen, and the summaries that it was learnt from (rows, summaries)."""
    x, names = summaries(subject, trial.learn, params.last_steps)
    y = trial.learn_scores.reshape(len(x), -1)
    rng = subject.rng("surrogate", "tree", params.last_steps)
    tree, curve = fit(
        x,
        y,
        names,
        folds(clusters(trial.learn), rng),
        deepest=params.max_depth,
        smallest=smallest_leaf(subject, params, len(x)),
        seed=int(rng.integers(2**31)),
    )
    return tree, curve, x


def clusters(data: Dataset) -> Integers:
    """(rows,): which rows belong together."""
    return np.arange(len(data)) if data.cluster is None else data.cluster


def smallest_leaf(subject: Subject, params: TreeParams, n: int) -> int:
    """Rows that a leaf has at least: never fewer than may be shown."""
    return max(int(np.ceil(params.smallest_leaf * n)), subject.smallest_cell)


def usual(subject: Subject, rows: Trial) -> int:
    """The more frequent decision among the rows learnt from: what is guessed without any rule."""
    options, counts = np.unique(decisions(subject, rows.learn_scores), return_counts=True)
    return int(options[counts.argmax()])


def decisions(subject: Subject, scores: Floats) -> NDArray[np.intp]:
    """(rows,): the side of the decision threshold, or the class of the highest score."""
    if scores.ndim == 2 or subject.decision is None:
        return np.asarray(scores.argmax(axis=1))
    return np.asarray(scores >= subject.decision.threshold, dtype=np.intp)
