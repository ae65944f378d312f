"""Several classes, each held against the rest as if it were the outcome."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.checks.outcome import class_scores
from auditor.dataset import Floats
from auditor.subject import Subject

Curves = dict[str, tuple[NDArray[np.bool_], Floats]]


def against_rest(subject: Subject, scores: Floats) -> tuple[Curves, dict[str, str]]:
    """For each class that has enough rows: (rows,) whether a row is of it, and its score; and why others are not told.

    Raises NotApplicable where the model gives another number of classes than the data declare.
    """
    told: Curves = {}
    absent: dict[str, str] = {}
    for name, (event, score) in class_scores(subject.test, scores).items():
        members, others = int(event.sum()), int((~event).sum())
        if not members or not others:
            absent[name] = "every test row is of this class" if members else "no test row of this class"
        elif min(members, others) < subject.smallest_cell:
            what = "this class" if members < others else "other classes"
            absent[name] = f"there are fewer than {subject.smallest_cell} rows of {what}; suppressed"
        else:
            told[name] = (event, score)
    return told, absent
