"""Rates of decisions, each told only where it is among enough rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from auditor.estimate import Estimate, Scale
from auditor.kernels.rates import rate
from auditor.kernels.stat import Stat
from auditor.measurement import Quantity
from auditor.sampling import Sampling

Mask = NDArray[np.bool_]


class Rates:
    """Collects rates; one among too few rows is told with the reason. stats: each with the influence of its rows."""

    def __init__(self, sampling: Sampling, smallest: int) -> None:
        self.sampling = sampling
        self.smallest = smallest
        self.estimates: dict[str, Estimate] = {}
        self.stats: dict[str, Callable[[], Stat]] = {}
        self.unmeasured: dict[str, str] = {}

    def add(self, name: str, hit: Mask, among: Mask, what: str) -> None:
        """The share of `hit` in the rows `among`, which `what` names."""
        count = int(among.sum())
        if count == 0:
            self.unmeasured[name] = f"there are no {what}"
        elif count < self.smallest:
            self.unmeasured[name] = f"there are fewer than {self.smallest} {what}; suppressed"
        else:
            self.estimates[name] = self.sampling.rate(hit, among)
            self.stats[name] = partial(rate, hit, among)

    def add_summary(
        self, name: str, compute: Callable[[Mask, Mask], Stat], scale: Scale, event: Mask, above: Mask
    ) -> None:
        """A measure of a whole decision, by `compute(event, above)`."""
        stat = compute(event, above)
        method = f"influence function, {'logit' if scale == 'logit' else 'Fisher'} scale"
        self.estimates[name] = self.sampling.estimate(stat, scale=scale, n=len(event), events=event, method=method)
        self.stats[name] = lambda: stat

    def quantity(self) -> Quantity:
        """What was collected, as parts of one quantity."""
        influences = [stat().influence for stat in self.stats.values()]
        correlation = self.sampling.correlation(influences) if influences else None
        return Quantity(parts=self.estimates, correlation=correlation, unmeasured=self.unmeasured)
