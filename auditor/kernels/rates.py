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
    mass = inside if weight is None else np.where(inside, weight, 0.0)
    total = float(mass.sum())
    if total <= 0:
        raise NotApplicable("no row to take the rate of")
    value = float(mass[hit].sum()) / total
    return Stat(value, mass * (hit - value) * (len(hit) / total), (mass > 0).astype(np.int8) - 1)
