"""What is read from a file before it is opened agrees with the model that Keras makes of it."""

from __future__ import annotations

import base64
import json
import sys
import time

import numpy as np
import pytest
from architectures import ARCHITECTURES, FEATURES, STEPS

from auditor.artifact import Refused
from auditor.loaders.trusted import find_trusted
from auditor.worker.intake import take_in
from auditor.worker.opening import open_in
from auditor.worker.reading import Reader, read_artifact

OWN = """
import pathlib

import keras

pathlib.Path("imported_here").write_text("x")


class Doubled(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs


def halved(x):
    return x / 2
"""


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_is_read_and_its_numbers_are_counted(saved, keras_model, traffic, name, ending):
    """None is refused, and the file holds as many numbers as the model has parameters."""
    artifact = Reader(traffic.child).read(take_in(saved(name, ending), traffic.child.private))
    (traffic.child.private / ("model" + ending)).unlink()
    assert keras_model(name).count_params() == artifact.numbers
    assert {layer.name for layer in keras_model(name).layers} <= {part.name for part in artifact.parts}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The path of a model with a layer and an activation of its own, whose module lies in the working folder."""
    import keras

    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_layers.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "own_layers", raising=False)
    import own_layers

    (tmp_path / "imported_here").unlink(missing_ok=True)
    layers = [keras.Input((STEPS, FEATURES), name="sequence"), keras.layers.LSTM(2), own_layers.Doubled(name="twice")]
    head = keras.layers.Dense(1, activation=own_layers.halved, name="score")
    model = keras.Sequential([*layers, head])

    def save(ending):
        model.save(tmp_path / f"own{ending}")
        return tmp_path / f"own{ending}", model

    return save


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_code_of_its_own_is_refused_until_it_is_named(own, traffic, tmp_path, ending):
    """Then it runs in the child alone, gives what Keras gives, and is told."""
    path, model = own(ending)
    trusted = [find_trusted("own_layers:Doubled")]
    with pytest.raises(Refused, match="halved"):
        open_in(traffic, take_in(path, traffic.child.private), time.monotonic(), trusted)
    trusted.append(find_trusted("own_layers:halved"))
    opened = open_in(traffic, take_in(path, traffic.child.private), time.monotonic(), trusted)
    rows = np.random.default_rng(0).normal(size=(5, STEPS, FEATURES)).astype("float32")
    expected = model.predict(rows, verbose=0)
    assert np.abs(expected - opened.evaluate({"sequence": rows})["score"]).max() < 1e-6
    told = [line for line in opened.description.isolation if "named as trusted" in line]
    assert 2 == len(told)
    assert "own_layers:Doubled (sha256 " in told[0]
    assert not (tmp_path / "imported_here").exists()


def test_trusted_code_that_cannot_be_imported_refuses_the_file(own, traffic, tmp_path):
    """With the reason."""
    path, _ = own(".keras")
    (tmp_path / "own_layers.py").write_text("raise RuntimeError('not today')")
    (tmp_path / "broken_layers.py").write_text("raise RuntimeError('not today')\nDoubled = halved = None")
    trusted = [find_trusted("broken_layers:Doubled"), find_trusted("broken_layers:halved")]
    with pytest.raises(Refused, match="broken_layers:Doubled cannot be imported: RuntimeError: not today"):
        open_in(traffic, take_in(path, traffic.child.private), time.monotonic(), trusted)


def test_reading_alone_needs_no_tensorflow_and_tells_of_a_signature(saved, tmp_path):
    """A signature beside the file is told, and whether what was signed is this file."""
    path = tmp_path / "model.keras"
    path.write_bytes(saved("lstm", ".keras").read_bytes())
    unsigned = read_artifact(path)
    assert ("", None) == (unsigned.signature, unsigned.signed)
    for digest, expected in ((unsigned.file.sha256, True), ("0" * 64, False)):
        (tmp_path / "model.sig").write_text(bundle(digest))
        assert expected is read_artifact(path).signed
    (tmp_path / "model.sig").write_text("[" * 100_000)
    assert "model.sig is there, and cannot be read" == read_artifact(path).signature


def bundle(digest):
    resources = [{"name": "model.keras", "algorithm": "sha256", "digest": digest}]
    statement = {"subject": [{"name": "model", "digest": {"sha256": "1" * 64}}], "predicate": {"resources": resources}}
    return json.dumps({"dsseEnvelope": {"payload": base64.b64encode(json.dumps(statement).encode()).decode()}})
