"""Who stated, waived and signs what: the committee's tables."""

from __future__ import annotations

from auditor.record import Record
from auditor.render.view import Cell, Grid, Head
from auditor.render.vocabulary import NONE, status_chip
from auditor.render.words import Words


def statements(record: Record, words: Words) -> tuple[Grid, ...]:
    """What only people can state: who did, and what is still to come."""
    rows: list[tuple[Cell, ...]] = []
    for finding in record.findings:
        asked, stated = finding.requirement.attest, finding.attestation
        if asked is None:
            continue
        who = words("nobody so far; due from: {role}", role=asked.role)
        if stated is not None:
            who = f"{stated.name}, {stated.role}, {words.date(stated.date.isoformat())}"
        until = words.date(stated.expires.isoformat()) if stated else NONE
        text = finding.requirement.text
        if stated is not None and stated.reservation:
            text = words("{text} With the reservation: {what}", text=text, what=stated.reservation)
        rows.append((finding.requirement.id, text, who, until, status_chip(finding.status, words)))
    heads = (
        Head(words("Id"), narrow=True),
        Head(words("Statement")),
        Head(words("By")),
        Head(words("Until")),
        Head(words("Status")),
    )
    return (Grid(words("Statements"), heads, tuple(rows)),) if rows else ()


def people(record: Record, words: Words) -> tuple[Grid, ...]:
    """What was waived, by whom and until when."""
    waivers = [one.waiver for one in record.findings if one.waiver is not None]
    rows = tuple(
        (
            one.requirement,
            one.reason,
            one.compensating_control or NONE,
            ", ".join(name for name in (one.approver, one.role) if name),
            words.date(one.expires.isoformat()),
        )
        for one in waivers
    )
    heads = (
        Head(words("Id"), narrow=True),
        Head(words("Why it is accepted")),
        Head(words("Made up for by")),
        Head(words("By")),
        Head(words("Until")),
    )
    return (Grid(words("Waivers"), heads, rows),) if rows else ()


def board_signers(words: Words) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Who signs, and what each writes down."""
    fields = (words("Name"), words("Role"), words("Decision"), words("Date"), words("Signature"))
    return (
        (words("For the committee – has decided on the points above"), fields),
        (words("Validator – answers for the audit that this report sums up"), fields),
    )
