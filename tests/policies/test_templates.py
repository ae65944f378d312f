"""Policies that leave values to those over them: what changes beside these is told; they are compared and linted."""

from __future__ import annotations

from pathlib import Path

import pytest
from policies.test_overlays import CHILD, PARENT, PLAIN, WRONG, faults, kinds, written

from auditor.app.lint import lint
from auditor.app.policies import different, overview
from auditor.checks import CATALOGUE
from auditor.errors import WrittenFault
from auditor.loaders.policies import load_policy

TEMPLATE = PARENT.replace("slope, between: [0.8, 1.25]", "slope, between: [0.8, $gap]")
OURS = """vars: {gap: 1.25}
requirements:
  - {id: PERF-1, severity: minor, limit: {quantity: auroc, at_least: 0.6}}
"""


def test_a_change_beside_a_value_that_was_asked_for_is_told(tmp_path: Path) -> None:
    """A parent that leaves a variable to its child hides nothing of what the child loosens; the value is no change."""
    loaded = written(tmp_path, TEMPLATE, OURS)
    assert [("PERF-1", "severity", "looser"), ("PERF-1", "limit", "looser")] == kinds(loaded)
    (tmp_path / "over.yaml").write_text(CHILD.replace("parent.yaml", "child.yaml") + "vars: {gap: 1.4}\n")
    over = load_policy("over.yaml", CATALOGUE, beside=tmp_path)
    assert [
        ("PERF-1", "severity", "child.yaml:7:28"),
        ("PERF-1", "limit", "child.yaml:7:53"),
        ("PERF-2", "limit", "over.yaml:5:13"),
    ] == [(one.requirement, one.key, one.where.rpartition("/")[2]) for one in over.changes]


def test_a_change_that_another_file_changes_again_has_its_own_place(tmp_path: Path) -> None:
    """Each file is told with what it does itself, wherever the value in force comes from."""
    written(tmp_path, PLAIN, "vars: {floor: 0.6}\nrequirements:\n  - {id: PERF-2, severity: minor}\n")
    over = "vars: {floor: 0.5}\nrequirements:\n\n  - {id: PERF-2, severity: blocker}\n"
    (tmp_path / "over.yaml").write_text(CHILD.replace("parent.yaml", "child.yaml") + over)
    loaded = load_policy("over.yaml", CATALOGUE, beside=tmp_path)
    assert [
        ("PERF-1", "looser", "child.yaml:5:15"),
        ("PERF-2", "looser", "child.yaml:7:28"),
        ("PERF-1", "looser", "over.yaml:5:15"),
        ("PERF-2", "tighter", "over.yaml:8:28"),
    ] == [(one.requirement, one.kind, one.where.rpartition("/")[2]) for one in loaded.changes]


def test_a_parent_that_only_its_child_makes_a_policy_is_refused(tmp_path: Path) -> None:
    """What such a child loosens could not be told."""
    assert [WRONG] == faults(tmp_path, PLAIN.replace("floor: 0.7", "floor: high"), "vars: {floor: 0.2}\n")


def test_a_template_is_compared_and_linted(tmp_path: Path) -> None:
    """With the names of its variables; nobody can run it, and what it leaves open may be anything but misspelt."""
    with pytest.raises(WrittenFault, match="the variable 'gap' has no value"):
        written(tmp_path, TEMPLATE, "")
    (tmp_path / "child.yaml").write_text(CHILD + OURS)
    parent, child = str(tmp_path / "parent.yaml"), str(tmp_path / "child.yaml")
    assert [
        ("PERF-1", "severity", "blocker", "minor", "looser"),
        ("PERF-1", "limit", "auroc at least 0.7", "auroc at least 0.6", "looser"),
        ("PERF-2", "limit", "slope between 0.8 and $gap", "slope between 0.8 and 1.25", "other"),
    ] == [(one.requirement, one.key, one.before, one.after, one.kind) for one in different(parent, child)]
    assert [] == [*different(parent, parent)]
    assert "  performance.calibration: slope between 0.8 and $gap" in overview(parent)
    assert [
        f"{parent}: 2 requirements, no fault",
        "  a template: a policy over it has to set gap",
    ] == lint([parent])
    (tmp_path / "parent.yaml").write_text(TEMPLATE.replace("$gap", "$gaps").replace("auroc", "auroq"))
    with pytest.raises(WrittenFault, match="unknown variable 'gaps'"):
        lint([parent])


@pytest.mark.parametrize(("low", "kind"), [("0.7", "looser"), ("0.9", "tighter")])
def test_a_limit_with_a_variable_is_compared_as_in_the_record(tmp_path: Path, low: str, kind: str) -> None:
    """With the value that the policy over the template gives it, in both directions."""
    changed = (
        f"vars: {{gap: 1.25}}\nrequirements:\n  - {{id: PERF-2, limit: {{quantity: slope, between: [{low}, $gap]}}}}\n"
    )
    loaded = written(tmp_path, TEMPLATE, changed)
    assert [("PERF-2", "limit", kind)] == kinds(loaded)
    parent, child = str(tmp_path / "parent.yaml"), str(tmp_path / "child.yaml")
    found = [*different(parent, child), *different(child, parent)]
    ends = ["slope between 0.8 and 1.25", f"slope between {low} and 1.25"]
    turned = {"looser": "tighter", "tighter": "looser"}[kind]
    assert [(*ends, kind), (*reversed(ends), turned)] == [(one.before, one.after, one.kind) for one in found]


def test_a_template_names_quantities_that_there_are(tmp_path: Path) -> None:
    """Before anybody sets the value beside them."""
    template = TEMPLATE.replace("quantity: slope", "quantity: slop")
    (tmp_path / "parent.yaml").write_text(template)
    with pytest.raises(WrittenFault, match="no quantity 'slop'"):
        lint([str(tmp_path / "parent.yaml")])


def test_a_limit_that_its_child_replaces_is_not_held_against_its_stand_in(tmp_path: Path) -> None:
    """Though the variable in it has no value."""
    (tmp_path / "parent.yaml").write_text(TEMPLATE)
    over = "requirements:\n  - {id: PERF-2, limit: {quantity: slope, between: [0.7, 1.3]}}\n"
    (tmp_path / "child.yaml").write_text(CHILD + over)
    assert "no fault" in lint([str(tmp_path / "child.yaml")])[0]
