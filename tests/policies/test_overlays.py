"""A policy over another: what it leaves out is kept, what it loosens is told, variables are filled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.checks import CATALOGUE
from auditor.errors import WrittenFault
from auditor.loaders.changes import changes
from auditor.loaders.overlays import stacked
from auditor.loaders.policies import LoadedPolicy, load_policy
from auditor.policy import Policy
from auditor.yamlfile import read_yaml

PARENT = """policy: parent
version: 1
title: t
vars: {floor: 0.7, gap: null}
requirements:
  - id: PERF-1
    text: ranked
    check: performance.discrimination
    limit: {quantity: auroc, at_least: $floor}
    severity: blocker
    rationale: a convention
  - id: PERF-2
    text: calibrated
    check: performance.calibration
    limit: {quantity: slope, between: [0.8, 1.25]}
    severity: major
    rationale: a convention
"""
VALUELESS = """parent.yaml:9:40: the variable 'gap' has no value
    Give it one under vars, here or in the policy that extends this one."""
WRONG = "parent.yaml:9:40: 'at_least' is to be a number, not 'high'"
LOST = """child.yaml:6:10: the policies that this one extends have no requirement 'PERF-11'
    Did you mean 'PERF-1'? A new one has text, severity, and check with limit, or attest."""
CHILD = "policy: child\nversion: 1\ntitle: t\nextends: parent.yaml\n"
PLAIN = PARENT.replace(", gap: null", "")


def written(folder: Path, parent: str, child: str) -> LoadedPolicy:
    (folder / "parent.yaml").write_text(parent, encoding="utf-8")
    (folder / "child.yaml").write_text(CHILD + child, encoding="utf-8")
    return load_policy("child.yaml", CATALOGUE, beside=folder)


def faults(folder: Path, parent: str, child: str) -> list[str]:
    with pytest.raises(WrittenFault) as caught:
        written(folder, parent, child)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def test_a_requirement_keeps_what_is_not_said_anew(tmp_path: Path) -> None:
    """Severity, text and rationale stay; the limit is the child's."""
    policy = written(
        tmp_path, PLAIN, "requirements:\n  - {id: PERF-1, limit: {quantity: auroc, at_least: 0.8}}\n"
    ).policy
    first = policy.requirements[0]
    assert ("ranked", "blocker", "a convention", 0.8) == (
        first.text,
        first.severity,
        first.rationale,
        first.limit and first.limit.at_least,
    )


def test_another_check_keeps_nothing_of_the_test(tmp_path: Path) -> None:
    """A limit on another check's quantity would mean something else."""
    told = faults(tmp_path, PLAIN, "requirements:\n  - {id: PERF-1, check: performance.calibration}\n")
    assert ["child.yaml:6:5: a requirement with a check has a limit"] == told


def test_a_variable_is_filled_by_the_last_policy_that_sets_it(tmp_path: Path) -> None:
    """The origin of the limit is where the variable was set."""
    loaded = written(tmp_path, PLAIN, "vars: {floor: 0.82}\n")
    limit = loaded.policy.requirements[0].limit
    assert limit is not None
    assert 0.82 == limit.at_least
    assert f"{tmp_path}/child.yaml:5:15" == loaded.origins["PERF-1"]["limit.at_least"]
    assert f"{tmp_path}/parent.yaml:10:15" == loaded.origins["PERF-1"]["severity"]


def test_a_dollar_is_written_twice(tmp_path: Path) -> None:
    """So that a group may be called $5."""
    (tmp_path / "own.yaml").write_text(
        "requirements: [{id: A-1, limit: {quantity: q, at_least: 1, parts: [$$5]}}]", encoding="utf-8"
    )
    requirements = stacked([read_yaml(tmp_path / "own.yaml")]).files[0].data["requirements"]
    assert ["$5"] == requirements[0]["limit"]["parts"]


@pytest.mark.parametrize(
    ("parent", "child", "expected"),
    [
        (
            PARENT.replace("$floor", "$gap"),
            "",
            [VALUELESS],
        ),
        (
            PLAIN.replace("$floor", "$flor"),
            "",
            ["parent.yaml:9:40: unknown variable 'flor'\n    Did you mean 'floor'?"],
        ),
        (
            PLAIN,
            "vars: {flor: 0.8}\n",
            ["child.yaml:5:8: no requirement uses the variable 'flor'\n    Did you mean 'floor'?"],
        ),
        (
            PLAIN,
            "vars: {floor: high}\n",
            [WRONG],
        ),
        (
            PLAIN,
            "vars: {floor: 0.8}\nstatistics: {smallest_cell: true}\n",
            ["child.yaml:6:29: 'smallest_cell' is to be a number, not true"],
        ),
        (
            PLAIN,
            "requirements:\n  - {id: PERF-11, severity: minor}\n",
            [LOST],
        ),
    ],
)
def test_an_overlay_that_is_wrong_is_told(tmp_path: Path, parent: str, child: str, expected: list[str]) -> None:
    """A variable without value, unknown, unused, of the wrong kind, a requirement that is not there: with its place."""
    told = faults(tmp_path, parent, child)
    assert expected == told


