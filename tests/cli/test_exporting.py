"""`auditor export tensorboard`: scalars and pictures of a record, weights of the model that it is of."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from render.small import small
from sealing import short_reports, written_folder


@pytest.fixture
def audit(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    short_reports(monkeypatch)
    return written_folder(tmp_path / "audit", small())


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder))
    found.Reload()
    return found


def model_of(monkeypatch, digest):
    """A model with one layer behind the door, opened from whatever file is named."""
    layers = (SimpleNamespace(name="lstm", parameters=6), SimpleNamespace(name="masking", parameters=0))
    closed = []
    model = SimpleNamespace(
        description=SimpleNamespace(sha256=digest, layers=layers),
        weights=lambda layer: {"kernel": np.arange(6.0)} if layer == "lstm" else pytest.fail("it has no weights"),
        close=lambda: closed.append(True),
    )
    monkeypatch.setattr("auditor.worker.open_model", lambda path, **limits: model)
    return closed


def test_a_record_is_written_for_tensorboard(call, audit, tmp_path):
    """From the folder or the file; nothing is overwritten."""
    told = call("export", "tensorboard", audit, "--out", tmp_path / "events")
    assert (0, True) == (told.code, "tensorboard --logdir" in told.out)
    tags = read(tmp_path / "events").Tags()
    assert "performance.discrimination/auroc" in tags["scalars"]
    assert ["performance.discrimination/Area by region"] == tags["images"]
    assert [] == tags["histograms"]
    again = call("export", "tensorboard", audit / "record.json", "--out", tmp_path / "events")
    assert (2, True) == (again.code, "this exists already" in again.err)


def test_weights_of_the_model_that_was_audited(call, audit, tmp_path, monkeypatch):
    (tmp_path / "model.keras").write_bytes(b"")
    closed = model_of(monkeypatch, small().model.file.sha256)
    options = ("--model", tmp_path / "model.keras", "--out", tmp_path / "events")
    assert 0 == call("export", "tensorboard", audit, *options).code
    assert ["weights/lstm/kernel"] == read(tmp_path / "events").Tags()["histograms"]
    assert [True] == closed


def test_another_model_is_refused(call, audit, tmp_path, monkeypatch):
    """And nothing is written."""
    (tmp_path / "model.keras").write_bytes(b"")
    closed = model_of(monkeypatch, "0" * 64)
    told = call("export", "tensorboard", audit, "--model", tmp_path / "model.keras", "--out", tmp_path / "events")
    assert (3, [True]) == (told.code, closed)
    assert "this is not the model that the record is of" in told.err
    assert not (tmp_path / "events").exists()
