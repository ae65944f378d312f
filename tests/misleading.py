"""Models that mislead whoever explains them: the planted faults of checks of attributions."""

from __future__ import annotations

import dataclasses
import zlib

import numpy as np

from auditor.errors import ModelFault
from auditor.subject import Subject


def misled(subject: Subject) -> Subject:
    """The model's slopes are those of other features: whatever is made of them gives credit to the wrong ones."""

    class Misled(type(subject.model)):  # type: ignore[misc]
        def gradient(self, *given, **named):
            found = super().gradient(*given, **named)
            return found | {"sequence": np.roll(found["sequence"], 1, axis=2)}

    return dataclasses.replace(subject, model=Misled(**vars(subject.model)))


def short_slopes(subject: Subject) -> Subject:
    """The model's slopes are a little too small: what is made of them does not add up."""

    class Short(type(subject.model)):  # type: ignore[misc]
        def gradient(self, *given, **named):
            return {name: 0.92 * slopes for name, slopes in super().gradient(*given, **named).items()}

    return dataclasses.replace(subject, model=Short(**vars(subject.model)))


def without_slopes(subject: Subject) -> Subject:
    """The model cannot be differentiated, though its inputs are numbers."""

    class Without(type(subject.model)):  # type: ignore[misc]
        def gradient(self, *given, **named):
            raise ModelFault("its score jumps")

    return dataclasses.replace(subject, model=Without(**vars(subject.model)))


def erratic(subject: Subject) -> Subject:
    """Its scores are those of the formula for rows of the data only, anything for all others.

    Whatever is asked about such rows (Slack et al. 2020: a model that knows when it is explained) tells nothing.
    """

    class Erratic(type(subject.model)):  # type: ignore[misc]
        def evaluate(self, inputs, batch=None):
            found = super().evaluate(inputs, batch)
            named = ([row.tobytes() for row in each] for each in inputs.values())
            rows = [b"".join(parts) for parts in zip(*named, strict=True)]
            if self.learning:
                self.real.update(rows)
            anything = np.array([zlib.crc32(row) / 2**32 for row in rows])[:, None]
            unreal = np.array([row not in self.real for row in rows])[:, None]
            return {name: np.where(unreal, anything, scores) for name, scores in found.items()}

    model = Erratic(**vars(subject.model))
    model.learning, model.real = True, set()
    whole = dataclasses.replace(subject, model=model)
    for data in (subject.test, subject.reference):
        whole.score(data.block())
    model.learning = False
    return whole


def untouched_by_chance(subject: Subject) -> Subject:
    """Drawing the weights again changes nothing, as if they were not used."""

    class Untouched(type(subject.model)):  # type: ignore[misc]
        def randomised(self, layers, seed):
            return self

    return dataclasses.replace(subject, model=Untouched(**vars(subject.model)))
