"""Evidence: expensive work that several checks share, declared by them and computed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import numpy as np

from auditor.dataset import Dataset, Floats
from auditor.errors import FileFault
from auditor.subject import Subject

T = TypeVar("T")


@dataclass(frozen=True)
class Need(Generic[T]):
    """Something that a check needs. Two needs of the same name are the same work.

    produce: makes it. rows: how many model evaluations that takes, for the plan.
    """

    name: str
    produce: Callable[[Subject], T] = field(compare=False)
    rows: Callable[[Subject], int] = field(compare=False)


class Evidence:
    """What was produced, by need. Asking for what was not declared is a bug of the check."""

    def __init__(self, produced: Mapping[str, Any]) -> None:
        self._produced = dict(produced)

    def __getitem__(self, need: Need[T]) -> T:
        return cast(T, self._produced[need.name])

    def finite(self, need: Need[Floats]) -> Floats:
        """Scores that are all finite; raises FileFault with the count where any is NaN or infinite."""
        scores = self[need]
        bad = int((~np.isfinite(scores.reshape(len(scores), -1)).all(1)).sum())
        if bad:
            raise FileFault(f"the model's score is NaN or infinite for {bad} of {len(scores)} rows")
        return scores


def scores_of(subject: Subject, dataset: Dataset | None) -> Floats:
    """The model's scores of a data set, NaN and infinity let through: (rows,) or (rows, classes)."""
    if dataset is None or not len(dataset):
        return np.empty(0)
    return np.concatenate([subject.raw_score(subject.block(dataset, rows)) for rows in subject.chunks(dataset)])


def _forecasts_of(subject: Subject) -> Floats:
    """All that the model predicts of each test row: (rows, forecasts); none where one number is declared."""
    test = subject.test
    if not subject.output.forecasts or not len(test):
        return np.empty((len(test), 0))
    return np.concatenate([subject.forecasts(subject.block(test, rows)) for rows in subject.chunks(test)])


SCORES: Need[Floats] = Need(
    "scores", lambda subject: scores_of(subject, subject.test), lambda subject: len(subject.test)
)
REFERENCE_SCORES: Need[Floats] = Need(
    "reference scores",
    lambda subject: scores_of(subject, subject.reference),
    lambda subject: len(subject.reference) if subject.reference else 0,
)
CALIBRATION_SCORES: Need[Floats] = Need(
    "calibration scores",
    lambda subject: scores_of(subject, subject.calibration),
    lambda subject: len(subject.calibration) if subject.calibration else 0,
)
FORECASTS: Need[Floats] = Need(
    "forecasts",
    _forecasts_of,
    lambda subject: len(subject.test) if subject.output.forecasts else 0,
)
