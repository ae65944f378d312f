"""Every architecture, padding and file format: the door gives what Keras gives."""

from __future__ import annotations

import numpy as np
import pytest
from architectures import ARCHITECTURES

PADDINGS = ("left", "right", "none")
# rows: enough for the door to compile, and few enough that it stays with the plain forward pass
FORMATS = ((".keras", 160), (".h5", 30))


def spread_apart(actual, expected):
    """The largest difference over the standard deviation of what is expected."""
    assert expected.shape == actual.shape
    return np.abs(actual - expected).max() / expected.std()


def in_order(model, inputs):
    """What the Keras model takes: its inputs by its own order."""
    import tensorflow as tf

    arrays = [tf.constant(inputs[tensor.name]) for tensor in model.inputs]
    return arrays if len(arrays) > 1 else arrays[0]


def call(model, inputs):
    """The model's outputs as a list; inputs as `in_order` gives them."""
    structured = {
        t.name: a for t, a in zip(model.inputs, inputs if isinstance(inputs, list) else [inputs], strict=True)
    }
    by_name = isinstance(getattr(model, "_inputs_struct", None), dict)
    answer = model(structured if by_name else inputs, training=False)
    return list(answer) if isinstance(answer, (list, tuple)) else [answer]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_door_gives_the_scores_of_keras(name, keras_model, opened):
    """Within 1e-5 of the spread of all scores, from both kinds of file, whatever the padding."""
    model = keras_model(name)
    for ending, rows in FORMATS:
        sent = [ARCHITECTURES[name].rows(rows, padding) for padding in PADDINGS]
        expected = [[output.numpy() for output in call(model, in_order(model, inputs))] for inputs in sent]
        actual = [list(opened(name, ending).evaluate(inputs).values()) for inputs in sent]
        for one, other in zip(zip(*expected, strict=True), zip(*actual, strict=True), strict=True):
            assert spread_apart(np.stack(other), np.stack(one)) <= 1e-5, (ending, opened(name, ending).door)


@pytest.mark.parametrize("name", [name for name, a in ARCHITECTURES.items() if not a.tokens])
def test_the_door_gives_the_gradients_of_keras(name, keras_model, opened):
    """By every float input, for the last column of the first output, whatever the padding."""
    import tensorflow as tf

    model, door = keras_model(name), opened(name)
    output = door.description.outputs[0]
    for padding in PADDINGS:
        inputs = ARCHITECTURES[name].rows(20, padding)
        tensors = in_order(model, inputs)
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            target = call(model, tensors)[0][:, -1]
        gradients = tape.gradient(target, tensors)
        listed = gradients if isinstance(gradients, list) else [gradients]
        expected = {tensor.name: g.numpy() for tensor, g in zip(model.inputs, listed, strict=True)}
        actual = door.gradient(inputs, output.name, None if output.shape == (1,) else output.shape[-1] - 1)
        assert expected.keys() == actual.keys()
        for key, gradient in expected.items():
            assert spread_apart(actual[key], gradient) <= 1e-5, (key, padding)


def test_whole_number_inputs_are_differentiated_at_the_embedding(keras_model, opened):
    """The gradient by what the Embedding layer puts out, as a tape through both outputs gives it."""
    import keras
    import tensorflow as tf

    model = keras_model("embedding")
    both = keras.Model(model.inputs, [model.get_layer("points").output, model.output])
    for padding in PADDINGS:
        inputs = ARCHITECTURES["embedding"].rows(20, padding)
        with tf.GradientTape() as tape:
            points, scores = both([inputs["sequence"]], training=False)
        expected = tape.gradient(scores, points).numpy()
        actual = opened("embedding").gradient(inputs, "score", at="embedding")
        assert ["points"] == list(actual)
        assert spread_apart(actual["points"], expected) <= 1e-5, padding
