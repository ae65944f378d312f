"""The commands for policies: shown with origins, told apart, tried on made-up measurements."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.app.cases import tried
from auditor.app.freeze import freeze
from auditor.app.lint import lint
from auditor.cli.commands import auditor
from auditor.errors import FileFault, WrittenFault
from auditor.seal.keys import new_keys

OWN = """policy: own
version: 3
title: Ours
extends: finance/credit-default
requirements:
  - {id: PERF-1, limit: {quantity: auroc, at_least: 0.60}}
"""
CASES = """policy: own.yaml
cases:
  - name: a weak ranking stops the release
    measured:
      PERF-1: {value: 0.55, error: 0.01}
      PERF-2: {value: 1.0, error: 0.05}
    expect: {PERF-1: fail, PERF-2: pass, verdict: FAIL}
  - name: few rows settle nothing
    measured: {PERF-1: {value: 0.62, error: 0.02}}
    expect: {PERF-1: inconclusive, verdict: INCONCLUSIVE}
  - name: one group is enough to fail
    measured: {PERF-7: {parts: {young: {value: 0.3, error: 0.01}, old: {value: 0.01, error: 0.01}}}}
    expect: {PERF-7: fail}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "cases.yaml").write_text(CASES, encoding="utf-8")
    return tmp_path


def said(*arguments: object) -> str:
    done = CliRunner().invoke(auditor, [str(argument) for argument in arguments], catch_exceptions=False)
    return done.output


def test_the_effective_policy_names_where_each_value_was_written(folder: Path) -> None:
    """The child's limit by the child's line, the rest by the parent's; what is printed is a policy by itself."""
    text = said("policy", "show", folder / "own.yaml", "--effective")
    first = text.partition("id: PERF-2")[0]
    assert "at_least: 0.6 # own.yaml:6:" in " ".join(first.split())
    assert "severity: blocker # credit-default.yaml:" in " ".join(first.split())
    (folder / "whole.yaml").write_text(text, encoding="utf-8")
    assert "no difference that bears on a verdict\n" == said(
        "policy", "diff", folder / "own.yaml", folder / "whole.yaml"
    )


def test_the_effective_policy_keeps_the_rules_for_people(folder: Path) -> None:
    """Signatures, sign-offs and what nobody may waive are asked for by what is printed, too, with their places."""
    own = folder / "own.yaml"
    rules = "people: {signed: true, never_waived: [PERF-1]}\nsign_off: {approved: 1, not: [owner]}\n"
    own.write_text(own.read_text(encoding="utf-8") + rules, encoding="utf-8")
    text = said("policy", "show", own, "--effective")
    for part in ("signed: true # own.yaml:7:10", "approved: 1 # own.yaml:8:12", "multiplicity: max-t # baseline.yaml:"):
        assert part in " ".join(text.split())
    (folder / "whole.yaml").write_text(text, encoding="utf-8")
    assert "no difference that bears on a verdict\n" == said("policy", "diff", own, folder / "whole.yaml")


def test_a_difference_is_told_with_its_kind(folder: Path) -> None:
    """The looser limit of the overlay."""
    assert "looser   PERF-1 limit: auroc at least 0.7 → auroc at least 0.6\n" == said(
        "policy", "diff", "finance/credit-default", folder / "own.yaml"
    )
    (folder / "other.yaml").write_text(OWN.replace("0.60", "0.65"), encoding="utf-8")
    assert [
        "tighter  PERF-1 limit: auroc at least 0.6 → auroc at least 0.65",
        "note: neither of the two extends the other",
    ] == said("policy", "diff", folder / "own.yaml", folder / "other.yaml").splitlines()


def test_an_overview_is_for_reading(folder: Path) -> None:
    """Requirement, severity, check and limit in words."""
    assert "PERF-1 (blocker) Customers who default are ranked above customers who do not." in said(
        "policy", "show", folder / "own.yaml"
    )


def test_cases_come_out_as_expected(folder: Path) -> None:
    """By the judge that judges audits."""
    assert [{}, {}, {}] == [dict(case.wrong) for case in tried(folder / "cases.yaml")]


def test_a_case_that_comes_out_otherwise_is_told(folder: Path) -> None:
    """With what was expected and what was found."""
    (folder / "own.yaml").write_text(OWN.replace("0.60", "0.50"), encoding="utf-8")
    wrong = [dict(case.wrong) for case in tried(folder / "cases.yaml")]
    assert {"PERF-1": ("fail", "pass"), "verdict": ("FAIL", "PASS")} == wrong[0]
    assert "OTHERWISE   a weak ranking stops the release" in said("policy", "test", folder / "cases.yaml")


def test_what_lies_beside_policies_is_linted_by_its_keys(folder: Path) -> None:
    """Cases as cases, and what is no policy once; a hook reads all that a folder holds."""
    cases, other = folder / "cases.yaml", folder / "waivers.yaml"
    assert [f"{cases}: cases, no fault"] == lint([str(cases)])
    other.write_text("waivers: []\n")
    with pytest.raises(WrittenFault) as caught:
        lint([str(cases), str(other)])
    assert ["is no policy"] == [problem.what for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("PERF-7", "PERF-77", "the policy has no requirement 'PERF-77'"),
        ("PERF-1: {value: 0.62, error: 0.02}", "PERF-1: attested", "'attested' cannot be of PERF-1"),
        ("expect: {PERF-7: fail}", "expect: {PERF-8: fail}", "expects something of PERF-8"),
        ("expect: {PERF-7: fail}", "expect: {PERF-7: failed}", "'failed' is nothing that 'PERF-7' can come out as"),
        (
            "PERF-1: {value: 0.62, error: 0.02}",
            "PERF-1: passed",
            "cases.yaml:9:24: 'passed' is not a value of 'PERF-1'",
        ),
        ("{value: 0.62, error: 0.02}", "{parts: {}}", "cases.yaml:9:32: 'parts' is empty"),
    ],
)
def test_a_case_that_is_written_wrongly_is_refused(folder: Path, old: str, new: str, told: str) -> None:
    """Unknown requirements, outcomes that cannot be, expectations of nothing."""
    (folder / "cases.yaml").write_text(CASES.replace(old, new), encoding="utf-8")
    with pytest.raises(WrittenFault) as caught:
        tried(folder / "cases.yaml")
    assert told in str(caught.value)


def test_nothing_is_left_of_a_freeze_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk: an error, and no empty file that would be in the way of the next try."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    key = new_keys(folder / "keys", "hanna", None).private
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileFault, match="cannot be written: No space left on device"):
        freeze(str(folder / "own.yaml"), key, bytes, folder / "f.json")
    assert not (folder / "f.json").exists()
