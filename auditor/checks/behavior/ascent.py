"""Projected gradient in original units: the model's slopes through the encoder, each value kept within its box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.change import Trial
from auditor.dataset import Block, Dataset, Feature, Floats
from auditor.errors import NotApplicable
from auditor.model import Inputs, Port
from auditor.subject import Subject

_TINY = 1e-3  # of the box: the step by which the encoder's derivative is taken
Parts = tuple[Floats, Floats]
"""Values of the steps (rows, steps, features), and static ones (rows, static features)."""


@dataclass(frozen=True, eq=False)
class Box:
    """How far each value may move, (features,) and (static features,), 0 where not at all; and its plausible range."""

    size: Parts
    low: Parts
    high: Parts

    @classmethod
    def of(cls, data: Dataset, size: Mapping[str, float]) -> Box:
        """size: by the name of the feature, in its unit."""
        both = (data.features, data.static_features)

        def column(features: Sequence[Feature], of: Any) -> Floats:
            return np.array([of(feature) for feature in features], dtype=float)

        def parts(of: Any) -> Parts:
            return column(both[0], of), column(both[1], of)

        return cls(
            parts(lambda one: size.get(one.name, 0.0)),
            parts(lambda one: -np.inf if one.low is None else one.low),
            parts(lambda one: np.inf if one.high is None else one.high),
        )

    def within(self, start: Parts, given: Parts) -> Parts:
        """The values given, kept in the box around the start and in the plausible range (or where they were)."""
        kept = []
        for values, at, size, low, high in zip(given, start, self.size, self.low, self.high, strict=True):
            near = np.clip(values, at - size, at + size)
            kept.append(np.clip(near, np.minimum(at, low), np.maximum(at, high)))
        return kept[0], kept[1]

    def tossed(self, block: Block, rng: np.random.Generator) -> Block:
        """Every value at one end of its box or the other."""
        start = (block.values, block.static)
        moved = [
            values + size * np.where(rng.random(values.shape) < 0.5, 1.0, -1.0)
            for values, size in zip(start, self.size, strict=True)
        ]
        return _put(block, self.within(start, (moved[0], moved[1])))


def worst(trial: Trial, box: Box, steps: int) -> Floats:
    """Scores of the rows at the furthest point that was found: every step goes along the sign of the slope.

    Raises NotApplicable where the model's inputs have no slope.
    """
    subject, pieces = trial.subject, []
    for rows in subject.chunks(trial.data):
        block, before = subject.block(trial.data, rows), trial.before[rows]
        aim = _aim(subject, before)
        start: Parts = (block.values, block.static)
        at, best = start, before
        for number in range(steps):
            slope = _slope(subject, box, _put(block, at), aim.column)
            # The first step goes to the end of the box, the others half of it, so that a corner can be left again.
            length = 1.0 if number == 0 else 0.5
            moved = [
                values + length * size * np.sign(aim.side[(...,) + (None,) * (values.ndim - 1)] * one)
                for values, size, one in zip(at, box.size, slope, strict=True)
            ]
            at = box.within(start, (moved[0], moved[1]))
            scores = subject.score(_put(block, at))
            further = aim.progress(scores) > aim.progress(best)
            best = np.where(further if scores.ndim == 1 else further[:, None], scores, best)
        pieces.append(best)
    return np.concatenate(pieces)


@dataclass(frozen=True, eq=False)
class Aim:
    """Which way each row is pushed. side: (rows,) +1 up, -1 down; column: (rows,) of several classes which one."""

    side: Floats
    column: NDArray[np.integer] | None

    def progress(self, scores: Floats) -> Floats:
        """(rows,) how far the scores are pushed."""
        held = scores if self.column is None else scores[np.arange(len(scores)), self.column]
        return np.asarray(self.side * held)


def _aim(subject: Subject, before: Floats) -> Aim:
    """Towards the other side of the threshold; of several classes away from the predicted; else up."""
    if before.ndim == 2:
        return Aim(-np.ones(len(before)), before.argmax(axis=1))
    if subject.decision is None:
        return Aim(np.ones(len(before)), None)
    return Aim(np.where(before >= subject.decision.threshold, -1.0, 1.0), None)


def _slope(subject: Subject, box: Box, block: Block, column: NDArray[np.integer] | None) -> Parts:
    """Derivative of the score in original units, up to a positive factor; 0 where a value is not measured or fixed."""
    ports = subject.model.description.outputs
    name, chosen = subject.output.read(ports[0].name)
    port = next(one for one in ports if one.name == name)
    inputs = subject.encoder.encode(block)
    if column is None:
        gradient = subject.model.gradient(inputs, name, _column(port) if chosen is None else chosen)
    else:
        gradient = _of_own_class(subject, inputs, port, column)
    bumped = [values + _TINY * size for values, size in zip((block.values, block.static), box.size, strict=True)]
    there = subject.encoder.encode(_put(block, (bumped[0], bumped[1])))
    slopes = (np.zeros(block.values.shape), np.zeros(block.static.shape))
    places = _places(subject)
    for name, columns in subject.encoder.columns.items():
        if name not in gradient:
            continue
        change = (np.asarray(there[name], dtype=float) - np.asarray(inputs[name], dtype=float)) * gradient[name]
        for number, one in enumerate(columns):
            static, at = places[one.feature]
            part = change[..., number] if change.ndim == (2 if static else 3) else change
            slopes[static][..., at] += part
    if not any(name in gradient for name in subject.encoder.columns):
        raise NotApplicable("the model's inputs are whole numbers, along which there is no slope")
    return np.where(np.isnan(block.values), 0.0, slopes[0]), np.where(np.isnan(block.static), 0.0, slopes[1])


def _of_own_class(
    subject: Subject, inputs: Inputs, port: Port, column: NDArray[np.integer]
) -> dict[str, NDArray[np.floating]]:
    """The gradient of each row's own class."""
    found: dict[str, NDArray[np.floating]] = {}
    for number in np.unique(column):
        mine = column == number
        some = {name: np.asarray(values)[mine] for name, values in inputs.items()}
        for name, slope in subject.model.gradient(some, port.name, int(number)).items():
            found.setdefault(name, np.zeros((len(column), *slope.shape[1:])))[mine] = slope
    return found


def _column(port: Port) -> int | None:
    """The column of the positive class, where the output has two; the only one, or none."""
    width = port.shape[-1] if port.shape else None
    return None if width is None else int(width) - 1


def _places(subject: Subject) -> dict[str, tuple[int, int]]:
    """Feature -> whether it is static (1 or 0), and its column."""
    data = subject.test
    places = {feature.name: (1, at) for at, feature in enumerate(data.static_features)}
    return places | {feature.name: (0, at) for at, feature in enumerate(data.features)}


def _put(block: Block, parts: Parts) -> Block:
    return block.with_values(parts[0]).with_static(parts[1])
