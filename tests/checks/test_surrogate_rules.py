"""Whether the surrogate's rules hold in every group, and with other people in the data."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from subjects import make_subject

from auditor.checks.surrogate.groups import measure as by_group
from auditor.checks.surrogate.segments import measure as by_segment
from auditor.checks.surrogate.stability import measure as stability
from auditor.dataset import Group
from auditor.errors import NotApplicable

ONE = {"heart rate": 1.0}


class TangledAbove:
    """A model that a tree can describe, and another that none can where a person is older than the average."""

    def __init__(self, plain, tangled):
        self.plain, self.tangled, self.description = plain, tangled, plain.description

    def evaluate(self, inputs, batch=None):
        old = np.asarray(inputs["static"])[:, :1] > 0
        return {"output": np.where(old, self.tangled.evaluate(inputs)["output"], self.plain.evaluate(inputs)["output"])}


def aged(**asked):
    """A subject with the group `age`, young and old."""
    subject = make_subject(n=2500, **asked)

    def grouped(data):
        return dataclasses.replace(
            data, groups={"age": Group("age", ("young", "old"), (data.static[:, 0] > 60).astype(int))}
        )

    return dataclasses.replace(subject, test=grouped(subject.test), reference=grouped(subject.reference))


def test_rules_that_fail_a_group_fail():
    """A model that no tree can describe for the old has bad rules for them, and good ones for the young."""
    sound = aged(weights=ONE)
    split = dataclasses.replace(sound, model=TangledAbove(sound.model, aged(weights=ONE, tangled=True).model))
    limit = {"quantity": "agreement", "at_least": 0.9}
    assert judged(by_group, split, limit, attribute="age") == "fail"
    assert judged(by_group, sound, limit, attribute="age") == "pass"
    distance = run(by_group, split, attribute="age").quantities["distance"].parts
    assert distance["old"].value > 3 * distance["young"].value


def test_the_groups_together_are_the_whole():
    """The agreement over all rows that are judged on is the mean of the groups' by their numbers of rows."""
    parts = run(by_group, make_subject(n=1500), attribute="sex").quantities["agreement"].parts.values()
    together = sum(part.value * part.n for part in parts) / sum(part.n for part in parts)
    assert together == pytest.approx(0.9, abs=0.1)
    assert sum(part.n for part in parts) == 1500


def test_an_unknown_attribute_is_told():
    with pytest.raises(NotApplicable, match="the data have no group 'colour'"):
        run(by_group, make_subject(n=300), attribute="colour")


def test_rules_about_one_feature_are_stable_and_a_toss_up_is_not():
    """With one feature that counts every tree first asks about it; of two alike the first is one or the other."""
    limit = {"quantity": "same_first_question", "at_least": 0.75}
    assert judged(stability, make_subject(n=1200, weights=ONE), limit) == "pass"
    alike = {"heart rate": 1.0, "lactate": 1.0, "sodium": 1.0}
    assert judged(stability, make_subject(n=250, reference=250, weights=alike), limit) == "fail"
    assert run(stability, make_subject(n=1200, weights=ONE)).quantities["agreement"].parts[""].value > 0.9


def test_where_nothing_is_decided_the_first_question_is_still_compared():
    found = run(stability, make_subject(n=600, threshold=None))
    assert "no decision threshold" in found.unmeasured["agreement"]
    assert list(found.quantities) == ["same_first_question"]


def test_the_gain_over_no_rule_is_told_for_each_group():
    """Rules that add less for a group fail: the tree of a model that none can describe for the old."""
    sound = aged(weights=ONE)
    split = dataclasses.replace(sound, model=TangledAbove(sound.model, aged(weights=ONE, tangled=True).model))
    limit = {"quantity": "agreement_gain", "at_least": 0.3}
    assert judged(by_group, split, limit, attribute="age") == "fail"
    assert judged(by_group, sound, limit, attribute="age") == "pass"
    parts = run(by_group, sound, attribute="age").quantities
    assert parts["agreement_gain"].parts["old"].value < parts["agreement"].parts["old"].value


def test_a_segment_that_the_rules_fail_is_found_and_confirmed():
    """Where the model is a riddle for the old only, the age is the segment; of a plain model none is worse by much."""
    sound = aged(weights=ONE)
    split = dataclasses.replace(sound, model=TangledAbove(sound.model, aged(weights=ONE, tangled=True).model))
    limit = {"quantity": "distance_gap", "at_most": 0.05}
    assert judged(by_segment, split, limit, told=1) == "fail"
    assert judged(by_segment, sound, limit, told=1) == "pass"
    found = run(by_segment, split, told=1)
    assert ["age: old"] == list(found.quantities["distance_gap"].parts)
    (row,) = found.shown[0].rows
    assert row[3] == found.quantities["distance_gap"].parts["age: old"].value
    assert row[5] == found.quantities["agreement"].parts["age: old"].value < 0.9


def test_too_few_rows_are_not_searched():
    with pytest.raises(NotApplicable, match="a half must have at least 100 rows"):
        run(by_segment, make_subject(n=150))
