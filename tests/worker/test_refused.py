"""Files that cannot be opened: each says what is wrong and what to do, with exit code 3, and runs nothing of theirs."""

from __future__ import annotations

import json
import shutil
import time
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from architectures import FEATURES, STEPS

from auditor.errors import ModelFault
from auditor.worker import open_model
from auditor.worker.intake import take_in
from auditor.worker.opening import open_in


@pytest.fixture
def refused(traffic):
    """`refused(path)`: the fault of opening a file in the child that all share."""

    def open_it(path):
        with pytest.raises(ModelFault) as caught:
            open_in(traffic, take_in(path, traffic.child.private), time.monotonic())
        assert 3 == caught.value.exit_code
        assert str(path) == caught.value.problems[0].where
        assert caught.value.problems[0].remedy
        assert not list(traffic.child.private.glob("model.*"))
        return caught.value.problems[0].what

    return open_it


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("absent.keras", None, "there is no such model file"),
        ("model.onnx", b"x", "this is an ONNX model; a .keras or .h5 file is needed"),
        ("model.tflite", b"x", "this is a TensorFlow Lite model; a .keras or .h5 file is needed"),
        ("saved_model.pb", b"x", "this is a TensorFlow graph; a .keras or .h5 file is needed"),
        ("model.csv", b"x", "this is not a kind of model file that can be audited; a .keras or .h5 file is needed"),
        ("empty.keras", b"", "the model file is empty"),
        ("text.keras", b"hello", "the content is not that of a .keras (a zip archive) file"),
        ("text.h5", b"hello", "the content is not that of a .h5 (HDF5) file"),
        ("other.h5", b"PK\x03\x04", "the name says .h5 (HDF5), the content is .keras (a zip archive)"),
        ("other.keras", b"\x89HDF\r\n\x1a\n", "the name says .keras (a zip archive), the content is .h5 (HDF5)"),
    ],
)
def test_what_is_no_model_file_is_refused_before_anything_is_started(tmp_path, name, content, what):
    """By name and first bytes, in the parent, with a remedy; in a moment."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    start = time.monotonic()
    with pytest.raises(ModelFault) as caught:
        open_model(path, memory_bytes=2**32, seconds=60)
    assert (str(path), what) == (caught.value.problems[0].where, caught.value.problems[0].what)
    assert caught.value.problems[0].remedy
    assert time.monotonic() - start < 1


def test_a_saved_model_folder_is_refused_with_the_way_out(tmp_path):
    """How to save the same model as a file that can be audited."""
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    with pytest.raises(ModelFault, match="this is a SavedModel folder") as caught:
        open_model(tmp_path, memory_bytes=2**32, seconds=60)
    assert 'model.save("model.keras")' in caught.value.problems[0].remedy


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("kept", [0.3, 0.98])
def test_a_file_cut_off_is_refused(saved, refused, tmp_path, ending, kept):
    """Wherever it ends."""
    whole = saved("lstm", ending).read_bytes()
    path = tmp_path / f"cut{ending}"
    path.write_bytes(whole[: int(kept * len(whole))])
    assert refused(path).startswith("the file is damaged or cut off")


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_lambda_layer_is_refused_without_being_run(refused, tmp_path, ending):
    """In .h5 files Keras itself would run it."""
    import keras

    witness = tmp_path / "witness"
    path = tmp_path / f"lambda{ending}"
    code = keras.layers.Lambda(lambda x, place=str(witness): (open(place, "w").close(), x)[1], name="own")  # noqa: PTH123
    keras.Sequential([keras.Input((STEPS, FEATURES)), keras.layers.LSTM(2), code]).save(path)
    witness.unlink(missing_ok=True)
    expected = "layer 'own' (Lambda) runs code of its own, which the file brings along or names"
    assert expected == refused(path)
    assert not witness.exists()


def test_a_layer_that_is_not_of_keras_is_refused(refused, tmp_path):
    """Its code is not in the file."""
    import keras

    class Own(keras.layers.Layer):
        def call(self, inputs):
            return inputs

    path = tmp_path / "own.keras"
    keras.Sequential([keras.Input((STEPS, FEATURES)), keras.layers.LSTM(2), Own()]).save(path)
    assert f"layer 'own' (Own) needs {Own.__module__}.Own, which is not part of Keras" == refused(path)


def test_a_module_of_the_machine_is_not_imported(saved, refused, tmp_path):
    """A configuration may name any module; only Keras's own are let through."""
    path = tmp_path / "module.keras"
    with zipfile.ZipFile(saved("lstm", ".keras")) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            body = source.read(name)
            target.writestr(
                name,
                body.replace(b'"module": "keras.layers"', b'"module": "antigravity"')
                if name == "config.json"
                else body,
            )
    expected = "layer 'sequence' (InputLayer) needs antigravity.InputLayer, which is not part of Keras"
    assert expected == refused(path)


