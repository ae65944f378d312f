"""Slips of unit that happen: what turns a true value into the one that was written."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from auditor.dataset import Feature, Floats


class Slip(NamedTuple):
    """The written value is `factor * true + offset`."""

    name: str
    factor: float
    offset: float = 0.0

    def undone(self, written: Floats) -> Floats:
        """The values as they would be in the declared unit."""
        return np.asarray((written - self.offset) / self.factor)


_ANY = (
    Slip("1,000 times too large", 1000),
    Slip("100 times too large", 100),
    Slip("10 times too large", 10),
    Slip("10 times too small", 0.1),
    Slip("100 times too small", 0.01),
    Slip("1,000 times too small", 0.001),
    Slip("of the opposite sign", -1),
)
_OF_UNIT = {
    "°C": (Slip("in °F", 1.8, 32), Slip("in K", 1, 273.15)),
    "°F": (Slip("in °C", 1 / 1.8, -32 / 1.8), Slip("in K", 1 / 1.8, 459.67 / 1.8)),
    "K": (Slip("in °C", 1, -273.15), Slip("in °F", 1.8, -459.67)),
    "kg": (Slip("in lb", 2.204623),),
    "lb": (Slip("in kg", 1 / 2.204623),),
    "cm": (Slip("in inches", 1 / 2.54),),
    "mmHg": (Slip("in kPa", 1 / 7.500617),),
    "kPa": (Slip("in mmHg", 7.500617),),
    "hours": (Slip("in minutes", 60),),
    "h": (Slip("in minutes", 60),),
    "years": (Slip("in months", 12), Slip("in days", 365.25)),
}


def slips(feature: Feature) -> tuple[Slip, ...]:
    """The slips that are plausible for a feature of this unit."""
    return (*_OF_UNIT.get(feature.unit, ()), *_ANY)
