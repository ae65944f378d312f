"""A record judged again keeps the duties of people apart, as its policy now asks."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from records import a_record

from auditor.app.judge import again
from auditor.checks import CATALOGUE
from auditor.loaders.policies import load_policy

TODAY = datetime.datetime.now(datetime.UTC).date()
LASTING = {"approved": TODAY, "expires": TODAY + datetime.timedelta(days=30)}
POLICY = """\
policy: ours
version: 2
title: t
people: {longest_days: 3660, separate: %s}
requirements:
  - {id: PERF-1, text: People who default are ranked above people who repay., check: performance.discrimination,
     limit: {quantity: auroc, at_least: 0.75}, severity: blocker}
"""


@pytest.mark.parametrize(
    ("separate", "approver", "status", "why"),
    [
        ("false", "Otto Owner", "waived", "waived by Otto Owner"),
        ("true", "Hanna Risk", "waived", "waived by Hanna Risk"),
        ("true", "OTTO  owner", "error", "'OTTO  owner' owns the model, and may not waive in it too"),
        ("true", "Owner, Otto", "error", "'Owner, Otto' may be 'Otto Owner', who owns the model; name both in full"),
    ],
)
def test_separate(tmp_path: Path, separate: str, approver: str, status: str, why: str) -> None:
    """A waiver by the model's owner, which a lax policy took, excuses nothing under a strict one."""
    (tmp_path / "ours.yaml").write_text(POLICY % separate)
    record = a_record({"PERF-1": "waived"})
    (finding,) = record.findings
    assert finding.waiver is not None
    waiver = finding.waiver.model_copy(update={"approver": approver, **LASTING})
    owned = {
        "identity": record.identity.model_copy(update={"owner": "Otto Owner"}),
        "findings": (finding.model_copy(update={"waiver": waiver}),),
    }
    judged = again(record.model_copy(update=owned), load_policy("ours.yaml", CATALOGUE, tmp_path), None)
    (found,) = judged.findings  # an error without its waiver, as the record holds no measurement of that name
    assert status == found.status
    assert why in found.reason
