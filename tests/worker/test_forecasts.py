"""A model of three quantiles at two horizons, from its description to what checks make of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from architectures import FEATURES, STEPS
from measuring import run
from ruamel.yaml import YAML
from subjects import make_subject

from auditor.checks.internals import memory
from auditor.checks.performance import error, quantiles
from auditor.errors import FileFault
from auditor.explain.explained import Explained
from auditor.loaders.dataset import open_dataset
from auditor.subject import Subject, check_output

LEVELS = (0.1, 0.5, 0.9)
VALUES = np.random.default_rng(4).normal(size=(400, FEATURES + 1)).round(4)
COLUMNS = [{"horizon": h, "quantile": q} for h in (1, 5) for q in LEVELS]
COLUMNS[1] = COLUMNS[1] | {"primary": True}


@pytest.fixture
def subject(tmp_path, opened):
    """One long series whose target is measured on each line, as its file and description say."""
    names = [f"x{k}" for k in range(FEATURES)]
    lines = [",".join(["t", *names, "y"]), *(",".join(map(str, [t, *row])) for t, row in enumerate(VALUES.tolist()))]
    (tmp_path / "series.csv").write_text("\n".join(lines))
    spec = {
        "dataset": "series",
        "task": "regression",
        "layout": "long",
        "files": [{"path": "series.csv"}],
        "time": "t",
        "windows": {"length": STEPS},
        "features": [{"name": name, "column": name} for name in names],
        "target": {"column": "y", "unit": "kW"},
        "inputs": {"sequence": {"input": "sequence", "length": STEPS}},
        "output": {"kind": "value", "forecasts": COLUMNS},
    }
    with (tmp_path / "dataset.yaml").open("w") as stream:
        YAML().dump(spec, stream)
    found, like = open_dataset(tmp_path / "dataset.yaml"), make_subject(n=4, reference=0)
    model = opened("three_quantiles_at_two_horizons")
    return Subject(model, found.test, None, found.encoder, found.output, None, like.identity)


def test_every_column_is_held_against_its_own_target(subject):
    """The figures are those of the model's columns and the lines 1 and 5 after each window."""
    check_output(subject)
    data = subject.test
    columns = subject.model.evaluate(subject.encoder.encode(subject.block(data)))["score"].astype(float)
    y = VALUES[:, -1]
    ahead = {"1": y[data.stops], "5": y[data.stops + 4]}
    found = run(quantiles.measure, subject).quantities
    expected = {
        f"{h}: {q:g}": np.mean(ahead[h] <= columns[:, 3 * k + m]) - q
        for k, h in enumerate(ahead)
        for m, q in enumerate(LEVELS)
    }
    assert {part: one.value for part, one in found["quantile_error"].parts.items()} == pytest.approx(expected)
    far = run(error.measure, subject).quantities["mean_absolute_error_by_horizon"].parts["5"].value
    assert far == pytest.approx(np.abs(ahead["5"] - columns[:, 4]).mean())
    assert subject.score(subject.block(data)) == pytest.approx(columns[:, 1])
    assert found["crossing"].parts["1"].value == np.mean((np.diff(columns[:, :3], axis=1) < 0).any(axis=1))


def test_the_primary_forecast_is_explained(subject):
    """Its slope, not that of the first column or the last."""
    inputs = subject.encoder.encode(subject.block(subject.test, np.arange(5)))
    explained = Explained.of(subject)
    assert (explained.output, explained.column, explained.unit) == ("score", 1, "kW")
    moved = {name: values + 1e-2 * np.eye(FEATURES, dtype=np.float32)[0] for name, values in inputs.items()}
    slope = explained.gradient(inputs)["sequence"][:, :, 0].sum(axis=1)
    assert (explained.values(moved) - explained.values(inputs)) / 1e-2 == pytest.approx(slope, abs=2e-2)
    assert run(memory.measure, subject).quantities


def test_a_column_too_many_is_refused(subject):
    """Before anything is measured, with what to do."""
    fewer = subject.output.model_copy(update={"forecasts": subject.output.forecasts[:5]})
    with pytest.raises(FileFault, match="'score' has 6 columns, and 5 forecasts are declared"):
        check_output(dataclasses.replace(subject, output=fewer))
