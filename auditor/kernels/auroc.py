"""Ranking: area under the ROC curve and average precision, in O(n log n)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.kernels.stat import Floats, Integers, Stat


def auroc(positive: NDArray[np.bool_], score: Floats) -> Stat:
    """Area under the ROC curve: the chance that a positive row scores above a negative one, ties counting half.

    positive, score: (n,). The influence values are the structural components of DeLong, DeLong and Clarke-Pearson
    (1988), from midranks (Sun and Xu 2014); by cluster sums they give the variance of Obuchowski (1997).
    Raises NotApplicable where one of the outcomes is missing.
    """
    ranked = _Ranked.of(positive, score)
    n, positives, negatives = len(score), ranked.positives, ranked.negatives
    cases, controls = int(positives.sum()), int(negatives.sum())
    below = np.cumsum(negatives) - negatives / 2  # negatives below each level, ties half
    above = cases - np.cumsum(positives) + positives / 2
    value = float(positives @ below) / (cases * controls)
    influence = ranked.rows(n / controls * (above / cases - value), n / cases * (below / controls - value))
    return Stat(value, influence, positive.astype(np.int8))


def average_precision(positive: NDArray[np.bool_], score: Floats) -> Stat:
    """Average precision: precision at the score of a positive row, averaged over these (tied rows enter together).

    positive, score: (n,). The influence is the first von Mises derivative of (1/pi) E[y N(s)/D(s)] (in the manner of
    Hampel 1974), where D and N are the shares of rows and of positive rows that score at least s.
    Raises NotApplicable where one of the outcomes is missing.
    """
    ranked = _Ranked.of(positive, score)
    n, positives, negatives = len(score), ranked.positives, ranked.negatives
    cases = int(positives.sum())
    found = np.cumsum(positives[::-1])[::-1] / n
    flagged = np.cumsum((positives + negatives)[::-1])[::-1] / n
    precision = found / flagged
    value = float(positives @ precision) / cases
    # What a row adds to found and to flagged at every level that it reaches.
    to_found = np.cumsum(positives / flagged) / n
    to_flagged = np.cumsum(positives * found / flagged**2) / n
    of_control = -n / cases * to_flagged
    return Stat(value, ranked.rows(of_control, of_control + n / cases * (precision - value + to_found)))


def gini(positive: NDArray[np.bool_], score: Floats) -> Stat:
    """Gini coefficient, or accuracy ratio, of a score: 2 * AUROC - 1, in [-1, 1] (Engelmann, Hayden, Tasche 2003).

    positive, score: (n,). On Fisher's scale its interval is that of the area on the logit scale.
    Raises NotApplicable where one of the outcomes is missing.
    """
    area = auroc(positive, score)
    return Stat(2 * area.value - 1, 2 * area.influence, area.strata)


@dataclass(frozen=True, eq=False)
class _Ranked:
    """Rows by ascending score. order: (n,) which row; level: (n,) of its score among the distinct ones; case: (n,)
    whether it is positive. positives, negatives: (levels,) how many.
    """

    order: Integers
    level: Integers
    case: NDArray[np.bool_]
    positives: Floats
    negatives: Floats

    @classmethod
    def of(cls, positive: NDArray[np.bool_], score: Floats) -> _Ranked:
        if positive.all() or not positive.any():
            raise NotApplicable("all rows have the same outcome" if len(positive) else "no rows")
        order = np.argsort(score)
        case, ranked = positive[order], score[order]
        new = ranked[1:] != ranked[:-1]
        if new.all():  # no ties: each row has a level of its own
            alone = case.astype(float)
            return cls(order, np.arange(len(order)), case, alone, 1.0 - alone)
        level = np.cumsum(np.append(False, new))
        rows = np.bincount(level).astype(float)
        positives = np.bincount(level[np.flatnonzero(case)], minlength=len(rows)).astype(float)
        return cls(order, level, case, positives, rows - positives)

    def rows(self, negative: Floats, positive: Floats) -> Floats:
        """(n,) what each row has, in the rows' own order, of what a negative and a positive row has at each level."""
        found = np.empty(len(self.order))
        if len(negative) == len(self.order):
            found[self.order] = np.where(self.case, positive, negative)
        else:
            found[self.order] = np.concatenate([negative, positive]).take(self.level + len(negative) * self.case)
        return found
