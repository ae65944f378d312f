"""The rows that a row is compared with: what its score would have been in the place of somebody else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.dataset import Block, Dataset, Floats, Integers
from auditor.errors import NotApplicable


@dataclass(frozen=True, eq=False)
class Backgrounds:
    """Rows of a data set, one from each stratum of the score, in the order of the score.

    population: the rows that they were drawn from.
    """

    data: Dataset
    rows: Integers
    population: int

    @classmethod
    def drawn(cls, data: Dataset, scores: Floats, count: int, rng: np.random.Generator) -> Backgrounds:
        """`count` rows, one at random from each of as many equal strata of the score (rows,) or (rows, classes).

        Rows without a step or without a finite score cannot be compared with and are left out; each other row has the
        same chance. Raises NotApplicable where fewer than two are left.
        """
        flat = scores.reshape(len(scores), -1)
        able = np.flatnonzero((data.lengths > 0) & np.isfinite(flat).all(1))
        if len(able) < 2:
            raise NotApplicable("fewer than two rows have a step and a score, so there is nothing to compare with")
        count = min(count, len(able))
        by_score = able[np.lexsort((able, flat[able, -1]))]
        edges = np.arange(count) * (len(able) / count)
        drawn = by_score[np.floor(edges + rng.random(count) * (len(able) / count)).astype(int)]
        return cls(data, drawn, len(able))

    def __len__(self) -> int:
        return len(self.rows)

    def block(self, length: int, width: int) -> Block:
        """Their last `length` steps in blocks of `width`, padded as the data set is.

        Where a row is shorter, its first step is carried back, so that real steps are compared with real steps and
        padding with padding.
        """
        data, stops = self.data, self.data.stops[self.rows]
        line = np.maximum(stops[:, None] - length + np.arange(length), data.starts[self.rows][:, None])
        values = np.full((len(self), width, len(data.features)), np.nan)
        mask = np.zeros((len(self), width), dtype=bool)
        real = slice(width - length, width) if data.side == "left" else slice(0, length)
        values[:, real], mask[:, real] = data.values[line], True
        static = data.static[self.rows].astype(float) if data.static_features else np.empty((len(self), 0))
        return Block(values, mask, static)

    def shorter_than(self, length: int) -> int:
        """How many of them have fewer steps."""
        return int((self.data.lengths[self.rows] < length).sum())

    def error(self, parts: Floats) -> Floats:
        """The standard error of the mean over backgrounds: parts (rows, backgrounds, ...) -> (rows, ...).

        Two neighbouring strata are taken as one (collapsed strata; Cochran 1977, 5A.12), with the finite population
        correction; it is rather too large than too small.
        """
        count = parts.shape[1]
        pairs = count // 2
        apart = parts[:, 0 : 2 * pairs : 2] - parts[:, 1 : 2 * pairs : 2]
        variance = (apart**2).sum(1) * (count / (2 * pairs)) / count**2
        return np.asarray(np.sqrt(variance * max(0.0, 1 - count / self.population)))
