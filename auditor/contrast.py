"""Confidence distributions of two samples held against one another."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from auditor.kernels.ratio import Pair
from auditor.spread import Frozen, Interval, Wilson, normal_cdf

_FAR = 7.5  # a normal deviate from which on the exact inverse has no digits
_MANY = 1e4  # a chi-square from which on its root is as good as normal


class _TwoRates(Frozen):
    """Two proportions held against one another, by the interval of each.

    `correlation` is that of the two estimates: 0 for separate groups, not 0 where groups share entities. `contrast_df`,
    where given, are the degrees of freedom of what is compared. Entities that carry much of both rates may carry little
    of their difference, so these may be more than those of either side, which hold where it is not given.
    """

    first_value: FiniteFloat
    first: Wilson
    second_value: FiniteFloat
    second: Wilson
    correlation: Annotated[FiniteFloat, Field(ge=-1, le=1)] = 0.0
    contrast_df: Annotated[FiniteFloat, Field(gt=0)] | None = None

    @property
    def estimable(self) -> bool:
        return True

    @property
    def df(self) -> float | None:
        given = [spread.df for spread in (self.first, self.second) if spread.df is not None]
        return min(given, default=None) if self.contrast_df is None else self.contrast_df


class Mover(_TwoRates):
    """Difference `first - second` of two proportions by MOVER (Newcombe 1998, Zou and Donner 2008).

    first_weight, second_weight: what each proportion counts, where the difference is one of weighted proportions.
    """

    kind: Literal["mover"] = "mover"
    first_weight: Annotated[FiniteFloat, Field(gt=0)] = 1.0
    second_weight: Annotated[FiniteFloat, Field(gt=0)] = 1.0

    def bounds(self, value: float, critical: float) -> Interval:
        a, b = self.first.bounds(self.first_value, critical), self.second.bounds(self.second_value, critical)
        return Interval(
            value - self._reach(self.first_value - a.low, b.high - self.second_value),
            value + self._reach(a.high - self.first_value, self.second_value - b.low),
        )

    def _reach(self, one: float, other: float) -> float:
        one, other = self.first_weight * one, self.second_weight * other
        return math.sqrt(max(0.0, one * one + other * other - 2 * self.correlation * one * other))


class Koopman(_TwoRates):
    """Ratio `first / second` of two proportions by the score interval (Koopman 1984), on their effective sizes.

    The high end is unbounded where `second_value` is 0.
    """

    kind: Literal["koopman"] = "koopman"

    def bounds(self, value: float, critical: float) -> Interval:
        pair = Pair(self.first_value, self.first.size, self.second_value, self.second.size, self.correlation)
        low, high = pair.limits(critical)
        return Interval(min(low, value), max(high, value))


class NoncentralChi2(Frozen):
    """A sum of squared differences: `size` times it is a noncentral chi-square of `size` times the truth.

    `freedom` is the number of squares that vary freely, `size` the effective number of rows. The value is too large on
    average, by freedom / size; the interval is not: it holds 0 where the value is no larger than chance makes it. As
    its upper end is never below the value, it cannot miss a small truth from below; up to where it can, the lower end
    has the tails of both (unified, in the manner of Feldman and Cousins 1998), further away that of two sides. `df`
    (clusters - 1) replaces the normal quantile by Student's t. `apart`: the effective number of rows for the way in
    which the samples differ, where that varies more or less than other ways. Under a truth of t, the variance is that
    of t on `apart` rows and of what chance adds on `size` rows, by a chi-square with the mean and the variance of both.
    """

    kind: Literal["noncentral_chi2"] = "noncentral_chi2"
    freedom: Annotated[int, Field(ge=1)]
    size: Annotated[FiniteFloat, Field(gt=0)]
    apart: Annotated[FiniteFloat, Field(gt=0)] | None = None
    df: Annotated[FiniteFloat, Field(gt=0)] | None = None

    @property
    def estimable(self) -> bool:
        return True

    def bounds(self, value: float, critical: float) -> Interval:
        from scipy import special

        tail = normal_cdf(-critical)
        low, near = self._centre(value, -critical), self._centre(value, float(special.ndtri(min(0.5, 2 * tail))))
        if low < near:
            low = max(low, min(near, self._short(near, tail)))
        return Interval(min(low, value), max(self._centre(value, critical), value))

    def _short(self, most: float, tail: float) -> float:
        """The truth, `most` at the most, below which a value below it has less than this chance."""
        from scipy import optimize, special

        def chance(truth: float) -> float:
            size = self._size(truth)
            return float(special.chndtr(size * truth, self.freedom * size / self.size, size * truth)) - tail

        return most if chance(most) <= 0 else float(optimize.brentq(chance, 0.0, most))

    def _size(self, truth: float) -> float:
        """The effective number of rows under this truth."""
        if self.apart is None:
            return self.size
        chance = self.freedom / self.size / 2
        return (truth + chance) / (truth / self.apart + chance / self.size)

    def _centre(self, value: float, z: float) -> float:
        """The truth under which the value, or one further away, has the chance that the normal gives to z."""
        from scipy import optimize

        if self.apart is None:
            return self._centre_on(self.size, value, z)

        def beyond(truth: float) -> float:
            return self._centre_on(self._size(truth), value, z) - truth

        most = max(self._centre_on(size, value, z) for size in (self.apart, self.size))
        return float(optimize.brentq(beyond, 0.0, 2 * most)) if beyond(0.0) > 0 else 0.0

    def _centre_on(self, size: float, value: float, z: float) -> float:
        from scipy import special

        square, tail, freedom = size * value, normal_cdf(-z), self.freedom * size / self.size
        if square > _MANY or z > _FAR:  # its root is normal (Fisher 1928); the exact sum is long, or loses its digits
            return max(0.0, (math.sqrt(square) + z) ** 2 - freedom + 1) / size
        if special.chdtr(freedom, square) <= tail:
            return 0.0
        return float(special.chndtrinc(square, freedom, tail)) / size
