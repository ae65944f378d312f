"""Mutations of valid files: every reader answers with its result or a deliberate error, in time, and leaves nothing.

The suite runs a sample; AUDITOR_FUZZ multiplies it (`make fuzz`: 50 times, over 10,000 inputs).
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fuzz.mutations import changed_bytes, changed_tree, text_of
from hostile.building import archive, legacy, sound_config, sound_texts
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from records import a_record

from auditor.app import recorded
from auditor.artifact import ModelFile
from auditor.checks import CATALOGUE
from auditor.errors import AuditorError, FileFault
from auditor.loaders import artifact_names as known
from auditor.loaders.artifact import examine
from auditor.loaders.artifact_archive import read_archive
from auditor.loaders.dataset import read_spec
from auditor.loaders.policies import load_policy
from auditor.worker.reading import Reader
from auditor.yamltree import read_yaml

TIMES = int(os.environ.get("AUDITOR_FUZZ", "1"))
SECONDS = 5.0


@dataclass(frozen=True)
class Place:
    """A folder for one test, and the count of inputs: all, and those that passed the first test of their form."""

    folder: Path
    inputs: Counter[str] = field(default_factory=Counter)

    def __truediv__(self, name: str) -> Path:
        return self.folder / name


def fuzz(examples: int) -> Callable[[Any], Any]:
    """So many inputs, times AUDITOR_FUZZ; the same ones in every run."""

    def wrap(test: Any) -> Any:
        phases = (Phase.explicit, Phase.generate)
        health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
        found = settings(
            max_examples=examples * TIMES, deadline=None, derandomize=True, database=None, phases=phases,
            suppress_health_check=health,
        )  # fmt: skip
        return found(given(random=st.randoms(use_true_random=False))(test))

    return wrap


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Place]:
    """Nothing is written beside it, and at least half of the inputs reach the rules behind the first test."""
    place = Place(tmp_path / "inside")
    place.folder.mkdir()
    yield place
    assert ["inside"] == [path.name for path in tmp_path.iterdir()]
    assert place.inputs["all"] <= 2 * place.inputs["of the right form"]
    assert place.inputs["all"] >= 50 * TIMES
    with capsys.disabled():
        if TIMES > 1:
            print(f" {place.inputs['all']:,} inputs, {place.inputs['of the right form']:,} of the right form")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


def outcome(place: Place, read: Callable[[], Any], structure: Callable[[], Any]) -> Any:
    """What a reader gives, None for a deliberate error; anything else fails the test, and so does long work.

    By processor time, which other programs do not change. The process that lists weights is given up by the reader.
    """
    start = time.process_time()
    fault = made = None
    try:
        made = read()
    except AuditorError as error:
        fault = error
    assert time.process_time() - start < SECONDS
    assert fault is None or (fault.exit_code in (2, 3) and all(problem.what for problem in fault.problems))
    place.inputs["all"] += 1
    with suppress(AuditorError, ValueError):
        structure()
        place.inputs["of the right form"] += 1
    return made


def mutated(tree: Any, random: Random) -> bytes:
    """Of the tree in four cases of five, of the bytes else."""
    return changed_bytes(text_of(tree), random) if random.randrange(5) == 0 else text_of(changed_tree(tree, random))


POLICY = {
    "policy": "fuzzed",
    "version": 1,
    "title": "A policy",
    "extends": "baseline",
    "statistics": {"level": 0.95, "smallest_cell": 10},
    "requirements": [
        {
            "id": "PERF-1",
            "text": "Those who have it are ranked above those who have not.",
            "check": "performance.discrimination",
            "limit": {"quantity": "auroc", "at_least": 0.75, "on": "interval"},
            "severity": "blocker",
        },
        {
            "id": "BIAS-1",
            "text": "Found equally often.",
            "check": "bias.equal_opportunity",
            "with": {"attribute": "sex"},
            "limit": {"quantity": "sensitivity_difference", "between": [-0.1, 0.1]},
            "severity": "major",
        },
        {"id": "HUM-1", "text": "Seen.", "attest": {"role": "lead"}, "severity": "minor"},
    ],
}
POLICY_ALONE = {key: value for key, value in POLICY.items() if key != "extends"}
SPEC = {
    "dataset": "tiny",
    "task": "binary",
    "layout": "long",
    "files": [{"path": "a.csv", "split": "test"}, {"path": "b.csv", "split": "reference"}],
    "entity": "id",
    "time": "t",
    "windows": {"length": 6, "stride": 1},
    "features": [{"name": "a", "column": "a", "unit": "mmol/L"}, {"name": "b", "column": "b"}],
    "static": [{"name": "age", "column": "age"}],
    "target": {"column": "y", "positive": 1},
    "groups": [{"name": "sex", "column": "sex", "levels": {0: "f", 1: "m"}}],
    "inputs": {"sequence": {"input": "sequence", "length": 6}, "static": {"input": "static"}},
    "output": {"kind": "probability"},
}


@fuzz(60)
def test_policies(place: Place, random: Random) -> None:
    """A policy is read whole, with limits that a check knows, or refused."""
    file = place / "policy.yaml"
    file.write_bytes(mutated(random.choice((POLICY, POLICY_ALONE, POLICY_ALONE)), random))
    loaded = outcome(place, lambda: load_policy(str(file), CATALOGUE), lambda: read_yaml(file))
    for requirement in loaded.policy.measured() if loaded else ():
        assert requirement.limit.quantity in CATALOGUE[requirement.check].quantities


@fuzz(60)
def test_data_specifications(place: Place, random: Random) -> None:
    """As policies; no data file is opened."""
    file = place / "dataset.yaml"
    file.write_bytes(mutated(SPEC, random))
    outcome(place, lambda: read_spec(file), lambda: read_yaml(file))


@fuzz(60)
def test_records(place: Place, random: Random) -> None:
    """What was changed is refused: no change of a record can turn a FAIL into a PASS."""
    failed = a_record({"PERF-1": "fail"})
    file = place / "record.json"
    tree = json.loads(recorded.written(failed))
    file.write_bytes(mutated(tree, random))
    record = outcome(place, lambda: recorded.load(file), lambda: json.loads(file.read_bytes()))
    assert record is None or (record.verdict, record.findings) == (failed.verdict, failed.findings)


@fuzz(100)
def test_model_archives(place: Place, reader: Reader, random: Random) -> None:
    """What is let through names only what is listed, and needs no trust."""
    file, form = _model(place, random)
    about = ModelFile(str(file), "0" * 64, file.stat().st_size, form)

    def structure() -> None:
        if form == "keras-v3":
            read_archive(file)
        elif not file.read_bytes().startswith(b"\x89HDF\r\n\x1a\n"):
            raise FileFault("no HDF5")

    artifact = outcome(place, lambda: examine(file, about, reader._list), structure)
    if artifact is not None:
        assert () == artifact.custom
        assert {part.kind for part in artifact.parts} <= known.MODELS | known.LAYERS | known.OPERATIONS


def _model(place: Place, random: Random) -> tuple[Path, Any]:
    texts = sound_texts()
    match random.randrange(6):
        case 0:
            file = place / "model.h5"
            legacy(file, changed_tree(sound_config(), random))
            return file, "hdf5"
        case 1:
            file = legacy(place / "model.h5")
            file.write_bytes(changed_bytes(file.read_bytes(), random))
            return file, "hdf5"
        case 2:
            file = archive(place / "model.keras", texts)
            file.write_bytes(changed_bytes(file.read_bytes(), random))
        case 3:
            texts["model.weights.h5"] = changed_bytes(texts["model.weights.h5"], random)
            file = archive(place / "model.keras", texts)
        case 4:
            texts["metadata.json"] = mutated(json.loads(texts["metadata.json"]), random)
            file = archive(place / "model.keras", texts)
        case _:
            texts["config.json"] = mutated(sound_config(), random)
            file = archive(place / "model.keras", texts)
    return file, "keras-v3"
