"""What holds for every check of the catalogue, whatever it measures."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from measuring import run, shuffled
from subjects import make_subject

import auditor.checks
from auditor.checks import CATALOGUE, FAMILIES
from auditor.checks.check import Check
from auditor.errors import FileFault, NotApplicable
from auditor.estimate import Exact
from auditor.measurement import Measurement

# What a check must be told; a check that is new and has parameters without a default gets its line here.
PARAMS: Mapping[str, Mapping[str, Any]] = {
    **{name: {"attribute": "sex"} for name in CATALOGUE if name.startswith("bias.")},
    "bias.counterfactual_flip": {"attribute": "ventilated"},
    "behavior.direction": {
        "expectations": [
            {"feature": "heart rate", "step": 5.0},
            {"feature": "age", "does": "changes nothing", "step": 1.0},
            {"feature": "ward", "does": "changes nothing"},
        ]
    },
    "behavior.trigger": {"evaluations": 5000},
    "importance.counterfactual": {"rows": 5, "cells": 2},
    "importance.reasons": {"rows": 30},
    "performance.alerts": {"units_per_day": 24, "label": "ahead"},
    "performance.over_time": {"one_clock": True},
    "performance.migration": {"one_clock": True},
    "surrogate.groups": {"attribute": "sex"},
    "data.representativeness": {"attribute": "sex", "shares": {"female": 0.5, "male": 0.5}},
}

FORECASTS = {"task": "regression", "spoiled": "forecasts", "recorded": None}

every_check = pytest.mark.parametrize("check", CATALOGUE.values(), ids=list(CATALOGUE))


def ordinary(**asked):
    return make_subject(**{"n": 400, "shortest": 3, "steps": 8, "reference": 300, "recorded": 0.0, **asked})


def one_class():
    subject = ordinary()
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, y=np.zeros(400)))


def nothing_measured():
    subject = ordinary(recorded=None)
    empty = dataclasses.replace(subject.test, values=np.full_like(subject.test.values, np.nan))
    return dataclasses.replace(subject, test=empty)


def three_men():
    subject = ordinary()
    sex = dataclasses.replace(subject.test.groups["sex"], codes=(np.arange(400) < 3).astype(int))
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, groups={"sex": sex}))


HARD = {
    "one row": lambda: ordinary(n=1),
    "two rows": lambda: ordinary(n=2),
    "one outcome": one_class,
    "constant scores": lambda: ordinary(constant=True),
    "constant scores of classes": lambda: ordinary(task="multiclass", constant=True),
    "every row without a step": lambda: ordinary(masked=400),
    "every reference row without a step too": lambda: ordinary(masked=400, reference=0),
    "some rows without a step": lambda: ordinary(masked=9),
    "one step": lambda: ordinary(shortest=1, steps=1),
    "features that never vary": lambda: ordinary(flat=True),
    "nothing measured": nothing_measured,
    "NaN scores": lambda: ordinary(nan=5, recorded=None),
    "regression": lambda: ordinary(task="regression"),
    "regression without an error": lambda: ordinary(task="regression", residual=0.0),
    "forecasts": lambda: ordinary(task="regression", spoiled="forecasts", recorded=None),
    "forecasts of an entity's rows": lambda: ordinary(
        task="regression", spoiled="forecasts", recorded=None, rows_per_entity=4, missing=0.2
    ),
    "forecasts of one row": lambda: ordinary(task="regression", spoiled="forecasts", recorded=None, n=1),
    "classes": lambda: ordinary(task="multiclass"),
    "no decision": lambda: ordinary(threshold=None),
    "everyone on one side of the threshold": lambda: ordinary(threshold=0.9999),
    "no reference": lambda: ordinary(reference=0),
    "no recorded scores": lambda: ordinary(recorded=None),
    "repeated rows of an entity": lambda: ordinary(rows_per_entity=4),
    "one entity": lambda: ordinary(rows_per_entity=400),
    "right padding, gaps, codes": lambda: ordinary(side="right", missing=0.4, coded=True),
    "a group of 3 people": three_men,
    "twelve rows": lambda: ordinary(n=12),
    "perfect separation": lambda: ordinary(auroc=0.999999),
    "no better than chance": lambda: ordinary(auroc=0.5),
}


def attempt(check: Check, subject) -> Measurement | NotApplicable | FileFault:
    """What the check says: facts, or in words why there are none. Any other exception is its bug."""
    try:
        return run(check, subject, **PARAMS.get(check.id, {}))
    except (NotApplicable, FileFault) as refusal:
        return refusal


def test_every_check_is_registered():
    """The catalogue, written by hand, holds every check that a file under checks/ makes."""
    found = {}
    for module in pkgutil.walk_packages(auditor.checks.__path__, "auditor.checks."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Check):
                found[value.id] = value
    assert found == dict(CATALOGUE)


@every_check
def test_is_documented(check):
    """Id from the path, a family with a title, a title in the docstring, three headings, quantities with titles."""
    assert check.id == check.measure.__module__.removeprefix("auditor.checks.")
    assert check.family in FAMILIES
    assert check.title.endswith(".")
    assert min(len(check.measures), len(check.why), len(check.blind_to)) > 20
    assert all(meaning.title for meaning in check.quantities.values())
    assert check.quantities


@every_check
def test_parameters_are_few_and_described(check):
    """At most six, each told what it is for."""
    fields = check.params.model_fields
    assert len(fields) <= 6
    assert [name for name, field in fields.items() if not field.description] == []


@every_check
def test_same_seed_same_measurement_in_any_order_of_lines(check):
    """The same seed gives equal facts, and the order of rows and lines in the files changes nothing."""
    for asked in ({}, {"rows_per_entity": 4, "missing": 0.2, "coded": True}, {"task": "multiclass"}, FORECASTS):
        first, other = (attempt(check, subject) for subject in (ordinary(**asked), shuffled(ordinary(**asked))))
        assert str(first) == str(other)
        assert first == other or not isinstance(first, Measurement)


@every_check
@pytest.mark.parametrize("case", HARD)
def test_hard_cases_get_a_reason_or_a_right_answer(check, case):
    """Never a crash, never a silent zero: a refusal says why; facts are declared, finite, and have honest intervals."""
    said = attempt(check, HARD[case]())
    if not isinstance(said, Measurement):
        assert len(str(said)) > 10
        return
    assert {*said.quantities, *said.unmeasured} <= set(check.quantities)
    assert said.quantities or said.unmeasured
    assert all(said.unmeasured.values())
    assert Measurement.model_validate_json(said.model_dump_json()) == said
    for quantity in said.quantities.values():
        assert all(quantity.unmeasured.values())
        for estimate in quantity.parts.values():
            for level in (0.5, 0.95, 0.999):
                low, high = estimate.interval(level)
                assert low <= estimate.value <= high
                assert isinstance(estimate.spread, Exact) or low < high, "certain without reason"
            assert estimate.method


@every_check
@pytest.mark.parametrize("case", ["one row", "one entity"])
def test_one_row_or_person_proves_nothing(check, case):
    """Where nothing is repeated, whatever is not a mere count has an interval that says next to nothing."""
    said = attempt(check, HARD[case]())
    if isinstance(said, Measurement):
        for quantity in said.quantities.values():
            for estimate in quantity.parts.values():
                low, high = estimate.interval(0.95)
                assert isinstance(estimate.spread, Exact) or high - low > 0.5


@every_check
def test_evaluations_are_planned(check):
    """The engine is told before how many rows a check evaluates, and it makes no more."""
    subject = ordinary(coded=True)
    made = subject.model.evaluations
    attempt(check, subject)
    made = subject.model.evaluations - made
    params = check.params(**PARAMS.get(check.id, {}))
    assert made <= check.rows(subject, params) + sum(need.rows(subject) for need in check.needs)


@every_check
def test_charts_are_told_in_words(check):
    """Whatever is shown has a title, and a chart has a caption that says what to see."""
    said = attempt(check, ordinary(n=800))
    if isinstance(said, Measurement):
        titles = [shown.title for shown in said.shown]
        assert len(set(titles)) == len(titles)
        assert all(len(shown.caption) > 20 for shown in said.shown)
