"""A waiver in a record is held to the rules of whatever policy the record is judged by anew."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from records import a_record

from auditor.app.rejudged import judged_again
from auditor.people import Attestation, Bound, Waiver
from auditor.policy import Policy, Requirement
from auditor.record import Finding
from auditor.stated import attested, joined_duty, waived
from auditor.subject import Decision

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


def about(dataset: str, threshold: float | None) -> Bound:
    """An audit of one model, with that dataset.yaml and that threshold."""
    decision = None if threshold is None else Decision(threshold=threshold, action="look", favourable="below")
    return Bound.of("ab" * 32, {"inputs/dataset.yaml": dataset * 32}, decision)


ANOTHER = "the statement was made about another"
UNTOLD = "the statement does not tell about which"


@pytest.mark.parametrize(
    ("bound_to", "told", "now", "why"),
    [
        (["dataset", "decision"], ("dataset", "decision"), about("cd", 0.3), ""),
        (["dataset"], ("dataset",), about("ce", 0.3), f"{ANOTHER} dataset.yaml (its digest differs)"),
        (["decision"], ("decision",), about("cd", 0.4), f"{ANOTHER} decision (its digest differs)"),
        (["decision"], ("decision",), about("cd", None), f"{ANOTHER} decision (its digest differs)"),
        (["dataset"], ("decision",), about("cd", 0.3), f"{UNTOLD} dataset.yaml it was made, which the policy requires"),
        ([], ("dataset",), about("ce", 0.3), f"{ANOTHER} dataset.yaml (its digest differs)"),
        ([], (), about("ce", 0.4), ""),
        (
            ["policy"],
            (),
            about("cd", 0.3),
            "the statement does not tell under which policy it was made, which the policy requires",
        ),
    ],
)
def test_bound_to_more_than_the_model(bound_to: list[str], told: tuple[str, ...], now: Bound, why: str) -> None:
    """What the policy, or the statement itself, binds to dataset.yaml or the decision counts for no other one."""
    asked = {"id": "T-1", "text": "t", "attest": {"role": "owner", "bound_to": bound_to}, "severity": "blocker"}
    then, day = about("cd", 0.3), {"date": "2026-01-01", "expires": "2026-12-31"}
    digests = {f"{one}_sha256": getattr(then, one) for one in (*told, "model")}
    said = {"requirement": "T-1", "name": "A", "role": "owner", "statement": "s", **day, **digests}
    policy = Policy.model_validate({"policy": "p", "version": 1, "title": "t", "requirements": [asked]})
    found = attested(policy.requirements[0], Attestation.model_validate(said), now, policy, TODAY)
    assert (found.status, found.reason if why else "") == ("open" if why else "attested", why)


@pytest.mark.parametrize(("judged", "found"), [("ef", "attested"), ("ee", "open")])
def test_a_statement_bound_to_the_policy_is_judged_again(judged: str, found: str) -> None:
    """By the digest that the record tells of its policy, which it does not hold whole."""
    record = a_record({"HUM-1": "attested"})
    (first,) = record.findings
    attest = {"role": "owner", "bound_to": ("policy",)}
    requirement = Requirement.model_validate(first.requirement.model_dump(by_alias=True) | {"attest": attest})
    assert first.attestation
    signed = first.attestation.model_copy(update={"policy_sha256": "ef" * 32})
    findings = (first.model_copy(update={"requirement": requirement, "attestation": signed}),)
    policy = record.policy.model_copy(update={"sha256": judged * 32})
    record = record.model_copy(update={"findings": findings, "policy": policy})
    assert [found] == [one.status for one in judged_again(record)]
