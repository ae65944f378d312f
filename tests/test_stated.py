"""A waiver in a record is held to the rules of whatever policy the record is judged by anew."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from auditor.people import Waiver
from auditor.policy import Policy, Requirement
from auditor.record import Finding
from auditor.stated import joined_duty, waived

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


@pytest.mark.parametrize(
    ("owner", "stating", "why"),
    [
        ("EVE  example", [], "'Eve Example' owns the model, and may not waive in it too"),
        ("Otto", ["Ann", "eve example "], "'Eve Example' attests in this audit, and may not waive in it too"),
        ("Example, Eve", [], "'Eve Example' may be 'Example, Eve', who owns the model; name both in full"),
        ("", ["Eva Example"], ""),
    ],
)
def test_duties_are_separate(owner: str, stating: list[str], why: str) -> None:
    """Whoever owns the model or attests may not waive, in whatever spelling; with `separate: false` anybody may."""
    day = datetime.date(2026, 1, 1)
    waiver = Waiver(requirement="T-1", reason="r", approver="Eve Example", approved=day, expires=day)
    policy = Policy.model_validate({"policy": "p", "version": 1, "title": "t"})
    assert why == joined_duty(waiver, policy, owner, stating)
    lax = policy.model_copy(update={"people": policy.people.model_copy(update={"separate": False})})
    assert "" == joined_duty(waiver, lax, owner, stating)
