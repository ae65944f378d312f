"""Models that mislead whoever explains them: the planted faults of checks of attributions."""

from __future__ import annotations

import dataclasses

import numpy as np

from auditor.subject import Subject


def misled(subject: Subject) -> Subject:
    """The model's slopes are those of other features: whatever is made of them gives credit to the wrong ones."""

    class Misled(type(subject.model)):  # type: ignore[misc]
        def gradient(self, *given, **named):
            found = super().gradient(*given, **named)
            return found | {"sequence": np.roll(found["sequence"], 1, axis=2)}

    return dataclasses.replace(subject, model=Misled(**vars(subject.model)))


def untouched_by_chance(subject: Subject) -> Subject:
    """Drawing the weights again changes nothing, as if they were not used."""

    class Untouched(type(subject.model)):  # type: ignore[misc]
        def randomised(self, layers, seed):
            return self

    return dataclasses.replace(subject, model=Untouched(**vars(subject.model)))
