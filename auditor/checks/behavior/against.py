"""Whether a pattern speaks, by the outcomes in the reference data, for the very decision that it overturns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.patterns import Ends, Pattern
from auditor.dataset import Dataset, Floats

_SURE = 4.0  # standard errors of Spearman's correlation, 1 / sqrt(n) each (Student's approximation for no correlation)
_HELD = 2.0  # standard errors of the slope of a feature with the others held constant
_ALIKE = 1e-6  # share of a feature's variance that the others leave
_FEWEST = 100  # rows in which a value is known, and of either outcome together


@dataclass(frozen=True, eq=False)
class Honest:
    """What the reference rows say of a feature's last values. ends: of these rows; outcome: (rows,) their targets."""

    known: Dataset
    ends: Ends
    outcome: Floats
    _sides: dict[tuple[int, bool, int, int], tuple[float, float]] = field(default_factory=dict)

    def speaks_for(self, pattern: Pattern, of: int) -> bool:
        """Whether every value of a pattern is at least as extreme as is usual where class `of` is the outcome.

        On a side that the class surely is on: by itself, and with the other features held constant, for a sound model
        may well use a feature against its own correlation once it knows the others.
        """
        features = self.known.static_features if pattern.static else self.known.features
        if features[pattern.at].kind != "numeric" or self.known.task == "regression":
            return False
        for back, value in enumerate(reversed(pattern.values), start=1):
            side, usual = self._side(pattern.at, pattern.static, back, of)
            if side == 0 or side * (value - usual) < 0:
                return False
        return True

    def _side(self, at: int, static: bool, back: int, of: int) -> tuple[float, float]:
        """On which side of the others class `of` surely is (1 above, -1 below, 0 on none), and its median there.

        Worked out once for each feature, step and class, as patterns are many.
        """
        key = (at, static, back, of)
        if key not in self._sides:
            self._sides[key] = self._found(*key)
        return self._sides[key]

    def _found(self, at: int, static: bool, back: int, of: int) -> tuple[float, float]:
        from scipy.stats import spearmanr

        every = np.concatenate([self.ends.last[:, back - 1], self.ends.static], axis=1)
        column, is_of = at + (len(self.known.features) if static else 0), self.outcome == of
        x = every[:, column]
        known = np.isfinite(x)
        if known.sum() < _FEWEST or is_of[known].std() == 0 or x[known].std() == 0:
            return 0.0, 0.0
        alone = float(spearmanr(x[known], is_of[known]).statistic)
        side = float(np.sign(alone))
        if abs(alone) * np.sqrt(known.sum()) < _SURE or side * _held(every[known], column, is_of[known]) <= _HELD:
            return 0.0, 0.0
        return side, float(np.median(x[known & is_of]))


def _held(every: NDArray[np.float64], at: int, is_of: NDArray[np.bool_]) -> float:
    """Student's t of a feature in a linear regression of the outcome on all; what is missing is put at the mean."""
    means = np.nanmean(np.where(np.isfinite(every).any(axis=0), every, 0.0), axis=0)
    filled = np.where(np.isfinite(every), every, means) - means
    x, others = filled[:, at], np.delete(filled, at, axis=1)
    design = np.column_stack([np.ones(len(x)), others[:, others.std(axis=0) > 0]])
    left = [one - design @ np.linalg.lstsq(design, one, rcond=None)[0] for one in (x, is_of.astype(float))]
    size = float(left[0] @ left[0])
    if size < _ALIKE * len(x) * float(x.var()):
        return 0.0  # the others tell it all
    slope = float(left[0] @ left[1]) / size
    rest = left[1] - slope * left[0]
    freedom = max(1, len(x) - design.shape[1] - 1)
    return slope / float(np.sqrt(max(float(rest @ rest), 1e-12) / freedom / size))
