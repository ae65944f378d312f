"""How large the error of measurement of each feature is, as far as the data show it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from auditor.dataset import Dataset, Feature, Floats
from auditor.subject import Subject

_FEWEST = 30  # repeated measurements below which nothing is said
_NORMAL = 0.6744897501960817  # median absolute deviation of a standard normal


@dataclass(frozen=True)
class MeasurementError:
    """sd: its standard deviation, in the feature's unit. pairs: measurements followed by another that the estimate
    rests on, None where the data specification declares the error.
    """

    sd: float
    pairs: int | None


def measurement_errors(subject: Subject, data: Dataset) -> tuple[dict[str, MeasurementError], dict[str, str]]:
    """The error of each feature that has one declared or that can be estimated, and the reason for each other.

    Estimated from first differences of consecutive measurements of a row, one step apart where there are 30 such, else
    however far apart: median absolute deviation / (0.6745 sqrt 2), which is the error where the truth moves little
    between two measurements (difference-based variance: Rice 1984; the median's robustness: Hampel 1974). Where most
    differences are zero the record repeats itself exactly: the others are events, such as a missed payment, and not
    errors, and the error is below the step of recording. Such a feature has none that could be told from its data.
    """
    known: dict[str, MeasurementError] = {}
    unknown: dict[str, str] = {}
    found_of = {
        one.name: _declared(one) or "measured once, so that nothing tells its error" for one in data.static_features
    }
    for one, (apart, change) in zip(data.features, _differences(subject, data), strict=True):
        found_of[one.name] = _declared(one) or _estimated(one, apart, change)
    for name, found in found_of.items():
        if isinstance(found, str):
            unknown[name] = found
        else:
            known[name] = found
    return known, unknown


def _declared(feature: Feature) -> MeasurementError | str | None:
    if feature.error is None or feature.kind != "numeric":
        return None
    return MeasurementError(feature.error, None) if feature.error > 0 else "declared to be exact"


def _estimated(feature: Feature, apart: Floats, change: Floats) -> MeasurementError | str:
    if feature.kind != "numeric":
        return "a class, which is not a little more or less"
    change = change[apart == 1] if (apart == 1).sum() >= _FEWEST else change
    if len(change) < _FEWEST:
        return f"fewer than {_FEWEST} measurements that are followed by another"
    if (change == 0).mean() > 0.5:
        return "stays the same at most steps, so that its record is taken as exact"
    sd = float(np.median(np.abs(change - np.median(change)))) / (_NORMAL * math.sqrt(2))
    if sd == 0:
        return "changes by the same amount at most steps"
    return MeasurementError(sd, len(change))


def _differences(subject: Subject, data: Dataset) -> list[tuple[Floats, Floats]]:
    """For each feature: steps between consecutive measurements of a row, and the change from one to the next."""
    pieces: list[list[tuple[Floats, Floats]]] = [[] for _ in data.features]
    for rows in subject.chunks(data):
        values = subject.block(data, rows).values
        for at, column in enumerate(pieces):
            row, step = np.nonzero(~np.isnan(values[:, :, at]))
            same = row[1:] == row[:-1]
            measured = values[row, step, at]
            column.append((np.diff(step)[same], np.diff(measured)[same]))
    empty = (np.empty(0), np.empty(0))
    return [
        (np.concatenate([piece[0] for piece in [empty, *column]]), np.concatenate([p[1] for p in [empty, *column]]))
        for column in pieces
    ]
