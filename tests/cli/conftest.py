"""A tiny audit whose model is a formula, run through the command line in this process."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from auditor.artifact import Refused, Trusted
from auditor.cli.commands import auditor
from auditor.cli.ending import ended
from auditor.model import Description, Layer, Port

Told = SimpleNamespace
Call = Callable[..., Told]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """`call("run", path)`: what a command ends with: code, out, err."""

    def called(*arguments: object) -> Told:
        code = ended(auditor, [str(one) for one in arguments])
        said = capsys.readouterr()
        return Told(code=code, out=said.out, err=said.err)

    return called


@dataclass
class FormulaModel:
    """The logistic of the mean of everything."""

    progress: Callable[[int], None] | None = None
    evaluations: int = 0
    closed: bool = False
    fault: BaseException | None = None
    refused: Refused | None = None
    description: Description = field(
        default_factory=lambda: Description(
            file="model.keras",
            sha256="e" * 64,
            bytes=10,
            format="keras-v3",
            keras_version="3",
            inputs=(Port("sequence", (3, 2), "float32"),),
            outputs=(Port("out", (1,), "float32"),),
            layers=(Layer("lstm", "LSTM", (1,), 12),),
            parameters=12,
            nonfinite_weights=0,
            isolation=("none",),
            versions={},
        )
    )

    def evaluate(self, inputs: dict[str, np.ndarray], batch: int | None = None) -> dict[str, np.ndarray]:
        if self.fault:
            raise self.fault
        x = np.asarray(inputs["sequence"], float)
        self.evaluations += len(x)
        if self.progress:
            self.progress(self.evaluations)
        return {"out": 1 / (1 + np.exp(-x.mean((1, 2)) * 3))[:, None]}

    def gradient(self, inputs: dict[str, np.ndarray], output: str, column: Any = None, at: str = "input") -> Any:
        x = np.asarray(inputs["sequence"], float)
        self.evaluations += len(x)
        score = 1 / (1 + np.exp(-x.mean((1, 2)) * 3))
        return {"sequence": np.broadcast_to((score * (1 - score) * 3 / x[0].size)[:, None, None], x.shape).copy()}

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FormulaModel:
    """The model that `run` gets in place of a child process."""
    made = FormulaModel()

    def opened(
        path: Path,
        *,
        memory_bytes: int,
        seconds: float,
        progress: Callable[[int], None],
        trusted: tuple[Trusted, ...],
        signature_key: Path | None,
        meanwhile: Callable[[], None],
        child: object,
    ) -> FormulaModel:
        if made.refused:
            raise made.refused
        assert path.name == "model.keras"
        assert memory_bytes > 0
        assert seconds > 0
        assert signature_key is None
        assert callable(meanwhile)
        made.progress = progress
        return made

    monkeypatch.setattr("auditor.app.opening.open_model", opened)
    monkeypatch.setattr("auditor.app.run.started", lambda *_: io.BytesIO())  # in place of a process: it can be closed
    return made


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports that cost no time. The real ones have tests of their own, and one here."""
    made = {"report.html": b"<!doctype html>", "report.pdf": b"%PDF"}
    monkeypatch.setattr("auditor.app.files.reports", lambda *_: made)
    monkeypatch.setattr("auditor.app.render.reports", lambda *_: made)


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """audit.yaml in a folder with all that it names; the working folder is `tmp_path`."""
    folder = tmp_path / "order"
    folder.mkdir()
    rng = np.random.default_rng(0)
    x = rng.standard_normal((400, 6)).round(4)
    y = rng.random(400) < 1 / (1 + np.exp(-3 * x.mean(1)))
    lines = [",".join(map(str, [i, *row, int(hit)])) for i, (row, hit) in enumerate(zip(x, y, strict=True))]
    (folder / "test.csv").write_text("id,a1,a2,a3,b1,b2,b3,y\n" + "\n".join(lines) + "\n")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "model.keras").write_text("never read: the fixture `model` answers in its place")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return folder / "audit.yaml"


FILES = {
    "audit.yaml": """\
model: {file: model.keras, name: Tiny LSTM, version: 1.0.0}
data: dataset.yaml
policy: policy.yaml
decision: {threshold: 0.5, action: call, favourable: below}
""",
    "dataset.yaml": """\
dataset: tiny
task: binary
layout: wide
files: [{path: test.csv, split: test}]
entity: id
features:
  - {name: a, columns: [a1, a2, a3]}
  - {name: b, columns: [b1, b2, b3]}
target: {column: y, positive: 1}
inputs: {sequence: {input: sequence, length: 3}}
output: {kind: probability}
""",
    "policy.yaml": """\
policy: tiny
version: 1
title: A tiny policy
requirements:
  - id: PERF-1
    text: Those who have it are ranked above those who have not.
    check: performance.discrimination
    limit: {quantity: auroc, at_least: 0.6}
    severity: blocker
""",
}
