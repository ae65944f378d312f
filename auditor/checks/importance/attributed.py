"""The attributions that several checks look at: computed once, of the same rows against the same backgrounds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from auditor.checks.sample import sample
from auditor.errors import NotApplicable
from auditor.evidence import Need, scores_of
from auditor.explain import quadrature
from auditor.explain.attribution import Attribution
from auditor.explain.backgrounds import Backgrounds
from auditor.explain.embedded import differentiable
from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.explained import Explained
from auditor.explain.players import Players
from auditor.explain.question import Question
from auditor.explain.shapley import most_coalitions, shapley
from auditor.measurement import Sampled
from auditor.sampling import Sampling
from auditor.subject import Subject

ROWS, BACKGROUNDS, PARTS = 200, 32, 6
_TOLERANCE, _POINTS = 8e-3, 30  # of the credit, far below what the choice of backgrounds does to it
_PAIRS = 256  # of coalitions, for models without gradients


@dataclass(frozen=True, eq=False)
class Attributed:
    """credit: each feature in each part of the history (features only, where the model has no gradient).

    measured: the credit of features, and by itself that of whether they were measured; None where the model is not told
    that, or has no gradient.
    """

    question: Question
    credit: Attribution
    sampled: Sampled | None
    measured: Attribution | None = None

    @property
    def features(self) -> Attribution:
        """Summed over the history."""
        question = self.question
        return self.credit.by(Players.features(question.data, question.steps), question.backgrounds)

    @property
    def sampling(self) -> Sampling:
        """How the explained rows depend on one another."""
        return Sampling.of(self.question.data.take(self.question.rows))


def ask(subject: Subject, *key: object, rows: int = ROWS, column: int | None = None) -> tuple[Question, Sampled | None]:
    """A question about test rows drawn at random, against backgrounds that `key` draws from the reference data.

    Where there is no reference data, test rows are the backgrounds. Of several classes, that of `column` is explained,
    or the last one; backgrounds are drawn by its score.
    Raises NotApplicable where the score is the same for all rows.
    """
    against = subject.test if subject.reference is None else subject.reference
    scores = scores_of(subject, against)
    if (
        not len(scores)
        or np.ptp(scores[np.isfinite(scores).reshape(len(scores), -1).all(1)], axis=0).max(initial=0) == 0
    ):
        raise NotApplicable("the score is the same for every row, so there is nothing to attribute")
    if scores.ndim == 2:
        column = scores.shape[1] - 1 if column is None else column
        scores = scores[:, column]
    backgrounds = Backgrounds.drawn(against, scores, BACKGROUNDS, subject.rng("attributions", "backgrounds", *key))
    pick, sampled = sample(subject.test, rows, subject.rng("attributions", "rows"))
    return Question(subject, subject.test, pick, backgrounds, Explained.of(subject, column)), sampled


def once(question: Question, players: Players, tolerance: float = _TOLERANCE, largest: int = _POINTS) -> Attribution:
    """Credit by expected gradients, or, with a note, by Shapley values of features where the model has no gradient."""
    try:
        question = differentiable(question)
    except NotApplicable as nothing:
        features = Players.features(question.data, question.steps)
        shares = shapley(question, features, largest=_PAIRS, keep=True)
        return dataclasses.replace(shares, notes=(*shares.notes, f"No gradients: {nothing.reason}."))
    return expected_gradients(question, players, tolerance=tolerance, largest=largest, keep=True)


def attribute(question: Question, sampled: Sampled | None) -> Attributed:
    """The credit of the rows of a question."""
    cells = Players.cells(question.data, question.steps, PARTS)
    if not question.indicated:
        return Attributed(question, once(question, cells), sampled)
    made = once(question, cells.with_indicators(question.indicated))
    if made.players.indicators is None:
        return Attributed(question, made, sampled)
    split = Players.features(question.data, question.steps).with_indicators(question.indicated)
    against = question.backgrounds
    return Attributed(question, made.by(cells, against), sampled, made.by(split, against))


def asking_rows(subject: Subject) -> int:
    """Evaluations that a question takes by itself."""
    return len(subject.test if subject.reference is None else subject.reference)


def most_rows(subject: Subject) -> int:
    """The most that credit may take: every row with every rule, for each length of rows its backgrounds."""
    points = sum(len(rule) for rule in quadrature.ladder(_TOLERANCE, _POINTS))
    if not any("float" in port.dtype for port in subject.model.description.inputs):
        points = max(points, most_coalitions(features_of(subject), _PAIRS))
    return explained_rows(subject) * (BACKGROUNDS * points + 1) + lengths_of(subject) * BACKGROUNDS


def features_of(subject: Subject) -> int:
    """How many features share the credit."""
    return len(subject.test.features) + len(subject.test.static_features)


def lengths_of(subject: Subject) -> int:
    """The most lengths that rows can have as the model sees them, none at all included."""
    return 1 + (subject.encoder.width or int(subject.test.lengths.max(initial=1)))


def explained_rows(subject: Subject, rows: int = ROWS) -> int:
    """The most rows that are explained where so many are asked for: the first cluster drawn may be larger."""
    cluster = subject.test.cluster
    largest = 0 if cluster is None or not len(cluster) else int(np.unique(cluster, return_counts=True)[1].max())
    return min(len(subject.test), max(rows, largest))


ATTRIBUTIONS: Need[Attributed] = Need(
    "attributions", lambda subject: attribute(*ask(subject)), lambda subject: asking_rows(subject) + most_rows(subject)
)
