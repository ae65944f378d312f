"""What people state: attestations that settle a requirement, waivers that excuse a non-pass. Neither hides anything."""

from __future__ import annotations

import datetime

from auditor.people import Attestation, Waiver
from auditor.policy import Requirement
from auditor.record import Finding, Status

SETTLED = ("pass", "attested")


def attested(
    requirement: Requirement, attestation: Attestation | None, model_sha256: str, today: datetime.date
) -> Finding:
    """The finding of a requirement that only a person can meet: bound to the model, the role and the date."""
    role = requirement.attest.role if requirement.attest else ""
    status: Status = "open"
    if attestation is None:
        reason = f"not yet stated by the {role}"
    elif attestation.model_sha256 != model_sha256:
        reason = "the statement was made about another model (its digest differs)"
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


def waived(finding: Finding, waiver: Waiver | None, today: datetime.date) -> Finding:
    """The finding with its waiver, where there is one that has not expired; what passed needs none."""
    if waiver is None or finding.status in SETTLED:
        return finding
    if waiver.expires < today:
        return finding.model_copy(update={"reason": f"{finding.reason} (a waiver expired on {waiver.expires})".strip()})
    reason = f"{finding.status.replace('_', ' ')}: {finding.reason}".rstrip(": ")
    update = {"status": "waived", "reason": f"{reason}; waived by {waiver.approver}: {waiver.reason}", "waiver": waiver}
    return finding.model_copy(update=update)
