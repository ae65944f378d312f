"""Bias checks on causes: what the model does with the attribute itself, and with what stands in for it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.dataset import Feature
from auditor.errors import NotApplicable

FLIP = CATALOGUE["bias.counterfactual_flip"]
USES = {"coded": True, "weights": {"heart rate": 1.0, "ventilated": 1.0}}


def test_flips_are_those_of_the_formula():
    """Setting a binary input moves the score as the model's own formula says, in the rows that had the other level."""
    subject = make_subject(n=600, **USES)
    data, truth = subject.test, subject.model.truth
    said = run(FLIP, subject, attribute="ventilated").quantities
    block = subject.block(data)
    at = [feature.name for feature in data.features].index("ventilated")
    before, last = subject.score(block), block.values[:, -1, at]
    values = block.values.copy()
    values[:, :, at] = 1.0
    after = truth.score(subject.encoder.encode(block.with_values(values)))
    other = last == 0
    assert said["flipped"].parts["yes"].value == pytest.approx(((before >= 0.3) != (after >= 0.3))[other].mean())
    assert said["score_change"].parts["yes"].value == pytest.approx((after - before)[other].mean())
    assert said["score_change_size"].parts["yes"].value == pytest.approx(np.abs(after - before)[other].mean())
    assert said["flipped"].parts["yes"].n == int(other.sum())


def test_an_input_that_is_not_used_changes_nothing():
    """No score moves, which is known no better than the rows allow."""
    part = run(FLIP, make_subject(n=400, coded=True), attribute="ward").quantities["score_change_size"].parts["other"]
    low, high = part.interval(0.95)
    assert part.value == 0
    assert low < 0 < high < 0.02


def test_a_rare_level_cannot_be_counted():
    """Where three rows have a level, their number shows in no count."""
    subject = make_subject(n=300, **USES)
    data = subject.test
    at = [feature.name for feature in data.features].index("ventilated")
    values = data.values.copy()
    values[:, at] = 0.0
    for row in range(3):
        values[data.starts[row] : data.stops[row], at] = 1.0
    rare = dataclasses.replace(subject, test=dataclasses.replace(data, values=values))
    flipped = run(FLIP, rare, attribute="ventilated").quantities["flipped"]
    assert {name: part.n for name, part in flipped.parts.items()} == {"yes": 300}
    assert list(flipped.unmeasured) == ["no"]


def test_only_an_input_with_levels_can_be_changed():
    """A group that the model does not see, and a number, are told as such."""
    subject = make_subject(n=100)
    with pytest.raises(NotApplicable, match="'sex' is no input of the model"):
        run(FLIP, subject, attribute="sex")
    with pytest.raises(NotApplicable, match="'age' is a number"):
        run(FLIP, subject, attribute="age")


def test_a_static_attribute_is_changed_too():
    """An attribute that stands once a row, such as sex."""
    subject = make_subject(n=300, weights={"heart rate": 1.0, "age": 1.0})
    data = subject.test
    above = (data.static[:, :1] > 60).astype(float)
    coded = dataclasses.replace(
        data, static=above, static_features=(Feature("age", "binary", levels=("young", "old")),)
    )
    said = run(FLIP, dataclasses.replace(subject, test=coded), attribute="age").quantities["score_change"].parts
    assert said["old"].value > 0 > said["young"].value
