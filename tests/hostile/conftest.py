"""One limited process lists HDF5 for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditor.artifact import Artifact
from auditor.worker.intake import take_in
from auditor.worker.reading import Reader


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


@pytest.fixture
def read(reader: Reader, tmp_path: Path) -> Callable[[Path], Artifact]:
    """`read(path)`: what a model file holds, or its refusal."""

    def read_one(path: Path) -> Artifact:
        private = tmp_path / "private"
        private.mkdir(exist_ok=True)
        taken = take_in(path, private)
        try:
            return reader.read(taken)
        finally:
            taken.copy.unlink()

    return read_one
