"""The verbs of the door beyond scores and gradients: what they take, give, count and refuse."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pytest
from architectures import ARCHITECTURES, FEATURES, STEPS

from auditor.errors import FileFault, ModelFault
from auditor.model import Port, check_signature

LSTM = ARCHITECTURES["lstm"]


def test_the_description_says_what_was_opened(saved, opened, keras_model):
    """Digest and size of the file as it is, ports, layers, counts, versions."""
    path = saved("sequence_and_static", ".keras")
    told = opened("sequence_and_static").description
    content = path.read_bytes()
    assert (hashlib.sha256(content).hexdigest(), len(content), str(path)) == (told.sha256, told.bytes, told.file)
    assert ("keras-v3", "hdf5") == (told.format, opened("sequence_and_static", ".h5").description.format)
    assert (Port("sequence", (STEPS, FEATURES), "float32"), Port("static", (3,), "float32")) == told.inputs
    assert (Port("score", (1,), "float32"),) == told.outputs
    model = keras_model("sequence_and_static")
    assert [layer.name for layer in model.layers] == [layer.name for layer in told.layers]
    assert model.count_params() == told.parameters == sum(layer.parameters for layer in told.layers)
    assert 0 == told.nonfinite_weights
    assert {"python", "tensorflow", "keras", "numpy", "h5py"} == set(told.versions)
    assert told.isolation


def test_a_batch_that_the_caller_fixes_is_what_the_model_sees(opened, keras_model):
    """Bit for bit the plain forward pass over batches of that size, the remainder as a smaller one."""
    import tensorflow as tf

    model, inputs = keras_model("lstm"), LSTM.rows(50, "left")
    plain = tf.function(lambda rows: model(rows, training=False)).get_concrete_function(
        tf.TensorSpec((None, STEPS, FEATURES))
    )
    pieces = [plain(tf.constant(inputs["sequence"][at : at + 7])).numpy() for at in range(0, 50, 7)]
    np.testing.assert_array_equal(np.concatenate(pieces), opened("lstm").evaluate(inputs, batch=7)["score"])


def test_the_same_call_gives_the_same_bits(opened):
    """For small and large numbers of rows, chosen and fixed batches."""
    for rows, batch in ((3, None), (5000, None), (5000, 1000)):
        inputs = LSTM.rows(rows, "right")
        opened("lstm").evaluate(LSTM.rows(5000, "right"))  # past the trial, which may change the function once
        first, second = (opened("lstm").evaluate(inputs, batch)["score"] for _ in range(2))
        np.testing.assert_array_equal(first, second)


def test_no_rows_give_no_scores(opened):
    """Arrays of the right shape without rows."""
    assert (0, 1) == opened("lstm").evaluate(LSTM.rows(0, "none"))["score"].shape
    assert (0, STEPS, 8) == opened("stacked_lstm").activations(LSTM.rows(0, "none"), "lstm").shape


def test_sequences_may_have_any_length_where_the_model_takes_any(opened, keras_model):
    """Each length is a call of its own."""
    for steps in (1, 4, 9):
        rows = np.random.default_rng(steps).normal(size=(6, steps, FEATURES)).astype(np.float32)
        expected = keras_model("any_length")(rows, training=False).numpy()
        actual = opened("any_length").evaluate({"sequence": rows})["score"]
        assert np.abs(actual - expected).max() <= 1e-5 * expected.std()


def test_other_number_types_are_converted_and_nothing_is_rounded(opened):
    """float64 to float32 as numpy does; floats go into whole-number inputs only where they are whole."""
    inputs = LSTM.rows(10, "none")
    wide = {"sequence": inputs["sequence"].astype(np.float64)}
    np.testing.assert_array_equal(opened("lstm").evaluate(inputs)["score"], opened("lstm").evaluate(wide)["score"])
    tokens = ARCHITECTURES["embedding"].rows(10, "right")
    whole = {"sequence": tokens["sequence"].astype(np.float64)}
    expected = opened("embedding").evaluate(tokens)["score"]
    np.testing.assert_array_equal(expected, opened("embedding").evaluate(whole)["score"])
    with pytest.raises(ModelFault, match=r"input 'sequence' takes whole numbers \(int32\); it was sent others"):
        opened("embedding").evaluate({"sequence": whole["sequence"] + 0.5})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"sequence": np.zeros((2, STEPS, 5))}, "input 'sequence' takes rows × 7 × 4, not 2 × 7 × 5"),
        ({"static": np.zeros((3, 3))}, "the inputs have different numbers of rows"),
        ({"other": np.zeros((2, 3))}, "input 'other' is not one of the model's"),
        ({"static": None}, "input 'static' (rows × 3) is missing"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_with_both_shapes(opened, change, what):
    """Before anything is sent."""
    inputs = ARCHITECTURES["sequence_and_static"].rows(2, "none") | change
    inputs = {name: array for name, array in inputs.items() if array is not None}
    with pytest.raises(ModelFault) as caught:
        opened("sequence_and_static").evaluate(inputs)
    assert [what] == [problem.what for problem in caught.value.problems]


def test_activations_are_what_a_layer_puts_out(opened, keras_model):
    """In inference mode, by the layer's name."""
    import keras

    model, inputs = keras_model("stacked_lstm"), LSTM.rows(20, "left")
    layer = model.layers[0]
    expected = keras.Model(model.inputs, layer.output)([inputs["sequence"]], training=False).numpy()
    actual = opened("stacked_lstm").activations(inputs, layer.name)
    assert np.abs(actual - expected).max() <= 1e-5 * expected.std()


