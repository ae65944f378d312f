"""Outcomes and decisions of a data set, as checks of several families need them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Floats
from auditor.errors import NotApplicable
from auditor.subject import Subject


def positive(data: Dataset) -> NDArray[np.bool_]:
    """(rows,): which rows have the outcome. Raises NotApplicable where all or none have it."""
    event = np.asarray(data.y == 1)
    if event.all() or not event.any():
        raise NotApplicable(f"{'every' if event.all() else 'no'} test row has the outcome")
    return event


def class_scores(data: Dataset, scores: Floats) -> dict[str, tuple[NDArray[np.bool_], Floats]]:
    """For each class: (rows,) whether a row is of it, and (rows,) the score of that class.

    Raises NotApplicable where the model gives another number of classes than the data declare.
    """
    classes = data.target.classes
    if scores.ndim != 2 or scores.shape[1] != len(classes):
        raise NotApplicable(
            f"the data declare {len(classes)} classes, the model gives scores of shape {scores.shape[1:]}"
        )
    return {name: (np.asarray(data.y == code), scores[:, code]) for code, name in enumerate(classes)}


def decided(subject: Subject, scores: Floats) -> NDArray[np.bool_]:
    """(rows,): which rows are at or above the decision threshold.

    Raises NotApplicable where the audit declares none, and where it is the same for every row: whatever is compared
    would then be alike, and pass without having been tested.
    """
    if subject.decision is None:
        raise NotApplicable("the audit declares no decision threshold")
    above = np.asarray(scores >= subject.decision.threshold)
    if above.all() or not above.any():
        side = "at or above" if above.all() else "below"
        told = f"every score is {side} the decision threshold {subject.decision.threshold:g}"
        raise NotApplicable(f"{told}, so that nothing is decided")
    return above


def chosen(data: Dataset, scores: Floats) -> NDArray[np.intp]:
    """(rows,): the code of the class that is predicted, of scores (rows, classes).

    Raises NotApplicable where it is the same for every row, as `decided` does.
    """
    codes = scores.argmax(axis=1)
    if len(codes) and (codes == codes[0]).all():
        told = f"every row is predicted to be of class '{data.target.classes[codes[0]]}'"
        raise NotApplicable(f"{told}, so that nothing is decided")
    return np.asarray(codes)
