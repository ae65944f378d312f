"""Confidence distributions: what is known about how far a number may be from the truth.

The distribution is kept, not one interval, so that a judge can ask for any level: an unadjusted interval, one
adjusted for many parts, or the confidence that a limit is passed.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from auditor.kernels.ratio import Pair

_MANY = 1e4  # a chi-square from which on its root is as good as normal

Scale = Literal["identity", "logit", "log", "fisher"]


class Frozen(BaseModel):
    """Base of every value that crosses a file boundary: immutable, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Interval(NamedTuple):
    """A confidence interval. An end that is unbounded is -inf or +inf."""

    low: float
    high: float


class Normal(Frozen):
    """Normal (or Student t, where `df` is given) on a scale: identity, logit, log or Fisher's z (atanh).

    `se` is the standard error on that scale; zero means that the sample had no variance, which is not certainty.
    """

    kind: Literal["normal"] = "normal"
    scale: Scale = "identity"
    se: Annotated[FiniteFloat, Field(ge=0)]
    df: Annotated[FiniteFloat, Field(gt=0)] | None = None

    @property
    def estimable(self) -> bool:
        return self.se > 0

    def bounds(self, value: float, critical: float) -> Interval:
        centre = _to_scale(self.scale, value)
        return Interval(
            _from_scale(self.scale, centre - critical * self.se), _from_scale(self.scale, centre + critical * self.se)
        )


class Wilson(Frozen):
    """Score interval of a proportion (Wilson 1927) on `size` independent rows, or on the effective size if clustered.

    `df` (clusters - 1) replaces the normal quantile by Student's t (Korn and Graubard 1998, score form).
    """

    kind: Literal["wilson"] = "wilson"
    size: Annotated[FiniteFloat, Field(gt=0)]
    df: Annotated[FiniteFloat, Field(gt=0)] | None = None

    @property
    def estimable(self) -> bool:
        return True

    def bounds(self, value: float, critical: float) -> Interval:
        z2 = critical * critical
        centre = (value + z2 / (2 * self.size)) / (1 + z2 / self.size)
        half = critical / (1 + z2 / self.size)
        half *= math.sqrt(value * (1 - value) / self.size + z2 / (4 * self.size**2))
        # The ends at 0 and 1 are exact; rounding must not move them past the estimate.
        return Interval(min(max(0.0, centre - half), value), max(min(1.0, centre + half), value))


class Mover(Frozen):
    """Difference `first - second` of two proportions from their intervals (MOVER; Newcombe 1998, Zou and Donner 2008).

    `correlation` is that of the two estimates: 0 for separate groups, not 0 where groups share entities.
    """

    kind: Literal["mover"] = "mover"
    first_value: FiniteFloat
    first: Wilson
    second_value: FiniteFloat
    second: Wilson
    correlation: Annotated[FiniteFloat, Field(ge=-1, le=1)] = 0.0

    @property
    def estimable(self) -> bool:
        return True

    @property
    def df(self) -> float | None:
        return _fewest(self.first, self.second)

    def bounds(self, value: float, critical: float) -> Interval:
        a, b = self.first.bounds(self.first_value, critical), self.second.bounds(self.second_value, critical)
        return Interval(
            value - self._reach(self.first_value - a.low, b.high - self.second_value),
            value + self._reach(a.high - self.first_value, self.second_value - b.low),
        )

    def _reach(self, one: float, other: float) -> float:
        return math.sqrt(max(0.0, one * one + other * other - 2 * self.correlation * one * other))


class Koopman(Frozen):
    """Ratio `first / second` of two proportions by the score interval (Koopman 1984), on their effective sizes.

    The high end is unbounded where `second_value` is 0. `correlation` is that of the two estimates, as in Mover.
    """

    kind: Literal["koopman"] = "koopman"
    first_value: FiniteFloat
    first: Wilson
    second_value: FiniteFloat
    second: Wilson
    correlation: Annotated[FiniteFloat, Field(ge=-1, le=1)] = 0.0

    @property
    def estimable(self) -> bool:
        return True

    @property
    def df(self) -> float | None:
        return _fewest(self.first, self.second)

    def bounds(self, value: float, critical: float) -> Interval:
        pair = Pair(self.first_value, self.first.size, self.second_value, self.second.size, self.correlation)
        low, high = pair.limits(critical)
        return Interval(min(low, value), max(high, value))


