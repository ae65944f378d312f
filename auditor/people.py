"""What people state about an audit: a non-pass that is accepted, a fact that only a person can vouch for."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import Field

from auditor.estimate import Frozen


class Waiver(Frozen):
    """An accepted non-pass: by whom, why, until when, and what makes up for it."""

    requirement: str
    reason: Annotated[str, Field(min_length=1)]
    approver: Annotated[str, Field(min_length=1)]
    approved: datetime.date
    expires: datetime.date
    compensating_control: str = ""


class Attestation(Frozen):
    """A person's statement about this model, bound to its digest."""

    requirement: str
    name: Annotated[str, Field(min_length=1)]
    role: Annotated[str, Field(min_length=1)]
    date: datetime.date
    statement: Annotated[str, Field(min_length=1)]
    reservation: str = ""
    evidence_sha256: str = ""
    expires: datetime.date
    model_sha256: str
