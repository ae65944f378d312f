"""Real models behind the door, for the tests of attributions."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from architectures import ARCHITECTURES, model_of
from asking import asked_of, sequences
from subjects import make_subject

from auditor.dataset import Dataset
from auditor.explain.question import Question
from auditor.loaders.transforms import Pipeline, TableEncoder
from auditor.model import Model
from auditor.subject import Output, Subject
from auditor.worker.intake import take_in
from auditor.worker.opening import open_in
from auditor.worker.traffic import Traffic


@pytest.fixture(scope="session")
def behind_the_door(tmp_path_factory: pytest.TempPathFactory, traffic: Traffic) -> Callable[[Any], Model]:
    """`behind_the_door(keras_model)`: saved, and opened in the child."""
    folder = tmp_path_factory.mktemp("models")

    def opened(model: Any) -> Model:
        path = folder / f"{time.monotonic_ns()}.keras"
        model.save(path)
        return open_in(traffic, take_in(path, traffic.child.private), time.monotonic())

    return opened


@pytest.fixture(scope="session")
def asked_of_keras(behind_the_door: Callable[[Any], Model]) -> Callable[..., Question]:
    """`asked_of_keras(name, rows)`: a question about an architecture of tests/architectures.py."""
    opened = cache(lambda name: behind_the_door(model_of(name)))

    def ask(name: str, rows: int = 12, count: int = 8) -> Question:
        architecture = ARCHITECTURES[name]
        sent = architecture.rows(200, "left")
        data = sequences(sent["sequence"] if sent["sequence"].ndim == 3 else sent["sequence"][..., None])
        return asked_of(subject_of(opened(name), data, tokens=architecture.tokens), count, rows, column=0)

    return ask


def subject_of(model: Model, data: Dataset, *, tokens: bool = False) -> Subject:
    """The data set as its own reference, sent as it is."""
    pipelines = tuple(Pipeline(feature.name, ()) for feature in data.features)
    width = model.description.inputs[0].shape[0]
    like = make_subject(n=4, reference=4)
    encoder = TableEncoder("sequence", pipelines, width, padding=0.0, feature_axis=not tokens)
    port = model.description.outputs[0]
    kind = "class_probabilities" if port.shape[-1] > 1 else "probability"
    return Subject(model, data, data, encoder, Output(kind=kind, name=port.name), None, like.identity)