def kinds(loaded: LoadedPolicy) -> list[tuple[str, str, str]]:
    return [(one.requirement, one.key, one.kind) for one in loaded.changes]


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        ("vars: {floor: 0.6}\n", [("PERF-1", "limit", "looser")]),
        ("vars: {floor: 0.8}\n", [("PERF-1", "limit", "tighter")]),
        ("requirements:\n  - {id: PERF-1, severity: minor}\n", [("PERF-1", "severity", "looser")]),
        ("requirements:\n  - {id: PERF-2, severity: blocker}\n", [("PERF-2", "severity", "tighter")]),
        (
            "requirements:\n  - {id: PERF-2, limit: {quantity: slope, between: [0.9, 1.3]}}\n",
            [("PERF-2", "limit", "looser")],
        ),
        (
            "requirements:\n  - {id: PERF-2, limit: {quantity: slope, between: [0.9, 1.1]}}\n",
            [("PERF-2", "limit", "tighter")],
        ),
        (
            "requirements:\n  - {id: PERF-2, limit: {quantity: slope, between: [0.9, 1.1], on: value}}\n",
            [("PERF-2", "limit", "looser")],
        ),
        ("requirements:\n  - {id: PERF-1, may_not_apply: never}\n", [("PERF-1", "may_not_apply", "looser")]),
        ("statistics: {level: 0.9}\n", [("", "statistics.level", "looser")]),
        ("statistics: {inconclusive_is: pass}\n", [("", "statistics.inconclusive_is", "looser")]),
        ("sign_off: {approved: 2}\n", [("", "sign_off.approved", "tighter")]),
        ("people: {longest_days: 999}\n", [("", "people.longest_days", "looser")]),
        ("people: {never_waived: [PERF-1]}\n", [("", "people.never_waived", "tighter")]),
        ("people: {separate: false}\n", [("", "people.separate", "looser")]),
        ("people: {approvers: [head of risk]}\n", [("", "people.approvers", "tighter")]),
        ("statistics: {smallest_cell: 5}\n", [("", "statistics.smallest_cell", "looser")]),
        (
            "requirements:\n  - {id: PERF-1, attest: {role: lead}}\n",
            [("PERF-1", "check", "looser")],
        ),
        ("statistics: {smallest_cell: 50}\n", [("", "statistics.smallest_cell", "looser")]),
    ],
)
def test_what_is_loosened_is_known(tmp_path: Path, child: str, expected: list[tuple[str, str, str]]) -> None:
    """By limit, severity, excuse or statistics, whether by a variable or a requirement; with its place in the child."""
    loaded = written(tmp_path, PLAIN, child)
    assert expected == kinds(loaded)
    assert all(one.where.startswith(f"{tmp_path}/child.yaml:") for one in loaded.changes)
    recorded = [one.where for one in loaded.facts.changes]
    assert len([kind for *_, kind in expected if kind != "tighter"]) == len(recorded)
    assert all(where.startswith("child.yaml:") for where in recorded)


def test_a_setting_has_the_place_of_its_key(tmp_path: Path) -> None:
    """In the file that says it, whatever else stands there and whichever file over it says it anew."""
    child = "\npeople: {longest_days: 999}\nstatistics: {level: 0.9}\nsign_off: {approved: 1, not: [owner]}\n"
    over = "people:\n  never_waived:\n    - PERF-1\n  longest_days: 500\nsign_off: {reviewed: 1}\n"
    written(tmp_path, PLAIN, child)
    (tmp_path / "over.yaml").write_text(CHILD.replace("parent.yaml", "child.yaml") + over, encoding="utf-8")
    loaded = load_policy("over.yaml", CATALOGUE, beside=tmp_path)
    assert [
        ("statistics.level", "child.yaml:7:14"),
        ("people.longest_days", "child.yaml:6:10"),
        ("sign_off.approved", "child.yaml:8:12"),
        ("sign_off.not", "child.yaml:8:25"),
        ("people.longest_days", "over.yaml:8:3"),
        ("people.never_waived", "over.yaml:6:3"),
        ("sign_off.approved", "over.yaml:9:1"),
        ("sign_off.reviewed", "over.yaml:9:12"),
        ("sign_off.not", "over.yaml:9:1"),
    ] == [(one.key, one.where.rpartition("/")[2]) for one in loaded.changes]
    assert "" not in loaded.facts.places


def test_a_statement_in_place_of_a_check_has_its_place(tmp_path: Path) -> None:
    """That of the requirement in the file that drops the check."""
    loaded = written(tmp_path, PLAIN, "requirements:\n  - {id: PERF-1, attest: {role: lead}}\n")
    assert ["child.yaml:6:10"] == [one.where for one in loaded.facts.changes]


def test_a_new_requirement_is_tighter(tmp_path: Path) -> None:
    """Nothing that an overlay adds can loosen."""
    child = (
        "requirements:\n  - {id: HUM-1, text: seen, attest: {role: lead}, severity: minor, rationale: only a person}\n"
    )
    assert [("HUM-1", "", "tighter")] == kinds(written(tmp_path, PLAIN, child))


LIMIT = {"quantity": "auroc", "between": [0.7, 0.99], "too_good": "A leak."}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ({"attest": {"role": "lead", "bound_to": ["dataset"]}}, {"attest": {"role": "lead"}}, "looser"),
        ({"attest": {"role": "lead"}}, {"attest": {"role": "lead", "bound_to": ["decision"]}}, "tighter"),
        ({"check": "c", "limit": LIMIT}, {"check": "c", "limit": {**LIMIT, "too_good": "A slip."}}, "other"),
    ],
)
def test_what_a_statement_is_about_and_what_is_too_good(old: Any, new: Any, kind: str) -> None:
    """A statement that is bound to less is asked less of; other words for the same end are neither."""
    both = [
        Policy.model_validate(
            {
                "policy": "p",
                "version": 1,
                "title": "t",
                "requirements": [{"id": "T-1", "text": "t", "severity": "major", **one}],
            }
        )
        for one in (old, new)
    ]
    assert [kind] == [one.kind for one in changes(*both)]
