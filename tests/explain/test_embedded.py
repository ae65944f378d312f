"""Sequences of tokens: expected gradients on straight ways between the points that they are embedded at."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from architectures import STEPS, TOKENS
from asking import asked_of, sequences
from subjects import make_subject

from auditor.checks.importance.attributed import once
from auditor.dataset import Feature
from auditor.errors import NotApplicable
from auditor.explain.embedded import differentiable
from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.gradients import smooth_grad
from auditor.explain.players import Players
from auditor.explain.shapley import shapley
from auditor.loaders.transforms import Pipeline, TableEncoder
from auditor.subject import Output, Subject


def steps_of(question):
    return Players.parts(question.data, question.steps, question.steps)


@pytest.fixture(scope="session")
def tokens_and_age(behind_the_door):
    """A question about a model of tokens and one number, whose tokens are embedded and summed without more."""
    import keras

    keras.utils.set_random_seed(3)
    tokens, age = keras.Input((STEPS,), dtype="int32", name="sequence"), keras.Input((1,), name="static")
    points = keras.layers.Embedding(TOKENS, 4, name="points", embeddings_initializer="normal")(tokens)
    summed = keras.layers.GlobalAveragePooling1D()(points)
    score = keras.layers.Dense(1, name="score")(keras.layers.Concatenate()([summed, age]))
    model = keras.Model([tokens, age], score)
    rng = np.random.default_rng(5)
    data = sequences(rng.integers(1, TOKENS, (50, STEPS, 1)))
    data = dataclasses.replace(data, static_features=(Feature("age"),), static=rng.normal(size=(50, 1)))
    one = (Pipeline("x0", ()),)
    encoder = TableEncoder(
        "sequence", one, STEPS, 0.0, feature_axis=False, static="static", statics=(Pipeline("age", ()),)
    )
    like = make_subject(n=4, reference=4)
    subject = Subject(
        behind_the_door(model), data, data, encoder, Output(kind="value", name="score"), None, like.identity
    )
    return model, asked_of(subject, 8, 10, column=0)


def test_credit_adds_up_and_lies_at_the_tokens(asked_of_keras):
    """To 1e-5 of the spread; padding earns nothing; whose score goes up without a token, the token has pushed down."""
    question = asked_of_keras("embedding", rows=12, count=8)
    found = expected_gradients(question, steps_of(question))
    assert np.abs(found.gap).max() <= 1e-5 * np.std(found.score)
    assert not found.values[~found.present].any()
    assert (found.values != 0).sum() > 30
    shares = shapley(question, steps_of(question))
    assert np.corrcoef(found.values.ravel(), shares.values.ravel())[0, 1] > 0.9


def test_tokens_and_numbers_share_the_credit_as_the_formula_says(tokens_and_age):
    """A linear model: each token's point, and the number, against the mean of the backgrounds, by their weights."""
    model, question = tokens_and_age
    found = expected_gradients(question, steps_of(question))
    table, weights = model.get_layer("points").get_weights()[0], model.get_layer("score").get_weights()[0][:, 0]
    worth = table @ weights[:4] / STEPS
    tokens = question.data.block().values[:, :, 0].astype(int)
    expected = worth[tokens[question.rows]] - worth[tokens[question.backgrounds.rows]].mean(0)
    np.testing.assert_allclose(expected, found.values[:, :STEPS], atol=1e-6)
    age = question.data.static[:, 0]
    due = weights[4] * (age[question.rows] - age[question.backgrounds.rows].mean())
    np.testing.assert_allclose(due, found.values[:, STEPS], atol=1e-6)
    seen = differentiable(question)
    assert {"points", "static"} == set(seen.origins)
    noisy = smooth_grad(question, steps_of(question), 4)  # a linear model: no noise changes the slope
    np.testing.assert_allclose(worth[tokens[question.rows]], noisy.values[:, :STEPS], atol=1e-6)


def test_an_untouched_token_earns_nothing(asked_of_keras):
    """Where the backgrounds have the row's own token at a step, there is no way to go."""
    question = asked_of_keras("embedding", rows=12, count=4)
    data = question.data
    values = data.values.copy()
    values[data.stops - 1] = 3.0
    data = dataclasses.replace(data, values=values)
    backgrounds = dataclasses.replace(question.backgrounds, data=data)
    alike = dataclasses.replace(question, data=data, backgrounds=backgrounds)
    assert 0 == np.abs(expected_gradients(alike, steps_of(alike)).values[:, STEPS - 1]).max()


def test_a_row_without_a_token_earns_nothing(asked_of_keras):
    """Padding only: it is compared with padding, and its credit is zero, as is what it must add up to."""
    question = asked_of_keras("embedding", rows=6, count=4)
    stops = question.data.stops.copy()
    stops[2] = question.data.starts[2]
    empty = dataclasses.replace(question, data=dataclasses.replace(question.data, stops=stops))
    found = expected_gradients(empty, steps_of(empty))
    assert not found.values[2].any()
    assert np.abs(found.gap).max() <= 1e-5 * np.std(found.score)


def test_checks_take_the_embedding_and_say_so(asked_of_keras):
    """The attributions of the checks are told by step, with the note that says where they are."""
    question = asked_of_keras("embedding", rows=4, count=4)
    found = once(question, steps_of(question))
    assert ("expected gradients", STEPS) == (found.method, len(found.players))
    assert "takes whole numbers: credit is at the output of the Embedding layer 'points'" in found.notes[-1]


def test_without_an_embedding_checks_take_features_and_say_so(asked_of_keras):
    """Shapley values of whole features where a code is used as it is."""
    question = asked_of_keras("embedding", rows=4, count=4)
    about = question.explained.model.description
    bare = tuple(dataclasses.replace(layer, kind="Lookup") for layer in about.layers)

    class Bare:
        def __init__(self, model):
            self.model, self.description = model, dataclasses.replace(about, layers=bare)

        def __getattr__(self, name):
            return getattr(self.model, name)

    bare_model = Bare(question.explained.model)
    asked = dataclasses.replace(
        question,
        explained=dataclasses.replace(question.explained, model=bare_model),
        subject=dataclasses.replace(question.subject, model=bare_model),
    )
    with pytest.raises(NotApplicable, match="do not go through one Embedding of one sequence"):
        expected_gradients(asked, steps_of(asked))
    found = once(asked, steps_of(asked))
    assert "Shapley values" == found.method
    assert found.notes[-1].startswith("No gradients: the input 'sequence' takes whole numbers")
