"""What people state about an audit: a non-pass that is accepted, a fact that only a person can vouch for."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from auditor.estimate import Frozen
from auditor.names import person, worded
from auditor.subject import Decision

Sha256 = Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]
Person = Annotated[str, Field(min_length=1), AfterValidator(person)]
Remark = Annotated[str, AfterValidator(worded)]
Words = Annotated[str, Field(min_length=1), AfterValidator(worded)]


DATASET = "inputs/dataset.yaml"  # its name among the files of an audit


class Bound(Frozen):
    """What statements may be bound to: SHA-256 of the model's file, of dataset.yaml, of the decision."""

    model: str
    dataset: str = ""
    decision: str = ""

    @classmethod
    def of(cls, model: str, files: Mapping[str, str], decision: Decision | None) -> Bound:
        """model: the digest of its file. files: name -> digest of what people wrote, among them dataset.yaml as read.

        The decision's digest is that of its fields as JSON, keys sorted and no space; of `null` where there is none.
        """
        plain = decision.model_dump(mode="json") if decision else None
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return cls(model=model, dataset=files.get(DATASET, ""), decision=hashlib.sha256(text.encode()).hexdigest())


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
    """A person's statement about this model, bound to its digest, and to those of whatever else is given.

    dataset_sha256: of dataset.yaml, byte for byte. decision_sha256: of the audit file's decision, as `Bound` makes it.
    """

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
    dataset_sha256: Sha256 = ""
    decision_sha256: Sha256 = ""


PAYLOAD: dict[type[Stated], Literal["waiver", "attestation"]] = {Waiver: "waiver", Attestation: "attestation"}
