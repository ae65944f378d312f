"""Expected gradients against closed forms, and what they say where the arithmetic is hard."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from asking import additive, additive_slopes, asked_of, formula, recurrent, recurrent_slopes, sent
from subjects import make_subject, truth_of

from auditor.errors import FileFault, NotApplicable
from auditor.explain import quadrature
from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.players import Players


def cells(question):
    return Players.cells(question.data, question.steps)


def features(question):
    return Players.features(question.data, question.steps)


@pytest.mark.parametrize("points", [5, 7, 15])
@pytest.mark.parametrize("panels", [1, 3])
def test_rules_integrate_polynomials_exactly(points, panels):
    """Kronrod's rule up to its order 3n + 1 (n points of the Gauss rule in it), the Gauss rule up to 2n - 1."""
    rule, inner = quadrature.rule(points, panels), (points - 1) // 2
    for power in range(3 * inner + 2):
        assert rule.weights @ rule.points**power == pytest.approx(1 / (power + 1), rel=1e-13)
    for power in range(2 * inner):
        assert rule.coarse @ rule.points**power == pytest.approx(1 / (power + 1), rel=1e-13)


@pytest.mark.parametrize("side", ["left", "right"])
def test_linear_model(side):
    """A linear model gives each cell its weight times its distance from the mean background, ragged or not."""
    subject = make_subject(task="regression", n=60, shortest=3, steps=6, reference=60, side=side)
    question = asked_of(subject)
    found = expected_gradients(question, cells(question))
    truth, steps = truth_of(subject), question.steps
    inputs, against = sent(question)
    for row in range(20):
        real = inputs["mask"][row] > 0
        length = int(real.sum())
        distance = (inputs["sequence"][row] - against[row]["sequence"]).mean(0)[real]
        weights = np.zeros((length, 3))
        weights[-3:] = truth.gain * truth.weights[:3, :, 0][::-1]
        expected = np.zeros((steps, 3))
        expected[steps - length :] = weights * distance
        np.testing.assert_allclose(found.on_grid()[row], expected, atol=1e-9)
        age = truth.gain * truth.static[0, 0] * (inputs["static"][row] - against[row]["static"]).mean()
        assert found.values[row, -1] == pytest.approx(age, abs=1e-9)
    assert np.abs(found.gap).max() < 1e-9


def test_additive_model():
    """Where nothing interacts, each cell has the difference that it makes by itself."""
    question = formula(additive, additive_slopes)
    found = expected_gradients(question, cells(question), tolerance=1e-9)
    inputs, against = sent(question)
    pace = 1 + np.arange(6)[:, None] / 10
    for row in range(20):
        expected = np.sin(pace * inputs["sequence"][row]) - np.sin(pace * against[row]["sequence"]).mean(0)
        np.testing.assert_allclose(found.on_grid()[row], expected, atol=1e-8)


def test_error_is_told_and_rules_are_refined():
    """A tighter tolerance costs more points, and the error that is told is no smaller than the true one."""
    question = formula(recurrent, recurrent_slopes, shortest=1)
    exact = expected_gradients(question, cells(question), tolerance=1e-13, largest=480)
    made = []
    for tolerance in (1e-2, 1e-3, 1e-6):
        found = expected_gradients(question, cells(question), tolerance=tolerance)
        error, size = np.abs(found.values - exact.values).sum(1), np.abs(exact.values).sum(1)
        assert (error <= np.maximum(tolerance * size, 1e-6)).all()
        assert (error <= 3 * found.numerical + 1e-9).all()
        assert not any("did not reach" in note for note in found.notes)
        made.append(found.evaluations)
    assert made == sorted(made)
    assert made[0] < made[-1]
    assert np.abs(exact.gap).max() < 1e-7


def test_a_kink_that_cannot_be_resolved_is_told():
    """A jump in the slope on the way: the rows, the error and the reason are in a note, the gap is in the numbers."""

    def steep(sequence, mask, static):
        return np.abs(sequence).sum((1, 2)) + 1e-3 * np.sign(sequence[:, -1, 0])

    def slopes(sequence, mask, static):
        return np.sign(sequence), np.zeros_like(static)

    question = formula(steep, slopes)
    found = expected_gradients(question, cells(question), tolerance=1e-6, largest=60)
    assert "did not reach the tolerance with 60 points" in found.notes[-1]
    assert (np.abs(found.gap) <= found.numerical + 1e-12).all()
    assert found.numerical.max() > 1e-4


