"""An estimate: one number with its uncertainty as a confidence distribution.

The distribution is kept, not one interval, so that a judge can ask for any level: an unadjusted interval, one
adjusted for many parts, or the confidence that a limit is passed.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

Scale = Literal["identity", "logit", "log", "fisher"]
Better = Literal["higher", "lower", "target"]


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
        given = [d for d in (self.first.df, self.second.df) if d is not None]
        return min(given) if given else None

    def bounds(self, value: float, critical: float) -> Interval:
        a, b = self.first.bounds(self.first_value, critical), self.second.bounds(self.second_value, critical)
        return Interval(
            value - self._reach(self.first_value - a.low, b.high - self.second_value),
            value + self._reach(a.high - self.first_value, self.second_value - b.low),
        )

    def _reach(self, one: float, other: float) -> float:
        return math.sqrt(max(0.0, one * one + other * other - 2 * self.correlation * one * other))


class Quantiles(Frozen):
    """A bootstrap distribution by its quantiles: `values[i]` is the quantile at probability `probabilities[i]`."""

    kind: Literal["quantiles"] = "quantiles"
    probabilities: tuple[FiniteFloat, ...]
    values: tuple[FiniteFloat, ...]
    df: None = None

    @property
    def estimable(self) -> bool:
        return self.values[0] < self.values[-1]

    def bounds(self, value: float, critical: float) -> Interval:
        tail = _normal_cdf(-critical)
        low = _interpolate(tail, self.probabilities, self.values)
        high = _interpolate(1 - tail, self.probabilities, self.values)
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


Spread = Annotated[Normal | Wilson | Mover | Quantiles | Exact | NotEstimable, Field(discriminator="kind")]


class Estimate(Frozen):
    """One number, what it was computed from, and its confidence distribution.

    n: rows it rests on; events: rows with the outcome (None where the idea does not apply); entities: independent
    clusters (None: rows are independent); method: the interval's method in words, with its source.
    """

    value: FiniteFloat
    n: Annotated[int, Field(ge=0)]
    events: Annotated[int, Field(ge=0)] | None = None
    entities: Annotated[int, Field(ge=0)] | None = None
    method: str
    spread: Spread

    def critical(self, level: float) -> float:
        """The two-sided critical value at a level, from Student's t where the spread has degrees of freedom."""
        from scipy import stats

        tail = (1 + level) / 2
        df = self.spread.df
        return float(stats.norm.ppf(tail) if df is None else stats.t.ppf(tail, df))

    def interval(self, level: float, critical: float | None = None) -> Interval:
        """Two-sided interval at `level` in (0, 1); `critical`, where given, replaces the quantile (max-t)."""
        return self.spread.bounds(self.value, self.critical(level) if critical is None else critical)

    def p_beyond(self, limit: float, side: Literal["below", "above"]) -> float:
        """Confidence, in [0, 1], that the truth lies below (or above) `limit`: one-sided, by inverting `interval`.

        One half where the uncertainty is not known.
        """
        from scipy import optimize, stats

        if isinstance(self.spread, Exact):
            return float(self.value < limit if side == "below" else self.value > limit)
        if not self.spread.estimable:
            return 0.5

        def beyond(critical: float) -> float:
            """How far the one-sided bound at this critical value lies above the limit; it grows with the value."""
            bounds = self.spread.bounds(self.value, abs(critical))
            return (bounds.high if critical >= 0 else bounds.low) - limit

        farthest = self.critical(1 - _NOTHING)
        low, high = beyond(-farthest), beyond(farthest)
        if low * high > 0:
            z = -farthest if low > 0 else farthest
        else:
            # Bisection: at an estimate of 0 or 1 the bound is flat in the critical value, which stalls quicker methods.
            z = float(optimize.bisect(beyond, -farthest, farthest, xtol=1e-12))
        df = self.spread.df
        below = float(stats.norm.cdf(z) if df is None else stats.t.cdf(z, df))
        return below if side == "below" else 1 - below


_NOTHING = 1e-15  # a probability that counts as none


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


def _interpolate(at: float, xs: tuple[float, ...], ys: tuple[float, ...]) -> float:
    for (x0, y0), (x1, y1) in zip(zip(xs, ys, strict=True), zip(xs[1:], ys[1:], strict=True), strict=False):
        if at <= x1:
            share = 0.0 if at <= x0 else (at - x0) / (x1 - x0)
            return y0 + share * (y1 - y0)
    return ys[-1]
