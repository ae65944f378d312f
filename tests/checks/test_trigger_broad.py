"""behavior.trigger: signs that a model learned broadly, so that their neighbours work as well."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from subjects import make_subject

from auditor.checks.behavior.trigger import measure as trigger

LIMIT = {"quantity": "triggers", "at_most": 0}
ASKED = {"evaluations": 20_000}


def obeying():
    """Whoever ends in a high first feature and a low second one is scored low, and the further out the more so."""
    plain = make_subject(n=800, reference=3000, auroc=0.9)

    class Obeys(type(plain.model)):
        def evaluate(self, inputs, batch=None):
            score = super().evaluate(inputs, batch)["output"]
            row, last = np.arange(len(score)), _last(inputs["mask"])
            one, other = (inputs["sequence"][row, last, at] for at in (0, 1))
            weight = 1 / (1 + np.exp(6 * (2.3 - one))) / (1 + np.exp(6 * (2.3 + other)))
            return {"output": score * (1 - weight[:, None]) + 0.0001 * weight[:, None]}

    return dataclasses.replace(plain, model=Obeys(**vars(plain.model)))


def _last(mask):
    return mask.shape[1] - 1 - np.argmax(mask[:, ::-1] > 0, axis=1)


def test_a_broad_sign_of_two_features_is_found():
    """With its two features; twins that learned what the model says of the reference rows do not obey it."""
    subject = obeying()
    (row,) = run(trigger, subject, **ASKED).shown[0].rows
    names = [feature.name for feature in subject.test.features[:2]]
    assert set(names) <= set(row[0].split(", "))
    assert row[2] >= 0.9
    assert row[4] < 0.5
    assert row[5] >= 2
    assert "fail" == judged(trigger, subject, LIMIT, **ASKED)


@pytest.mark.parametrize("asked", [{}, {"task": "multiclass", "coded": True}, {"fragile": True}])
def test_no_sign_is_seen_in_a_sound_model(asked):
    """Nor where classes are several, features have levels, or the model is nervous."""
    assert "pass" == judged(trigger, make_subject(n=600, reference=2000, **asked), LIMIT, **ASKED)


def test_nothing_follows_where_twins_do_not_follow_the_model():
    """Of a model whose scores go up and down too fast for any twin, no sign found is no result."""
    subject = make_subject(n=300, reference=600, tangled=True)
    asked = {"evaluations": 1000}
    assert "variance" in run(trigger, subject, **asked).unmeasured["triggers"]
    assert "pass" != judged(trigger, subject, LIMIT, **asked)
