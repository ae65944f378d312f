"""What was not tested: a reader must not take silence for a pass."""

from __future__ import annotations

from auditor.record import Record
from auditor.render.families import families
from auditor.render.telling import sentence
from auditor.render.view import Block, Grid, Head
from auditor.render.vocabulary import FAMILIES, family_title, status_chip
from auditor.render.words import Words


def not_tested_blocks(record: Record, section: str, words: Words) -> tuple[Block, ...]:
    """What nobody may read a pass into."""
    points = list(record.not_tested)
    absent = [family_title(family, words) for family in FAMILIES if family not in families(record)]
    if absent:
        points.append(words("The policy asks for no check of: {families}.", families=", ".join(absent)))
    points += [
        words(
            "{id} ({status}): {text} Reason: {reason}.",
            id=finding.requirement.id,
            status=status_chip(finding.status, words).word,
            text=finding.requirement.text,
            reason=finding.reason.rstrip("."),
        )
        for finding in record.findings
        if finding.status in ("error", "not_applicable", "open")
    ]
    heads = (Head(words("Check")), Head(words("Blind to")))
    said = {entry.check: entry.documentation for entry in record.measured.values()}
    rows = tuple((one.title.rstrip("."), sentence(one.blind_to)) for one in said.values())
    blind = Grid(words("What the checks that ran cannot see"), heads, rows)
    return (
        Block("not-covered", f"{section}.1", words("Not covered by this audit"), points=tuple(dict.fromkeys(points))),
        Block("blind", f"{section}.2", words("Blind spots"), grids=(blind,)),
    )
