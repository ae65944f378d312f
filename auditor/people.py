"""What people state about an audit: a non-pass that is accepted, a fact that only a person can vouch for."""

from __future__ import annotations

import datetime
import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from auditor.estimate import Frozen
from auditor.names import person, worded

Sha256 = Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]
Person = Annotated[str, Field(min_length=1), AfterValidator(person)]
Remark = Annotated[str, AfterValidator(worded)]
Words = Annotated[str, Field(min_length=1), AfterValidator(worded)]


class Signature(Frozen):
    """An Ed25519 signature over a statement. keyid: SHA-256 of the public key in DER; sig: in base64."""

    keyid: str
    sig: str


class Stated(Frozen):
    """A statement with who signed it. verified: holder of the key, as the trust store names it; empty where unknown."""

    signature: Signature | None = None
    verified: str = ""

    def signed_bytes(self) -> bytes:
        """What is signed: the fields that were given, without signature, as JSON with sorted keys and no space."""
        plain = self.model_dump(mode="json", exclude_defaults=True, exclude={"signature", "verified"})
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Waiver(Stated):
    """An accepted non-pass: by whom, why, until when, and what makes up for it.

    parts: which parts of the finding it accepts (none named: all). model_sha256: of the one model that it is for.
    """

    requirement: str
    reason: Words
    approver: Person
    role: Remark = ""
    approved: datetime.date
    expires: datetime.date
    compensating_control: Remark = ""
    parts: tuple[str, ...] = ()
    model_sha256: Sha256 = ""


class Attestation(Stated):
    """A person's statement about this model, bound to its digest, and to the policy's where that is given."""

    requirement: str
    name: Person
    role: Words
    date: datetime.date
    statement: Words
    reservation: Remark = ""
    evidence_sha256: Sha256 = ""
    expires: datetime.date
    model_sha256: Sha256
    policy_sha256: Sha256 = ""


PAYLOAD: dict[type[Stated], Literal["waiver", "attestation"]] = {Waiver: "waiver", Attestation: "attestation"}
