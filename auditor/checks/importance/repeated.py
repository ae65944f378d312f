"""The same question about the same rows, asked again where the answer should be the same."""

from __future__ import annotations

import dataclasses

import numpy as np

from auditor.checks.behavior.measurement_error import measurement_errors
from auditor.checks.importance.attributed import BACKGROUNDS
from auditor.dataset import Dataset, Feature, Floats, Integers
from auditor.errors import NotApplicable
from auditor.explain.backgrounds import Backgrounds
from auditor.explain.explained import Explained
from auditor.explain.question import Question
from auditor.subject import Subject


def question_of(subject: Subject, rows: Integers, scores: Floats, key: object = None) -> Question:
    """About test rows, against backgrounds of the reference, or of the test rows where there is none.

    scores: of the rows that backgrounds are drawn from. key: another one draws others. Of several classes, the last one
    is explained. Raises NotApplicable where the score is the same for all rows.
    """
    against = subject.test if subject.reference is None or not len(subject.reference) else subject.reference
    finite = scores[np.isfinite(scores).reshape(len(scores), -1).all(1)]
    if not len(finite) or np.ptp(finite, axis=0).max() == 0:
        raise NotApplicable("the score is the same for every row, so there is nothing to attribute")
    keys = () if key is None else (key,)
    drawn = Backgrounds.drawn(against, scores, BACKGROUNDS, subject.rng("attributions", "backgrounds", *keys))
    classes = scores.shape[1] - 1 if scores.ndim == 2 else None
    return Question(subject, subject.test, rows, drawn, Explained.of(subject, classes))


def neighbours(data: Dataset, rows: Integers) -> Integers:
    """(n,) for each row the next one of the same entity that shares lines with it, or the one before; -1: neither."""
    found = np.full(len(rows), -1, dtype=np.intp)
    for away in (-1, 1):
        other = rows + away
        inside = np.flatnonzero((other >= 0) & (other < len(data)))
        row, other = rows[inside], other[inside]
        shared = (data.starts[row] < data.stops[other]) & (data.starts[other] < data.stops[row])
        alike = shared & (data.entity[row] == data.entity[other])
        found[inside[alike]] = other[alike]
    return found


def noisy(question: Question, rng: np.random.Generator) -> Question | str:
    """About the same rows with an error of measurement on each numeric value; or why no such error is known."""
    errors, unknown = measurement_errors(question.subject, question.data)
    if not errors:
        return f"no feature has an error of measurement that is known ({'; '.join(dict.fromkeys(unknown.values()))})"
    data = question.data.take(question.rows)
    lines = [np.arange(start, stop) for start, stop in zip(data.starts, data.stops, strict=True)]
    sds = {name: error.sd for name, error in errors.items()}
    values = _shaken(data.values[np.concatenate(lines)], data.features, sds, rng)
    static = _shaken(data.static, data.static_features, sds, rng) if data.static_features else data.static
    stops = np.cumsum(data.lengths)
    made = dataclasses.replace(data, values=values, starts=stops - data.lengths, stops=stops, static=static)
    return dataclasses.replace(question, data=made, rows=np.arange(len(made)))


def _shaken(true: Floats, features: tuple[Feature, ...], sds: dict[str, float], rng: np.random.Generator) -> Floats:
    """Values (n, features) with noise, within their plausible ranges; what was not measured stays so."""
    values = true.astype(float)
    for at, feature in enumerate(features):
        exact = values[:, at]
        noise = sds.get(feature.name, 0.0) * rng.standard_normal(len(exact))
        low = np.minimum(exact, -np.inf if feature.low is None else feature.low)
        high = np.maximum(exact, np.inf if feature.high is None else feature.high)
        values[:, at] = np.clip(exact + noise, low, high)
    return values
