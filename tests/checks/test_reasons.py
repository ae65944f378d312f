"""Whether reasons hold: a model whose reasons do, and one whose reasons do not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from subjects import make_subject

from auditor.checks.importance.reasons import measure
from auditor.checks.importance.repeated import neighbours
from auditor.errors import NotApplicable

CLEAR = {"weights": {"heart rate": 1.0, "lactate": 0.2}, "auroc": 0.9, "n": 300, "reference": 300}


def windows(subject):
    """The same people with a second row each: the first one's window moved on by a step."""
    data = subject.test
    starts = np.repeat(data.starts, 2) + np.tile([0, 1], len(data))
    stops = np.repeat(data.stops, 2) - np.tile([1, 0], len(data))
    twice = data.take(np.repeat(np.arange(len(data)), 2))
    test = dataclasses.replace(twice, starts=starts, stops=stops, cluster=twice.entity, cluster_kind="entities")
    return dataclasses.replace(subject, test=test)


def test_a_wave_has_reasons_that_change_with_noise():
    """A score that rises and falls with small differences fails; its sound twin passes."""
    limit = {"quantity": "same_first", "at_least": 0.75}
    assert judged(measure, make_subject(**CLEAR, tangled=True), limit) == "fail"
    assert judged(measure, make_subject(**CLEAR), limit) == "pass"


def test_windows_of_one_entity():
    """Two windows of a history that overlap are compared, by entity."""
    subject = windows(make_subject(**CLEAR, steps=8, error=0.1))
    assert list(neighbours(subject.test, np.array([0, 1, 4, 599]))) == [1, 0, 5, 598]
    first = run(measure, subject).quantities["same_first"]
    said = first.parts["a window that overlaps"]
    assert said.value > 0.85
    assert said.entities is not None
    assert first.unmeasured == {}
    alone = run(measure, make_subject(**CLEAR))
    assert list(alone.quantities["same_first"].parts) == [*first.parts][:2]
    assert "No row has another window" in alone.notes[-1]


def test_whom_it_asks_about():
    """People decided against where something is decided, anybody elsewhere; and enough of them."""
    assert run(measure, make_subject(**CLEAR), rows=20).sampled.how == "at random among those on the unfavourable side"
    assert run(measure, make_subject(n=60, task="multiclass"), rows=20).sampled.how == "at random"
    with pytest.raises(NotApplicable, match="fewer than 10 rows on the unfavourable side"):
        run(measure, make_subject(n=60, threshold=0.9999))
    with pytest.raises(NotApplicable, match="the score is the same"):
        run(measure, make_subject(n=60, constant=True))


def test_two_reasons_that_always_come_together_are_tied():
    """Where two features say the same, their order is told to be none."""
    one = run(measure, make_subject(**{**CLEAR, "weights": {"heart rate": 1.0}})).quantities["tied"].parts[""]
    two = run(measure, make_subject(**{**CLEAR, "weights": {"heart rate": 1.0, "lactate": 1.0}})).quantities["tied"]
    assert one.value < 0.1
    assert two.parts[""].value > one.interval(0.95).high
