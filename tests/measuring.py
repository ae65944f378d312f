"""Running a check as the engine does, and judging what it measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from auditor.checks.check import Check
from auditor.dataset import Dataset
from auditor.evidence import Evidence
from auditor.judge import assess
from auditor.measurement import Measurement
from auditor.policy import Limit, Requirement, Statistics
from auditor.record import Documentation, Measured, Status
from auditor.subject import Subject


def shuffled(subject: Subject, seed: int = 0) -> Subject:
    """The same files with their lines in another order, loaded: rows are sorted again by entity and time."""
    rng = np.random.default_rng(seed)

    def again(data: Dataset) -> Dataset:
        mixed = _lines_moved(data, rng).take(rng.permutation(len(data)))
        return mixed.take(np.lexsort((mixed.index_time, mixed.entity)))

    reference = None if subject.reference is None else again(subject.reference)
    return dataclasses.replace(subject, test=again(subject.test), reference=reference)


def run(check: Check, subject: Subject, **params: Any) -> Measurement:
    """Measure as the engine does."""
    evidence = Evidence({need.name: need.produce(subject) for need in check.needs})
    return check.measure(subject, evidence, check.params(**params))


def judged(check: Check, subject: Subject, limit: Mapping[str, Any], **params: Any) -> Status:
    """The status of a blocker with this limit."""
    measurement = run(check, subject, **params)
    requirement = Requirement.model_validate(
        {"id": "T-1", "text": "t", "check": check.id, "limit": Limit(**limit), "severity": "blocker", "with": params}
    )
    about = Documentation(title=check.title, measures=check.measures, why=check.why, blind_to=check.blind_to)
    entry = Measured(
        check=check.id,
        params=params,
        documentation=about,
        meanings=dict(check.quantities),
        status="measured",
        measurement=measurement,
    )
    return assess(requirement, "k", entry, Statistics(), 1).status


def _lines_moved(data: Dataset, rng: np.random.Generator) -> Dataset:
    """The same rows, their lines lying elsewhere in the table of lines."""
    order = rng.permutation(len(data))
    lengths = data.lengths[order]
    stops = np.empty_like(data.stops)
    stops[order] = np.cumsum(lengths)
    lines = np.concatenate([np.arange(data.starts[row], data.stops[row]) for row in order]).astype(int)
    return dataclasses.replace(data, values=data.values[lines], starts=stops - data.lengths, stops=stops)
