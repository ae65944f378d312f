"""Whether a pattern speaks, by the outcomes in the reference data, for the very decision that it overturns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.gaps import from_end
from auditor.checks.behavior.patterns import Pattern
from auditor.dataset import Block, Dataset, Floats

_SURE = 4.0  # standard errors of Spearman's correlation, 1 / sqrt(n) each (Student's approximation for no correlation)
_HELD = 2.0  # standard errors of the slope of a feature with the others held constant
_ALIKE = 1e-6  # share of a feature's variance that the others leave
_FEWEST = 100  # rows in which a value is known, and of either outcome together


@dataclass(frozen=True, eq=False)
class Honest:
    """What the reference rows say of a feature's last values. seen: the rows; outcome: (rows,) their targets."""

    known: Dataset
    seen: Block
    outcome: Floats

    def speaks_for(self, pattern: Pattern, of: int) -> bool:
        """Whether every value of a pattern is at least as extreme as is usual where class `of` is the outcome.

        On a side that the class surely is on: by itself, and with the other features held constant, for a sound model
        may well use a feature against its own correlation once it knows the others.
        """
        features = self.known.static_features if pattern.static else self.known.features
        if features[pattern.at].kind != "numeric" or self.known.task == "regression":
            return False
        return all(self._for(pattern, back, value, of) for back, value in enumerate(reversed(pattern.values), start=1))

    def _for(self, pattern: Pattern, back: int, value: float, of: int) -> bool:
        from scipy.stats import spearmanr

        every, is_of = self._values(back), self.outcome == of
        at = pattern.at + (len(self.known.features) if pattern.static else 0)
        x = every[:, at]
        known = np.isfinite(x)
        if known.sum() < _FEWEST or is_of[known].std() == 0 or x[known].std() == 0:
            return False
        alone = float(spearmanr(x[known], is_of[known]).statistic)
        side = np.sign(alone)
        if side * (value - float(np.median(x[known & is_of]))) < 0 or abs(alone) * np.sqrt(known.sum()) < _SURE:
            return False
        return bool(side * _held(every[known], at, is_of[known]) > _HELD)

    def _values(self, back: int) -> NDArray[np.float64]:
        """(rows, features and static features) the values so many steps from the end."""
        there = from_end(self.seen.mask) == back
        given = np.where(there[:, :, None], self.seen.values, 0.0).sum(axis=1)
        given = np.where(there.any(axis=1)[:, None], given, np.nan)
        return np.concatenate([given, self.seen.static], axis=1)


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
