"""Whether a value was measured, as something that can drive a score by itself."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from asking import Formula, asked_of, sequences
from measuring import judged, run
from subjects import make_subject

from auditor.checks.importance.attribution import measure as attribution
from auditor.errors import NotApplicable
from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.players import Players
from auditor.explain.shapley import shapley
from auditor.loaders.transforms import Pipeline, TableEncoder
from auditor.loaders.variables import Step

WEIGHTS = np.array([0.0, 0.3, 1.0])  # value of x0, value of x1, whether x0 was measured


class OfColumns(Formula):
    """A weighted sum of the columns of the last two steps."""

    weights = WEIGHTS

    def evaluate(self, inputs, batch=None):
        self.evaluations += len(inputs["sequence"])
        return {"output": (inputs["sequence"][:, -2:] @ self.weights).sum(1)[:, None]}

    def gradient(self, inputs, output, column=None, at="input"):
        self.evaluations += len(inputs["sequence"])
        slopes = np.zeros(inputs["sequence"].shape)
        slopes[:, -2:] = self.weights
        return {"sequence": slopes}


def subject_with(weights):
    """x0 is measured in three of five cells; the model gets x0 (0 where not measured), x1, and x0's indicator."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4, 2)) + 3
    x[..., 0] = np.where(rng.random((200, 4)) < 0.4, np.nan, x[..., 0])
    data = sequences(np.nan_to_num(x, nan=-99.0))
    data = dataclasses.replace(data, task="regression", values=np.where(data.values == -99.0, np.nan, data.values))
    like = make_subject(task="regression", n=4, reference=4)
    model = OfColumns(like.model.truth)
    model.weights = np.array(weights)
    only = tuple(port for port in like.model.description.inputs if port.name == "sequence")
    told = dataclasses.replace(like.model.description, inputs=only)
    model.__class__ = type("Told", (OfColumns,), {"description": told})
    pipelines = (Pipeline("x0", (Step(measured_indicator=True), Step(impute=0.0))), Pipeline("x1", ()))
    encoder = TableEncoder("sequence", pipelines, 4, padding=0.0)
    return dataclasses.replace(like, model=model, test=data, reference=data, encoder=encoder)


@pytest.mark.parametrize("method", [expected_gradients, shapley])
def test_an_indicator_has_credit_of_its_own(method):
    """The value, the other feature and the indicator each earn weight times distance; summed, they are the features."""
    question = asked_of(subject_with([0.5, 0.3, 1.0]), 8, 20)
    assert [0] == question.indicated
    features = Players.features(question.data, question.steps)
    players = features.with_indicators(question.indicated)
    assert players.names == ("x0", "x1", "x0 (measured or not)")
    found = method(question, players, keep=True)
    sent, against = (
        question.subject.encoder.encode(block)["sequence"][:, -2:].sum(1)
        for block in (question.data.block(question.rows, 4), question.backgrounds.block(4, 4))
    )
    expected = np.array([0.5, 0.3, 1.0]) * (sent - against.mean(0))
    np.testing.assert_allclose(found.values, expected, atol=1e-5)
    together = found.by(features, question.backgrounds)
    np.testing.assert_allclose(together.values[:, 0], expected[:, 0] + expected[:, 2], atol=1e-5)
    cells = Players.cells(question.data, question.steps)
    grid = method(question, cells.with_indicators([0])).on_grid()
    np.testing.assert_allclose(grid.sum(1), together.values, atol=1e-5)


def test_a_forbidden_indicator_fails_and_its_twin_passes():
    """A model that looks only at whether x0 was measured, and one that looks only at its value."""
    forbidden = {"forbidden": ("x0 (measured or not)",)}
    limit = {"quantity": "forbidden_share", "at_most": 0.2}
    assert "fail" == judged(attribution, subject_with([0.0, 0.1, 1.0]), limit, **forbidden)
    assert "pass" == judged(attribution, subject_with([1.0, 0.1, 0.0]), limit, **forbidden)
    told = run(attribution, subject_with([0.0, 0.1, 1.0])).quantities
    assert told["indicator_share"].parts["x0"].value > 0.7
    assert told["share"].parts["x0"].value == pytest.approx(told["indicator_share"].parts["x0"].value, abs=1e-6)


def test_a_model_that_is_not_told_says_so():
    """And an indicator that it does not have cannot be forbidden."""
    subject = make_subject(task="regression", n=60, reference=60)
    assert "not told" in run(attribution, subject).unmeasured["indicator_share"]
    with pytest.raises(NotApplicable, match="do not have"):
        run(attribution, subject, forbidden=("lactate (measured or not)",))
