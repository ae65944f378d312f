"""Quantities of many parts: the ones that matter most first, as a reader of a long table sees the first of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.estimate import Estimate
from auditor.kernels.stat import Floats
from auditor.measurement import Quantity
from auditor.sampling import Sampling

_MOST = 60  # parts whose correlation is kept; more are adjusted by Bonferroni


def ordered(parts: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """The parts, the farthest from zero first."""
    return {name: parts[name] for name in sorted(parts, key=lambda name: (-abs(parts[name].value), name))}


def together(
    sampling: Sampling, parts: Mapping[str, tuple[Estimate, Floats]], unmeasured: Mapping[str, str]
) -> Quantity:
    """A quantity of estimates and their influence values, ordered; with their correlation where they are not many."""
    estimates = ordered({name: estimate for name, (estimate, _) in parts.items()})
    several: Sequence[Floats] = [parts[name][1] for name in estimates]
    correlation = sampling.correlation(several) if 1 < len(several) <= _MOST else None
    return Quantity(parts=estimates, correlation=correlation, unmeasured=dict(unmeasured))
