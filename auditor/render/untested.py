"""What was not tested: a reader must not take silence for a pass."""

from __future__ import annotations

from auditor.record import Record
from auditor.render.telling import sentence
from auditor.render.view import Block, Grid, Head
from auditor.render.vocabulary import status_chip
from auditor.render.words import Words


def not_tested_blocks(record: Record, section: str, words: Words) -> tuple[Block, ...]:
    """What nobody may read a pass into."""
    points = list(record.not_tested)
    points += [
        words(
            "{id} ({status}), not tested: “{text}” ({reason}).",
            id=finding.requirement.id,
            status=status_chip(finding.status, words).word,
            text=finding.requirement.text.rstrip("."),
            reason=finding.reason.rstrip("."),
        )
        for finding in record.findings
        if finding.status in ("error", "not_applicable", "open") and not _is_told(finding.reason, record.not_tested)
    ]
    heads = (Head(words("Check")), Head(words("Blind to")))
    said = {entry.check: entry.documentation for entry in record.measured.values()}
    rows = tuple((one.title.rstrip("."), sentence(one.blind_to)) for one in said.values())
    blind = Grid(words("What the checks that ran cannot see"), heads, rows)
    told = (words("What each check is blind to is told with the check."),)
    return (
        Block(
            "not-covered", f"{section}.1", words("Not covered by this audit"), told, points=tuple(dict.fromkeys(points))
        ),
        Block("blind", f"{section}.2", words("Blind spots"), grids=(blind,), aside=True),
    )


def _is_told(reason: str, points: tuple[str, ...]) -> bool:
    """That a reason stands in one of the points already."""
    return any(reason.rstrip(".") in point for point in points)
