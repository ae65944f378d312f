"""How much of a model's answer is rounding, so that what is more can be told from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.change import moved
from auditor.checks.behavior.sent import altered
from auditor.dataset import Block, Floats
from auditor.errors import NotApplicable
from auditor.model import Inputs
from auditor.subject import Subject

BATCH = 32  # rows a call, wherever the composition of the batch is fixed
_FACTOR = 10.0  # times the rounding that was seen: what is beyond it is not rounding
_LEAST = 1e-6  # of the standard deviation of the scores: what nobody can tell from rounding


@dataclass(frozen=True)
class Rounding:
    """seen: the largest change of a score by rounding; spread: the standard deviation of the scores."""

    seen: float
    spread: float

    @property
    def limit(self) -> float:
        """The change of a score from which on it is taken for more than rounding."""
        return max(_FACTOR * self.seen, _LEAST * self.spread)

    def beyond(self, change: Floats) -> float:
        """The largest of these changes beyond rounding, in standard deviations of the scores; 0 where none is."""
        return max(0.0, float(change.max(initial=0.0)) - self.limit) / self.spread


def rounding_of(subject: Subject, block: Block, scores: Floats, rng: np.random.Generator) -> Rounding:
    """The largest change of a score when every number sent moves to a neighbouring one of 32 bits, up or down.

    It is what another order of the same sums would do, on this machine or on another. scores: those of the rows of the
    block, in batches of BATCH, as here. Raises NotApplicable where all scores are the same.
    """
    spread = float(scores.std(axis=0).max()) if len(scores) else 0.0
    if spread == 0:
        raise NotApplicable("the score is the same for every row, so there is nothing that could change it")

    def nudged(inputs: Inputs, block: Block) -> Inputs:
        return {name: _neighbour(np.asarray(values), rng) for name, values in inputs.items()}

    return Rounding(float(moved(scores, altered(subject, nudged).score(block, BATCH)).max()), spread)


def _neighbour(values: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    """Whole numbers stay: flags, codes and padding are what they are by agreement."""
    single = values.astype(np.float32)
    side = np.where(rng.random(single.shape) < 0.5, np.float32(np.inf), np.float32(-np.inf))
    return np.where(single == np.round(single), values, np.nextafter(single, side)).astype(values.dtype)
