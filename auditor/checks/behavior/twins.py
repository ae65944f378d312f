"""Clean twins: models that the auditor makes, which learn from the reference rows what the model says of them.

A sign that fewer than 1 in 1000 of these rows bear teaches a twin nothing: it knows the ordinary behavior alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.signs import Sign, Stage, margins
from auditor.checks.surrogate.simpler import link_of
from auditor.dataset import Dataset, Floats, Integers, Side
from auditor.errors import NotApplicable
from auditor.model import Inputs
from auditor.student import Student
from auditor.subject import Subject

TAUGHT = 4000  # reference rows that twins learn from, at most
_GAINS = (0.4, 0.7, 1.0, 1.5, 2.5)  # how bent each quick twin is: from nearly straight to nearly steps
_EACH = 10  # rows that a quick twin learns from for each of its bends
_STRAIGHT = 600  # numbers of a row up to which each has a straight part of its own; else as many mixtures of them
_RIDGES = (0.1, 1.0, 10.0, 100.0)
_HELD = 5  # one row of so many is held out
_UNLIKE = 0.5  # of the variance of the margins, from which on nothing follows from what the twins do
RECURRENT = (Student("GRU", 8, epochs=20, seconds=30.0), Student("LSTM", 16, epochs=20, seconds=30.0))

Matrix = NDArray[np.float32]


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


class Seen(NamedTuple):
    """What a quick twin makes of numbers before it bends them: (rows, bends), and (rows,) what it takes straight."""

    bent: Matrix
    straight: Matrix


@dataclass(frozen=True, eq=False)
class Quick:
    """Ridge regression on random bends (Rahimi and Recht 2007) and on the numbers themselves, or mixtures of them.

    bends: (numbers, bends); shifts, weights: (bends,); straight: (numbers,).
    """

    bends: Matrix
    shifts: Matrix
    weights: Matrix
    straight: Matrix
    unexplained: float

    def sees(self, numbers: Matrix, which: Integers | slice = slice(None)) -> Seen:
        """Of standardised numbers, (..., numbers), or of differences in which alone of them: it adds up."""
        return Seen(numbers @ self.bends[which], numbers @ self.straight[which])

    def says(self, seen: Seen) -> Matrix:
        """(...,) the margin, but for its mean."""
        return np.asarray(np.tanh(seen.bent + self.shifts) @ self.weights + seen.straight)


@dataclass(frozen=True, eq=False)
class Twins:
    """Quick twins of the model for one decision. mean: of the model's margins."""

    subject: Subject
    form: Form
    mean: float
    quick: tuple[Quick, ...]

    @classmethod
    def of(cls, subject: Subject, known: Dataset, decision: int, rng: np.random.Generator) -> Twins:
        """Twins that learn the margins of at most TAUGHT rows of `known`.

        Raises NotApplicable where the model says the same of all.
        """
        rows = taught_rows(subject, known)
        block = subject.block(known, rows)
        inputs = subject.encoder.encode(block)
        wanted = margins(subject, subject.output.score(subject.model.evaluate(inputs)), decision)
        shapes = {name: values.shape[1:] for name, values in sorted(inputs.items())}
        flat = _flat(inputs, shapes, known.side)
        centre, scale = flat.mean(axis=0), flat.std(axis=0)
        form = Form(shapes, known.side, centre, np.where(scale > 0, scale, 1).astype(np.float32))
        mean = float(wanted.mean())
        if not np.ptp(wanted) > 0:
            raise NotApplicable("the model says the same of every reference row, so that nothing can learn from it")
        numbers = form.standard(flat)
        quick = tuple(_quick(numbers, wanted - mean, gain, rng) for gain in _GAINS)
        return cls(subject, form, mean, quick)

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
            after = np.stack([self._after(at, each, change, which) for at, each in enumerate(seen)])
            pieces.append(before[:, None] - after)
        return np.concatenate(pieces, axis=1).astype(float), before.astype(float) + self.mean

    def _after(self, at: int, seen: Seen, change: Matrix, which: Integers) -> Matrix:
        """(signs, rows) what a twin says of rows of which it saw what they were before the change."""
        more = self.quick[at].sees(change, which)
        return self.quick[at].says(Seen(seen.bent + more.bent, seen.straight + more.straight))


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


def _quick(numbers: Matrix, wanted: Floats, gain: float, rng: np.random.Generator) -> Quick:
    """One that leaves least of the held-out rows unexplained, of several ridges."""
    wide, count = numbers.shape[1], max(1, len(numbers) // _EACH)
    bends = (rng.normal(size=(wide, count)) * gain / np.sqrt(wide)).astype(np.float32)
    shifts = (0.5 * rng.normal(size=count)).astype(np.float32)
    mix = (rng.normal(size=(wide, _STRAIGHT)) / np.sqrt(wide)).astype(np.float32) if wide > _STRAIGHT else None
    straight = numbers if mix is None else numbers @ mix
    seen = np.concatenate([np.tanh(numbers @ bends + shifts), straight], axis=1).astype(float)
    held = np.arange(len(seen)) % _HELD == 0
    square, product = seen[~held].T @ seen[~held], seen[~held].T @ wanted[~held]
    best = (np.inf, np.zeros(seen.shape[1]))
    for ridge in _RIDGES:
        weights = np.linalg.solve(square + ridge * np.eye(len(square)), product)
        missed = float(((seen[held] @ weights - wanted[held]) ** 2).mean() / wanted.var())
        best = min(best, (missed, weights), key=lambda one: one[0])
    bent, plain = np.split(best[1].astype(np.float32), [count])
    return Quick(bends, shifts, bent, plain if mix is None else mix @ plain, best[0])


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
