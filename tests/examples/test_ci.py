"""The snippets for pipelines in examples/ci: the shell part is run as it stands, the rest is read and held to it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from architectures import ARCHITECTURES, FEATURES, STEPS, model_of
from render.sample import sample
from ruamel.yaml import YAML

from auditor.cli.commands import auditor
from auditor.render.machine.files import machine_files

ROOT = Path(__file__).parents[2]
CI = ROOT / "examples" / "ci"
DATASET = """\
dataset: tiny
task: binary
layout: wide
files: [{path: test.csv}]
features:
%s
target: {column: y, positive: 1}
inputs: {sequence: {input: sequence, length: %d}}
output: {kind: probability}
"""
POLICY = """\
policy: tiny
version: 1
title: A tiny policy
requirements:
  - id: ART-1
    text: Every weight is a finite number.
    check: artifact.finite
    limit: {quantity: nonfinite_weights, at_most: 0}
    severity: blocker
  - id: PERF-1
    text: Ranked better than can be.
    check: performance.discrimination
    limit: {quantity: auroc, at_least: %s}
    severity: minor
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model and all that its audit needs."""
    folder = tmp_path_factory.mktemp("pipeline")
    name = next(iter(ARCHITECTURES))
    rows = ARCHITECTURES[name].rows(120, "none")["sequence"]
    names = [[f"f{j}_{step}" for step in range(STEPS)] for j in range(FEATURES)]
    header = ",".join([one for each in names for one in each] + ["y"])
    cells = [[*row.T.ravel().round(4), at % 2] for at, row in enumerate(rows)]
    (folder / "test.csv").write_text("\n".join([header, *(",".join(map(str, each)) for each in cells)]) + "\n")
    features = "\n".join(f"  - {{name: f{j}, columns: [{', '.join(each)}]}}" for j, each in enumerate(names))
    (folder / "dataset.yaml").write_text(DATASET % (features, STEPS))
    (folder / "policy.yaml").write_text(POLICY % 0.999)
    (folder / "audit.yaml").write_text(
        "model: {file: model.keras, name: Tiny, version: 1.0.0}\ndata: dataset.yaml\npolicy: policy.yaml\n"
    )
    model_of(name).save(folder / "model.keras")
    return folder


def _shell(place: Path, **env: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {**os.environ, "PATH": path, **env}
    return subprocess.run(
        ["sh", CI / "audit.sh"], cwd=place, env=given, capture_output=True, text=True, check=False, timeout=300
    )


def test_workflow(place: Path, tmp_path: Path) -> None:
    """The steps of GitHub's workflow as they stand, in its shell: installed, annotated, summary and reports left.

    What installs is a stub here that notes what it was asked for: a network would be needed.
    """
    (tmp_path / "audit").symlink_to(place)
    (tmp_path / "ci").mkdir()
    shutil.copy(CI / "audit.sh", tmp_path / "ci")
    for name, does in {"sudo": 'exec "$@"', "apt-get": 'echo "$0 $@" >>asked', "pip": 'echo "$0 $@" >>asked'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    workflow: dict[str, Any] = YAML(typ="safe").load((CI / "github-audit.yml").read_text())
    path = os.pathsep.join([str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]])
    summary = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_WORKSPACE": str(tmp_path)}
    env = {**os.environ, **workflow["env"], **summary, "PATH": path}
    told = ""
    for step in workflow["jobs"]["audit"]["steps"]:
        if "run" in step:
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            told += done.stdout
    asked = (tmp_path / "asked").read_text().replace(f"{tmp_path}/", "").splitlines()
    assert ["apt-get update", "pip install auditor[tensorflow-cpu]"] == [asked[0], asked[-1]]
    assert "::notice title=auditor%3A PASS::" in told
    assert "::notice file=audit/policy.yaml,line=10" in told
    report = tmp_path / "audit-report"
    assert (tmp_path / "summary").read_text() == (report / "summary.md").read_text()
    assert {"record.json", "report.html", "report.pdf", "junit.xml", "sarif.json"} <= {
        one.name for one in report.iterdir()
    }


def test_shell_fails(place: Path) -> None:
    """What is written wrongly ends the pipeline with 2, and leaves nothing."""
    done = _shell(place, AUDIT="other.yaml")
    assert (done.returncode, (place / "audit-report").exists()) == (2, False)


@pytest.mark.parametrize("name", ["github-audit.yml", "gitlab-audit.yml"])
def test_snippets(name: str) -> None:
    """Each is YAML, installs what it names, gives the shell part variables that it reads, and keeps no single rows."""
    text, script = (CI / name).read_text(), (CI / "audit.sh").read_text()
    read: dict[str, Any] = YAML(typ="safe").load(text)
    given = read["env"] if "env" in read else read["audit"]["variables"]
    assert "sh ci/audit.sh" in text
    assert all(f"{one}=${{{one}:-" in script for one in given if one != "AUDITOR"), given
    assert 'pip install "$AUDITOR"' in text
    assert text.count(given["REPORT"]) + text.count("REPORT") > 2
    assert "!${{ env.REPORT }}/restricted" in text or "$REPORT/restricted/**/*" in read["audit"]["artifacts"]["exclude"]


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_code_scanning(tmp_path: Path) -> None:
    """The filter leaves what did not pass and was not waived, each with its place below the audit's folder."""
    (block,) = re.findall(
        r"```yaml\n( +- name: what did not pass\n.*?)```", (ROOT / "docs" / "ci.md").read_text(), re.DOTALL
    )
    step, upload = YAML(typ="safe").load(block)
    record = sample()
    policy = record.policy.model_copy(
        update={"places": {one.requirement.id: "ours.yaml:9:5" for one in record.findings}}
    )
    placed = record.model_copy(update={"policy": policy})
    (tmp_path / "sarif.json").write_bytes(machine_files(placed)["sarif.json"])
    subprocess.run(["sh", "-c", step["run"]], cwd=tmp_path, env={**os.environ, "REPORT": "."}, check=True)
    read = json.loads((tmp_path / upload["with"]["sarif_file"]).read_text())
    places = {
        one["ruleId"]: one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in read["runs"][0]["results"]
    }
    wanted = [one for one in record.findings if one.status in ("fail", "inconclusive", "open", "error")]
    assert {one.requirement.id: "audit/ours.yaml" for one in wanted} == places


def test_options() -> None:
    """The shell part names no option that the command does not have."""
    run = auditor.commands["run"]
    known = {name for one in run.params for name in one.opts}
    assert set(re.findall(r"--[a-z-]+", (CI / "audit.sh").read_text())) <= known


def test_hook() -> None:
    """The hook calls a command that is there, on files that policies are usually in."""
    (hook,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"].split()[1:] == ["policy", "lint"]
    taken = ["policy.yaml", "policies/ours.yaml", "risk/policies/a/b.yml"]
    left = ["dataset.yaml", "docs/policies.md", "policies/notes.txt"]
    assert [bool(re.search(hook["files"], one)) for one in taken + left] == [True] * 3 + [False] * 3
