"""A surrogate's fidelity to its model, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import r2_score

from auditor.errors import NotApplicable
from auditor.kernels import agreement

RNG = np.random.default_rng(2)
MODEL = RNG.random(150)
SURROGATE = np.round(np.clip(MODEL + RNG.normal(0, 0.1, 150), 0, 1), 1)


def test_values_are_those_of_scikit_learn() -> None:
    """R² against the model's scores."""
    assert r2_score(MODEL, SURROGATE) == pytest.approx(agreement.explained(MODEL, SURROGATE).value, abs=1e-12)


def test_a_constant_model_is_not_applicable() -> None:
    """There is nothing to explain in a constant."""
    with pytest.raises(NotApplicable, match="nothing to explain"):
        agreement.explained(np.full(150, 0.2), SURROGATE)
