"""How well one score stands in for another: a surrogate for the model. model, surrogate: (n,) scores."""

from __future__ import annotations

import numpy as np

from auditor.errors import NotApplicable
from auditor.kernels.errors import r_squared
from auditor.kernels.stat import Floats, Stat


def explained(model: Floats, surrogate: Floats) -> Stat:
    """R² of the surrogate against the model's scores. Raises NotApplicable where the model's score is constant."""
    if np.ptp(model) == 0:
        raise NotApplicable("the model's score is the same for every row, so there is nothing to explain")
    return r_squared(model, surrogate)