def test_larger_players_and_their_errors():
    """Features are the sums of their cells; every background's share being kept, so is the standard error."""
    question = formula(recurrent, recurrent_slopes, shortest=2, count=7)
    fine = expected_gradients(question, cells(question), keep=True)
    direct = expected_gradients(question, features(question), keep=True)
    grouped = fine.by(features(question), question.backgrounds)
    np.testing.assert_allclose(grouped.values, direct.values, atol=1e-12)
    np.testing.assert_allclose(grouped.error, direct.error, atol=1e-12)
    assert grouped.players.names == ("heart rate", "lactate", "sodium", "age")
    with pytest.raises(ValueError, match="belong to several"):
        direct.by(cells(question), question.backgrounds)


def test_standard_error_of_the_choice_of_backgrounds():
    """Over many draws, the error told is the spread of the values, or somewhat more as strata are collapsed."""
    subject = make_subject(task="regression", n=4, reference=400)
    made = [asked_of(subject, 16, 2, seed=seed) for seed in range(60)]
    found = [expected_gradients(question, features(question), tolerance=1e-2) for question in made]
    spread = np.std([each.values for each in found], axis=0, ddof=1)
    told = np.sqrt(np.mean([each.error**2 for each in found], axis=0))
    used = spread > 1e-9  # sodium and age do not count
    assert 0.8 < np.median(told[used] / spread[used]) < 1.7


def test_rows_without_steps_constant_features_and_a_row_that_is_its_background():
    """No step: only statics can earn. A row against itself, and features that never vary: exactly nothing."""
    question = asked_of(make_subject(task="regression", n=20, masked=3, reference=30))
    found = expected_gradients(question, cells(question))
    assert not found.values[:3, :-1].any()
    assert not found.present[:3, :-1].any()
    assert found.present[:3, -1].all()
    subject = make_subject(n=30, flat=True)
    question = asked_of(dataclasses.replace(subject, reference=subject.test))
    found = expected_gradients(question, cells(question))
    assert not found.values.any()
    assert not found.numerical.any()
    assert not found.gap.any()


def test_backgrounds_shorter_than_the_row_are_carried_back():
    """The first step of a shorter background stands for the ones before it, and this is told."""
    subject = make_subject(task="regression", n=20, shortest=6, steps=6, reference=40)
    short = make_subject(task="regression", n=20, shortest=4, steps=4, reference=40).reference
    question = asked_of(dataclasses.replace(subject, reference=short))
    block = question.backgrounds.block(6, 6)
    assert block.mask.all()
    np.testing.assert_array_equal(block.values[:, 0], block.values[:, 2])
    found = expected_gradients(question, features(question))
    assert found.notes[0].startswith("8 of 8 backgrounds have fewer steps")
    assert np.abs(found.gap).max() < 1e-9


def test_memory_is_bounded_by_blocks(monkeypatch):
    """Row by row gives what all at once gives."""
    from auditor.explain import question as asking

    question = formula(recurrent, recurrent_slopes, shortest=2)
    whole = expected_gradients(question, cells(question))
    monkeypatch.setattr(asking, "_BYTES", 1)
    np.testing.assert_allclose(expected_gradients(question, cells(question)).values, whole.values, atol=1e-13)


def test_refusals():
    """NaN scores are a fault of the file, whole numbers have no gradient, a reference without steps no background."""
    subject = make_subject(n=20, reference=30)
    question = asked_of(subject)
    subject.model.nan = 2
    with pytest.raises(FileFault, match="NaN or infinite for 2 of"):
        expected_gradients(question, features(question))
    question = formula(additive, additive_slopes)
    ports = question.subject.model.description.inputs
    whole = tuple(dataclasses.replace(port, dtype="int32") for port in ports)
    about = dataclasses.replace(question.subject.model.description, inputs=whole)
    type(question.subject.model).description = property(lambda model: about)
    try:
        with pytest.raises(NotApplicable, match="takes whole numbers"):
            expected_gradients(question, features(question))
    finally:
        del type(question.subject.model).description
    with pytest.raises(NotApplicable, match="fewer than two rows"):
        asked_of(make_subject(n=20, masked=20, reference=20))
