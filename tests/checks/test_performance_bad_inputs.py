"""What every performance check says of weights, of ties, and of rows that are told twice."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.errors import NotApplicable

PARAMS = {
    "performance.alerts": {"units_per_day": 24, "label": "ahead"},
    "performance.over_time": {"one_clock": True},
    "performance.migration": {"one_clock": True},
}
CHECKS = [name for name in CATALOGUE if name.startswith("performance.") and name != "performance.replication"]
# Searches and challengers draw or fit anew when rows are doubled; their estimates are those of the checks below.
CLOSED = [
    "discrimination",
    "threshold",
    "net_benefit",
    "calibration",
    "overfitting",
    "over_time",
    "alerts",
    "migration",
]
OF_NUMBERS = ["error", "quantiles"]
NEED_MORE = ["performance.alerts", "performance.error", "performance.quantiles"]  # people scored twice, a number


def subject_for(name, **asked):
    about = {"task": "regression", "spoiled": "forecasts"} if name.split(".")[1] in OF_NUMBERS else {}
    return make_subject(n=600, rows_per_entity=4, **about, **asked)


@pytest.mark.parametrize("name", CHECKS)
def test_weights_are_refused_and_not_ignored(name):
    """No interval here heeds weights, so rows of different weights are not measured as if they had none."""
    subject = subject_for(name)
    weight = np.where(np.arange(600) % 2 == 0, 1.0, 3.0)
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, weight=weight))
    with pytest.raises(NotApplicable, match="weights"):
        run(CATALOGUE[name], subject, **PARAMS.get(name, {}))


def doubled(data):
    """Every row twice, as the same person's."""
    return data.take(np.repeat(np.arange(len(data)), 2))


@pytest.mark.parametrize("name", [*CLOSED, *OF_NUMBERS])
def test_rows_told_twice_prove_no_more(name):
    """Every row a second time, with its person: values and intervals stay as they are."""
    check = CATALOGUE[f"performance.{name}"]
    about = {"task": "regression", "spoiled": "forecasts"} if name in OF_NUMBERS else {}
    once = make_subject(n=400, reference=300, rows_per_entity=4, **about)
    twice = dataclasses.replace(once, test=doubled(once.test), reference=doubled(once.reference))
    params = PARAMS.get(check.id, {})
    before, after = run(check, once, **params).quantities, run(check, twice, **params).quantities
    for quantity in set(before) & set(after):
        for part, estimate in before[quantity].parts.items():
            again = after[quantity].parts[part]
            assert again.value == pytest.approx(estimate.value, rel=1e-6)
            # The process behind the distance is looked at where quantiles are, which doubling moves a little.
            off = 5e-3 if quantity == "ks" else 1e-6
            assert list(again.interval(0.95)) == pytest.approx(list(estimate.interval(0.95)), abs=off)


@pytest.mark.parametrize("name", [name for name in CHECKS if name not in NEED_MORE])
def test_ties_everywhere(name):
    """With two different scores only there are facts still."""
    subject = make_subject(n=600, spoiled="dated")
    rough = dataclasses.replace(subject, model=_Rough(subject.model))
    measured = run(CATALOGUE[name], rough, **PARAMS.get(name, {}))
    assert [name for name, quantity in measured.quantities.items() if not quantity.parts] == []


class _Rough:
    """A model that says 0.2 or 0.6."""

    def __init__(self, model):
        self.model = model

    def __getattr__(self, name):
        return getattr(self.model, name)

    def evaluate(self, inputs, batch=None):
        return {name: np.where(score > 0.3, 0.6, 0.2) for name, score in self.model.evaluate(inputs, batch).items()}
