"""Questions about models whose attributions are known in closed form."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from fakes import FakeModel
from subjects import make_subject

from auditor.dataset import Dataset, Feature, Target
from auditor.evidence import scores_of
from auditor.explain.backgrounds import Backgrounds
from auditor.explain.explained import Explained
from auditor.explain.question import Question
from auditor.subject import Subject


@dataclass(eq=False)
class Formula(FakeModel):
    """Any function of (sequence, mask, static), in float64, and its derivatives by sequence and static."""

    value: Callable[..., np.ndarray] = None
    slopes: Callable[..., tuple[np.ndarray, np.ndarray]] = None

    def evaluate(self, inputs, batch=None):
        """The formula, under the name `output`."""
        self.evaluations += len(inputs["static"])
        return {"output": self.value(inputs["sequence"], inputs["mask"], inputs["static"])[:, None]}

    def gradient(self, inputs, output, column=None, at="input"):
        """As the formula has it."""
        self.evaluations += len(inputs["static"])
        sequence, static = self.slopes(inputs["sequence"], inputs["mask"], inputs["static"])
        return {"sequence": sequence, "mask": np.zeros_like(inputs["mask"]), "static": static}


def additive(sequence, mask, static):
    """Each cell adds a wave of its own, of a size that depends on feature and step; nothing interacts."""
    pace = 1 + np.arange(sequence.shape[1])[:, None] / 10
    return (mask[..., None] * np.sin(pace * sequence)).sum((1, 2)) + np.tanh(static).sum(1)


def additive_slopes(sequence, mask, static):
    """Of `additive`."""
    pace = 1 + np.arange(sequence.shape[1])[:, None] / 10
    return mask[..., None] * pace * np.cos(pace * sequence), 1 / np.cosh(static) ** 2


def recurrent(sequence, mask, static):
    """H <- mask-gated tanh(h / 2 + weights x): cells interact with the ones before them."""
    h = np.zeros(len(sequence))
    for step in range(sequence.shape[1]):
        new = np.tanh(h / 2 + sequence[:, step] @ np.array([1.0, -0.7, 0.4]))
        h = mask[:, step] * new + (1 - mask[:, step]) * h
    return h * (1 + 0.5 * np.tanh(static[:, 0]))


def recurrent_slopes(sequence, mask, static):
    """Of `recurrent`, backwards through time."""
    weights, hs = np.array([1.0, -0.7, 0.4]), [np.zeros(len(sequence))]
    for step in range(sequence.shape[1]):
        new = np.tanh(hs[-1] / 2 + sequence[:, step] @ weights)
        hs.append(mask[:, step] * new + (1 - mask[:, step]) * hs[-1])
    factor = 1 + 0.5 * np.tanh(static[:, 0])
    back, slopes = factor.copy(), np.zeros_like(sequence)
    for step in reversed(range(sequence.shape[1])):
        inner = mask[:, step] * (1 - hs[step + 1] ** 2)
        slopes[:, step] = (back * inner)[:, None] * weights
        back = back * inner / 2 + back * (1 - mask[:, step])
    return slopes, (hs[-1] * 0.5 / np.cosh(static[:, 0]) ** 2)[:, None]


def asked_of(subject: Subject, count: int = 8, rows: Any = 20, column: int | None = None, seed: int = 0) -> Question:
    """The first so many test rows, against backgrounds from the reference."""
    scores = scores_of(subject, subject.reference)
    drawn = Backgrounds.drawn(subject.reference, scores, count, np.random.default_rng(seed))
    pick = np.arange(rows) if isinstance(rows, int) else rows
    return Question(subject, subject.test, pick, drawn, Explained.of(subject, column), seed)


def formula(value, slopes=None, *, count: int = 8, rows: int = 20, **asked: Any) -> Question:
    """A question about a formula; `asked` as for make_subject."""
    subject = make_subject(**{"task": "regression", "n": 60, "reference": 60, **asked})
    model = Formula(subject.model.truth, value=value, slopes=slopes)
    return asked_of(dataclasses.replace(subject, model=model), count, rows)


def sent(question: Question) -> tuple[dict[str, np.ndarray], list[dict[str, np.ndarray]]]:
    """All rows as the model sees them, and for each its backgrounds: worked out again, row by row."""
    data, width = question.data, question.subject.encoder.width or question.steps
    inputs = question.subject.encoder.encode(data.block(question.rows, width))
    against = []
    for row in question.rows:
        length = min(int(data.lengths[row]), width)
        against.append(question.subject.encoder.encode(question.backgrounds.block(length, width)))
    return inputs, against


def sequences(values: np.ndarray, y: np.ndarray | None = None) -> Dataset:
    """A data set of these rows (rows, steps, features); steps of zeros in front are padding."""
    kept = (np.cumsum((values != 0).any(2), axis=1) > 0) | (np.arange(values.shape[1]) == values.shape[1] - 1)
    stops = np.cumsum(kept.sum(1))
    return Dataset(
        name="made up",
        task="binary",
        target=Target("y", classes=("no", "yes")),
        features=tuple(Feature(f"x{i}") for i in range(values.shape[2])),
        values=values[kept].astype(float),
        starts=stops - kept.sum(1),
        stops=stops,
        y=np.arange(len(values)) % 2.0 if y is None else y,
        entity=np.arange(len(values)),
        index_time=np.zeros(len(values)),
        groups={},
    )
