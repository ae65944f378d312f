"""The area that scores promise of themselves."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from auditor.errors import NotApplicable
from auditor.kernels.promise import promised_accuracy, promised_auroc


def test_every_pair_counts_with_its_chance():
    """As summed over all pairs one by one; ties count half."""
    p = np.round(np.random.default_rng(0).random(60), 1)
    i, j = np.nonzero(~np.eye(60, dtype=bool))
    chance = p[i] * (1 - p[j])
    wins = (p[i] > p[j]) + 0.5 * (p[i] == p[j])
    assert promised_auroc(p).value == pytest.approx(float(chance @ wins / chance.sum()), abs=1e-12)


def test_influence_is_what_a_row_adds():
    """Mean zero, and the derivative with respect to the weight of each row."""
    p = np.random.default_rng(1).random(400)
    stat = promised_auroc(p)
    without = np.array([promised_auroc(np.delete(p, at)).value for at in range(20)])
    assert stat.influence.mean() == pytest.approx(0, abs=1e-12)
    assert stat.value - without == pytest.approx(stat.influence[:20] / 399, abs=2e-5)


def test_promise_of_right_probabilities_is_kept():
    """Where outcomes come about with the probabilities told, area and share of right classes are as promised."""
    rng = np.random.default_rng(2)
    p = rng.beta(1, 3, 100_000)
    event = rng.random(100_000) < p
    assert promised_auroc(p).value == pytest.approx(metrics.roc_auc_score(event, p), abs=0.006)
    both = np.column_stack([1 - p, p])
    assert promised_accuracy(both).value == pytest.approx(float((event == (p > 0.5)).mean()), abs=0.006)


def test_certainty_promises_nothing():
    """All certain of the same: no pair can differ."""
    with pytest.raises(NotApplicable, match="certain"):
        promised_auroc(np.zeros(5))
