"""SARIF 2.1.0, as code-scanning services read it: a rule for each requirement, and its finding."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import quote

from auditor.record import Finding, Record
from auditor.render.machine.outcome import Outcome, line, outcome

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {"blocker": "error", "major": "warning", "minor": "note"}
_KIND: dict[Outcome, str] = {
    "passed": "pass",
    "excused": "notApplicable",
    "failed": "fail",
    "unsettled": "open",
    "error": "fail",
}


def sarif(record: Record) -> dict[str, Any]:
    """The record as a SARIF log. Rule ids are the requirements' ids; a result's fingerprint outlives new versions."""
    driver = {
        "name": "auditor",
        "semanticVersion": record.environment.auditor,
        "rules": [_rule(finding, record) for finding in record.findings],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"auditor/{record.policy.name}/{record.identity.name}"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(at, finding, record) for at, finding in enumerate(record.findings)],
        "invocations": [
            {
                "executionSuccessful": not any(one.status == "error" for one in record.findings),
                "startTimeUtc": _utc(record.run.started),
                "endTimeUtc": _utc(record.run.finished),
            }
        ],
        "properties": {"verdict": record.verdict, "because": record.because, "record": record.body_sha256},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(finding: Finding, record: Record) -> dict[str, Any]:
    requirement = finding.requirement
    rule: dict[str, Any] = {
        "id": requirement.id,
        "shortDescription": _message(requirement.text),
        "defaultConfiguration": {"level": _LEVEL[requirement.severity]},
        "properties": {"check": requirement.check, "cites": list(requirement.cites), "policy": record.policy.name},
    }
    if requirement.rationale:
        rule["help"] = _message(requirement.rationale)
    return rule


def _result(at: int, finding: Finding, record: Record) -> dict[str, Any]:
    kind = _KIND[outcome(finding)]
    told = line(finding, record) or finding.status
    result: dict[str, Any] = {
        "ruleId": finding.requirement.id,
        "ruleIndex": at,
        "kind": kind,
        # The standard has levels for failures only; what is open says its weight in the rule's own level.
        "level": _LEVEL[finding.requirement.severity] if kind == "fail" else "none",
        "message": _message(f"{finding.requirement.text} {told}"),
        "partialFingerprints": {"requirement/v1": _fingerprint(finding, record)},
        "properties": {"status": finding.status, "severity": finding.requirement.severity},
    }
    if place := record.policy.places.get(finding.requirement.id):
        result["locations"] = [_location(place)]
    if finding.waiver:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": finding.waiver.reason},
        ]
    return result


def _message(text: str) -> dict[str, str]:
    """Plain text: a name that looks like a link, `[text](target)` (3.11.6 of the standard), stays a name."""
    return {"text": re.sub(r"([\[\]\\])", r"\\\1", text) if "](" in text else text}


def _location(place: str) -> dict[str, Any]:
    name, row, column = place.rsplit(":", 2)
    region = {"startLine": int(row), "startColumn": int(column)}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(name)}, "region": region}}


def _fingerprint(finding: Finding, record: Record) -> str:
    return hashlib.sha256(
        f"{record.identity.name}\0{record.policy.name}\0{finding.requirement.id}".encode()
    ).hexdigest()


def _utc(moment: str) -> str:
    return f"{moment[:19]}Z"
