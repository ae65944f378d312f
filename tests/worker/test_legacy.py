"""Files that Keras 2 wrote: they open, and give the same scores."""

from __future__ import annotations

import json
import shutil
import time

import h5py
import numpy as np
import pytest
from architectures import ARCHITECTURES, FEATURES, STEPS

from auditor.errors import ModelFault
from auditor.worker.intake import take_in
from auditor.worker.opening import open_in


def as_keras_2(node):
    """A configuration in the words of Keras 2.15: no modules, types by name, `time_major` in recurrent layers."""
    if isinstance(node, list):
        return [as_keras_2(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("class_name") == "DTypePolicy":
        return node["config"]["name"]
    plain = {key: as_keras_2(value) for key, value in node.items() if key not in ("module", "registered_name")}
    if plain.get("class_name") == "InputLayer":
        plain["config"] = {"batch_input_shape": [None, STEPS, FEATURES], "dtype": "float32", "sparse": False}
        plain["config"] |= {"ragged": False, "name": "sequence"}
    if plain.get("class_name") in ("LSTM", "GRU"):
        plain["config"] = plain["config"] | {"time_major": False, "implementation": 2}
        del plain["config"]["seed"]
    return plain


@pytest.fixture
def older(saved, tmp_path):
    """`older(name, change)`: the .h5 file of an architecture as Keras 2 would have written it."""

    def rewrite(name, change=lambda text: text):
        path = tmp_path / f"{name}.h5"
        shutil.copyfile(saved(name, ".h5"), path)
        with h5py.File(path, "r+") as file:
            config = as_keras_2(json.loads(file.attrs["model_config"]))
            file.attrs["model_config"] = change(json.dumps(config))
            file.attrs["keras_version"] = b"2.15.0"
        return path

    return rewrite


@pytest.mark.parametrize("name", ["lstm", "masked_bidirectional", "conv_gru_lstm"])
def test_a_file_of_keras_2_opens_and_gives_the_same_scores(traffic, older, keras_model, name):
    """Also inside Bidirectional; Keras 3 alone stops at `time_major`."""
    model = open_in(traffic, take_in(older(name), traffic.child.private), time.monotonic())
    assert "2.15.0" == model.description.keras_version
    inputs = ARCHITECTURES[name].rows(20, "left")
    expected = keras_model(name)(inputs["sequence"], training=False).numpy()
    assert np.abs(model.evaluate(inputs)["score"] - expected).max() <= 1e-5 * expected.std()


def test_time_as_the_first_axis_is_refused(traffic, older):
    """It would be read as rows."""
    path = older("lstm", lambda text: text.replace('"time_major": false', '"time_major": true'))
    with pytest.raises(ModelFault, match="takes time as its first axis"):
        open_in(traffic, take_in(path, traffic.child.private), time.monotonic())
