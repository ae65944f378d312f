"""At which steps a feature was measured, and what of a sequence follows from that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Where:
    """At which steps a feature was measured, (rows, steps), and what follows from that: of many features it is alike.

    from_end: (rows, steps) 1 at the last step, 0 where there is none. What is told is NaN where nothing was measured.
    """

    steps: Mask
    from_end: NDArray[np.int_]
    recent: int

    @cached_property
    def any(self) -> Mask:
        """(rows,) whether it was measured at all."""
        return np.asarray(self.steps.any(axis=1))

    @cached_property
    def count(self) -> NDArray[np.int_]:
        """(rows,) at how many steps."""
        return np.asarray(self.steps.sum(axis=1))

    @cached_property
    def late(self) -> Where:
        """The same among the last steps."""
        return Where(self.steps & (self.from_end <= self.recent), self.from_end, self.recent)

    @cached_property
    def share(self) -> Floats:
        """(rows,) of the steps that there are."""
        return np.asarray(self.count / np.maximum((self.from_end > 0).sum(axis=1), 1))

    @cached_property
    def ago(self) -> Floats:
        """(rows,) how many steps the last measurement is from the end, 0 where the last step was measured."""
        far = np.iinfo(np.int_).max
        nearest = np.where(self.steps, self.from_end, far).min(axis=1, initial=far)
        return np.where(self.any, nearest - 1.0, np.nan)

    @cached_property
    def _lever(self) -> tuple[Floats, Floats]:
        """(rows, steps) how far each step is from the mean one, 0 where not measured; and (rows,) its squares' sum."""
        step = np.arange(self.steps.shape[1], dtype=float)
        centre = (self.steps * step).sum(axis=1) / np.maximum(self.count, 1)
        away = np.where(self.steps, np.subtract(step, centre[:, None], order="F"), 0.0)
        return away, (away**2).sum(axis=1)

    @cached_property
    def _whole(self) -> bool:
        return bool(self.steps.all())

    def _known(self, values: Floats, other: float) -> Floats:
        """The measured values, and something else at the other steps."""
        return values if self._whole else np.where(self.steps, values, other)

    @cached_property
    def _place(self) -> NDArray[np.int_]:
        return np.asarray(self.steps.shape[1] - 1 - self.steps[:, ::-1].argmax(axis=1))

    def last(self, values: Floats) -> Floats:
        """The last measured value of each row."""
        return np.asarray(np.where(self.any, values[np.arange(len(values)), self._place], np.nan))

    def mean(self, values: Floats) -> Floats:
        """Of the measured values."""
        total = self._known(values, 0.0).sum(axis=1)
        return np.asarray(np.where(self.count > 0, total / np.maximum(self.count, 1), np.nan))

    def slope(self, values: Floats) -> Floats:
        """Least squares of the measured values on their steps; NaN below two."""
        away, spread = self._lever
        rise = (away * self._known(values, 0.0)).sum(axis=1)
        return np.asarray(np.where(spread > 0, rise / np.where(spread > 0, spread, 1.0), np.nan))

    def extreme(self, values: Floats, other: float) -> Floats:
        """The lowest measured value (`other` is +inf) or the highest (-inf)."""
        kept = self._known(values, other)
        found = kept.min(axis=1) if other > 0 else kept.max(axis=1)
        return np.asarray(np.where(self.any, found, np.nan))

    def counted(self, steps: Mask) -> Floats:
        """At how many of these steps; NaN where nothing was measured, which is not none."""
        return np.where(self.any, steps.sum(axis=1).astype(float), np.nan)
