"""Drawings that several performance checks share: dots with intervals, a line with its band."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from auditor.estimate import Estimate
from auditor.measurement import Axis, Bars, Series

LEVEL = 0.95  # of everything that is drawn: pointwise, unadjusted


def dots(
    title: str, caption: str, estimates: Mapping[str, Estimate], axis: Axis, reference: float | None = None
) -> Bars:
    """A dot with its interval for each estimate, in their order; an unbounded end is not drawn."""
    intervals = [estimate.interval(LEVEL) for estimate in estimates.values()]
    return Bars(
        title=title,
        caption=f"{caption} Whiskers are unadjusted 95 % intervals.",
        labels=tuple(estimates),
        values=tuple(estimate.value for estimate in estimates.values()),
        low=tuple(interval.low if math.isfinite(interval.low) else None for interval in intervals),
        high=tuple(interval.high if math.isfinite(interval.high) else None for interval in intervals),
        axis=axis,
        points=True,
        reference=reference,
    )


def banded(name: str, x: Sequence[float], estimates: Sequence[Estimate]) -> Series:
    """A line through the estimates at `x`, with its band where every interval is bounded."""
    intervals = [estimate.interval(LEVEL) for estimate in estimates]
    bounded = all(math.isfinite(end) for interval in intervals for end in interval)
    return Series(
        name=name,
        x=tuple(x),
        y=tuple(estimate.value for estimate in estimates),
        low=tuple(interval.low for interval in intervals) if bounded else (),
        high=tuple(interval.high for interval in intervals) if bounded else (),
    )


def upright(name: str, at: float, low: float, high: float) -> Series:
    """A vertical line."""
    return Series(name=name, x=(at, at), y=(low, high))