class NoncentralChi2(Frozen):
    """A sum of squared differences: `size` times it is a noncentral chi-square of `size` times the truth.

    `freedom` is the number of squares that vary freely, `size` the effective number of rows. The value is too large on
    average, by freedom / size; the interval is not: it holds 0 where the value is no larger than chance makes it. `df`
    (clusters - 1) replaces the normal quantile by Student's t.
    """

    kind: Literal["noncentral_chi2"] = "noncentral_chi2"
    freedom: Annotated[int, Field(ge=1)]
    size: Annotated[FiniteFloat, Field(gt=0)]
    df: Annotated[FiniteFloat, Field(gt=0)] | None = None

    @property
    def estimable(self) -> bool:
        return True

    def bounds(self, value: float, critical: float) -> Interval:
        return Interval(min(self._centre(value, -critical), value), max(self._centre(value, critical), value))

    def _centre(self, value: float, z: float) -> float:
        """The truth under which the value, or one further away, has the chance that the normal gives to z."""
        from scipy import special

        square, tail = self.size * value, _normal_cdf(-z)
        if square > _MANY:  # its root is normal (Fisher 1928), and the exact sum would be long
            return max(0.0, (math.sqrt(square) + z) ** 2 - self.freedom + 1) / self.size
        if special.chdtr(self.freedom, square) <= tail:
            return 0.0
        return float(special.chndtrinc(square, self.freedom, tail)) / self.size


class Quantiles(Frozen):
    """A bootstrap distribution by its quantiles: `values[i]` is the quantile at probability `probabilities[i]`.

    Between these, and beyond the outermost, the quantile is linear in that of the normal.
    """

    kind: Literal["quantiles"] = "quantiles"
    probabilities: tuple[FiniteFloat, ...]
    values: tuple[FiniteFloat, ...]
    df: None = None

    @property
    def estimable(self) -> bool:
        return self.values[0] < self.values[-1]

    def bounds(self, value: float, critical: float) -> Interval:
        from scipy import special

        at = [float(z) for z in special.ndtri(self.probabilities)]
        low, high = _line(-critical, at, self.values), _line(critical, at, self.values)
        return Interval(min(low, value), max(high, value))


class Exact(Frozen):
    """No sampling uncertainty: a count, or a property of the model rather than of a population."""

    kind: Literal["exact"] = "exact"
    df: None = None

    @property
    def estimable(self) -> bool:
        return True

    def bounds(self, value: float, critical: float) -> Interval:
        return Interval(value, value)


class NotEstimable(Frozen):
    """The value is known, its uncertainty is not; the interval is unbounded, so no limit on it can be met."""

    kind: Literal["not_estimable"] = "not_estimable"
    reason: str
    df: None = None

    @property
    def estimable(self) -> bool:
        return False

    def bounds(self, value: float, critical: float) -> Interval:
        return Interval(-math.inf, math.inf)


Spread = Annotated[
    Normal | Wilson | Mover | Koopman | NoncentralChi2 | Quantiles | Exact | NotEstimable, Field(discriminator="kind")
]


def _to_scale(scale: Scale, value: float) -> float:
    if scale == "identity":
        return value
    if scale == "log":
        return math.log(value)
    return math.log(value / (1 - value)) if scale == "logit" else math.atanh(value)


def _from_scale(scale: Scale, value: float) -> float:
    if scale == "identity":
        return value
    if scale == "log":
        return math.exp(min(value, 700.0))
    return 0.5 * (1 + math.tanh(value / 2)) if scale == "logit" else math.tanh(value)


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _line(at: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """The line through the two points around `at`, or the two nearest to it."""
    i = min(max(1, bisect_left(xs, at)), len(xs) - 1)
    return ys[i - 1] + (at - xs[i - 1]) / (xs[i] - xs[i - 1]) * (ys[i] - ys[i - 1])


def _fewest(*spreads: Wilson) -> float | None:
    given = [spread.df for spread in spreads if spread.df is not None]
    return min(given) if given else None
