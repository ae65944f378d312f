"""Several classes against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from auditor.errors import NotApplicable
from auditor.kernels import multiclass
from auditor.kernels.auroc import auroc
from auditor.kernels.confusion import matthews
from auditor.kernels.rates import rate
from auditor.sampling import Sampling

RNG = np.random.default_rng(8)
TRUTH = RNG.integers(0, 4, 300)
SCORES = RNG.dirichlet([1, 1, 1, 1], 300) * 0.7 + 0.3 * np.eye(4)[TRUTH] * RNG.random(300)[:, None]
SCORES /= SCORES.sum(1, keepdims=True)
ROWS = Sampling(None, "rows", 300)


def test_values_are_those_of_scikit_learn() -> None:
    """Macro area, accuracy, balanced accuracy, log loss and the Brier score."""
    chosen = SCORES.argmax(1)
    area = metrics.roc_auc_score(TRUTH, SCORES, multi_class="ovr", average="macro")
    assert area == pytest.approx(multiclass.macro_auroc(TRUTH, SCORES).value, abs=1e-12)
    right = multiclass.right(TRUTH, SCORES)
    assert metrics.accuracy_score(TRUTH, chosen) == pytest.approx(rate(right).value, abs=1e-12)
    balanced = metrics.balanced_accuracy_score(TRUTH, chosen)
    assert balanced == pytest.approx(multiclass.balanced_accuracy(TRUTH, SCORES).value, abs=1e-12)
    loss = metrics.log_loss(TRUTH, SCORES)
    assert loss == pytest.approx(multiclass.multiclass_log_loss(TRUTH, SCORES).value, abs=1e-9)
    brier = ((SCORES - np.eye(4)[TRUTH]) ** 2).sum(1).mean()
    assert brier == pytest.approx(multiclass.multiclass_brier(TRUTH, SCORES).value, abs=1e-12)


def test_correlation_is_that_of_scikit_learn() -> None:
    """Matthews' of several classes, also where one is never predicted; of two, the binary one with its influence."""
    for chosen in (SCORES.argmax(1), np.minimum(SCORES.argmax(1), 2)):
        expected = metrics.matthews_corrcoef(TRUTH, chosen)
        assert expected == pytest.approx(multiclass.multiclass_matthews(TRUTH, chosen).value, abs=1e-12)
    event, flagged = TRUTH > 1, SCORES.argmax(1) > 1
    both, binary = multiclass.multiclass_matthews(event * 1, flagged * 1), matthews(event, flagged)
    assert binary.value == pytest.approx(both.value, abs=1e-12)
    assert binary.influence == pytest.approx(both.influence, abs=1e-9)


def test_correlation_needs_two_classes_on_either_side() -> None:
    """Where every row is of one class, or predicted as one, there is no correlation; it is not 0."""
    with pytest.raises(NotApplicable, match="the same outcome"):
        multiclass.multiclass_matthews(0 * TRUTH, TRUTH)
    with pytest.raises(NotApplicable, match="decided alike"):
        multiclass.multiclass_matthews(TRUTH, 0 * TRUTH)


def test_two_classes_are_the_binary_case() -> None:
    """With two classes, the macro area is the area, with the same standard error."""
    event, p = TRUTH > 1, SCORES[:, 2:].sum(1)
    both = multiclass.macro_auroc(event.astype(int), np.column_stack([1 - p, p]))
    binary = auroc(event, p)
    assert binary.value == pytest.approx(both.value, abs=1e-12)
    expected = ROWS.estimate(binary, n=300, method="DeLong").spread.se
    assert expected == pytest.approx(ROWS.estimate(both, n=300, method="DeLong").spread.se, abs=1e-12)


def test_balanced_accuracy_has_the_variance_of_separate_samples() -> None:
    """Recalls of different classes are independent; each variance is p(1-p)/(n-1)."""
    hit = multiclass.right(TRUTH, SCORES)
    recalls = [hit[TRUTH == code] for code in range(4)]
    expected = np.sqrt(sum(r.mean() * (1 - r.mean()) / (len(r) - 1) for r in recalls)) / 4
    stat = multiclass.balanced_accuracy(TRUTH, SCORES)
    assert expected == pytest.approx(ROWS.estimate(stat, n=300, method="recalls").spread.se, abs=1e-12)


def test_a_class_without_rows_is_named() -> None:
    """A mean over classes is not quietly a mean over those that are there."""
    with pytest.raises(NotApplicable, match="no row is of class 3"):
        multiclass.macro_auroc(np.array([0, 1, 2, 0]), SCORES[:4])
    with pytest.raises(NotApplicable, match="no row is of class 3"):
        multiclass.balanced_accuracy(np.array([0, 1, 2, 0]), SCORES[:4])
