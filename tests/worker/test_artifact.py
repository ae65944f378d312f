"""What is read from a file before it is opened agrees with the model that Keras makes of it."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import time

import numpy as np
import pytest
from architectures import ARCHITECTURES, FEATURES, STEPS
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from auditor.artifact import Refused
from auditor.errors import FileFault
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


EC, ED = "an elliptic key", "an Ed25519 key"


def private(kind):
    return ec.generate_private_key(ec.SECP256R1()) if kind == EC else ed25519.Ed25519PrivateKey.generate()


@pytest.mark.parametrize("kind", [EC, ED])
@pytest.mark.parametrize(
    "deed", ["", "another key", "another file", "another statement", "no signature", "a certificate"]
)
def test_a_signature_is_verified_with_the_key_that_was_named(saved, tmp_path, kind, deed):
    """And with no other: whatever was changed, the file counts as not signed by that key."""
    path, key = tmp_path / "model.keras", private(kind)
    path.write_bytes(saved("lstm", ".keras").read_bytes())
    named = tmp_path / "signer.pub.pem"
    named.write_bytes(key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo))
    digest = "0" * 64 if deed == "another file" else hashlib.sha256(path.read_bytes()).hexdigest()
    made = json.loads(bundle(digest))
    envelope = made["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"])
    signed = b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload
    signer = private(kind) if deed in ("another key", "a certificate") else key
    made_by = signer.sign(signed, ec.ECDSA(hashes.SHA256())) if kind == EC else signer.sign(signed)
    envelope |= {
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [{"sig": base64.b64encode(made_by).decode()}],
    }
    if deed == "another statement":
        envelope["payload"] = base64.b64encode(payload.replace(b"model", b"other")).decode()
    if deed == "a certificate":
        made["verificationMaterial"] = {"certificate": {"rawBytes": ""}}
    if deed != "no signature":
        (tmp_path / "model.sig").write_text(json.dumps(made))
    read = read_artifact(path, key=named)
    assert (deed in ("", "another file")) is read.signed_by_key
    assert (deed == "") is bool(read.signed and read.signed_by_key)
    if deed == "a certificate":
        assert "certificates are not verified offline" in read.signature
        assert "certificates are not verified offline" in read_artifact(path).signature
    if deed == "":
        assert "it was signed by the key that was named (SHA-256 " in read.signature


def test_what_is_no_public_key_is_told(saved, tmp_path):
    """Exit code 3, with the file's name."""
    path, key = saved("lstm", ".keras"), tmp_path / "x.pem"
    with pytest.raises(FileFault, match=r"x.pem: the key cannot be read"):
        read_artifact(path, key=key)
    key.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    with pytest.raises(FileFault, match=r"x.pem: this is no public key in PEM form"):
        read_artifact(path, key=key)


def bundle(digest):
    resources = [{"name": "model.keras", "algorithm": "sha256", "digest": digest}]
    statement = {"subject": [{"name": "model", "digest": {"sha256": "1" * 64}}], "predicate": {"resources": resources}}
    return json.dumps({"dsseEnvelope": {"payload": base64.b64encode(json.dumps(statement).encode()).decode()}})