def test_weights_without_an_architecture_are_refused(refused, keras_model, tmp_path):
    """With the way to save both."""
    keras_model("lstm").save_weights(tmp_path / "only.weights.h5")
    assert "the file holds no architecture; it seems to hold weights only" == refused(tmp_path / "only.weights.h5")


def test_links_out_of_the_file_are_refused(saved, refused, tmp_path):
    """An external link would read another file of the machine into the weights."""
    for name, value in (("external", h5py.ExternalLink("/etc/passwd", "/")), ("soft", h5py.SoftLink("/model_weights"))):
        path = tmp_path / f"{name}.h5"
        shutil.copyfile(saved("lstm", ".h5"), path)
        with h5py.File(path, "r+") as file:
            file["elsewhere"] = value
        assert "'elsewhere' in the weights is a link to another place or file" == refused(path)


def test_numbers_kept_outside_the_file_are_refused(saved, refused, tmp_path):
    """External storage is the other way to read other files."""
    path = tmp_path / "storage.h5"
    shutil.copyfile(saved("lstm", ".h5"), path)
    with h5py.File(path, "r+") as file:
        file.create_dataset("elsewhere", (4,), "u1", external=[("/etc/passwd", 0, 4)])
    assert "'elsewhere' in the weights keeps its numbers in other files" == refused(path)


def test_an_archive_without_a_model_is_refused(refused, tmp_path):
    """Any zip archive can be named .keras."""
    path = tmp_path / "zip.keras"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("config.json", json.dumps({}))
    assert "the archive has no metadata.json, model.weights.h5, so it is no Keras model" == refused(path)


@pytest.mark.parametrize("stateful", [True, False])
def test_a_model_that_fixes_its_rows_is_refused(refused, tmp_path, stateful):
    """No choice of batches is left; and what a stateful layer (which needs that) answers depends on the rows before."""
    import keras

    layers = [keras.Input(batch_shape=(5, STEPS, FEATURES), name="sequence"), keras.layers.LSTM(2, stateful=stateful)]
    keras.Sequential(layers).save(tmp_path / "fixed.keras")
    assert "input 'sequence' fixes the number of rows per call at 5" == refused(tmp_path / "fixed.keras")


@pytest.mark.parametrize("nested", [False, True])
def test_sizes_that_a_chain_comes_to_are_refused(refused, tmp_path, nested):
    """No layer names one that is absurd; told with the layer, and before a row is sent. A model in the model too."""
    import keras

    chain = [keras.layers.UpSampling1D(1000, name=f"up_{at}") for at in range(3)]
    layers = [keras.Input((STEPS, FEATURES), name="sequence"), *chain]
    made = [layers[0], keras.Sequential(layers)] if nested else layers
    keras.Sequential([*made, keras.layers.GlobalMaxPooling1D(), keras.layers.Dense(1)]).save(tmp_path / "large.keras")
    made = "layer 'up_2' (UpSampling1D) makes 28,000,000,000 numbers of one row"
    assert f"{made}, and at most 268,435,456 are run" == refused(tmp_path / "large.keras")


def test_a_model_of_a_class_of_its_own_is_refused(refused, tmp_path):
    """Only functional and sequential models have inputs and layers that are known."""
    import keras

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = keras.layers.LSTM(2)

        def call(self, inputs):
            return self.inner(inputs)

    model = Own()
    model(np.zeros((1, STEPS, FEATURES), np.float32))
    model.save(tmp_path / "own.keras")
    assert "Own, which is not part of Keras" in refused(tmp_path / "own.keras")


def test_weights_that_are_nan_are_counted_not_refused(traffic, tmp_path):
    """The audit is to run and to say so."""
    import keras

    model = keras.Sequential(
        [keras.Input((STEPS, FEATURES), name="sequence"), keras.layers.LSTM(2), keras.layers.Dense(1, name="head")]
    )
    kernel, bias = model.layers[-1].get_weights()
    kernel[0, 0], bias[0] = np.nan, np.inf
    model.layers[-1].set_weights([kernel, bias])
    path = Path(tmp_path / "nan.keras")
    model.save(path)
    opened = open_in(traffic, take_in(path, traffic.child.private), time.monotonic())
    assert 2 == opened.description.nonfinite_weights
    scores = opened.evaluate({"sequence": np.zeros((300, STEPS, FEATURES), np.float32)})["head"]
    assert not np.isfinite(scores).any()
    assert opened.door.compiled is None
