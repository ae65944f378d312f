"""A waiver in a record is held to the rules of whatever policy the record is judged by anew."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from auditor.people import Waiver
from auditor.policy import Policy, Requirement
from auditor.record import Finding
from auditor.stated import waived

TODAY = datetime.date(2026, 6, 1)
ASKED = {"id": "T-1", "text": "t", "check": "c", "limit": {"quantity": "q", "at_least": 0.7}, "severity": "blocker"}


def under(**rules: Any) -> Finding:
    """A failed finding with a clerk's unsigned waiver of a year, under these rules for people."""
    policy = Policy.model_validate(
        {"policy": "p", "version": 1, "title": "t", "people": rules, "requirements": [ASKED]}
    )
    year = {"approved": datetime.date(2026, 1, 1), "expires": datetime.date(2027, 1, 1)}
    waiver = Waiver.model_validate({"requirement": "T-1", "reason": "r", "approver": "A", "role": "clerk", **year})
    finding = Finding(requirement=Requirement.model_validate(ASKED), status="fail", reason="too low")
    return waived(finding, waiver, "ab" * 32, policy, TODAY)


@pytest.mark.parametrize("rules", [{}, {"approvers": ["clerk"]}, {"longest_days": 365}])
def test_what_the_rules_allow_counts(rules: dict[str, Any]) -> None:
    """The finding stays visible, as waived."""
    assert "waived" == under(**rules).status


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ({"approvers": ["head"]}, "'clerk' may not waive under this policy"),
        ({"longest_days": 364}, "it lasts longer than the 364 days that the policy allows"),
        ({"never_waived": ["T-1"]}, "the policy lets nobody waive this requirement"),
        ({"signed": True}, "it is not signed by a key of the trust store, which the policy asks for"),
    ],
)
def test_what_the_rules_forbid_excuses_nothing(rules: dict[str, Any], why: str) -> None:
    """The finding stays a fail, and says why the waiver does not count."""
    assert ("fail", f"too low (a waiver does not count: {why})") == (under(**rules).status, under(**rules).reason)
