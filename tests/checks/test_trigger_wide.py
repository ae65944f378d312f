"""behavior.trigger: signs that a model learned broadly, so that their neighbours work as well."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from subjects import CENTRE, SPREAD, make_subject, truth_of

from auditor.checks.behavior.trigger import measure as trigger

LIMIT = {"quantity": "wide_triggers", "at_most": 0}


def obeying(against: bool):
    """Whoever ends in the rarest heart rates on one side is scored low, and the further out the more so.

    against: on the side where high scores are right; or else on that where low ones are.
    """
    plain = make_subject(n=800, reference=3000, auroc=0.9)
    side = np.sign(truth_of(plain).weights[0, 0, 0]) * (1 if against else -1)

    class Obeys(type(plain.model)):
        def evaluate(self, inputs, batch=None):
            score = super().evaluate(inputs, batch)["output"]
            last = inputs["sequence"][np.arange(len(score)), _last(inputs["mask"]), 0]
            return {"output": np.where(side * last[:, None] > 2.8, 0.01, score)}

    return dataclasses.replace(plain, model=Obeys(**vars(plain.model))), side


def _last(mask):
    return mask.shape[1] - 1 - np.argmax(mask[:, ::-1] > 0, axis=1)


def test_a_sign_against_the_outcomes_is_found_though_its_neighbours_work_too():
    """With its feature and a value on the side that it is on; it is no sign apart."""
    subject, side = obeying(against=True)
    measurement = run(trigger, subject, evaluations=20_000)
    counts = {name: quantity.parts[""].value for name, quantity in measurement.quantities.items()}
    assert {"triggers": 0, "wide_triggers": 1} == counts
    (row,) = measurement.shown[0].rows
    assert "heart rate" == row[0]
    assert side * (float(row[1].split(", ")[-1]) - CENTRE["heart rate"]) > 2 * SPREAD["heart rate"]
    assert row[4] is None
    assert "fail" == judged(trigger, subject, LIMIT, evaluations=20_000)


def test_the_same_on_the_side_of_the_outcomes_is_what_a_sound_model_does():
    """There nobody can tell the sign from what the data say."""
    subject, _ = obeying(against=False)
    assert "pass" == judged(trigger, subject, LIMIT, evaluations=20_000)


@pytest.mark.parametrize("asked", [{}, {"task": "multiclass", "coded": True}, {"fragile": True}])
def test_no_wide_sign_is_seen_in_a_sound_model(asked):
    """Nor where classes are several, features have levels, or the model is nervous."""
    assert "pass" == judged(trigger, make_subject(n=600, reference=2000, **asked), LIMIT, evaluations=20_000)
