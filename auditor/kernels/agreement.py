"""How well one score stands in for another: a surrogate for the model. model, surrogate: (n,) scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.auroc import auroc
from auditor.kernels.errors import r_squared
from auditor.kernels.stat import Floats, Stat


def explained(model: Floats, surrogate: Floats) -> Stat:
    """R² of the surrogate against the model's scores. Raises NotApplicable where the model's score is constant."""
    if np.ptp(model) == 0:
        raise NotApplicable("the model's score is the same for every row, so there is nothing to explain")
    return r_squared(model, surrogate)


def same_decision(model: Floats, surrogate: Floats, threshold: float) -> NDArray[np.bool_]:
    """(n,) whether both scores are on the same side of the threshold (at it counts as above)."""
    return np.asarray((model >= threshold) == (surrogate >= threshold))


def decision_auroc(model: Floats, surrogate: Floats, threshold: float) -> Stat:
    """Area under the ROC curve of the surrogate's score for the model's decision `score >= threshold`.

    Raises NotApplicable where the model decides the same for every row.
    """
    above = np.asarray(model >= threshold)
    if above.all() or not above.any():
        raise NotApplicable("the model decides the same for every row")
    return auroc(above, surrogate)
