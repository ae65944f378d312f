"""What people state: attestations that settle a requirement, waivers that excuse a non-pass. Neither hides anything."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from auditor import names
from auditor.measurement import part_of
from auditor.people import Attestation, Bound, Waiver
from auditor.policy import Policy, Requirement, Tied
from auditor.record import Finding, Status
from auditor.yamlfile import nearest

SETTLED = ("pass", "attested")


_TIED: dict[Tied, str] = {"dataset": "dataset.yaml", "decision": "decision"}


def attested(
    requirement: Requirement, attestation: Attestation | None, bound: Bound, policy: Policy, today: datetime.date
) -> Finding:
    """The finding of a requirement that only a person can meet: bound to the model, the policy, the role, the date, and
    to whatever else the policy or the statement itself names.
    """
    role = requirement.attest.role if requirement.attest else ""
    status: Status = "open"
    if attestation is None:
        reason = f"not yet stated by the {role}"
    elif attestation.model_sha256 != bound.model:
        reason = "the statement was made about another model (its digest differs)"
    elif attestation.policy_sha256 not in ("", policy.digest()):
        reason = "the statement was made under another policy (its digest differs)"
    elif strayed := _strayed(requirement, attestation, bound):
        reason = strayed
    elif policy.people.signed and not attestation.verified:
        reason = "the statement is not signed by a key of the trust store, which the policy asks for"
    elif attestation.role != role:
        reason = f"stated by the {attestation.role}; the policy asks for the {role}"
    elif attestation.expires < today:
        reason = f"the statement expired on {attestation.expires}"
    elif requirement.attest and requirement.attest.evidence == "required" and not attestation.evidence_sha256:
        reason = "the statement names no evidence, which the policy requires"
    else:
        status, reason = "attested", f"stated by {attestation.name}, {attestation.role}, on {attestation.date}"
        reason += f", with reservation: {attestation.reservation}" if attestation.reservation else ""
    return Finding(requirement=requirement, status=status, reason=reason, attestation=attestation)


def _strayed(requirement: Requirement, attestation: Attestation, bound: Bound) -> str:
    """Why the statement is not about what the policy, or the statement itself, binds it to; empty where it is."""
    asked = requirement.attest.bound_to if requirement.attest else ()
    for what, called in _TIED.items():
        given = str(getattr(attestation, f"{what}_sha256"))
        if given and given != getattr(bound, what):
            return f"the statement was made about another {called} (its digest differs)"
        if not given and what in asked:
            return f"the statement does not tell about which {called} it was made, which the policy requires"
    if "policy" in asked and not attestation.policy_sha256:
        return "the statement does not tell under which policy it was made, which the policy requires"
    return ""


def waived(
    finding: Finding, waiver: Waiver | None, model_sha256: str, policy: Policy, today: datetime.date, joined: str = ""
) -> Finding:
    """The finding with its waiver, where there is one that covers it; what passed needs none.

    joined: another duty of the approver's, as `joined_duty` tells it.
    """
    if waiver is None or finding.status in SETTLED:
        return finding
    if lack := joined or _lack(finding, waiver, model_sha256, policy, today):
        told = f"{finding.reason} (a waiver does not count: {lack})".strip()
        return finding.model_copy(update={"reason": told})
    reason = f"{finding.status.replace('_', ' ')}: {finding.reason}".rstrip(": ")
    update = {"status": "waived", "reason": f"{reason}; waived by {waiver.approver}: {waiver.reason}", "waiver": waiver}
    return finding.model_copy(update=update)


OWNERLESS = "the model's owner is not named, so that nobody can tell whether who waives is another"


def joined_duty(waiver: Waiver, policy: Policy, owner: str, attesting: Iterable[str]) -> str:
    """Why the approver's other duties forbid the waiver under the policy, empty where they do not.

    owner: of the model; attesting: the names of those who attest in this audit. A name that looks like another counts
    as that one: who it is cannot be told by a name that may be mistaken for another.
    """
    if not policy.people.separate:
        return ""
    for others, duty in (([owner], "owns the model"), ([*attesting], "attests in this audit")):
        if found := names.among(waiver.approver, others):
            other, certain = found
            who = f"'{waiver.approver}'" if certain else f"'{waiver.approver}' may be '{other}', who"
            return f"{who} {duty}, and may not waive in it too" if certain else f"{who} {duty}; name both in full"
    return ""


def against_rules(waiver: Waiver, policy: Policy) -> str:
    """Which rule of the policy forbids such a waiver, whoever signed it; empty where none does."""
    rules = policy.people
    if rules.approvers and waiver.role not in rules.approvers:
        return f"'{waiver.role}' may not waive under this policy"
    if (waiver.expires - waiver.approved).days > rules.longest_days:
        return f"it lasts longer than the {rules.longest_days} days that the policy allows"
    if waiver.requirement in rules.never_waived:
        return "the policy lets nobody waive this requirement"
    return ""


def no_parts(finding: Finding, waiver: Waiver) -> Iterator[tuple[int, str, str]]:
    """Each part that a waiver names and the finding has not: its place among the parts, what is wrong, the remedy.

    Nothing where the requirement could not be measured: which parts it has is not known then.
    """
    known, name = _parts(finding), finding.requirement.id
    for at, part in enumerate(waiver.parts if known else ()):
        if known == {""}:
            yield at, f"{name} has no parts", "Leave them away: the waiver is for the whole."
        elif part_of(part, known) is None:
            yield at, f"{name} has no part '{part}'", nearest(part, sorted(known))


def _parts(finding: Finding) -> set[str]:
    return {one.part for one in finding.judged} | set(finding.unjudged)


def _lack(finding: Finding, waiver: Waiver, model_sha256: str, policy: Policy, today: datetime.date) -> str:
    """Why a waiver excuses nothing here, empty where it does."""
    unsettled = {one.part for one in finding.judged if one.status != "pass"} | set(finding.unjudged)
    outside = sorted(unsettled - {part_of(part, unsettled) for part in waiver.parts}) if waiver.parts else []
    if waiver.expires < today:
        return f"it expired on {waiver.expires}"
    if waiver.model_sha256 not in ("", model_sha256):
        return "it is for another model (its digest differs)"
    if barred := against_rules(waiver, policy):
        return barred
    if policy.people.signed and not waiver.verified:
        return "it is not signed by a key of the trust store, which the policy asks for"
    if waiver.parts and (outside or not unsettled):
        return f"it is for {', '.join(waiver.parts)}, and not for {', '.join(outside) or 'the whole'}"
    return "; ".join(what for _, what, _ in no_parts(finding, waiver))
