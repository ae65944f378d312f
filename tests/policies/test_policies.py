"""Policies: every fault told at once with its place; each bad file stands beside the exact text of its error."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.app.cases import tried
from auditor.checks import CATALOGUE
from auditor.errors import WrittenFault
from auditor.loaders.policies import load_policy, shipped_policies

HERE = Path(__file__).parent
BAD = sorted((HERE / "bad").glob("*.yaml"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_policy_is_told_exactly(path: Path, golden: Callable[[Path, str], None]) -> None:
    """Place, what is wrong, and the remedy, word for word."""
    with pytest.raises(WrittenFault) as caught:
        load_policy(path.name, CATALOGUE, beside=path.parent)
    golden(path.with_suffix(".txt"), str(caught.value).replace(f"{path.parent.resolve()}{os.sep}", "") + "\n")


@pytest.mark.parametrize("name", shipped_policies())
def test_a_shipped_policy_is_sound(name: str, tmp_path: Path) -> None:
    """It is named as its file and says why each limit is so; what meets every limit passes, what does not fails."""
    policy = load_policy(name, CATALOGUE).policy
    assert (name, []) == (policy.policy, [one.id for one in policy.requirements if not one.rationale])
    assert "blocker" not in [one.severity for one in policy.requirements if one.check == "behavior.trigger"]
    good: dict[str, Any] = {}
    bad: dict[str, Any] = {}
    for one in policy.requirements:
        if one.limit is None:
            good[one.id], bad[one.id] = "attested", "open"
            continue
        ends = [end for end in (one.limit.low, one.limit.high) if end is not None]
        beyond = ends[-1] + 1 if one.limit.high is not None else ends[0] - 1
        for told, value in ((good, ends[0]), (bad, beyond)):
            parts = {part: {"value": value} for part in one.limit.parts or ()}
            told[one.id] = {"parts": parts} if parts else {"value": value}
    open_or_failed = {key: "open" if value == "open" else "fail" for key, value in bad.items()}
    cases = [
        {"name": "good", "measured": good, "expect": {"verdict": "PASS"}},
        {"name": "bad", "measured": bad, "expect": {**open_or_failed, "verdict": "FAIL"}},
    ]
    file = tmp_path / "cases.yaml"
    file.write_text(json.dumps({"policy": name, "cases": cases}))
    assert {"good": {}, "bad": {}} == {case.name: case.wrong for case in tried(file)}


def test_a_child_overrides_by_id_and_by_key(tmp_path: Path) -> None:
    """What the child says anew is its own, requirement by requirement and key by key; the rest is kept."""
    (tmp_path / "own.yaml").write_text(
        """policy: own
version: 1
title: t
extends: finance/credit-default
statistics: {level: 0.9}
requirements:
  - id: PERF-1
    text: ours
    check: performance.discrimination
    limit: {quantity: auroc, at_least: 0.78}
    severity: major
""",
        encoding="utf-8",
    )
    parent = load_policy("finance/credit-default", CATALOGUE)
    own = load_policy("own.yaml", CATALOGUE, beside=tmp_path)
    assert [r.id for r in parent.policy.requirements] == [r.id for r in own.policy.requirements]
    changed = {r.id: r for r in own.policy.requirements}["PERF-1"]
    assert ("ours", "major", 0.78) == (changed.text, changed.severity, changed.limit and changed.limit.at_least)
    assert (0.9, "max-t") == (own.policy.statistics.level, own.policy.statistics.multiplicity)
    assert ["own.yaml", "credit-default.yaml", "baseline.yaml"] == [file.name for file in own.files]
