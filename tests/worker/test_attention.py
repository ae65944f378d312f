"""Weights of attention layers through the door: those that Keras computes, masks respected."""

from __future__ import annotations

import numpy as np
import pytest
from architectures import ARCHITECTURES, STEPS

from auditor.errors import ModelFault
from auditor.worker.inside.attention import caught, heads
from auditor.worker.inside.refusals import Refusal

PADDINGS = ("left", "right", "none")


def layer_of(door):
    (found,) = [layer for layer in door.description.layers if layer.heads]
    return found


def keras_weights(model, inputs):
    """As the layer gives them where it is called by hand on what comes before it."""
    import keras

    layer = next(layer for layer in model.layers if "ttention" in type(layer).__name__)
    given = layer._inbound_nodes[0].arguments
    before = given.args[0]
    states = keras.Model(model.inputs, before if isinstance(before, list) else list(given.args))([inputs["sequence"]])
    if isinstance(before, list):
        return layer(states, mask=[s._keras_mask for s in states], return_attention_scores=True)[1].numpy()[:, None]
    return layer(*states, return_attention_scores=True)[1].numpy()


@pytest.mark.parametrize(("name", "heads"), [("multi_head_attention", 2), ("masked_attention", 1)])
def test_the_weights_are_those_of_keras(name, heads, opened, keras_model):
    """For each head, query step and key step; the description tells which layer has them."""
    door = opened(name)
    layer = layer_of(door)
    assert heads == layer.heads
    for padding in PADDINGS:
        inputs = ARCHITECTURES[name].rows(20, padding)
        actual = door.attention(inputs, layer.name)
        assert (20, heads, STEPS, STEPS) == actual.shape
        assert np.abs(actual - keras_weights(keras_model(name), inputs)).max() <= 1e-5
        np.testing.assert_allclose(1, actual.sum(3), atol=1e-5)


def test_a_masked_step_is_not_looked_at(opened):
    """What the model masks has no weight, and the scores are the same before and after asking."""
    door, inputs = opened("masked_attention"), ARCHITECTURES["masked_attention"].rows(30, "left")
    before = door.evaluate(inputs)["score"]
    weights = door.attention(inputs, layer_of(door).name)
    padded = ~inputs["sequence"].any(2)
    assert padded.any()
    assert 0 == weights.transpose(0, 3, 1, 2)[padded].max()
    np.testing.assert_array_equal(before, door.evaluate(inputs)["score"])


def test_a_layer_without_attention_is_refused(opened):
    """By name, and the child lives on."""
    door = opened("lstm")
    assert [0, 0] == [layer.heads for layer in door.description.layers]
    inputs = ARCHITECTURES["lstm"].rows(4, "none")
    with pytest.raises(ModelFault, match=r"layer 'lstm.*' is of the kind LSTM, which gives no weights of attention"):
        door.attention(inputs, door.description.layers[0].name)
    assert 4 == len(door.evaluate(inputs)["score"])


def test_attention_inside_a_nested_model(keras_model):
    """The only layer that attends in a model inside the model, however deep: the same weights as at the top."""
    import keras

    whole = keras_model("multi_head_attention")
    attending = next(layer for layer in whole.layers if "Attention" in type(layer).__name__)
    states = keras.Input((STEPS, 8))
    inner = keras.Model(states, attending(states, states), name="inner")
    again = keras.Input((STEPS, 8))
    outer = keras.Model(again, inner(again), name="outer")
    sequence = keras.Input(whole.input_shape[1:])
    nested = keras.Model(sequence, outer(whole.layers[1](sequence)))
    rows = ARCHITECTURES["multi_head_attention"].rows(5, "none")["sequence"]
    assert 2 == heads(nested.get_layer("outer"))
    (found,) = caught(nested.get_layer("outer"), lambda inputs: [nested(inputs[0])])([rows])
    (expected,) = caught(attending, lambda inputs: [whole(inputs[0])])([rows])
    np.testing.assert_allclose(expected.numpy(), found.numpy(), atol=1e-6)
    assert 0 == heads(whole.layers[1])
    twice = keras.Model(again, keras.layers.MultiHeadAttention(1, 2)(again, outer(again)), name="twice")
    with pytest.raises(Refusal, match="2 layers inside 'twice' attend"):
        caught(twice, lambda inputs: [twice(inputs[0])])
