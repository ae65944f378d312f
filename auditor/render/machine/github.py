"""Annotations, as GitHub's runners read them from what a job prints."""

from __future__ import annotations

from pathlib import Path

from auditor.record import Record
from auditor.render.machine.outcome import line, outcome
from auditor.render.plain import printable

_COMMAND = {"blocker": "error", "major": "warning", "minor": "notice"}
_VERDICT = {"PASS": "notice", "CONDITIONAL": "warning"}  # any other one ends the job


def commands(record: Record, folder: Path) -> list[str]:
    """A command for the verdict and for each requirement that did not pass, at its line of the policy in the folder."""
    safe = printable(record)
    kind, title = _VERDICT.get(safe.verdict, "error"), _property(f"auditor: {safe.verdict}")
    told = [f"::{kind} title={title}::{_message(safe.because)}"]
    for finding in safe.findings:
        requirement = finding.requirement
        if outcome(finding) not in ("passed", "excused"):
            title = _property(f"{requirement.id} {finding.status.replace('_', ' ')}")
            place = _place(safe.policy.places.get(requirement.id, ""), folder)
            message = _message(f"{requirement.text} {line(finding, safe)}")
            told.append(f"::{_COMMAND[requirement.severity]} {place}title={title}::{message}")
    return told


def _place(place: str, folder: Path) -> str:
    name, row, column = place.rsplit(":", 2) if place else ("", "", "")
    file = folder / name
    return f"file={_property(str(file))},line={row},col={column}," if name and file.is_file() else ""


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
