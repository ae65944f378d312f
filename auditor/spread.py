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

Scale = Literal["identity", "logit", "log", "log_rest", "fisher"]


class Frozen(BaseModel):
    """Base of every value that crosses a file boundary: immutable, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Interval(NamedTuple):
    """A confidence interval. An end that is unbounded is -inf or +inf."""

    low: float
    high: float


class Normal(Frozen):
    """Normal (or Student t, where `df` is given) on a scale: identity, logit, log, Fisher's z (atanh), or the log of
    what is missing to 1.

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


class Skewed(Frozen):
    """As Normal, of a mean whose rows have a long tail: the t-statistic is bent until it is symmetric (Hall 1992).

    u + bend * u^2 + bend^2 * u^3 / 3 + shift is normal (or Student t), where u is the distance from the truth on the
    scale in units of `se`. bend and shift come from the skewness of what rows or clusters contribute.
    """

    kind: Literal["skewed"] = "skewed"
    scale: Scale
    se: Annotated[FiniteFloat, Field(ge=0)]
    bend: FiniteFloat
    shift: FiniteFloat
    df: Annotated[FiniteFloat, Field(gt=0)] | None = None

    @property
    def estimable(self) -> bool:
        return self.se > 0

    def bounds(self, value: float, critical: float) -> Interval:
        centre = _to_scale(self.scale, value)
        unbent = (_unbent(z, self.bend, self.shift) for z in (critical, -critical))
        low, high = (_from_scale(self.scale, centre - self.se * u) for u in unbent)
        return Interval(min(low, value), max(high, value))


class Wilson(Frozen):
    """Score interval of a proportion (Wilson 1927) on `size` independent rows, or on the effective size if clustered.

    `df` (clusters - 1) replaces the normal quantile by Student's t (Korn and Graubard 1998, score form). `even`: each
    end is to be passed as often, which Wilson's are not where the share is small (Cai 2005): both are moved by the
    skewness of a share on this size (the score is bent until it is symmetric, as Hall 1992 does for a mean).
    """

    kind: Literal["wilson"] = "wilson"
    size: Annotated[FiniteFloat, Field(gt=0)]
    df: Annotated[FiniteFloat, Field(gt=0)] | None = None
    even: bool = False

    @property
    def estimable(self) -> bool:
        return True

    def bounds(self, value: float, critical: float) -> Interval:
        below, above = critical, critical
        if self.even and 0 < value < 1:
            skewness = (1 - 2 * value) / math.sqrt(self.size * value * (1 - value))
            below, above = (sign * _unbent(sign * critical, -skewness / 6, skewness / 6) for sign in (1, -1))
        # The ends at 0 and 1 are exact; rounding must not move them past the estimate.
        return Interval(min(max(0.0, self._end(value, -below)), value), max(min(1.0, self._end(value, above)), value))

    def _end(self, value: float, score: float) -> float:
        """The share from which the value is so many standard errors away."""
        z2 = score * score
        centre = (value + z2 / (2 * self.size)) / (1 + z2 / self.size)
        half = score / (1 + z2 / self.size)
        return centre + half * math.sqrt(value * (1 - value) / self.size + z2 / (4 * self.size**2))


class Perfect(Frozen):
    """A share of pairs that is 1, as none of `size` independent pairs was wrong: known from below alone.

    The exact bound for a share of n out of n (Clopper and Pearson 1934): tail^(1/size), at 95 % about 1 - 3/size (the
    rule of three: Hanley and Lippman-Hand 1983). So a limit that it is to stay below can fail; that the truth is at
    the end of what is possible, no sample without a variance shows. `df`: Student's t in place of the normal.
    """

    kind: Literal["perfect"] = "perfect"
    size: Annotated[FiniteFloat, Field(gt=0)]
    df: Annotated[FiniteFloat, Field(gt=0)] | None = None

    @property
    def estimable(self) -> bool:
        return True

    def bounds(self, value: float, critical: float) -> Interval:
        from scipy import special

        tail = normal_cdf(-critical) if self.df is None else float(special.stdtr(self.df, -critical))
        return Interval(min(value, tail ** (1 / self.size)), value)


class Quantiles(Frozen):
    """A bootstrap distribution by its quantiles: `values[i]` is the quantile at probability `probabilities[i]`.

    Between these, and beyond the outermost, the quantile is linear in that of the normal. low, high: what no value can
    be below or above; there the interval is cut, which takes no possible value out of it.
    """

    kind: Literal["quantiles"] = "quantiles"
    probabilities: tuple[FiniteFloat, ...]
    values: tuple[FiniteFloat, ...]
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    df: None = None

    @property
    def estimable(self) -> bool:
        return self.values[0] < self.values[-1]

    def bounds(self, value: float, critical: float) -> Interval:
        from scipy import special

        at = [float(z) for z in special.ndtri(self.probabilities)]
        low, high = _line(-critical, at, self.values), _line(critical, at, self.values)
        low = low if self.low is None else max(low, self.low)
        high = high if self.high is None else min(high, self.high)
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


def _to_scale(scale: Scale, value: float) -> float:
    if scale == "identity":
        return value
    if scale == "log":
        return math.log(value)
    if scale == "log_rest":
        return -math.log(1 - value)
    return math.log(value / (1 - value)) if scale == "logit" else math.atanh(value)


def _from_scale(scale: Scale, value: float) -> float:
    if scale == "identity":
        return value
    if scale == "log":
        return math.exp(min(value, 700.0))
    if scale == "log_rest":
        return 1 - math.exp(min(-value, 700.0))
    return 0.5 * (1 + math.tanh(value / 2)) if scale == "logit" else math.tanh(value)


def _unbent(z: float, bend: float, shift: float) -> float:
    """The u of which u + bend * u^2 + bend^2 * u^3 / 3 + shift is z."""
    if abs(bend) < 1e-9:
        return z - shift
    return (math.cbrt(1 + 3 * bend * (z - shift)) - 1) / bend


def normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _line(at: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """The line through the two points around `at`, or the two nearest to it."""
    i = min(max(1, bisect_left(xs, at)), len(xs) - 1)
    return ys[i - 1] + (at - xs[i - 1]) / (xs[i] - xs[i - 1]) * (ys[i] - ys[i - 1])
