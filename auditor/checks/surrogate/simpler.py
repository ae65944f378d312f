"""Something simpler than the model: a student that it taught, or itself with less history."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from auditor.checks.surrogate.trial import Trial, clusters
from auditor.dataset import Dataset, Floats, Integers
from auditor.errors import ModelFault
from auditor.student import Lesson, Link, Student
from auditor.subject import Subject


@dataclass(frozen=True, eq=False)
class Simpler:
    """scores: of the rows that it is judged on. lesson: of a student. steps: the last so many that the model was shown.

    parameters: how many numbers were learnt. repeated: whether the oldest step shown stood for those before it.
    """

    name: str
    scores: Floats
    parameters: int
    lesson: Lesson | None = None
    steps: int | None = None
    repeated: bool = False


def student(subject: Subject, rows: Trial, spec: Student) -> Simpler | tuple[str, str]:
    """A student and how it scores; or its name and why there is none."""
    name, outputs = str(spec), subject.model.description.outputs
    output, _ = subject.output.read(outputs[0].name)
    if subject.output.forecasts and {each for each, _ in _places(subject)} != {output}:
        return name, "the forecasts come from several outputs, and a student learns one"
    learn, seed = rows.learn, int(subject.rng("surrogate", "student", name).integers(2**31))
    order = _by_cluster(learn, subject.rng("surrogate", "student", "held out"))
    inputs = subject.encoder.encode(subject.block(learn, order))
    try:
        taught, lesson = subject.model.distil(inputs, output, link_of(subject, output), spec, seed)
    except ModelFault as fault:
        return name, fault.problems[0].what
    twin = dataclasses.replace(subject, model=taught)
    scores = scores_of(twin, rows.judge)
    taught.close()
    return Simpler(name, scores, lesson.parameters, lesson)


def _places(subject: Subject) -> Iterator[tuple[str, int]]:
    first = subject.model.description.outputs[0].name
    return (subject.output.place(at, first) for at in range(len(subject.output.forecasts)))


def link_of(subject: Subject, output: str) -> Link:
    """The scale on which the model adds up: what it ends with, taken away."""
    (port,) = (port for port in subject.model.description.outputs if port.name == output)
    if subject.output.kind == "probability":
        return "logit" if port.shape in ((), (1,)) else "softmax"
    return "softmax" if subject.output.kind == "class_probabilities" else "identity"


def _by_cluster(data: Dataset, rng: np.random.Generator) -> Integers:
    """The rows in an order in which clusters stay together and come at random: the last ones are held out."""
    _, codes = np.unique(clusters(data), return_inverse=True)
    place = rng.permutation(int(codes.max(initial=0)) + 1)
    return np.asarray(np.argsort(place[codes], kind="stable"))


def scores_of(subject: Subject, data: Dataset) -> Floats:
    """Of every row of a data set."""
    return np.concatenate([subject.score(subject.block(data, rows)) for rows in subject.chunks(data)])
