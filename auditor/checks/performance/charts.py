"""Drawings that several performance checks share: dots with intervals, a line with its band."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from auditor.checks.quality import MEASURES, Quality
from auditor.dataset import Dataset
from auditor.estimate import Estimate
from auditor.kernels.stat import Stat
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


def achieved(quality: Quality, stat: Stat) -> Estimate:
    """The measure of `Quality.stat` as it is drawn: an error is above zero, and every measure has its own scale."""
    error = quality.data.task == "regression"
    shown = Stat(-stat.value, -stat.influence, stat.strata) if error else stat
    return quality.sampling.estimate(
        shown,
        scale="log" if error else "logit",
        n=len(quality.data),
        events=quality.event,
        method=f"influence function, {'log' if error else 'logit'} scale",
    )


def measure_axis(data: Dataset) -> Axis:
    """The axis of what `achieved` gives."""
    return Axis(
        title=MEASURES[data.task][0].upper() + MEASURES[data.task][1:],
        unit=data.target.unit if data.task == "regression" else "",
    )
