"""The numpy LSTM and GRU against Keras."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from auditor.kernels.recurrent import Cell, gru, lstm

ROWS, STEPS, FEATURES, UNITS = 7, 9, 4, 5
RNG = np.random.default_rng(4)
INPUTS = RNG.standard_normal((ROWS, STEPS, FEATURES)).astype(np.float32)
LENGTHS = RNG.integers(1, STEPS + 1, ROWS)
LEFT = np.arange(STEPS) >= STEPS - LENGTHS[:, None]
MASKS = {"none": np.ones_like(LEFT), "left": LEFT, "right": LEFT[:, ::-1], "holes": RNG.random(LEFT.shape) < 0.6}


def keras_layer(kind, **settings):
    """A layer with weights that are not small, and what it puts out at every step."""
    import keras

    layer = getattr(keras.layers, kind)(UNITS, return_sequences=True, **settings)
    layer.build(INPUTS.shape)
    rng = np.random.default_rng(8)
    layer.set_weights([rng.standard_normal(weight.shape).astype(np.float32) for weight in layer.get_weights()])
    return layer


def cell_of(layer, **settings):
    weights = [np.asarray(weight, dtype=float) for weight in layer.get_weights()]
    return Cell(weights[0], weights[1], weights[2] if len(weights) == 3 else None, **settings)


def agrees(trace, layer, mask):
    """What numpy puts out equals what Keras puts out at every real step, within 1e-5 of its spread."""
    expected = np.asarray(layer(INPUTS, mask=mask))
    if layer.go_backwards:
        expected = expected[:, ::-1]
    return np.abs(trace.hidden - expected)[mask].max() < 1e-5 * expected.std()


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize(("bias", "backwards"), [*itertools.product([True, False], repeat=2)])
def test_lstm_is_that_of_keras(mask, bias, backwards):
    """Every step, with and without bias, in both directions, under every mask."""
    layer = keras_layer("LSTM", use_bias=bias, go_backwards=backwards)
    assert agrees(lstm(cell_of(layer, backwards=backwards), INPUTS, MASKS[mask]), layer, MASKS[mask])


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize(("bias", "after"), [*itertools.product([True, False], repeat=2)])
def test_gru_is_that_of_keras(mask, bias, after):
    """Every step, with and without bias, the reset gate before and after the product, under every mask."""
    layer = keras_layer("GRU", use_bias=bias, reset_after=after)
    assert agrees(gru(cell_of(layer, reset_after=after), INPUTS, MASKS[mask]), layer, MASKS[mask])


def test_other_activations():
    layer = keras_layer("LSTM", recurrent_activation="hard_sigmoid", activation="relu")
    assert agrees(lstm(cell_of(layer, gate="hard_sigmoid", squash="relu"), INPUTS, LEFT), layer, LEFT)


def test_gates_make_the_state_that_is_told():
    """The traced gates, cell and output satisfy the layer's own equations; masked steps have none."""
    trace = lstm(cell_of(keras_layer("LSTM")), INPUTS, LEFT)
    g, before = trace.gates, np.zeros((ROWS, UNITS))
    for at in range(STEPS):
        now = LEFT[:, at]
        expected = g["forget"][now, at] * before[now] + g["input"][now, at] * g["candidate"][now, at]
        np.testing.assert_allclose(trace.cell[now, at], expected)
        before[now] = expected
    np.testing.assert_allclose(trace.hidden[LEFT], (g["output"] * np.tanh(trace.cell))[LEFT])
    assert all(np.isnan(values[~LEFT]).all() for values in (*g.values(), trace.hidden, trace.cell))