def test_weights_are_those_of_the_layer(opened, keras_model):
    """By their path below the layer, bit for bit."""
    layer = keras_model("bidirectional").layers[0]
    actual = opened("bidirectional").weights(layer.name)
    assert len(layer.weights) == len(actual) == 6
    for weight, array in zip(layer.weights, actual.values(), strict=True):
        np.testing.assert_array_equal(weight.numpy(), array)


def test_only_the_layers_named_are_randomised(opened, keras_model):
    """The same seed gives the same weights, another seed others; the model itself stays as it is."""
    door, inputs = opened("stacked_lstm"), LSTM.rows(20, "none")
    first, second = (layer.name for layer in keras_model("stacked_lstm").layers[:2])
    before = door.evaluate(inputs)["score"]
    one, same, other = (door.randomised([first], seed) for seed in (1, 1, 2))
    kernels = [next(iter(model.weights(first).values())) for model in (one, same, other, door)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert all(np.abs(kernels[0] - kernel).max() > 0.1 for kernel in kernels[2:])
    for name, array in door.weights(second).items():
        np.testing.assert_array_equal(array, one.weights(second)[name])
    assert np.abs(one.evaluate(inputs)["score"] - before).max() > 0.01
    np.testing.assert_array_equal(before, door.evaluate(inputs)["score"])
    for model in (one, same, other):
        model.close()
    with pytest.raises(ModelFault):
        one.evaluate(inputs)
    np.testing.assert_array_equal(before, door.evaluate(inputs)["score"])


def test_a_randomised_model_after_another_is_what_it_is_by_itself(opened):
    """The programs of one that was closed are used again; the weights, and what is evaluated, are the new one's."""
    door, inputs = opened("stacked_lstm"), LSTM.rows(20, "none")
    layer = door.description.layers[0].name
    alone = door.randomised([layer], 1)
    scores, slopes = alone.evaluate(inputs)["score"], alone.gradient(inputs, "score")["sequence"]
    alone.close()
    other = door.randomised([layer], 2)
    assert np.abs(other.evaluate(inputs)["score"] - scores).max() > 1e-3
    other.close()
    again = door.randomised([layer], 1)
    np.testing.assert_array_equal(scores, again.evaluate(inputs)["score"])
    np.testing.assert_array_equal(slopes, again.gradient(inputs, "score")["sequence"])
    again.close()
    with pytest.raises(ModelFault):
        other.evaluate(inputs)


def test_a_seed_in_the_file_does_not_fix_what_is_randomised(opened):
    """Every initializer gets a seed of its own, inside wrappers as well."""
    door = opened("masked_bidirectional")
    name = door.description.layers[1].name
    drawn = [door.randomised([name], seed).weights(name) for seed in (1, 2)]
    kernels = [key for key in drawn[0] if key.endswith("kernel")]
    assert 4 == len(kernels)
    arrays = [model[key] for model in drawn for key in kernels]
    assert all(not np.array_equal(a, b) for i, a in enumerate(arrays) for b in arrays[:i] if a.shape == b.shape)


@pytest.mark.parametrize(
    ("name", "call", "what"),
    [
        ("softmax", lambda door, x: door.gradient(x, "score"), "the output has 4 columns"),
        ("softmax", lambda door, x: door.gradient(x, "score", 4), "the output has 4 columns"),
        ("lstm", lambda door, x: door.gradient(x, "absent"), "the model has no output 'absent'"),
        ("lstm", lambda door, x: door.gradient(x, "score", None, "embedding"), "the model has no Embedding layer"),
        ("lstm", lambda door, x: door.activations(x, "absent"), "the model has no layer 'absent'"),
        ("lstm", lambda door, _: door.weights("absent"), "the model has no layer 'absent'"),
        ("lstm", lambda door, _: door.randomised(["absent"], 1), "the model has no layer 'absent'"),
        ("lstm", lambda door, x: door.evaluate(x, batch=0), "a batch of 0 rows is impossible"),
        ("embedding", lambda door, x: door.gradient(x, "score"), "the model has no input of a float type"),
    ],
)
def test_what_the_model_does_not_have_is_refused(opened, name, call, what):
    """And the child lives on."""
    inputs = ARCHITECTURES[name].rows(4, "none")
    with pytest.raises(ModelFault, match=what):
        call(opened(name), inputs)
    assert 4 == len(opened(name).evaluate(inputs)["score"])


def test_a_data_set_that_fits_passes_the_signature(opened):
    """An open length of the model takes any; an open length of the data needs one."""
    check_signature(opened("lstm").description, {"sequence": (STEPS, FEATURES)}, {})
    check_signature(opened("any_length").description, {"sequence": (None, FEATURES)}, {})
    with pytest.raises(FileFault):
        check_signature(opened("lstm").description, {"sequence": (None, FEATURES)}, {})


def test_a_data_set_that_does_not_fit_is_told_with_both_shapes_and_the_names(opened):
    """All that does not fit at once."""
    description = dataclasses.replace(opened("sequence_and_static").description, file="credit.keras")
    sent = {"sequence": (STEPS, 2), "region": (1,)}
    with pytest.raises(FileFault) as caught:
        check_signature(description, sent, {"sequence": ["pay", "bill"], "region": ["region"]})
    missing, misfit, surplus = (str(problem).splitlines() for problem in caught.value.problems)
    assert [
        "credit.keras: the model has an input 'static' (rows × 3) that the data set does not send",
        "    the data set sends: 'sequence' (rows × 7 × 2), 'region' (rows × 1); name it under inputs in the data file",
    ] == missing
    shapes = "the model takes rows × 7 × 4, the data set sends rows × 7 × 2; it takes 4 columns and is sent 2"
    assert [
        f"credit.keras: input 'sequence': {shapes}",
        "    the columns sent are: pay, bill; change features, transforms or length in the data file",
    ] == misfit
    assert [
        "credit.keras: the data set sends an input 'region' (rows × 1) that the model does not have",
        "    the model has: 'sequence' (rows × 7 × 4), 'static' (rows × 3)",
    ] == surplus
