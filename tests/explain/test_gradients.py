"""Saliency from gradients: closed forms on linear models, what is drawn has an error, whole numbers."""

from __future__ import annotations

import numpy as np
from asking import additive, additive_slopes, asked_of, formula, recurrent, recurrent_slopes, sent
from subjects import make_subject

from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.gradients import gradient_times_input, rescaled_in_time, smooth_grad
from auditor.explain.occlusion import occlusion
from auditor.explain.players import Players
from auditor.explain.shapley import shapley


def cells(question):
    return Players.cells(question.data, question.steps)


def test_on_a_linear_model_all_are_weight_times_value():
    """Gradient × input and SmoothGrad agree; from expected gradients they differ by the mean background."""
    question = asked_of(make_subject(task="regression", n=40, shortest=3, reference=40))
    plain, smooth = gradient_times_input(question, cells(question)), smooth_grad(question, cells(question))
    path = expected_gradients(question, cells(question))
    np.testing.assert_allclose(smooth.values, plain.values, atol=1e-9)
    inputs, _ = sent(question)
    weights = question.subject.model.gradient(inputs, "output")["sequence"]
    for row in range(20):
        real = inputs["mask"][row] > 0
        expected = (weights * inputs["sequence"])[row][real]
        np.testing.assert_allclose(plain.on_grid()[row][-len(expected) :], expected, atol=1e-9)
    apart = (plain.values - path.values)[:, cells(question).sequence[-1, 0]]
    np.testing.assert_allclose(apart, apart[0], atol=1e-9)


def test_smooth_grad_averages_the_gradient_around_the_row():
    """Of sin(p x) under noise of standard deviation s, the mean slope is p cos(p x) exp(-p² s² / 2)."""
    question = formula(additive, additive_slopes, rows=6)
    found = smooth_grad(question, cells(question), samples=600, noise=0.5)
    inputs, against = sent(question)
    pace = 1 + np.arange(6)[:, None] / 10
    for row in range(6):
        spread = 0.5 * against[row]["sequence"].std(0)
        x = inputs["sequence"][row]
        expected = x * pace * np.cos(pace * x) * np.exp(-((pace * spread) ** 2) / 2)
        error = found.sampling[row][found.players.sequence]
        assert (np.abs(found.on_grid()[row] - expected) <= 4.5 * error + 1e-9).all()


def test_rescaling_finds_the_steps_and_features_that_count():
    """A model that looks at heart rate and lactate in the last three steps: all that is salient lies there."""
    question = asked_of(make_subject(n=40, steps=8, reference=40), rows=10)
    found = rescaled_in_time(question).on_grid()
    assert not found[:, :5].any()
    assert not found[:, :, 2].any()
    assert (found[:, 5:, 0].max(1) > 0).all()
    assert (found >= 0).all()


def test_padding_and_steps_that_are_not_there_earn_nothing():
    """Ragged rows: credit only where the row has a step."""
    question = formula(recurrent, recurrent_slopes, shortest=1)
    for found in (gradient_times_input(question, cells(question)), smooth_grad(question, cells(question), 4)):
        assert not found.values[~found.present].any()
        assert found.values[found.present].any()
    assert not rescaled_in_time(question).values[~found.present].any()


def test_whole_numbers_are_explained_at_the_embedding_or_without_gradients(asked_of_keras):
    """What takes gradients says where it looked; Shapley values and occlusion work as ever."""
    question = asked_of_keras("embedding", rows=4, count=4)
    steps = Players.parts(question.data, question.steps, 7)
    for method in (gradient_times_input, expected_gradients, smooth_grad):
        found = method(question, steps)
        assert found.values.any()
        assert "output of the Embedding layer 'points'" in found.notes[-1]
    assert (rescaled_in_time(question).values >= 0).all()
    shares = shapley(question, steps)
    assert np.abs(shares.gap).max() < 1e-6
    assert np.abs(occlusion(question, steps).values).max() > 0
