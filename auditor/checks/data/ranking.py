"""How well rows are told apart, where it may be perfectly, or not at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.estimate import Estimate, Exact, Perfect, Wilson
from auditor.kernels.stat import Stat
from auditor.sampling import Sampling

_DELONG = "DeLong, logit scale"


def area(sampling: Sampling, event: NDArray[np.bool_], stat: Stat) -> Estimate:
    """An area under the ROC curve with its interval: DeLong's on the logit scale, but at its ends.

    event: (n,). Where all scores are the same it is exactly one half. Where it is 1 there is no variance: none of as
    many disjoint pairs as the rarer outcome has rows was ranked wrongly, which bounds the area from below alone (see
    Perfect). Of clustered rows as many pairs count as there would be if the rows of a cluster were all alike.
    """
    n, events = len(event), int(event.sum())
    if not stat.influence.any() and stat.value == 0.5:
        return Estimate(value=0.5, n=n, events=events, method="the same in every row", spread=Exact())
    if stat.value == 1:
        return perfect(sampling, event, np.ones(n, dtype=bool))
    return named(sampling.estimate(stat, n=n, events=event, scale="logit", method=_DELONG), _DELONG)


def perfect(sampling: Sampling, event: NDArray[np.bool_], used: NDArray[np.bool_]) -> Estimate:
    """An area of 1 in the rows that are used; event, used: (rows of the sampling,)."""
    cases, controls = event & used, ~event & used
    sides = [sampling.rate(side, side, "rows with or without the event") for side in (cases, controls)]
    fewer = min(sides, key=lambda side: side.spread.size if isinstance(side.spread, Wilson) else 0.0)
    spread = Perfect(size=fewer.spread.size, df=fewer.spread.df) if isinstance(fewer.spread, Wilson) else fewer.spread
    entities = None if sampling.codes is None else min(side.entities or 0 for side in sides)
    method = "no pair ranked wrongly: exact lower bound (Clopper and Pearson)"
    return Estimate(
        value=1.0, n=int(used.sum()), events=int(cases.sum()), entities=entities, method=method, spread=spread
    )


def named(estimate: Estimate, method: str) -> Estimate:
    """The same estimate without the degrees of freedom in its method's words: of many parts each has its own."""
    student = "" if estimate.spread.df is None else ", Student's t"
    return estimate.model_copy(update={"method": method + student})
