"""Shares of cells, where every row brings some cells and some of them count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor import pairs
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Normal, NotEstimable, Wilson
from auditor.kernels.stat import Integers, Stat
from auditor.sampling import Sampling

Mask = NDArray[np.bool_]


def share(part: Integers, whole: Integers, among: Mask) -> Stat:
    """The sum of `part` over the sum of `whole` in the rows `among`, all (n,).

    Influence by the linearised ratio (Woodruff 1971). Raises NotApplicable where these rows bring no cell.
    """
    mass, counted = np.where(among, whole, 0), np.where(among, part, 0)
    total = int(mass.sum())
    if total <= 0:
        raise NotApplicable("there is no cell to take a share of")
    value = int(counted.sum()) / total
    influence = (counted - value * mass) * (len(part) / total)
    return Stat(value, influence, (mass > 0).astype(np.int8) - 1)


def estimated(sampling: Sampling, stat: Stat) -> Estimate:
    """A share of cells with Wilson's interval (1927) on the size of a simple random sample of the same variance.

    Where rows do not differ in their share, that size is the number of rows, or what Kish (1965) has for alike rows of
    a cluster: no row tells more than one independent cell that is all or nothing.
    """
    rows = np.asarray(stat.strata) >= 0
    plain = sampling.rate(np.zeros(len(rows), dtype=bool), rows)
    spread: Wilson | NotEstimable = plain.spread if isinstance(plain.spread, Wilson | NotEstimable) else _unknown()
    method = plain.method
    linear = sampling.estimate(stat, n=plain.n, method="Wilson on the effective number of cells")
    if isinstance(linear.spread, Normal) and 0 < stat.value < 1:
        size = stat.value * (1 - stat.value) / linear.spread.se**2
        spread, method = Wilson(size=size, df=linear.spread.df), linear.method
    return Estimate(value=stat.value, n=plain.n, entities=plain.entities, method=method, spread=spread)


def difference(sampling: Sampling, first: Stat, second: Stat) -> Estimate:
    """The first share less the second: MOVER (Newcombe 1998; Zou and Donner 2008) with the correlation of the two."""
    one, other = estimated(sampling, first), estimated(sampling, second)
    return pairs.difference(one, other, sampling.joint(first.influence, second.influence))


def _unknown() -> NotEstimable:
    return NotEstimable(reason="the sampling gives no interval of a share")
