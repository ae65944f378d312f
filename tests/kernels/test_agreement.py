"""A surrogate's fidelity to its model, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import r2_score, roc_auc_score

from auditor.errors import NotApplicable
from auditor.kernels import agreement

RNG = np.random.default_rng(2)
MODEL = RNG.random(150)
SURROGATE = np.round(np.clip(MODEL + RNG.normal(0, 0.1, 150), 0, 1), 1)


def test_values_are_those_of_scikit_learn() -> None:
    """R² against the model's scores; ranking of the model's decisions."""
    assert r2_score(MODEL, SURROGATE) == pytest.approx(agreement.explained(MODEL, SURROGATE).value, abs=1e-12)
    area = roc_auc_score(MODEL >= 0.4, SURROGATE)
    assert area == pytest.approx(agreement.decision_auroc(MODEL, SURROGATE, 0.4).value, abs=1e-12)


def test_same_decision_counts_the_threshold_as_above() -> None:
    """A score at the threshold is above it, for both."""
    model, surrogate = np.array([0.5, 0.5, 0.4, 0.6]), np.array([0.5, 0.49, 0.4, 0.5])
    assert [True, False, True, True] == agreement.same_decision(model, surrogate, 0.5).tolist()


def test_a_constant_model_is_not_applicable() -> None:
    """There is nothing to explain in a constant, nor in a decision that is always the same."""
    with pytest.raises(NotApplicable, match="nothing to explain"):
        agreement.explained(np.full(150, 0.2), SURROGATE)
    with pytest.raises(NotApplicable, match="decides the same"):
        agreement.decision_auroc(MODEL, SURROGATE, 2.0)
