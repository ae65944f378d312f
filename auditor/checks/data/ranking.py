"""How well rows are told apart, where it may be perfectly, or not at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.estimate import Estimate, Exact
from auditor.kernels.stat import Stat
from auditor.sampling import Sampling

_DELONG = "DeLong, logit scale"


def area(sampling: Sampling, event: NDArray[np.bool_], stat: Stat) -> Estimate:
    """An area under the ROC curve with its interval: DeLong's on the logit scale, but at its ends.

    Where all scores are the same it is exactly one half. Where it is 1 there is no variance: none of as many disjoint
    pairs as the rarer outcome has rows was ranked wrongly, so that Wilson's bound for none bounds the area.
    """
    n, events = len(event), int(event.sum())
    if not stat.influence.any() and stat.value == 0.5:
        return Estimate(value=0.5, n=n, events=events, method="the same in every row", spread=Exact())
    if stat.value == 1:
        bound = sampling.rate(np.ones(n, dtype=bool), event if 2 * events <= n else ~event)
        return bound.model_copy(update={"n": n, "events": events, "method": f"no pair ranked wrongly; {bound.method}"})
    return named(sampling.estimate(stat, n=n, events=event, scale="logit", method=_DELONG), _DELONG)


def named(estimate: Estimate, method: str) -> Estimate:
    """The same estimate without the degrees of freedom in its method's words: of many parts each has its own."""
    student = "" if estimate.spread.df is None else ", Student's t"
    return estimate.model_copy(update={"method": method + student})
