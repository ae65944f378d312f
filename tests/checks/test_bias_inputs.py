"""What every bias check says of bad inputs, and what must not change its numbers."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import numpy as np
import pytest
from measuring import run
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.dataset import Group
from auditor.errors import NotApplicable

GROUPED = [check for name, check in CATALOGUE.items() if name.startswith("bias.") and "flip" not in name]
every_check = pytest.mark.parametrize("check", GROUPED, ids=[check.id for check in GROUPED])
# What trees learn hangs on the number of rows and on the order of classes, so that proxies are not held to these laws.
EXACT = [check for check in GROUPED if check.id != "bias.proxy"]
every_exact_check = pytest.mark.parametrize("check", EXACT, ids=[check.id for check in EXACT])
FEW = MappingProxyType({"n": 300, "steps": 4, "reference": 0})


def changed(subject, **fields):
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, **fields))


def told(check, subject, **params):
    """Value and interval of each part of each quantity; a task that a check is not for tells nothing."""
    try:
        found = run(check, subject, **{"attribute": "sex", **params})
    except NotApplicable:
        return {}
    return {
        (name, key): (part.value, *part.interval(0.95))
        for name, quantity in found.quantities.items()
        for key, part in quantity.parts.items()
    }


@every_check
def test_nobody_of_a_known_group(check):
    """Where the attribute is unknown for all, nothing is measured, and each level says why."""
    subject = make_subject(**FEW)
    subject = changed(subject, groups={"sex": Group("sex", ("female", "male"), np.full(300, -1))})
    try:
        found = run(check, subject, attribute="sex")
    except NotApplicable:
        return
    assert [key for quantity in found.quantities.values() for key in quantity.parts] == []
    assert found.unmeasured


@every_check
def test_weights_are_refused_in_words(check):
    """Rows with different weights are told not to be supported, not silently counted as one each."""
    subject = changed(make_subject(**FEW), weight=np.arange(300) + 1.0)
    with pytest.raises(NotApplicable, match=r"weights|two outcomes"):
        run(check, subject, attribute="sex")


@every_check
def test_one_person_proves_nothing(check):
    """Where all rows are of one person, no interval is bounded enough to pass or fail anything."""
    subject = make_subject(**{**FEW, "rows_per_entity": 300})
    codes = (np.arange(300) % 2).astype(int)
    subject = changed(subject, groups={"sex": Group("sex", ("female", "male"), codes)})
    for _, low, high in told(check, subject).values():
        assert high - low > 0.5


@every_exact_check
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_names_of_groups_mean_nothing(check, task):
    """Other names and another order of levels give the same numbers under the new names."""
    subject = make_subject(**{**FEW, "task": task})
    sex = subject.test.groups["sex"]
    other = changed(subject, groups={"sex": Group("sex", ("Y", "X"), 1 - sex.codes)})  # X were women, Y were men
    before, after = told(check, subject, compare="rest"), told(check, other, compare="rest")
    renamed = {"female": "X", "male": "Y", "female − rest": "X − rest", "male − rest": "Y − rest"}
    expected = {}
    for (name, key), numbers in before.items():
        *of, part = key.split(": ")
        expected[name, ": ".join((*of, renamed[part]))] = numbers
    assert after.keys() == expected.keys()
    for key, numbers in expected.items():
        assert after[key] == pytest.approx(numbers, abs=1e-9), key


@every_exact_check
def test_rows_that_are_repeated_prove_no_more(check):
    """Every row twice, in the same entity: values and intervals stay."""
    subject = make_subject(**{**FEW, "rows_per_entity": 2, "n": 600})
    twice = subject.test.take(np.repeat(np.arange(600), 2))
    before, after = told(check, subject), told(check, dataclasses.replace(subject, test=twice))
    assert before.keys() == after.keys()
    for key, numbers in before.items():
        assert after[key] == pytest.approx(numbers, abs=2e-3), key
