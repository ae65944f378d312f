"""Quick clean twins: ridge regression on random bends of a row's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers

_GAINS = (0.4, 0.7, 1.0, 1.5, 2.5)  # how bent each quick twin is: from nearly straight to nearly steps
_EACH = 10  # rows that a quick twin learns from for each of its bends
_STRAIGHT = 600  # numbers of a row up to which each has a straight part of its own; else as many mixtures of them
_RIDGES = (0.1, 1.0, 10.0, 100.0)
_HELD = 5  # one row of so many is held out
_TOGETHER = 2**17  # numbers that are bent at a time, which the processor's cache holds

Matrix = NDArray[np.float32]


class Seen(NamedTuple):
    """What a quick twin makes of numbers before it bends them: (..., bends), and (...,) what it takes straight."""

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

    def sees(self, numbers: Matrix) -> Seen:
        """Of standardised numbers, (..., numbers)."""
        return Seen(numbers @ self.bends + self.shifts, numbers @ self.straight)

    def says(self, seen: Seen) -> Matrix:
        """(...,) the margin, but for its mean."""
        return np.asarray(np.tanh(seen.bent) @ self.weights + seen.straight)

    def after(self, seen: Seen, change: Matrix, which: Integers) -> Matrix:
        """(signs, rows) what it says of rows of which it saw what they were, after a change of some numbers.

        change: (signs, rows, numbers), in which of the standardised numbers. What is seen of it adds up.
        """
        said = change @ self.straight[which] + seen.straight
        bends, each = self.bends[which], max(1, _TOGETHER // max(1, seen.bent.size))
        for begin in range(0, len(change), each):
            bent = change[begin : begin + each] @ bends
            bent += seen.bent
            said[begin : begin + each] += np.tanh(bent, out=bent) @ self.weights
        return np.asarray(said)


def quick_twins(numbers: Matrix, wanted: Floats, rng: np.random.Generator) -> list[tuple[Quick, ...]]:
    """For each column of what is wanted, (rows, columns), one of each gain. numbers: (rows, numbers), standardised."""
    first = np.argsort(np.arange(len(numbers)) % _HELD != 0, kind="stable")  # those held out
    ordered, held = numbers[first], -(-len(numbers) // _HELD)
    return list(zip(*(_learned(ordered, wanted[first], held, gain, rng) for gain in _GAINS), strict=True))


def _learned(numbers: Matrix, wanted: Floats, held: int, gain: float, rng: np.random.Generator) -> list[Quick]:
    """Those that leave least of the held-out rows unexplained, of several ridges. held: how many, before the others."""
    wide, count = numbers.shape[1], max(1, len(numbers) // _EACH)
    bends = (rng.normal(size=(wide, count)) * gain / np.sqrt(wide)).astype(np.float32)
    shifts = (0.5 * rng.normal(size=count)).astype(np.float32)
    mix = (rng.normal(size=(wide, _STRAIGHT)) / np.sqrt(wide)).astype(np.float32) if wide > _STRAIGHT else None
    straight = numbers if mix is None else numbers @ mix
    seen = np.empty((len(numbers), count + straight.shape[1]))  # rounding of single precision is as large as a ridge
    seen[:, count:], each = straight, max(1, _TOGETHER // count)
    for begin in range(0, len(numbers), each):
        bent = numbers[begin : begin + each] @ bends
        bent += shifts
        seen[begin : begin + each, :count] = np.tanh(bent, out=bent)
    asked, learned = np.split(seen, [held])
    square, product = learned.T @ learned, (wanted[held:].T @ learned).T  # of one array with itself: half the time
    weights = [_solved(square, ridge, product) for ridge in _RIDGES]
    missed = np.stack([((asked @ one - wanted[:held]) ** 2).mean(axis=0) for one in weights]) / wanted.var(axis=0)
    found = []
    for at, best in enumerate(missed.argmin(axis=0)):
        curved, plain = np.split(weights[best][:, at].astype(np.float32), [count])
        found.append(Quick(bends, shifts, curved, plain if mix is None else mix @ plain, float(missed[best, at])))
    return found


def _solved(square: Floats, ridge: float, product: Floats) -> Floats:
    """The solution of (square + ridge) x = product. A transpose lies as LAPACK wants it, which takes half the time."""
    from scipy.linalg import cho_factor, cho_solve

    raised = (square + ridge * np.eye(len(square))).T
    factor = cho_factor(raised, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(cho_solve(factor, product, check_finite=False))
