"""What simpler models lose: students that see as many steps as they have units, and histories cut short."""

from __future__ import annotations

import dataclasses

import pytest
from measuring import judged, run
from subjects import make_subject

from auditor.checks.surrogate.simplification import measure as simplification
from auditor.errors import ModelFault, NotApplicable
from auditor.output import Forecast

EARNS = {"quantity": "loss", "between": (0.01, 0.5)}
NOISY = {"n": 3000, "reference": 1500, "error": 0.9}  # a single step tells little of a person


def values(measurement, quantity):
    return {part: estimate.value for part, estimate in measurement.quantities[quantity].parts.items()}


def test_units_that_earn_nothing_fail_and_those_that_do_pass():
    """A student of one unit sees the last step: of a model that reads no more it loses nothing."""
    limit = EARNS | {"parts": ("GRU of 1 unit",)}
    idle = make_subject(**NOISY, spoiled="last step only")
    assert judged(simplification, idle, limit, units=(1,)) == "fail"
    assert judged(simplification, make_subject(**NOISY), limit, units=(1,)) == "pass"


def test_history_that_earns_nothing_fails_and_one_that_does_passes():
    limit = EARNS | {"parts": ("last 1 step",)}
    assert judged(simplification, make_subject(**NOISY, spoiled="last step only"), limit, units=(1,)) == "fail"
    assert judged(simplification, make_subject(**NOISY), limit, units=(1,)) == "pass"


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_student_that_sees_all_loses_nothing(task):
    """Three steps are all that the model reads; a student of three units is its twin, one of a single unit is not."""
    found = run(simplification, make_subject(**NOISY, task=task), units=(1, 3))
    losses = values(found, "loss")
    assert losses["GRU of 1 unit"] > 0.01 > abs(losses["GRU of 3 units"])
    assert abs(losses["last 4 steps"]) < 1e-9 < losses["last 1 step"]
    if task == "regression":
        assert found.unmeasured["agreement"]
    else:
        alike = values(found, "agreement")
        assert alike["GRU of 1 unit"] < 0.95 < alike["GRU of 3 units"]
    table, curve = found.shown
    assert list(losses) == [row[0] for row in table.rows]
    assert (6.0, "the model") == (curve.series[0].x[-1], curve.series[0].name)


def test_a_model_that_cannot_be_taught_from_is_told_and_history_is_still_measured():
    """The reason stands where the student's loss would; a student of several outputs' forecasts is not tried."""

    class Unteachable(type(make_subject(n=4).model)):
        def distil(self, *given):
            raise ModelFault("the model has 2 sequences; a student takes one")

    subject = make_subject(**NOISY)
    subject = dataclasses.replace(subject, model=Unteachable(**vars(subject.model)))
    found = run(simplification, subject, units=(4,))
    told = found.quantities["loss"]
    assert {"GRU of 4 units": "the model has 2 sequences; a student takes one"} == told.unmeasured
    assert "last 1 step" in told.parts
    with pytest.raises(NotApplicable, match="GRU of 4 units: the model has 2 sequences"):
        run(
            simplification, dataclasses.replace(subject, test=make_subject(n=300, steps=1, shortest=1).test), units=(4,)
        )


def test_forecasts_of_several_outputs_are_not_taught():
    subject = make_subject(**NOISY, task="regression")
    several = tuple(Forecast(output=name, horizon=at) for at, name in enumerate(("output", "other")))
    found = subject.output.model_copy(update={"forecasts": several})
    from auditor.checks.surrogate.simpler import student
    from auditor.student import Student

    name, why = student(dataclasses.replace(subject, output=found), None, Student())
    assert ("GRU of 4 units", "the forecasts come from several outputs, and a student learns one") == (name, why)
