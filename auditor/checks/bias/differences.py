"""How two groups differ in a statistic: difference or ratio of rates, difference of what has influence values."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from auditor.checks.bias.contrasts import Combine, Measure, Side
from auditor.checks.groups import Mask
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Koopman, Mover, NotEstimable, Scale, Wilson
from auditor.kernels.rates import rate
from auditor.kernels.stat import Regression, Stat
from auditor.sampling import Sampling


def rates(sampling: Sampling, hit: Mask, what: str) -> Measure:
    """The share of `hit` among the rows of a group."""
    return lambda rows: Side(sampling.rate(hit, rows, what), rate(hit, rows))


def difference_of_rates(one: Side, other: Side, correlation: float) -> Estimate:
    """MOVER (Newcombe 1998; Zou and Donner 2008), as `Sampling.difference`, with the correlation already known."""
    first, second = one.estimate.spread, other.estimate.spread
    spread: Mover | NotEstimable
    if isinstance(first, Wilson) and isinstance(second, Wilson):
        spread = Mover(
            first_value=one.estimate.value,
            first=first,
            second_value=other.estimate.value,
            second=second,
            correlation=correlation,
        )
    else:
        spread = next(s for s in (first, second) if isinstance(s, NotEstimable))
    fewer = limiting(one.estimate, other.estimate)
    method = f"MOVER of two intervals: {fewer.method}"
    value = one.estimate.value - other.estimate.value
    return Estimate(value=value, n=fewer.n, entities=fewest_entities(one, other), method=method, spread=spread)


def ratio_of_rates(one: Side, other: Side, correlation: float) -> Estimate:
    """Koopman's (1984) score interval, as `Sampling.ratio`, with the correlation already known.

    Where the second rate is 0 the interval has no upper end, and the value is that with half a hit and half a miss
    added to each side (Walter 1975). Raises NotApplicable where both are 0.
    """
    top, bottom = one.estimate.value, other.estimate.value
    if top == 0 == bottom:
        raise NotApplicable("both rates are 0, so they have no ratio")
    method = "score interval of a ratio (Koopman)"
    if bottom == 0:
        top = (top * one.estimate.n + 0.5) / (one.estimate.n + 1)
        bottom = 0.5 / (other.estimate.n + 1)
        method += ", value with half a row added as the lower rate is 0"
    first, second = one.estimate.spread, other.estimate.spread
    spread: Koopman | NotEstimable
    if isinstance(first, Wilson) and isinstance(second, Wilson):
        spread = Koopman(
            first_value=one.estimate.value,
            first=first,
            second_value=other.estimate.value,
            second=second,
            correlation=correlation,
        )
    else:
        spread = next(s for s in (first, second) if isinstance(s, NotEstimable))
    fewer = limiting(one.estimate, other.estimate)
    return Estimate(
        value=top / bottom,
        n=fewer.n,
        entities=fewest_entities(one, other),
        method=f"{method}: {fewer.method}",
        spread=spread,
    )


def slope_of_ratio(value: float) -> float:
    """How much the logarithm of a rate moves with it; 0 for a rate of 0, which has no ratio."""
    return 1 / value if value > 0 else 0.0


def of_stat(
    sampling: Sampling,
    compute: Callable[[Mask], Stat],
    method: str,
    scale: Scale = "identity",
    event: Mask | None = None,
) -> Measure:
    """A statistic that `compute` makes of the rows of a group alone. event: (rows,) who has the outcome."""

    def measure(rows: Mask) -> Side:
        stat = compute(rows)
        own = None if event is None else event[rows]
        estimate = sampling.estimate(stat, rows=rows, n=int(rows.sum()), events=own, method=method, scale=scale)
        return Side(estimate, stat.among(rows) if sampling.codes is None else among(stat, rows))

    return measure


def ratio_of_stats(sampling: Sampling, method: str) -> Combine:
    """The ratio of two positive statistics that have influence values, on the log scale."""

    def combine(one: Side, other: Side, correlation: float) -> Estimate:
        top, bottom = one.stat.value, other.stat.value
        if min(top, bottom) <= 0:
            raise NotApplicable("one of the two is 0, so they have no ratio")
        ratio = top / bottom
        parts = [Stat(ratio, ratio / side.stat.value * side.stat.influence, side.stat.strata) for side in (one, other)]
        both = Stat(ratio, parts[0].influence - parts[1].influence, apart(*parts).strata)
        fewer = limiting(one.estimate, other.estimate)
        found = sampling.estimate(both, n=fewer.n, events=fewer.events, scale="log", method=method)
        return found.model_copy(update={"entities": fewest_entities(one, other)})

    return combine


def difference_of_stats(sampling: Sampling, method: str) -> Combine:
    """The difference of two statistics that have influence values, on its own scale."""

    def combine(one: Side, other: Side, correlation: float) -> Estimate:
        fewer = limiting(one.estimate, other.estimate)
        both = sampling.estimate(apart(one.stat, other.stat), n=fewer.n, events=fewer.events, method=method)
        return both.model_copy(update={"entities": fewest_entities(one, other)})

    return combine


def apart(first: Stat, second: Stat) -> Stat:
    """`first - second` of two groups, both seen from all rows and without a row in common: each its own strata."""
    strata = np.full(len(first.influence), -1)
    above = 0
    for stat in (first, second):
        own = np.zeros_like(strata) if stat.strata is None else stat.strata
        strata = np.where(own >= 0, own + above, strata)
        above = int(strata.max(initial=-1)) + 1
    value, influence = first.value - second.value, first.influence - second.influence
    if first.regression is None or second.regression is None:
        return Stat(value, influence, strata)
    one, other = first.regression, second.regression
    return Stat(
        value,
        influence,
        strata,
        Regression(
            np.hstack([one.columns, other.columns]),
            one.weight + other.weight,
            one.residual + other.residual,
            np.concatenate([one.contrast, -other.contrast]),
        ),
    )


def among(stat: Stat, rows: Mask) -> Stat:
    """A statistic of the rows (n,) of a group, seen from all rows; its regression comes along."""
    wide = stat.among(rows)
    if stat.regression is None:
        return wide
    part, factor = stat.regression, math.sqrt(len(rows) / len(stat.influence))
    columns = np.zeros((len(rows), part.columns.shape[1]))
    columns[rows] = factor * part.columns
    weight, residual = np.zeros(len(rows)), np.zeros(len(rows))
    weight[rows], residual[rows] = part.weight, part.residual
    return Stat(wide.value, wide.influence, wide.strata, Regression(columns, weight, residual, factor * part.contrast))


def limiting(one: Estimate, other: Estimate) -> Estimate:
    """The side that rests on less, which is what limits the knowledge of a difference."""

    def fewest(estimate: Estimate) -> int:
        events = estimate.n if estimate.events is None else min(estimate.events, estimate.n - estimate.events)
        return min(estimate.n, events)

    return min(one, other, key=fewest)


def fewest_entities(one: Side, other: Side) -> int | None:
    """The independent entities of the side that has fewer; None where rows are independent."""
    counts = [side.estimate.entities for side in (one, other) if side.estimate.entities is not None]
    return min(counts) if counts else None
