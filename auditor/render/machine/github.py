"""Annotations, as GitHub's runners read them from what a job prints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from auditor.errors import Problem
from auditor.record import Record
from auditor.render.machine.outcome import line, outcome
from auditor.render.plain import printable

_COMMAND = {"blocker": "error", "major": "warning", "minor": "notice"}
_FAULT = {
    2: "auditor: what was written is wrong",
    3: "auditor: a file cannot be used",
    5: "auditor: a signature or digest does not verify",
}
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


def faults(problems: Iterable[Problem], code: int) -> list[str]:
    """A command for each problem that ended a use of the program with an exit code, at its place where it has one."""
    title = _property(_FAULT.get(code, "auditor"))
    return [f"::error {_where(one.where)}title={title}::{_message(_told(one))}" for one in problems]


def _told(problem: Problem) -> str:
    where = "" if _where(problem.where) else problem.where
    return " ".join(
        part for part in (f"{where}:" if where else "", f"{problem.what.removesuffix('.')}.", problem.remedy) if part
    )


def _where(place: str) -> str:
    """A place as properties: of a file that is there, from the folder that the runner works in."""
    file, *at = place.rsplit(":", 2) if re.fullmatch(r".+:\d+:\d+", place) else (place,)
    if not file or not Path(file).is_file():
        return ""
    path = Path(file).absolute()
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    line = f"line={at[0]},col={at[1]}," if at else ""
    return f"file={_property(str(shown))},{line}"


def _place(place: str, folder: Path) -> str:
    name, row, column = place.rsplit(":", 2) if place else ("", "", "")
    file = folder / name
    return f"file={_property(str(file))},line={row},col={column}," if name and file.is_file() else ""


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
