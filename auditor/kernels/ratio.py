"""The score interval of a ratio of two rates, of independent or correlated samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

_HALVINGS = 200  # of the logarithm of a limit, down to rounding
_FARTHEST = 690.0  # the logarithm of a ratio beyond which a limit counts as unbounded


@dataclass(frozen=True)
class Pair:
    """Two rates, the effective number of rows behind each, and the correlation of the two estimates."""

    first: float
    first_size: float
    second: float
    second_size: float
    correlation: float = 0.0

    def score(self, ratio: float) -> float:
        """How many standard errors `first - ratio * second` is from 0 if `ratio` is true; it falls as ratio grows.

        The standard error is that of the most likely rates whose ratio is `ratio` (Koopman 1984; Miettinen and
        Nurminen 1985, without their N/(N - 1)), here with the covariance of the two estimates.
        """
        one, other = self._restricted(ratio)
        first = one * (1 - one) / self.first_size
        second = ratio * ratio * other * (1 - other) / self.second_size
        variance = first + second - 2 * self.correlation * math.sqrt(first * second)
        away = self.first - ratio * self.second
        if variance <= 0:
            return math.copysign(math.inf, away) if away else 0.0
        return away / math.sqrt(variance)

    def limits(self, critical: float) -> tuple[float, float]:
        """The ratios whose score is within `critical` of 0: from 0 at least, to infinity where `second` is 0."""
        if self.first == 0 == self.second:
            return 0.0, math.inf
        low = 0.0 if self.first == 0 else self._crossing(critical)
        high = math.inf if self.second == 0 else self._crossing(-critical)
        return low, high

    def _crossing(self, score: float) -> float:
        """The ratio that has this score, by bisection of its logarithm."""
        low, high = -_FARTHEST, _FARTHEST
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            low, high = (middle, high) if self.score(math.exp(middle)) > score else (low, middle)
        return math.exp(low)

    def _restricted(self, ratio: float) -> tuple[float, float]:
        """The most likely rates with this ratio: the smaller root of a quadratic, in the form that does not cancel."""
        hits, others = self.first * self.first_size, self.second * self.second_size
        a = (self.first_size + self.second_size) * ratio
        b = ratio * (self.first_size + others) + hits + self.second_size
        root = math.sqrt(max(0.0, b * b - 4 * a * (hits + others)))
        other = 2 * (hits + others) / (b + root)
        return min(1.0, ratio * other), min(1.0, other)
