"""The parts of a policy, each with what came out of it: the families of checks, and what people state."""

from __future__ import annotations

from auditor.record import Finding, Record
from auditor.render.dresses import FAMILIES, dress_of, family_order
from auditor.render.view import Cell, Grid, Head
from auditor.render.vocabulary import STATUSES, family_lead, family_title, status_chip
from auditor.render.words import Words

_STATEMENTS = "statements"
_ALWAYS = ("pass", "fail", "inconclusive")
_SHOWN = ("pass", "attested", "waived", "fail", "inconclusive", "error", "open", "not_applicable")


def by_part(record: Record) -> dict[str, tuple[Finding, ...]]:
    """Findings by the part of the policy that they belong to, in the order of the report."""
    parts: dict[str, tuple[Finding, ...]] = {}
    for finding in record.findings:
        check = finding.requirement.check
        part = check.split(".")[0] if check else _STATEMENTS
        parts[part] = (*parts.get(part, ()), finding)
    order = (*family_order(dress_of(record)), *sorted(parts.keys() - {*FAMILIES, _STATEMENTS}), _STATEMENTS)
    return {part: parts[part] for part in order if part in parts}


def part_title(part: str, words: Words) -> str:
    """A part of a policy, as a heading."""
    return words("Statements by people") if part == _STATEMENTS else family_title(part, words)


def part_lead(part: str, words: Words) -> str:
    """What a part of a policy is about, in a sentence."""
    if part == _STATEMENTS:
        return words("What only a person can know and answer for.")
    return family_lead(part, words)


def not_asked(record: Record, words: Words) -> str:
    """The families of checks that no requirement of the policy asks for; empty where each is asked for."""
    asked = by_part(record)
    names = [family_title(one, words) for one in FAMILIES if one not in asked]
    return words("Not asked for by the policy, so not judged: {names}.", names=words.listed(names)) if names else ""


def part_matrix(record: Record, words: Words) -> Grid:
    """How many requirements of each part have which status."""
    used = [s for s in _SHOWN if s in _ALWAYS or any(one.status == s for one in record.findings)]
    shown = [status for status in STATUSES if status in used]
    shown.sort(key=_SHOWN.index)
    heads = (
        Head(words("Part of the policy")),
        *(Head(status_chip(status, words).word, "right") for status in shown),
        Head(words("All"), "right"),
    )

    def row(name: str, findings: tuple[Finding, ...]) -> tuple[Cell, ...]:
        counts = [sum(one.status == status for one in findings) for status in shown]
        return (name, *(words.numbers.count(n) if n else "·" for n in counts), words.numbers.count(len(findings)))

    rows = [row(part_title(part, words), findings) for part, findings in by_part(record).items()]
    rows.append(row(words("All"), record.findings))
    caption = words("Requirements by part of the policy and by what came out")
    return Grid(caption, heads, tuple(rows), after=not_asked(record, words))
