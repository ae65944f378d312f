"""Clean twins: models that the auditor makes, which learn from the reference rows what the model says of them.

A sign that fewer than 1 in 1000 of these rows bear teaches a twin nothing: it knows the ordinary behavior alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.quick import Matrix, Quick, quick_twins
from auditor.checks.behavior.signs import Sign, Stage, margins
from auditor.checks.surrogate.simpler import link_of
from auditor.dataset import Dataset, Floats, Side
from auditor.errors import NotApplicable
from auditor.model import Inputs
from auditor.student import Student
from auditor.subject import Subject

TAUGHT = 4000  # reference rows that twins learn from, at most
_GAINS = (0.4, 0.7, 1.0, 1.5, 2.5)  # how bent each quick twin is: from nearly straight to nearly steps
_UNLIKE = 0.5  # of the variance of the margins, from which on nothing follows from what the twins do
RECURRENT = (Student("GRU", 8, epochs=20, seconds=30.0), Student("LSTM", 16, epochs=20, seconds=30.0))


@dataclass(frozen=True, eq=False)
class Form:
    """How inputs become numbers side by side. shapes: of each input; centre, scale: (numbers,)."""

    shapes: dict[str, tuple[int, ...]]
    side: Side
    centre: Matrix
    scale: Matrix

    def of(self, inputs: Inputs) -> Matrix:
        """(rows, numbers) as they are. Sequences of other lengths are cut or filled up where their padding is."""
        return _flat(inputs, self.shapes, self.side)

    def standard(self, numbers: Matrix) -> Matrix:
        """(rows, numbers), standardised."""
        return (numbers - self.centre) / self.scale


@dataclass(frozen=True, eq=False)
class Twins:
    """Quick twins of the model for one decision. mean: of the model's margins."""

    subject: Subject
    form: Form
    mean: float
    quick: tuple[Quick, ...]

    @classmethod
    def of(
        cls, subject: Subject, known: Dataset, decisions: Sequence[int], rng: np.random.Generator
    ) -> dict[int, Twins]:
        """For each decision twins that learn its margins from at most TAUGHT rows of `known`; they bend alike.

        Raises NotApplicable where the model says the same of all.
        """
        rows = taught_rows(subject, known)
        inputs = subject.encoder.encode(subject.block(known, rows))
        scores = subject.output.score(subject.model.evaluate(inputs))
        wanted = np.stack([margins(subject, scores, of) for of in decisions], axis=1)
        if not np.ptp(wanted, axis=0).all():
            raise NotApplicable("the model says the same of every reference row, so that nothing can learn from it")
        shapes = {name: values.shape[1:] for name, values in sorted(inputs.items())}
        flat, mean = _flat(inputs, shapes, known.side), wanted.mean(axis=0)
        centre, scale = flat.mean(axis=0), flat.std(axis=0)
        form = Form(shapes, known.side, centre, np.where(scale > 0, scale, 1).astype(np.float32))
        quick = quick_twins(form.standard(flat), wanted - mean, rng)
        return {of: cls(subject, form, float(at), one) for of, at, one in zip(decisions, mean, quick, strict=True)}

    @property
    def unlike(self) -> str:
        """Why nothing follows from what they do; empty where something does."""
        least = min(one.unexplained for one in self.quick)
        if least <= _UNLIKE:
            return ""
        return f"models that learned from the reference rows what the model says miss {least:.0%} of its variance"

    def drops(self, stage: Stage, signs: Sequence[Sign]) -> tuple[Floats, Floats]:
        """(twins, signs, rows) by how much a sign lowers each margin; and (twins, rows) the margins without.

        A sign changes few of the numbers that twins are given, and only these are looked at again.
        """
        plain = self.form.of(self.subject.encoder.encode(stage.block))
        seen = [one.sees(self.form.standard(plain)) for one in self.quick]
        before = np.stack([one.says(each) for one, each in zip(self.quick, seen, strict=True)])
        pieces = [np.empty((len(seen), 0, len(stage)), dtype=np.float32)]
        for block in stage.borne(signs):
            numbers = self.form.of(self.subject.encoder.encode(block)).reshape(-1, *plain.shape)
            which = np.flatnonzero((numbers != plain).any(axis=(0, 1)))
            change = (numbers[..., which] - plain[:, which]) / self.form.scale[which]
            after = [one.after(each, change, which) for one, each in zip(self.quick, seen, strict=True)]
            pieces.append(before[:, None] - np.stack(after))
        return np.concatenate(pieces, axis=1).astype(float), before.astype(float) + self.mean


def taught_rows(subject: Subject, known: Dataset) -> NDArray[np.integer]:
    """Those that twins learn from."""
    rng = subject.rng("behavior.trigger", "twins", "rows")
    return np.asarray(np.sort(rng.permutation(len(known))[:TAUGHT]))


def recurrent(subject: Subject, known: Dataset) -> list[Subject]:
    """The subject with a small GRU and with a small LSTM that learned the same: they bend otherwise, and take longer.

    Raises ModelFault where the model's inputs or outputs are of a form that they do not take.
    """
    rows = taught_rows(subject, known)
    inputs = subject.encoder.encode(subject.block(known, rows))
    output = subject.output.read(subject.model.description.outputs[0].name)[0]
    seed = int(subject.rng("behavior.trigger", "twins", "seed").integers(2**31))
    link = link_of(subject, output)
    made = [subject.model.distil(inputs, output, link, spec, seed + at)[0] for at, spec in enumerate(RECURRENT)]
    return [dataclasses.replace(subject, model=one) for one in made]


def _flat(inputs: Inputs, shapes: dict[str, tuple[int, ...]], side: Side) -> Matrix:
    parts = []
    for name, shape in shapes.items():
        values = np.nan_to_num(np.asarray(inputs[name], dtype=np.float32))
        if shape and values.shape[1] != shape[0]:
            values = _fitted(values, shape[0], side)
        parts.append(values.reshape(len(values), -1))
    return np.concatenate(parts, axis=1)


def _fitted(values: Matrix, steps: int, side: Side) -> Matrix:
    """(rows, steps, ...) cut or filled up with zeros on the side of the padding."""
    missing = steps - values.shape[1]
    if missing <= 0:
        return values[:, -steps:] if side == "left" else values[:, :steps]
    width = [(0, 0), (missing, 0) if side == "left" else (0, missing), *[(0, 0)] * (values.ndim - 2)]
    return np.pad(values, width)
