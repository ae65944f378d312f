"""The verdict of a whole audit, and the sentence with counts that explains it."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.record import Finding, Verdict
from auditor.stated import SETTLED


def verdict(findings: Iterable[Finding]) -> tuple[Verdict, str]:
    """The verdict of the whole audit, and the sentence with counts that explains it."""
    every = tuple(findings)
    blockers = [f for f in every if f.requirement.severity == "blocker"]
    majors = [f for f in every if f.requirement.severity == "major"]
    if any(f.status == "fail" for f in blockers):
        word: Verdict = "FAIL"
    elif any(_blocks(f) for f in blockers if f.status != "waived") or not any(f.status in SETTLED for f in every):
        word = "INCONCLUSIVE"
    elif any(_blocks(f) for f in majors) or any(f.status == "waived" for f in every):
        word = "CONDITIONAL"
    else:
        word = "PASS"
    return word, f"{_counted(every)} {_decisive(word, blockers, majors)}".strip()


def _blocks(finding: Finding) -> bool:
    """That a finding is neither settled nor declared as not applying."""
    declared = finding.status == "not_applicable" and finding.requirement.may_not_apply != ""
    return finding.status not in SETTLED and not declared


def _decisive(word: Verdict, blockers: list[Finding], majors: list[Finding]) -> str:
    """Which requirements made the verdict what it is."""
    if word == "FAIL":
        return _listed("Failed blockers", [f for f in blockers if f.status == "fail"])
    if word == "INCONCLUSIVE":
        return _listed("Blockers that are not settled", [f for f in blockers if _blocks(f) and f.status != "waived"])
    if word == "CONDITIONAL":
        return _listed("Major requirements that are not met", [f for f in majors if _blocks(f)])
    return ""


def _listed(title: str, findings: list[Finding]) -> str:
    names = ", ".join(finding.requirement.id for finding in findings)
    return f"{title}: {names}." if names else ""


def _counted(findings: tuple[Finding, ...]) -> str:
    words = {
        "pass": "passed",
        "fail": "failed",
        "inconclusive": "inconclusive",
        "error": "not measured because of an error",
        "open": "waiting for a person's statement",
        "waived": "waived",
        "attested": "attested",
        "not_applicable": "not applicable",
    }
    counts = {status: sum(f.status == status for f in findings) for status in words}
    told = [f"{count} {words[status]}" for status, count in counts.items() if count]
    return f"Of {len(findings)} requirements: {', '.join(told)}."
