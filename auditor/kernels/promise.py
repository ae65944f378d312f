"""What a model that is right promises of itself: the measures that its own probabilities imply."""

from __future__ import annotations

import numpy as np

from auditor.errors import NotApplicable
from auditor.kernels.stat import Floats, Stat, row_mean


def promised_auroc(probability: Floats) -> Stat:
    """Area under the ROC curve if outcomes came about with these probabilities (n,): the model-based concordance.

    Of van Klaveren et al. (2016): every pair of rows counts with the chance that one has the outcome and the other has
    not; ties count half. A sample of rows that are alike has a low one, whatever the model. O(n log n).
    Raises NotApplicable where no pair can differ in outcome.
    """
    p = np.asarray(probability, dtype=float)
    distinct, level = np.unique(p, return_inverse=True)
    case = np.bincount(level, weights=p, minlength=len(distinct))
    control = np.bincount(level, weights=1 - p, minlength=len(distinct))
    itself = p * (1 - p)
    pairs = float(p.sum() * (1 - p).sum() - itself.sum())
    if not pairs > 0:
        raise NotApplicable("the scores are certain of all rows, so they promise no area under the ROC curve")
    below = np.cumsum(control) - control / 2
    above = case.sum() - np.cumsum(case) + case / 2
    value = float(case @ below - itself.sum() / 2) / pairs
    as_case = below[level] - (1 - p) / 2 - value * ((1 - p).sum() - (1 - p))
    as_control = above[level] - p / 2 - value * (p.sum() - p)
    return Stat(value, len(p) / pairs * (p * as_case + (1 - p) * as_control))


def promised_accuracy(scores: Floats) -> Stat:
    """Share of rows predicted rightly if classes came about with these probabilities (n, classes)."""
    return row_mean(np.asarray(scores, dtype=float).max(axis=1))
