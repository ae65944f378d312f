"""What simpler models lose: students that see as many steps as they have units, and histories cut short."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from fakes import FakeEncoder
from measuring import judged, run
from subjects import make_subject

from auditor.checks.surrogate.shorter import repeated, shortened
from auditor.checks.surrogate.simplification import measure as simplification
from auditor.checks.surrogate.trial import trial
from auditor.dataset import Block
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


def unmasked(**asked):
    """A model that reads its window's last three places, padded or not, and is told nothing of which steps are real."""

    class Bare(FakeEncoder):
        @property
        def columns(self):
            return {name: of for name, of in super().columns.items() if of}

        def encode(self, block):
            return {name: array for name, array in super().encode(block).items() if name != "mask"}

    subject = make_subject(**NOISY, **asked)

    class Blind(type(subject.model)):
        def evaluate(self, inputs, batch=None):
            return super().evaluate({**inputs, "mask": np.ones(inputs["sequence"].shape[:2])}, batch)

    encoder = Bare(**vars(subject.encoder) | {"width": 6})
    return dataclasses.replace(subject, encoder=encoder, model=Blind(**vars(subject.model)))


def last_steps(subject):
    """Of each length of history: the loss, and whether the oldest step shown stood for those before it."""
    rows, _ = trial(subject, 4000, subject.score(subject.block(subject.test)))
    whole = rows.judge_scores
    return {one.steps: (float(np.abs(one.scores - whole).max()), one.repeated) for one in shortened(subject, rows, 4)}


def test_padding_that_a_model_never_met_says_nothing_of_history():
    """A model of the last step, padded behind: without its past it scores alike, and with padding in its place not."""
    found = last_steps(unmasked(spoiled="last step only", side="right"))
    assert dict.fromkeys(found, (0.0, True)) == found
    longer = last_steps(unmasked(side="right"))
    assert longer[1][0] > 0.05 > longer[4][0] == 0.0
    known = unmasked(spoiled="last step only", side="right", shortest=3)
    assert {1: True, 2: True, 4: False} == {steps: repeated for steps, (_, repeated) in last_steps(known).items()}
    assert not any(repeated for _, repeated in last_steps(make_subject(**NOISY)).values())


def test_the_oldest_step_shown_stands_for_those_before_it():
    """Padding stays, on either side; a row with fewer steps keeps all of them."""
    values = np.array([[1.0, 2.0, 3.0, np.nan], [np.nan, np.nan, 5.0, 6.0]])[:, :, None]
    block = Block(values, ~np.isnan(values[:, :, 0]), np.empty((2, 0)))
    np.testing.assert_array_equal(repeated(block, 2).values[:, :, 0], [[2, 2, 3, np.nan], [np.nan, np.nan, 5, 6]])
    np.testing.assert_array_equal(repeated(block, 1).values[:, :, 0], [[3, 3, 3, np.nan], [np.nan, np.nan, 6, 6]])


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
