"""The attributions that several checks look at: computed once, of the same rows against the same backgrounds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from auditor.checks.sample import sample
from auditor.dataset import Floats, Integers
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
_TOLERANCE, _POINTS = 8e-3, 240  # of the credit, far below what the choice of backgrounds does to it
_MISSED = 0.1  # of the scores' differences, that the slopes may leave out: a score that jumps has none where it jumps
_PAIRS = 256  # of coalitions, for models without gradients


@dataclass(frozen=True, eq=False)
class Attributed:
    """credit: each feature in each part of the history (features only, where the model has no gradient).

    measured: the credit of features, and by itself that of whether they were measured; None where the model is not told
    that, or has no gradient. columns: (rows,) of several classes, the one that is explained of each row; None where it
    is that of the question for all.
    """

    question: Question
    credit: Attribution
    sampled: Sampled | None
    measured: Attribution | None = None
    columns: Integers | None = None

    def take(self, at: Integers, sampled: Sampled | None) -> Attributed:
        """Some of the rows, without what was measured. sampled: how they were drawn, None where they are all."""
        told = sampled.model_copy(update={"of": len(self.question.subject.test)}) if sampled else self.sampled
        columns = None if self.columns is None else self.columns[at]
        return Attributed(self.question.some(at), self.credit.take(at), told, columns=columns)

    def over(self, work: Callable[[Question, Integers], Floats]) -> Floats:
        """What is worked out of each row, in the order of the rows: class by class, where they have several.

        work: takes a question about one class, and the places of its rows among all; returns (rows, ...).
        """
        asked = asked_by_class(self.question, self.columns)
        order = np.argsort(np.concatenate([at for at, _ in asked]), kind="stable")
        return np.asarray(np.concatenate([work(question, at) for at, question in asked])[order])

    def by(self, method: Callable[[Question], Attribution]) -> Attribution:
        """The credit that another method gives, class by class, where the rows have several."""
        return credited(self.question, self.columns, method)

    @property
    def features(self) -> Attribution:
        """Summed over the history."""
        question = self.question
        return self.credit.by(Players.features(question.data, question.steps), question.backgrounds)

    @property
    def sampling(self) -> Sampling:
        """How the explained rows depend on one another."""
        return Sampling.of(self.question.data.take(self.question.rows))


def asked_by_class(question: Question, columns: Integers | None) -> list[tuple[Integers, Question]]:
    """The question about the rows of each class, and their places; all are compared with the same backgrounds."""
    if columns is None:
        return [(np.arange(len(question.rows)), question)]
    places = [np.flatnonzero(columns == column) for column in np.unique(columns)]
    return [(at, question.some(at, Explained.of(question.subject, int(columns[at[0]])))) for at in places]


def credited(question: Question, columns: Integers | None, method: Callable[[Question], Attribution]) -> Attribution:
    """What a method gives each row, of its own class where there are several (columns)."""
    asked = asked_by_class(question, columns)
    made = [method(piece) for _, piece in asked]
    if len({each.method for each in made}) > 1:  # of one class the slopes say too little: then the same for all
        made = [_by_coalitions(piece, "of one class they leave out too much") for _, piece in asked]
    first, *others = made
    return first.joined(others).take(np.argsort(np.concatenate([at for at, _ in asked]), kind="stable"))


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
    """Credit by expected gradients, or, with a note, by Shapley values of features where the model has no gradient, or
    one that leaves out much of what the scores differ by.
    """
    try:
        made = expected_gradients(differentiable(question), players, tolerance=tolerance, largest=largest, keep=True)
    except NotApplicable as nothing:
        return _by_coalitions(question, nothing.reason)
    due, missed = np.abs(made.score - made.base).sum(), np.abs(made.gap).sum()
    if tolerance > _TOLERANCE or missed <= _MISSED * due:
        return made
    told = f"the score jumps: its slopes leave out {100 * min(1.0, missed / due):.0f} % of what the scores differ by"
    return _by_coalitions(question, told)


def _by_coalitions(question: Question, why: str) -> Attribution:
    """Shapley values of features, which need no slopes."""
    shares = shapley(question, Players.features(question.data, question.steps), largest=_PAIRS, keep=True)
    return dataclasses.replace(shares, notes=(*shares.notes, f"No gradients: {why}."))


def attribute(question: Question, sampled: Sampled | None) -> Attributed:
    """The credit of the rows of a question."""
    return _split(question, _of_cells(question), sampled)


def _of_cells(question: Question) -> Attribution:
    """Of each feature in each part of the history, and of its being measured where the model is told that."""
    cells = Players.cells(question.data, question.steps, PARTS)
    return once(question, cells.with_indicators(question.indicated) if question.indicated else cells)


def _split(question: Question, made: Attribution, sampled: Sampled | None) -> Attributed:
    """Whether a feature was measured counted with its values, and by itself."""
    if made.players.indicators is None:
        return Attributed(question, made, sampled)
    cells = Players.cells(question.data, question.steps, PARTS)
    split = Players.features(question.data, question.steps).with_indicators(question.indicated)
    against = question.backgrounds
    return Attributed(question, made.by(cells, against), sampled, made.by(split, against))


def attribute_decided(subject: Subject) -> Attributed:
    """Of the score; of several classes, for each row that of the class which is predicted."""
    question, sampled = ask(subject)
    columns = predicted(question)
    made = credited(question, columns, _of_cells)
    return dataclasses.replace(_split(question, made, sampled), columns=columns)


def predicted(question: Question) -> Integers | None:
    """(rows,) the class that the model predicts; None where it has no classes."""
    if question.subject.test.task != "multiclass":
        return None
    subject = question.subject
    return np.asarray(subject.score(subject.block(question.data, question.rows)).argmax(1))


def asking_rows(subject: Subject) -> int:
    """Evaluations that a question takes by itself."""
    return len(subject.test if subject.reference is None else subject.reference)


def most_rows(subject: Subject, tolerance: float = _TOLERANCE, largest: int = _POINTS) -> int:
    """The most that `once` may take: every row with every rule, and then coalitions; for each length of rows its
    backgrounds.
    """
    points = 1 + sum(len(rule) for rule in quadrature.ladder(tolerance, largest))
    points += most_coalitions(features_of(subject), _PAIRS)
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


def rows_by_class(subject: Subject) -> int:
    """The evaluations that several classes take beside what their rows take: the predictions, and the backgrounds."""
    if subject.test.task != "multiclass":
        return 0
    return explained_rows(subject) + (len(subject.test.target.classes) - 1) * lengths_of(subject) * BACKGROUNDS


ATTRIBUTIONS: Need[Attributed] = Need(
    "attributions",
    attribute_decided,
    lambda subject: asking_rows(subject) + most_rows(subject) + rows_by_class(subject),
)
