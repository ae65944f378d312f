"""Every command but `run`: what it prints, writes, and ends with."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from records import a_record
from sealing import short_reports, written_folder

from auditor import engine
from auditor.app import recorded
from auditor.checks import CATALOGUE
from auditor.cli.commands import auditor
from auditor.policy import Policy

POLICY = """\
policy: stricter
version: 2
title: Stricter
requirements:
  - id: PERF-9
    text: Ranked better still.
    check: performance.discrimination
    limit: {quantity: auroc, at_least: 0.9}
    severity: blocker
"""


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small audit, in the working folder; its record's key is the one that a policy's plan gives."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AUDITOR_PASSPHRASE", raising=False)
    record = a_record()
    (entry,) = record.measured.values()
    check = CATALOGUE["performance.discrimination"]
    requirement = record.findings[0].requirement.model_dump(by_alias=True)
    policy = Policy.model_validate({"policy": "p", "version": 1, "title": "t", "requirements": [requirement]})
    (key,) = engine.plan(policy, {check.id: check})[1].values()
    finding = record.findings[0].model_copy(update={"measured": key})
    short_reports(monkeypatch)
    return written_folder(
        tmp_path / "audit", record.model_copy(update={"measured": {key: entry}, "findings": (finding,)})
    )


def test_every_command_has_help(call) -> None:
    """Each command explains itself and each of its options."""
    waiting: list[tuple[tuple[str, ...], click.Command]] = [((), auditor)]
    while waiting:
        path, command = waiting.pop()
        told = call(*path, "--help")
        assert told.code == 0
        assert command.help
        assert all(option.help for option in command.params if isinstance(option, click.Option)), path
        if isinstance(command, click.Group):
            waiting += [((*path, name), inner) for name, inner in command.commands.items()]


def test_version(call) -> None:
    """The version, on one line."""
    assert call("--version").out.startswith("auditor 0.")


def test_checks(call) -> None:
    """All checks are listed; one is told in full; a wrong id gets the nearest."""
    listed = call("checks").out
    assert [name for name in CATALOGUE if f"  {name} " not in listed] == []
    for check in CATALOGUE.values():
        told = call("checks", check.id)
        assert told.code == 0
        words = " ".join(told.out.split())
        for part in (check.title, check.measures, check.why, check.blind_to, *check.quantities):
            assert " ".join(part.split()) in words
    wrong = call("checks", "performance.discriminatio")
    assert (wrong.code, wrong.out) == (2, "")
    assert "Did you mean 'performance.discrimination'?" in wrong.err


def test_lint(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sound policies have no fault; the faults of all others are told with their places."""
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(POLICY)
    Path("bad.yaml").write_text(POLICY.replace("at_least", "at_leat").replace("blocker", "blocking"))
    Path("worse.yaml").write_text("policy: [")

    warned = "good.yaml: 1 requirement, no fault\n  warning: without a rationale: PERF-9\n"
    assert call("policy", "lint", "good.yaml").out == warned
    hunting = POLICY.replace("performance.discrimination", "behavior.trigger").replace("auroc", "triggers")
    Path("loud.yaml").write_text(hunting.replace("at_least: 0.9", "at_most: 0"))
    told = "PERF-9 is a blocker, and behavior.trigger tells a suspicion, which is no proof; major is enough"
    assert told in call("policy", "lint", "loud.yaml").out
    told = call("policy", "lint", "good.yaml", "bad.yaml", "worse.yaml", "nothing")
    assert (told.code, told.out) == (2, "")
    for part in (
        "bad.yaml:8:30: unknown key 'at_leat'",
        "bad.yaml:9:15",
        "worse.yaml:1:",
        "no shipped policy 'nothing'",
    ):
        assert part in told.err


@pytest.mark.usefixtures("reports")
def test_judge(call, audit: Path) -> None:
    """Another policy's limit on the same measurement fails where the first one passed; the old record stays."""
    before = (audit / recorded.NAME).read_bytes()
    Path("stricter.yaml").write_text(POLICY)
    told = call("judge", audit, "--policy", "stricter.yaml", "--out", "again")

    assert told.code == 1, told.err
    assert "✗ fail  blocker  PERF-9  Ranked better still." in told.out
    record = json.loads(Path("again/record.json").read_bytes())
    assert (record["verdict"], record["policy"]["name"]) == ("FAIL", "stricter")
    assert record["not_tested"][0].startswith("The model was not run: the measurements are those of the record ")
    assert Path("again/inputs/policy/1-stricter.yaml").read_text() == POLICY
    assert (audit / recorded.NAME).read_bytes() == before
    assert recorded.load(Path("again")).body_sha256 == record["body_sha256"]


