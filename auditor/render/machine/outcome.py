"""What a finding means to a program that knows only a few words, and how it is told in a line."""

from __future__ import annotations

from typing import Literal

from auditor.record import Finding, Record
from auditor.render.telling import decisive, limit_of, reason
from auditor.render.words import words
from auditor.stated import SETTLED

Outcome = Literal["passed", "excused", "failed", "unsettled", "error"]


def outcome(finding: Finding) -> Outcome:
    """Only what passed or was attested is `passed`. excused: waived, or not applicable where the policy allows it."""
    if finding.status in SETTLED:
        return "passed"
    declared = finding.status == "not_applicable" and finding.requirement.may_not_apply != ""
    if declared or finding.status == "waived":
        return "excused"
    if finding.status == "fail":
        return "failed"
    return "error" if finding.status == "error" else "unsettled"


def line(finding: Finding, record: Record) -> str:
    """A finding in a line: the number that decided, the limit, and why. English, as programs' output is."""
    told = words("en")
    number, limit = decisive(finding, record, told), limit_of(finding, record, told)
    measured = f"{number} (limit: {limit})" if number and limit else number
    return ". ".join(part.rstrip(".") for part in (measured, reason(finding, told)) if part)


def family(finding: Finding) -> str:
    """The family of the check that tests a requirement, or `people`."""
    return finding.requirement.check.split(".")[0] or "people"
