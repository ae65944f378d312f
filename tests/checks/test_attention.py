"""Attention beside what moves the score, for a model whose weights of attention are known."""

from __future__ import annotations

import numpy as np
import pytest
from asking import asked_of
from attending import AttendingModel, attending_subject
from measuring import judged, run
from subjects import make_subject

from auditor.checks.importance.attention import measure as attention_beside
from auditor.errors import FileFault, NotApplicable
from auditor.explain.attention import attending, attention

ALIKE = {"quantity": "rank_correlation", "at_least": 0.4}


def values(measurement, quantity):
    return {part: estimate.value for part, estimate in measurement.quantities[quantity].parts.items()}


@pytest.mark.parametrize("side", ["left", "right"])
def test_weights_lie_at_the_steps_of_the_row(side):
    """On the grid whose last step is the last real one, 0 where a row has no step; they sum to one, without sign."""
    question = asked_of(attending_subject(side=side))
    seen = attention(question, attending(question))
    for row, length in zip(seen.at.values, question.lengths, strict=True):
        expected = np.zeros(len(row))
        expected[question.steps - length : question.steps] = 0.5 ** np.arange(length)[::-1]
        np.testing.assert_allclose(expected / expected.sum(), row, atol=1e-9)
    assert not seen.at_padding.any()
    assert "not what moved the score" in seen.at.notes[0]
    assert seen.at.adds_up is False


def test_two_layers_are_rolled_out():
    """Half of each layer is its input: what both look at alike counts three quarters, the last step's own the rest."""
    question = asked_of(attending_subject(model=AttendingModel(layers=2), shortest=8))
    layers = attending(question)
    one, two = attention(question, layers[:1]).at.values, attention(question, layers, "last").at.values
    expected = 0.75 * one
    expected[:, question.steps - 1] += 0.25
    np.testing.assert_allclose(expected, two, atol=1e-9)


def test_attention_that_is_what_moves_the_score_passes_and_its_mirror_fails():
    assert judged(attention_beside, attending_subject(), ALIKE) == "pass"
    assert judged(attention_beside, attending_subject(model=AttendingModel(says="mirror")), ALIKE) == "fail"


def test_attention_to_padding_is_told():
    """A third of the steps of these rows is padding, and so is a third of what such a model looks at."""
    limit = {"quantity": "at_padding", "at_most": 0.1}
    blind = attending_subject(model=AttendingModel(says="padding"), shortest=4, steps=6)
    assert judged(attention_beside, blind, limit) == "fail"
    assert judged(attention_beside, attending_subject(shortest=4, steps=6), limit) == "pass"
    found = values(run(attention_beside, blind), "at_padding")["looks 0"]
    assert 0.1 < found < 0.25


def test_each_layer_and_the_rollout_are_compared_with_both_methods():
    """By name; rows, and the chart of all of them."""
    found = run(attention_beside, attending_subject(n=400, model=AttendingModel(layers=2)), rows=30)
    layers, methods = ("looks 0", "looks 1", "rollout"), ("expected gradients", "occlusion")
    assert {f"{layer}: {method}" for layer in layers for method in methods} == set(values(found, "rank_correlation"))
    assert (30, 400) == (found.sampled.n, found.sampled.of)
    assert [*layers, *methods] == [series.name for series in found.shown[-1].series]


def test_evaluations_stay_within_the_plan():
    for layers in (1, 3):
        subject = attending_subject(n=300, model=AttendingModel(layers=layers))
        run(attention_beside, subject)
        params = attention_beside.params()
        planned = sum(need.rows(subject) for need in attention_beside.needs)
        assert subject.model.evaluations <= attention_beside.rows(subject, params) + planned


def test_what_cannot_be_told_says_why():
    """No attention layer; keys that are no steps; rows without any step; one step; scores that are NaN."""
    with pytest.raises(NotApplicable, match="no attention layer"):
        run(attention_beside, make_subject(n=50))
    with pytest.raises(NotApplicable, match="looks at 2 places, and a row has 8 steps"):
        run(attention_beside, attending_subject(model=AttendingModel(keys=2)))
    with pytest.raises(NotApplicable, match="the score is the same for every row"):
        run(attention_beside, attending_subject(masked=200, reference=0))
    one = run(attention_beside, attending_subject(n=60, shortest=1, steps=1))
    assert {"no row has features whose credit differs"} == set(one.quantities["rank_correlation"].unmeasured.values())
    some = run(attention_beside, attending_subject(n=60, masked=9))
    assert all(np.isfinite(value) for value in values(some, "rank_correlation").values())
    with pytest.raises(FileFault, match="NaN or infinite"):
        run(attention_beside, attending_subject(n=60, model=AttendingModel(nan=2)))
