"""Models saved once, and one child process for all tests that do not end it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from architectures import model_of

from auditor.model import Model
from auditor.worker.intake import take_in
from auditor.worker.opening import open_in
from auditor.worker.process import Child
from auditor.worker.traffic import Traffic

MEMORY = 4 * 2**30


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def keras_model() -> Callable[[str], Any]:
    """`keras_model(name)`: the model itself, in this process: what the door is compared with."""
    return cache(model_of)


@pytest.fixture(scope="session")
def saved(folder: Path, keras_model: Callable[[str], Any]) -> Callable[[str, str], Path]:
    """`saved(name, ending)`: the file of an architecture."""

    @cache
    def save(name: str, ending: str) -> Path:
        path = folder / f"{name}{ending}"
        keras_model(name).save(path)
        return path

    return save


@pytest.fixture(scope="session")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traffic]:
    """To a child that opens any number of models; tests that end their child start one of their own.

    An hour, as all that it answers takes ten times as long on a busy machine.
    """
    traffic = Traffic(Child(tmp_path_factory.mktemp("private"), MEMORY, 3600), MEMORY, None)
    yield traffic
    traffic.close()


@pytest.fixture(scope="session")
def opened(traffic: Traffic, saved: Callable[[str, str], Path]) -> Callable[..., Model]:
    """`opened(name, ending)`: an architecture behind the door."""

    @cache
    def open_one(name: str, ending: str = ".keras") -> Model:
        return open_in(traffic, take_in(saved(name, ending), traffic.child.private), time.monotonic())

    return open_one
