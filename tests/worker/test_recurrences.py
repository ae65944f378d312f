"""Recurrent layers as the door tells them, run again in numpy."""

from __future__ import annotations

import numpy as np
import pytest
from architectures import ARCHITECTURES

from auditor.checks.internals.traces import runs_of
from auditor.errors import ModelFault

NONE = ("model_in_a_model", "named_inputs_in_other_order")  # hidden in an inner model; begun from a computed state


def put_out(runs, sequences):
    """What a layer puts out that runs these recurrences: every step, or the last one each takes in, side by side."""
    if sequences:
        return np.concatenate([run.trace.hidden for run in runs], axis=-1)
    last = [run.mask.argmax(1) if run.recurrence.backwards else run.mask.cumsum(1).argmax(1) for run in runs]
    return np.concatenate([r.trace.hidden[np.arange(len(at)), at] for r, at in zip(runs, last, strict=True)], axis=-1)


@pytest.mark.parametrize(("padding", "ending"), [("left", ".keras"), ("right", ".h5")])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_numpy_does_what_the_layer_does(opened, name, padding, ending):
    """Where it takes a step in, each recurrence gives what the layer puts out, within 1e-5 of its spread."""
    model, inputs = opened(name, ending), ARCHITECTURES[name].rows(20, padding)
    recurrent = [layer for layer in model.description.layers if layer.recurrences]
    assert recurrent or name in NONE
    for layer in recurrent:
        expected, runs = model.activations(inputs, layer.name), runs_of(model, layer, inputs)
        actual, real = put_out(runs, expected.ndim == 3), runs[0].mask
        gap = np.abs(actual - expected)[real if expected.ndim == 3 else real.any(1)]
        assert gap.max() <= 1e-5 * expected.std()


def test_masked_steps_are_told(opened):
    """A layer behind a Masking layer skips the padded steps; one without takes them all in."""
    inputs = ARCHITECTURES["lstm"].rows(20, "left")
    padded = (inputs["sequence"] == 0).all(-1)
    assert padded.any()
    np.testing.assert_array_equal(opened("masked_lstm").activations(inputs, "lstm", at="mask") == 0, padded)
    assert opened("lstm").activations(inputs, "lstm", at="mask").min() == 1


def test_what_a_layer_takes_in(opened):
    """The first layer takes in the model's input, the next what the first puts out; two inputs are refused."""
    inputs = ARCHITECTURES["stacked_lstm"].rows(20, "none")
    model = opened("stacked_lstm")
    np.testing.assert_array_equal(model.activations(inputs, "lstm", at="input"), inputs["sequence"])
    first = model.activations(inputs, "lstm")
    np.testing.assert_allclose(model.activations(inputs, "lstm_1", at="input"), first, rtol=1e-6)
    both = opened("sequence_and_static")
    joined = next(layer.name for layer in both.description.layers if layer.kind == "Concatenate")
    with pytest.raises(ModelFault, match=f"layer '{joined}' has not exactly one input"):
        both.activations(ARCHITECTURES["sequence_and_static"].rows(3, "none"), joined, at="input")
