"""A summary in Markdown, for a pull request or a job's page."""

from __future__ import annotations

import re

from auditor.record import Finding, Record
from auditor.render.machine.outcome import line, outcome
from auditor.render.vocabulary import status_chip
from auditor.render.words import words

_MARK = {"PASS": "●", "CONDITIONAL": "▲", "FAIL": "■", "INCONCLUSIVE": "◆"}
_ORDER = ("failed", "error", "unsettled", "excused")
_WEIGHT = ("blocker", "major", "minor")


def summary(record: Record) -> str:
    """The verdict, and a table of everything that did not pass, the weightiest first."""
    identity = record.identity
    policy = f"{escaped(record.policy.title)}, version {escaped(record.policy.version)}"
    lines = [
        f"## {_MARK[record.verdict]} {record.verdict}: {escaped(identity.name)}, version {escaped(identity.version)}",
        "",
        f"{escaped(record.because)} Measured on {escaped(record.data.name)} against {policy}.",
        "",
    ]
    if rows := [_row(finding, record) for finding in _unsettled(record)]:
        lines += ["| requirement | severity | status | found |", "|---|---|---|---|", *rows, ""]
    looser = sum(change.kind == "looser" for change in record.policy.changes)
    if looser:
        places = "1 place" if looser == 1 else f"{looser} places"
        lines += [f"The policy loosens the one that it extends in {places}; the report lists them.", ""]
    lines += [f"Model `{record.model.file.sha256}` · record `{record.body_sha256}` · {record.run.finished[:10]}", ""]
    return "\n".join(lines)


def _unsettled(record: Record) -> list[Finding]:
    some = [finding for finding in record.findings if outcome(finding) != "passed"]
    return sorted(some, key=lambda one: (_WEIGHT.index(one.requirement.severity), _ORDER.index(outcome(one))))


def _row(finding: Finding, record: Record) -> str:
    requirement, status = finding.requirement, status_chip(finding.status, words("en")).word
    cells = (f"{requirement.id} {requirement.text}", requirement.severity, status, line(finding, record))
    return f"| {' | '.join(map(escaped, cells))} |"


def escaped(text: str) -> str:
    """Text that Markdown and the HTML in it take as it is: no markup, no link, no mention, no new row."""
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = re.sub(r"([\\`*_{}\[\]#|~$!])", r"\\\1", flat)
    return re.sub(r"(?i)(@|://|www\.)", lambda found: "&#8203;".join(found.group(1)) + "&#8203;", marked)
