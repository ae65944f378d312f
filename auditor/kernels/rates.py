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
    if weight is None:  # four kinds of row: looked up, which takes one pass over the rows and not five
        kinds = np.array([0.0, 0.0, -value, 1 - value]) * (len(hit) / total)
        influence = kinds[inside.view(np.uint8) << 1 | np.asarray(hit, dtype=bool).view(np.uint8)]
        return Stat(value, influence, inside.astype(np.int8) - 1)
    return Stat(value, mass * (hit - value) * (len(hit) / total), (mass > 0).astype(np.int8) - 1)
