"""Rates: the share of some rows among others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.stat import Floats, Stat


def rate(hit: NDArray[np.bool_], among: NDArray[np.bool_] | None = None, weight: Floats | None = None) -> Stat:
    """The share of `hit` (n,) in the rows `among` (n,; default all), weighted where `weight` (n,) is given.

    Influence by the linearised ratio (Woodruff 1971). Raises NotApplicable where no row (or no weight) is among them.
    """
    inside = np.ones(len(hit), dtype=bool) if among is None else among
    if weight is None:
        return _unweighted(np.asarray(hit, dtype=bool), inside)
    mass = np.where(inside, weight, 0.0)
    total = float(mass.sum())
    if total <= 0:
        raise NotApplicable("no row to take the rate of")
    value = float(mass[hit].sum()) / total
    return Stat(value, mass * (hit - value) * (len(hit) / total), (mass > 0).astype(np.int8) - 1)


def _unweighted(hit: NDArray[np.bool_], inside: NDArray[np.bool_]) -> Stat:
    """The same for rows that count alike, in few passes: most of the time of a large audit is spent on rates."""
    total = int(np.count_nonzero(inside))
    if not total:
        raise NotApplicable("no row to take the rate of")
    value = int(np.count_nonzero(hit & inside)) / total
    influence = hit.astype(float)
    influence -= value
    influence *= len(hit) / total
    influence *= inside
    return Stat(value, influence, inside.view(np.int8) - np.int8(1))
