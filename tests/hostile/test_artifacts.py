"""Every hostile model file is refused, in a moment, with its reason, and nothing of it runs; sound twins are not."""

from __future__ import annotations

import time
from random import Random

import pytest
from fuzz.mutations import changed_bytes
from hostile.artifacts import CORPUS
from hostile.building import MARKER, archive, legacy, node, sound_config, sound_texts

from auditor.artifact import Part, Refused

CIRCLE = 334  # of the mutations of a sound .h5 file, one that the library reads without end


@pytest.mark.parametrize("one", CORPUS, ids=[one.name for one in CORPUS])
def test_hostile_file_is_refused(one, read, tmp_path):
    """Exit code 3, the reason, the file's name, a remedy; and no marker."""
    path = one.build(tmp_path)
    start = time.monotonic()
    with pytest.raises(Refused) as caught:
        read(path)
    assert time.monotonic() - start < 5
    assert 3 == caught.value.exit_code
    assert one.says in str(caught.value)
    assert {str(path)} == {problem.where for problem in caught.value.problems}
    assert all(problem.remedy for problem in caught.value.problems)
    assert all(line.isprintable() for line in str(caught.value).splitlines())
    assert not (tmp_path / MARKER).exists()


def test_sound_twins_are_read(read, tmp_path):
    """In both formats, with what they hold."""
    for path in (archive(tmp_path / "model.keras", sound_texts()), legacy(tmp_path / "model.h5")):
        artifact = read(path)
        expected = (Part("sequence", "InputLayer"), Part("lstm", "LSTM"), Part("score", "Dense"))
        assert expected == artifact.parts
        assert 3 * 8 + 2 * 8 + 8 + 2 + 1 == artifact.numbers
        assert "3.15.1" == artifact.keras_version
        assert () == artifact.custom


def test_a_loss_of_ones_own_is_told_and_not_opened(read, tmp_path):
    """It does not make a model unsafe: Keras throws it away."""
    config = sound_config()
    focal = node("function", "focal", "builtins", registered_name="function")
    loss = {"score": node("Focal", {"gamma": 2}, "training.losses", registered_name="mine>Focal")}
    adam = node("Adam", {"name": "adam", "learning_rate": node("CosineDecay", {}, "keras.optimizers.schedules")})
    config["compile_config"] = {"optimizer": adam, "loss": loss, "metrics": ["mse", "f2", node("AUC", {}), focal]}
    expected = ("loss: Focal", "metrics: focal", "metrics: f2")
    assert expected == read(archive(tmp_path / "model.keras", sound_texts(config))).unloaded
    assert expected == read(legacy(tmp_path / "model.h5", training=config["compile_config"])).unloaded


def test_layers_that_are_always_called_as_in_training_are_named(read, tmp_path):
    """In both formats; an inner model's by its own name."""
    for calls in ([{"args": [], "kwargs": {"training": True}}], [[["lstm", 0, 0, {"training": True}]]]):
        config = sound_config()
        config["config"]["layers"][1]["inbound_nodes"] = [{"args": [], "kwargs": {"training": False}}]
        config["config"]["layers"][2]["inbound_nodes"] = calls
        assert ("score",) == read(archive(tmp_path / "model.keras", sound_texts(config))).training


def test_operations_of_keras_are_let_through(read, tmp_path):
    """Slices, sums and comparisons stand in many functional models."""
    config = sound_config()
    piece = {"class_name": "__slice__", "config": {"start": None, "stop": 1, "step": None}}
    for kind in ("GetItem", "Mean", "Concatenate", "NotEqual", "Where"):
        config["config"]["layers"].append(node(kind, {"name": kind, "key": [piece]}, "keras.src.ops.numpy"))
    names = [part.kind for part in read(archive(tmp_path / "model.keras", sound_texts(config))).parts]
    assert ["GetItem", "Mean", "Concatenate", "NotEqual", "Where"] == names[3:]


def test_names_in_a_file_cannot_steer_a_terminal(read, tmp_path):
    """Nor reorder a line, nor fill a screen."""
    config = sound_config()
    config["config"]["layers"][1]["config"]["name"] = "\x1b[2J\u202e\nPASS" + 10_000 * "x"
    artifact = read(archive(tmp_path / "model.keras", sound_texts(config)))
    assert artifact.parts[1].name.startswith(" [2J  PASSxxx")
    assert 100 == len(artifact.parts[1].name)


def test_every_fault_is_told_at_once(read, tmp_path):
    """Two layers, two problems."""
    config = sound_config()
    config["config"]["layers"] += [node("Lambda", {"name": "one"}), node("StringLookup", {"name": "two"})]
    with pytest.raises(Refused) as caught:
        read(archive(tmp_path / "model.keras", sound_texts(config)))
    assert ["layer 'one' (Lambda)", "layer 'two' (StringLookup)"] == [
        problem.what[: problem.what.index(")") + 1] for problem in caught.value.problems
    ]


def test_weights_that_send_the_library_in_circles_are_given_up(read, tmp_path):
    """Found by fuzzing: some damaged HDF5 files are never read to their end. The process that tried is ended."""
    legacy(tmp_path / "model.h5")
    damaged = changed_bytes((tmp_path / "model.h5").read_bytes(), Random(CIRCLE))
    (tmp_path / "model.h5").write_bytes(damaged)
    start = time.monotonic()
    with pytest.raises(Refused):
        read(tmp_path / "model.h5")
    assert time.monotonic() - start < 15
    assert read(archive(tmp_path / "model.keras", sound_texts())).parts, "the next file is read by a new process"
