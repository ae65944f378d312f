"""Several classes. truth: (n,) class codes; scores: (n, classes) probabilities of the classes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.auroc import auroc
from auditor.kernels.calibration import at_least_a_step
from auditor.kernels.rates import rate
from auditor.kernels.stat import Floats, Integers, Stat, mean, row_mean


def auroc_by_class(truth: Integers, scores: Floats) -> list[Stat]:
    """Area under the ROC curve of each class against the rest. Raises NotApplicable where a class has no row."""
    _each_present(truth, scores)
    return [auroc(truth == code, scores[:, code]) for code in range(scores.shape[1])]


def macro_auroc(truth: Integers, scores: Floats) -> Stat:
    """The plain mean of the areas of each class against the rest. Raises NotApplicable where a class has no row."""
    return mean(auroc_by_class(truth, scores))


def right(truth: Integers, scores: Floats) -> NDArray[np.bool_]:
    """(n,) whether the class of the highest score (the first of equals) is the true one: its rate is accuracy."""
    return np.asarray(scores.argmax(axis=1) == truth)


def balanced_accuracy(truth: Integers, scores: Floats) -> Stat:
    """The plain mean over classes of the share of their rows that are predicted as such.

    Raises NotApplicable where a class has no row.
    """
    _each_present(truth, scores)
    hit = right(truth, scores)
    return mean([rate(hit, truth == code) for code in range(scores.shape[1])])


def multiclass_matthews(truth: Integers, chosen: Integers) -> Stat:
    """Correlation of true and predicted classes, in [-1, 1]; 0 is chance (Gorodkin 2004).

    truth, chosen: (n,) class codes. Of two classes it is Matthews' correlation. The influence is the derivative by the
    shares of rows. Raises NotApplicable where all rows are of one class, or all are predicted as one.
    """
    if len(truth) == 0:
        raise NotApplicable("no rows")
    count = int(max(truth.max(), chosen.max())) + 1
    true, said = (np.bincount(codes, minlength=count) / len(truth) for codes in (truth, chosen))
    by_chance = float(true @ said)
    of_truth, of_chosen = 1 - float(true @ true), 1 - float(said @ said)
    for shares, what in ((true, "all rows have the same outcome"), (said, "all rows are decided alike")):
        if shares.max() == 1:
            raise NotApplicable(what)
    hit, root = truth == chosen, math.sqrt(of_truth * of_chosen)
    value = (float(hit.mean()) - by_chance) / root
    above = (hit - hit.mean() - said[truth] - true[chosen] + 2 * by_chance) / root
    varied = (true[truth] - true @ true) / of_truth + (said[chosen] - said @ said) / of_chosen
    return Stat(value, np.asarray(above + value * varied))


def multiclass_log_loss(truth: Integers, scores: Floats) -> Stat:
    """Mean negative log probability of the true class, in nats; 0 counts as the step of double precision."""
    return row_mean(-np.log(at_least_a_step(_of_truth(truth, scores))))


def multiclass_brier(truth: Integers, scores: Floats) -> Stat:
    """Mean over rows of the sum over classes of squared differences (Brier 1950), in [0, 2]; 0 is ideal."""
    p = np.asarray(scores, dtype=float)
    return row_mean((p**2).sum(axis=1) - 2 * _of_truth(truth, p) + 1)


def _of_truth(truth: Integers, scores: Floats) -> Floats:
    return np.asarray(scores[np.arange(len(truth)), np.asarray(truth, dtype=np.intp)], dtype=float)


def _each_present(truth: Integers, scores: Floats) -> None:
    counts = np.bincount(np.asarray(truth, dtype=np.intp), minlength=scores.shape[1])
    if absent := [str(code) for code in np.flatnonzero(counts == 0)]:
        raise NotApplicable(f"no row is of class {', '.join(absent)}")
