"""Models that are sound, and the same with one fault planted, for benchmarks/validity.py.

The worlds are those of tests/subjects.py: sequences and a model in numpy whose truth is known in closed form.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from spoiled import SPOILED
from subjects import make_subject

from auditor.dataset import Dataset
from auditor.subject import Subject

SOUND: Mapping[str, Any] = {"auroc": 0.8, "prevalence": 0.3, "error": 0.1, "recorded": 0.0}
TRUTH: Mapping[str, float] = {  # of quantities, where groups do not differ and the model is calibrated
    "auroc": 0.8,
    "slope": 1.0,
    "expected_to_observed": 1.0,
    "sensitivity_difference": 0.0,
    "selection_rate_ratio": 1.0,
    "expected_to_observed_ratio": 1.0,
    "auroc_difference": 0.0,
    "ppv_difference": 0.0,
    "score_given_outcome_difference": 0.0,
}


@dataclass(frozen=True)
class Fault:
    """What is planted, into the making of the subject or afterwards. finds: the requirements of which one must fail."""

    name: str
    finds: tuple[str, ...]
    asked: Mapping[str, Any] = field(default_factory=dict)
    spoil: Callable[[Subject], Subject] = lambda subject: subject


def knows_well(subject: Subject) -> Subject:
    """Sodium at the last step is three standard deviations higher in test rows that have the outcome."""
    test = subject.test
    at = [feature.name for feature in test.features].index("sodium")
    values = test.values.copy()
    values[test.stops[test.y == 1] - 1, at] += 12.0
    return dataclasses.replace(subject, test=dataclasses.replace(test, values=values))


def overfitted(subject: Subject) -> Subject:
    """Every second test row has the outcome of another row, so that the model fits the reference much better."""
    y = subject.test.y.copy()
    y[::2] = np.roll(y[::2], 1)
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, y=y))


FAULTS = (
    Fault("a group is found 25 points less often", ("FAIR-SEX",), {"gap": 0.25}),
    Fault("log odds 1.6 times too extreme", ("PERF-2",), {"overconfident": 1.6}),
    Fault("overfitted: half of the test outcomes are unknown to it", ("PERF-5",), spoil=overfitted),
    Fault("100 people in both data sets", ("DATA-4",), spoil=SPOILED["people in both"]),
    Fault("a feature that knows the outcome", ("DATA-3",), spoil=knows_well),
    Fault("heart rate drifted by a standard deviation", ("DATA-7",), spoil=SPOILED["drifted"]),
    Fault("a feature in another unit in a fifth of rows", ("DATA-1",), spoil=SPOILED["other unit"]),
    Fault("a third of people whose outcome the model does not know", ("PERF-7",), spoil=SPOILED["weak segment"]),
)


def world(n: int, seed: int, spoil: Callable[[Subject], Subject] = lambda subject: subject, **asked: Any) -> Subject:
    """A subject with n test and n reference rows and the groups sex and age (thirds of people, at random)."""
    subject = spoil(make_subject(**{**SOUND, "n": n, "reference": n, "seed": seed, **asked}))
    reference = None if subject.reference is None else _aged(subject.reference)
    return dataclasses.replace(subject, test=_aged(subject.test), reference=reference)


def _aged(data: Dataset) -> Dataset:
    region = data.groups["region"]
    codes = np.where(region.codes < 0, data.entity % 3, region.codes)
    age = dataclasses.replace(region, name="age", levels=("<40", "40-59", "60+"), codes=codes)
    return dataclasses.replace(data, groups={**data.groups, "age": age})
