"""The workflow in examples/ci, run as it stands: its steps in a folder that has what its `env` names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from archiving import ORIGIN, Desk, desk_in
from ruamel.yaml import YAML
from sealing import short_reports

from auditor.app import archive as uses
from auditor.seal import keys

WORKFLOW = Path(__file__).parents[2] / "examples" / "ci" / "release-gate.yml"
POLICY = """\
policy: test
version: 1
title: A policy
requirements:
  - id: PERF-1
    text: People who default are ranked above people who repay.
    check: performance.discrimination
    limit: {quantity: auroc, at_least: 0.75}
    severity: blocker
"""
TRUST = "trust: tested\nkeys:\n  - {holder: Pipeline, roles: [seal], public: bank.pub.pem}\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Desk]:
    """The runner's folder, with an archived audit of its model."""
    import hashlib

    from records import a_record

    short_reports(monkeypatch)
    desk = desk_in(tmp_path / "desk", ORIGIN, keys.new_keys(tmp_path / "keys", "bank", None))
    file = a_record().model.file.model_copy(update={"sha256": hashlib.sha256(b"weights").hexdigest()})
    _, checkpoint = desk.add(desk.sealed(model=a_record().model.model_copy(update={"file": file})))
    env = YAML(typ="safe").load(WORKFLOW)["env"]
    runner = tmp_path / "runner"
    texts = {env["MODEL"]: "weights", env["POLICY"]: POLICY, env["TRUST"]: TRUST, env["CHECKPOINT"]: checkpoint.note}
    for name, text in texts.items():
        (runner / name).parent.mkdir(parents=True, exist_ok=True)
        (runner / name).write_text(text, encoding="utf-8")
    shutil.copy(desk.bank.public, (runner / env["TRUST"]).parent / "bank.pub.pem")
    shutil.copy(desk.log.public, runner / env["LOG_KEY"])
    (runner / env["ARCHIVE"]).symlink_to(desk.place)
    return runner, desk


def steps(runner: Path) -> list[tuple[int, str]]:
    """Exit code and output of each step that runs a command, up to the first that fails."""
    workflow: dict[str, Any] = YAML(typ="safe").load(WORKFLOW)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    told = []
    for step in workflow["jobs"]["gate"]["steps"]:
        if "run" in step:
            command = ["bash", "-eo", "pipefail", "-c", step["run"]]
            env = {**os.environ, "PATH": path, **workflow["env"]}
            done = subprocess.run(command, cwd=runner, env=env, capture_output=True, text=True, check=False)
            told.append((done.returncode, done.stdout + done.stderr))
            if done.returncode:
                break
    return told


def test_opens(place: tuple[Path, Desk]) -> None:
    """For the audited model every step ends with 0."""
    runner, _ = place
    told = steps(runner)
    assert [0, 0] == [code for code, _ in told], told
    assert told[1][1].startswith("open: entry 0, PASS by test 1\n")


def test_closes(place: tuple[Path, Desk]) -> None:
    """For an audit that was withdrawn, and for another file, the gate's step fails the job."""
    runner, desk = place
    uses.supersede(desk.write, 0, None, "the labels were wrong")
    told = steps(runner)
    assert ([0, 1], True) == ([code for code, _ in told], "it was withdrawn: the labels were wrong" in told[1][1])
    (runner / "model.keras").write_text("other weights")
    assert "the archive holds no sealed audit of this file" in steps(runner)[1][1]
