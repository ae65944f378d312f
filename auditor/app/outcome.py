"""What a record means for a pipeline: the exit code."""

from __future__ import annotations

from auditor.record import Finding, Record


def exit_code(record: Record) -> int:
    """0 for PASS and CONDITIONAL; 1 for FAIL and INCONCLUSIVE; 4 instead where crashed checks are all that is wrong.

    2 where a requirement asks for a part that what was measured does not have: its policy is wrong, whatever else is.
    A policy's `inconclusive_is: pass` turns the 1 of INCONCLUSIVE into 0. It never excuses a crashed check.
    """
    if any(_asks_amiss(record, finding) for finding in record.findings):
        return 2
    if record.verdict in ("PASS", "CONDITIONAL"):
        return 0
    if record.verdict == "FAIL":
        return 1
    causes = [finding.status for finding in _causes(record)]
    if record.policy.statistics.inconclusive_is == "pass":
        return 4 if "error" in causes else 0
    return 4 if causes and set(causes) == {"error"} else 1


def _asks_amiss(record: Record, finding: Finding) -> bool:
    """That the check measured, and has no such part."""
    limit, entry = finding.requirement.limit, record.measured.get(finding.measured)
    asks = limit is not None and limit.parts is not None and entry is not None and entry.status == "measured"
    return asks and finding.status == "error"


def _causes(record: Record) -> list[Finding]:
    """The findings that make a verdict INCONCLUSIVE: blockers, or all where no blocker does."""
    open_ones = [finding for finding in record.findings if _unsettled(finding)]
    return [finding for finding in open_ones if finding.requirement.severity == "blocker"] or open_ones


def _unsettled(finding: Finding) -> bool:
    declared = finding.status == "not_applicable" and finding.requirement.may_not_apply != ""
    return not declared and finding.status not in ("pass", "attested", "waived", "fail")
