"""Which clauses of the regulations that a policy cites are covered, by what, with what result; and which are not."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from auditor.record import Finding, Record
from auditor.regulation import Clause, Instrument
from auditor.render.telling import anchor
from auditor.render.view import Block, Cell, Grid, Head, Link, Outcomes
from auditor.render.vocabulary import STATUSES, status_chip
from auditor.render.words import Words


def coverage_blocks(record: Record, section: str, words: Words) -> tuple[Block, ...]:
    """A block for each instrument that the policy cites, every clause of it in its order."""
    return tuple(
        _block(instrument, record, f"{section}.{at}", words)
        for at, instrument in enumerate(record.policy.regulations, start=1)
    )


def _block(instrument: Instrument, record: Record, number: str, words: Words) -> Block:
    covering = {clause.id: _covering(instrument, clause, record) for clause in instrument.clauses}
    heads = (
        Head(words("Clause")),
        Head(words("What it asks")),
        Head(words("Evidence")),
        Head(words("Requirements, and what came out")),
    )
    rows = [_row(instrument, one, covering[one.id], words) for one in instrument.clauses if covering[one.id]]
    caption = words("Covered clauses of {name}", name=instrument.instrument)
    grids = [Grid(caption, heads, tuple(rows))] if rows else []
    if lacking := [clause for clause in instrument.clauses if not covering[clause.id]]:
        grids.append(_lacking(instrument, lacking, words))
    told = *_counted(instrument, covering, words), _standing(instrument, record, words)
    text = tuple(one for one in (*told, instrument.note, instrument.source) if one)
    return Block(f"coverage-{instrument.instrument}", number, instrument.title, text=text, grids=tuple(grids))


def _counted(instrument: Instrument, covering: dict[str, list[Finding]], words: Words) -> Iterator[str]:
    """How many clauses are covered, of those that were not rescinded: what is gone lacks and covers nothing."""
    living = [clause for clause in instrument.clauses if instrument.standing(clause) != "rescinded"]
    if living:
        yield words(
            "{covered} of {all} clauses are covered by a requirement of this policy. Covered means that something of "
            "the clause was tested or stated; whether the clause is met is for people to say.",
            covered=words.numbers.count(sum(bool(covering[clause.id]) for clause in living)),
            all=words.numbers.count(len(living)),
        )
    else:
        yield words("It was rescinded, so that none of its clauses is counted.")
    if gone := [one.clause for one in instrument.clauses if covering[one.id] and one not in living]:
        yield words("Cited although rescinded, and not counted: {clauses}.", clauses=", ".join(gone))


def _lacking(instrument: Instrument, clauses: list[Clause], words: Words) -> Grid:
    heads = (Head(words("Clause")), Head(words("What it asks")), Head(words("What a person would have to state")))
    rows = tuple((_name(instrument, clause, words), clause.title, clause.person) for clause in clauses)
    return Grid(words("Clauses of {name} that this policy does not cover", name=instrument.instrument), heads, rows)


def _covering(instrument: Instrument, clause: Clause, record: Record) -> list[Finding]:
    cite = f"{instrument.instrument}/{clause.id}"
    return [finding for finding in record.findings if cite in finding.requirement.cites]


def _row(instrument: Instrument, clause: Clause, findings: list[Finding], words: Words) -> tuple[Cell, ...]:
    evidence = {
        "measured": words("measured"),
        "derived": words("derived from the record"),
        "attested": words("stated by a person"),
    }[clause.evidence]
    return (_name(instrument, clause, words), clause.title, evidence, _outcomes(findings, words))


def _outcomes(findings: list[Finding], words: Words) -> Outcomes:
    there = sorted({one.status for one in findings}, key=STATUSES.index)
    return Outcomes(
        tuple(
            (
                status_chip(status, words),
                tuple(Link(one.requirement.id, anchor(one), page=True) for one in findings if one.status == status),
            )
            for status in there
        )
    )


def _name(instrument: Instrument, clause: Clause, words: Words) -> str:
    standing = instrument.standing(clause)
    told = clause.status or standing == "rescinded"
    return f"{clause.clause} ({_named(standing, words)})" if told else clause.clause


def _standing(instrument: Instrument, record: Record, words: Words) -> str:
    day = datetime.date.fromisoformat(record.run.started[:10])
    status = _named(instrument.status_on(day), words)
    told = [words("{where}; {status}", where=instrument.jurisdiction, status=status)]
    if instrument.since:
        told.append(words("applies from {date}", date=words.date(instrument.since.isoformat())))
    if instrument.until:
        told.append(words("until {date}", date=words.date(instrument.until.isoformat())))
    if instrument.superseded_by:
        told.append(words("superseded by {name}", name=instrument.superseded_by))
    told.append(words("last reviewed on {date}", date=words.date(instrument.reviewed.isoformat())))
    if instrument.stale(day):
        told.append(words("which was more than a year before this audit, so that it may have changed"))
    return f"{', '.join(told)}."


def _named(standing: str, words: Words) -> str:
    return {
        "in force": words("in force"),
        "not yet": words("not yet in force"),
        "amended": words("amended"),
        "rescinded": words("rescinded"),
        "proposed": words("proposed"),
        "unverified": words("not verified"),
    }[standing]
