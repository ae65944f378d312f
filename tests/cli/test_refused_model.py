"""A model file that is refused: exit code 3, layer and reason named, and a record that says so and passes nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hostile.artifacts import CORPUS
from hostile.building import MARKER

from auditor.app import recorded
from auditor.artifact import ModelFile, Refused
from auditor.errors import ModelFault, Problem

WHY = "layer 'head' (Lambda) runs code of its own, which the file brings along or names"
REAL = ("lambda", "legacy lambda (.h5)", "traversal", "external link (.h5)", "10⁹ units", "cut off")
NOISE = """\
  - id: BEHAV-1
    text: Noise changes little.
    check: behavior.noise
    limit: {quantity: flipped, at_most: 0.5}
    severity: blocker
"""
ATTESTED = """\
  - id: HUM-1
    text: Somebody looked at it.
    attest: {role: validator}
    severity: blocker
"""
STATED = """\
attestations:
  - requirement: HUM-1
    name: A. Person
    role: validator
    date: 2026-01-01
    statement: I looked.
    expires: 2100-01-01
    model_sha256: "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
"""


@pytest.fixture
def refused(model):
    file = ModelFile("model.keras", "e" * 64, 10, "keras-v3")
    model.refused = Refused([Problem("model.keras", WHY, "rebuild it")], file)


@pytest.mark.usefixtures("refused")
def test_a_refusal_is_told_and_recorded(order, call) -> None:
    """The real reports are made; the record is whole and can be rendered; every finding says why."""
    told = call("run", order, "--out", "out", "--quiet")

    assert 3 == told.code
    assert told.err.splitlines() == [
        f"auditor: model.keras: {WHY}",
        "    rebuild it",
        "auditor: out: holds the record and the report of this refusal",
    ]
    record = recorded.load(Path("out"))
    assert "INCONCLUSIVE" == record.verdict
    assert ["error"] == [finding.status for finding in record.findings]
    assert f"the model file was refused: {WHY}" == record.findings[0].reason
    assert f"The model file was refused before it was opened, so nothing was measured: {WHY}." == record.not_tested[0]
    assert ("model.keras", "e" * 64, 10) == tuple(getattr(record.model.file, n) for n in ("name", "sha256", "bytes"))
    assert None is record.model.parameters is record.model.nonfinite_weights
    assert "runs code of its own" in Path("out/report.html").read_text()
    assert Path("out/report.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.usefixtures("refused", "reports")
def test_nothing_passes_with_a_refused_model(order, call) -> None:
    """Neither a statement of a person, nor a check of the data alone, nor a waiver settles anything."""
    policy = order.with_name("policy.yaml")
    data_only = policy.read_text().replace("performance.discrimination", "data.ranges")
    data_only = data_only.replace("{quantity: auroc, at_least: 0.6}", "{quantity: other_unit, at_most: 0.5}")
    policy.write_text(data_only.replace("severity: blocker", "severity: minor") + ATTESTED)
    order.with_name("attestations.yaml").write_text(STATED)
    order.write_text(order.read_text() + "attestations: attestations.yaml\n")
    told = call("run", order, "--out", "out")

    assert 3 == told.code, told.err
    record = json.loads(Path("out/record.json").read_bytes())
    assert ["error", "open"] == [finding["status"] for finding in record["findings"]]
    assert "INCONCLUSIVE" == record["verdict"]


@pytest.mark.usefixtures("model", "reports")
@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("my_layers", "'my_layers' is not of the form module:object"),
        ("../x:y", "'../x:y' is not of the form module:object"),
        ("no_such_module_here:Own", "there is no module 'no_such_module_here' in Python's source"),
        ("sys:exit", "there is no module 'sys' in Python's source"),
    ],
)
def test_what_cannot_be_trusted_is_told_before_anything_is_opened(order, call, written, what) -> None:
    """Exit code 2, and no folder."""
    told = call("run", order, "--trust-custom", written)

    assert 2 == told.code
    assert f"auditor: --trust-custom: {what}" == told.err.splitlines()[0]
    assert ["order"] == [path.name for path in Path().iterdir()]


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("one", [one for one in CORPUS if one.name in REAL], ids=lambda one: one.name)
def test_a_hostile_file_ends_the_real_program(order, call, one) -> None:
    """No stand-in: the file is read by the limited process, refused, recorded; no TensorFlow is started for it."""
    one.build(order.parent)
    if (order.parent / "model.h5").exists():
        order.write_text(order.read_text().replace("model.keras", "model.h5"))
    told = call("run", order, "--out", "out", "--quiet")

    assert 3 == told.code, told.err
    assert one.says in told.err
    assert "Traceback" not in told.err
    record = recorded.load(Path("out"))
    assert "INCONCLUSIVE" == record.verdict
    assert one.says in record.because
    assert not (order.parent / MARKER).exists()


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("form", ["script in front", "folder"])
def test_what_is_no_model_file_is_recorded_too(order, call, form) -> None:
    """A file that two programs read as two, and what has no bytes at all."""
    path = order.parent / "model.keras"
    path.unlink(missing_ok=True)
    if form == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"#!/bin/sh\nPK\x03\x04")
    told = call("run", order, "--out", "out", "--quiet")

    assert 3 == told.code, told.err
    file = recorded.load(Path("out")).model.file
    expected = ("", 0) if form == "folder" else (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    assert expected == (file.sha256, file.bytes)


@pytest.mark.usefixtures("reports")
def test_findings_made_before_the_model_died_are_kept(order, call, model) -> None:
    """The first check measured; the process dies in the second, which is an error, and no PASS comes of it."""
    policy = order.with_name("policy.yaml")
    policy.write_text(policy.read_text() + NOISE)
    evaluate = model.evaluate

    def dying(inputs, batch=None):
        if model.evaluations >= 800:  # after the kind of output was tried, and the scores of the first check
            raise ModelFault("the model's process was lost: it died of SIGKILL")
        return evaluate(inputs, batch)

    model.evaluate = dying
    told = call("run", order, "--out", "out", "--quiet")

    assert 4 == told.code, told.err
    record = recorded.load(Path("out"))
    assert {"PERF-1": "pass", "BEHAV-1": "error"} == {f.requirement.id: f.status for f in record.findings}
    assert "it died of SIGKILL" in record.findings[1].reason
    assert "INCONCLUSIVE" == record.verdict
