"""How two groups differ in a statistic: difference or ratio of rates, difference of what has influence values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from auditor import pairs
from auditor.checks.bias.contrasts import Combine, Measure, Side
from auditor.checks.groups import Mask
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Normal, NotEstimable, Scale
from auditor.kernels.fits import Apart, Regression
from auditor.kernels.rates import rate
from auditor.kernels.stat import Stat
from auditor.pairs import Joint, fewest_entities, limiting
from auditor.sampling import Sampling


def rates(sampling: Sampling, hit: Mask, what: str) -> Measure:
    """The share of `hit` among the rows of a group."""
    return lambda rows: Side(sampling.rate(hit, rows, what), rate(hit, rows))


def difference_of_rates(one: Side, other: Side, joint: Joint) -> Estimate:
    """The difference of two rates by MOVER: see `pairs.difference`."""
    return pairs.difference(one.estimate, other.estimate, joint)


def ratio_of_rates(one: Side, other: Side, joint: Joint) -> Estimate:
    """The ratio of two rates by Koopman's interval: see `pairs.ratio`. Raises NotApplicable where both are 0."""
    return pairs.ratio(one.estimate, other.estimate, joint)


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
        own, n = None if event is None else event[np.flatnonzero(rows)], int(np.count_nonzero(rows))
        estimate = sampling.estimate(stat, rows=rows, n=n, events=own, method=method, scale=scale)
        return Side(estimate, stat.among(rows) if sampling.codes is None else among(stat, rows))

    return measure


def ratio_of_stats(sampling: Sampling, method: str) -> Combine:
    """The ratio of two positive statistics that have influence values, by the difference of their logarithms: that of
    the same groups the other way round is its inverse.
    """

    def combine(one: Side, other: Side, joint: Joint) -> Estimate:
        top, bottom = one.stat.value, other.stat.value
        if min(top, bottom) <= 0:
            raise NotApplicable("one of the two is 0, so they have no ratio")
        parts = [Stat(1.0, side.stat.influence / side.stat.value, side.stat.strata) for side in (one, other)]
        both = Stat(1.0, parts[0].influence - parts[1].influence, apart(*parts).strata)
        fewer = limiting(one.estimate, other.estimate)
        found = sampling.estimate(both, n=fewer.n, events=fewer.events, method=method)
        logs = found.spread.model_copy(update={"scale": "log"}) if isinstance(found.spread, Normal) else found.spread
        found = found.model_copy(update={"value": top / bottom, "spread": logs})
        return found.model_copy(update={"entities": fewest_entities(one.estimate, other.estimate)})

    return combine


def difference_of_stats(sampling: Sampling, method: str) -> Combine:
    """The difference of two statistics that have influence values, on its own scale.

    Not estimable where either is not: what is not known of a side is not known of the difference.
    """

    def combine(one: Side, other: Side, joint: Joint) -> Estimate:
        fewer = limiting(one.estimate, other.estimate)
        both = sampling.estimate(apart(one.stat, other.stat), n=fewer.n, events=fewer.events, method=method)
        unknown = [s.estimate.spread for s in (one, other) if isinstance(s.estimate.spread, NotEstimable)]
        found = {"spread": unknown[0]} if unknown else {}
        return both.model_copy(update={"entities": fewest_entities(one.estimate, other.estimate), **found})

    return combine


def apart(first: Stat, second: Stat) -> Stat:
    """`first - second` of two groups, both seen from all rows and without a row in common: each its own strata."""
    strata = np.full(len(first.influence), -1, dtype=np.int16)
    above = 0
    for stat in (first, second):
        own = np.zeros_like(strata) if stat.strata is None else stat.strata
        strata = np.where(own >= 0, own + above, strata)
        above = int(strata.max(initial=-1)) + 1
    value, influence = first.value - second.value, first.influence - second.influence
    if not isinstance(first.regression, Regression) or not isinstance(second.regression, Regression):
        return Stat(value, influence, strata)
    return Stat(value, influence, strata, Apart(first.regression, second.regression))


def among(stat: Stat, rows: Mask) -> Stat:
    """A statistic of the rows (n,) of a group, seen from all rows; its regression comes along."""
    wide = stat.among(rows)
    if not isinstance(stat.regression, Regression):
        return wide
    return Stat(wide.value, wide.influence, wide.strata, dataclasses.replace(stat.regression, rows=rows, _taken=[]))
