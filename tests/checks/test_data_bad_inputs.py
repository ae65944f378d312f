"""Data that are odd, and changes of the data that must change nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.dataset import Group

WEIGHTED = "rows have different weights, and intervals of weighted rows are not supported"
SHARES = {"attribute": "sex", "shares": {"female": 0.5, "male": 0.5}}
CLUSTERED = {
    "data.missing": ("missing_by_outcome", {}),
    "data.look_ahead": ("alone", {}),
    "data.representativeness": ("share_difference", SHARES),
    "data.sample_size": ("prevalence", {}),
}


def with_test(subject, **changed):
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, **changed))


def test_weights_leave_facts_and_refuse_intervals():
    """Counts and shares of cells are facts about the files; what needs an interval says why there is none."""
    subject = with_test(make_subject(n=200, missing=0.1), weight=np.arange(1.0, 201))
    missing = run(CATALOGUE["data.missing"], subject)
    names = ("missing_by_outcome", "missing_by_group", "missing_change")
    assert missing.unmeasured == dict.fromkeys(names, WEIGHTED)
    assert missing.quantities["missing"].parts["lactate"].value == pytest.approx(0.1, abs=0.03)
    size = run(CATALOGUE["data.sample_size"], subject)
    assert size.unmeasured == {"prevalence": WEIGHTED}
    assert size.quantities["rows"].parts[""].value == 200


@pytest.mark.parametrize("check", CLUSTERED)
def test_copying_every_row_of_a_person_adds_nothing(check):
    """Each row twice under the same entity: the same values, and the same intervals."""
    name, params = CLUSTERED[check]
    subject = make_subject(n=240, rows_per_entity=3, missing=0.1)
    twice = dataclasses.replace(subject, test=subject.test.take(np.repeat(np.arange(240), 2)))
    once, doubled = (run(CATALOGUE[check], one, **params).quantities[name].parts for one in (subject, twice))
    assert set(once) == set(doubled)
    for key, estimate in once.items():
        assert doubled[key].value == pytest.approx(estimate.value, abs=1e-12)
        assert doubled[key].interval(0.95) == pytest.approx(estimate.interval(0.95), abs=1e-9)
        assert doubled[key].entities == estimate.entities


@pytest.mark.parametrize("check", ["data.missing", "data.sample_size", "data.representativeness"])
def test_names_of_groups_do_not_matter(check):
    """Women first or men first: the same numbers."""
    params = SHARES if check == "data.representativeness" else {}
    subject = make_subject(n=300, missing=0.1)
    sex = subject.test.groups["sex"]
    other = Group("sex", ("male", "female"), 1 - sex.codes)
    turned = with_test(subject, groups={**subject.test.groups, "sex": other})
    first, second = (run(CATALOGUE[check], one, **params).quantities for one in (subject, turned))
    assert {k: v.parts for k, v in first.items()} == {k: v.parts for k, v in second.items()}


def test_groups_that_are_all_unknown_are_told():
    """No level has a row: nothing is compared, and each level says why."""
    subject = make_subject(n=300)
    subject = with_test(subject, groups={"sex": Group("sex", ("female", "male"), np.full(300, -1))})
    for check, name in (("data.missing", "missing_by_group"), ("data.sample_size", "events_by_group")):
        quantity = run(CATALOGUE[check], subject).quantities[name]
        assert quantity.parts == {}
        assert all("suppressed" in why for why in quantity.unmeasured.values())
        assert len(quantity.unmeasured) == 2