@pytest.mark.usefixtures("reports")
def test_judge_at_another_level(call, audit: Path) -> None:
    """--level changes the intervals that are judged, and the record says so."""
    widths = []
    Path("p.yaml").write_text(POLICY.replace("0.9", "0.75"))
    for level in ("0.9", "0.999"):
        assert call("judge", audit / "record.json", "--policy", "p.yaml", "--out", level, "--level", level).code == 0
        record = json.loads(Path(level, "record.json").read_bytes())
        (judged,) = record["findings"][0]["judged"]
        widths.append(judged["high"] - judged["low"])
        assert record["policy"]["statistics"]["level"] == judged["level"] == float(level)
    assert widths[0] < widths[1]


@pytest.mark.usefixtures("reports")
def test_judge_what_was_not_measured(call, audit: Path) -> None:
    """A requirement that the record holds no measurement of is an error, never a pass."""
    Path("p.yaml").write_text(
        POLICY.replace("discrimination", "calibration").replace("auroc, at_least: 0.9", "brier, at_most: 1")
    )
    told = call("judge", audit, "--policy", "p.yaml", "--out", "again")

    assert told.code == 4, told.err
    assert "! error  blocker  PERF-9" in told.out
    assert "the record holds no measurement of this check with these parameters" in told.out


def test_judge_level_out_of_range(call, audit: Path) -> None:
    """A level that is none is what you wrote."""
    assert call("judge", audit, "--policy", "baseline", "--level", "95").code == 2


@pytest.mark.usefixtures("reports")
def test_render(call, audit: Path) -> None:
    """The reports are made again in a new folder, with the record's own bytes."""
    told = call("render", audit, "--out", "again")

    assert (told.code, told.out) == (0, "again\n")
    names = ["inputs", "record.json", "report.html", "report.pdf"]
    assert sorted(path.name for path in Path("again").iterdir()) == names
    for name in ("record.json", "inputs/audit.yaml", "inputs/policy/1-policy.yaml"):
        assert Path("again", name).read_bytes() == (audit / name).read_bytes()


def test_what_is_made_from_a_record_can_be_sealed(call, audit: Path) -> None:
    """What people wrote comes along when a record is rendered or judged again; where it was edited, it does not."""
    Path("p.yaml").write_text(POLICY)
    call("keys", "new", "--out", "keys", "--no-passphrase")
    call("render", audit, "--out", "rendered")
    call("judge", audit, "--policy", "p.yaml", "--out", "judged")
    (audit / "inputs" / "audit.yaml").write_text("edited")
    call("render", audit, "--out", "edited")

    assert [call("seal", folder, "--key", "keys/auditor.key.pem").code for folder in ("rendered", "judged")] == [0, 0]
    told = call("seal", "edited", "--key", "keys/auditor.key.pem")
    assert (told.code, told.err.splitlines()[0]) == (
        3,
        "auditor: inputs/audit.yaml: is missing: the audit was made from it",
    )


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (lambda raw: raw.replace(b'"seed": 0', b'"seed": 1'), 3, "the record was changed after it was written"),
        (lambda raw: raw[:1000], 3, "Invalid JSON"),
        (lambda raw: raw.replace(b'"schema_version": 1', b'"schema_version": 2'), 3, "reads version 1 of the record"),
        (lambda _: b"[" * 100_000, 3, "Invalid JSON"),
        (lambda raw: raw.replace(b'"seed": 0', b'"seed": NaN'), 3, "seed"),
    ],
)
def test_damaged_record(call, audit: Path, spoil, code: int, told: str) -> None:
    """A record that is not whole is refused by what uses it."""
    file = audit / recorded.NAME
    file.write_bytes(spoil(file.read_bytes()))
    for command in (["render", audit], ["judge", audit, "--policy", "baseline"]):
        ended = call(*command, "--out", "out")
        assert ended.code == code
        assert told in ended.err
    assert not Path("out").exists()


def test_no_record(call, tmp_path: Path) -> None:
    """A folder without a record is what you wrote."""
    told = call("render", tmp_path)
    assert (told.code, "there is no record here" in told.err) == (2, True)
