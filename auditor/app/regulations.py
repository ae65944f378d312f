"""Catalogues of clauses in lines, for a terminal."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from auditor.loaders.regulations import read_instrument, shipped_instrument, shipped_names
from auditor.regulation import Clause, Instrument


def every() -> Iterator[str]:
    """A line for each instrument, and a warning where nobody has read one for a year."""
    today = datetime.datetime.now(datetime.UTC).date()
    for name in shipped_names():
        instrument = shipped_instrument(name)
        yield f"{name:18} {instrument.status_on(today):12} {len(instrument.clauses):3} clauses  {instrument.title}"
        yield from _stale(instrument, today)


def one(name: str) -> Iterator[str]:
    """All about a shipped instrument, or about the one in a file (`.yaml`).

    Raises WrittenFault where there is none of that name, with every fault of the file.
    """
    own = name.endswith((".yaml", ".yml"))
    instrument = read_instrument(Path(name)) if own else shipped_instrument(name)
    yield f"{instrument.instrument}: {instrument.title}"
    today = datetime.datetime.now(datetime.UTC).date()
    standing = ", ".join([instrument.status_on(today), *_dates(instrument)])
    yield f"{instrument.jurisdiction}; {standing}; last reviewed {instrument.reviewed}"
    yield instrument.source
    yield from _stale(instrument, today)
    yield from (line for line in (instrument.note,) if line)
    for clause in instrument.clauses:
        yield from _clause(instrument, clause)


def _clause(instrument: Instrument, clause: Clause) -> Iterator[str]:
    parts = (clause.status or "", *_dates(clause))
    own = f" [{', '.join(part for part in parts if part)}]" if any(parts) else ""
    yield from ("", f"{instrument.instrument}/{clause.id}  {clause.clause}: {clause.title}{own}")
    yield f"  {clause.evidence}. The program shows: {clause.tool} A person states: {clause.person}"


def _dates(one: Instrument | Clause) -> Iterator[str]:
    if one.since or one.until:
        yield " ".join([f"applies from {one.since}"] * bool(one.since) + [f"until {one.until}"] * bool(one.until))
    if one.superseded_by:
        yield f"superseded by {one.superseded_by}"


def last_read(instrument: Instrument) -> str:
    """How long ago a catalogue was read, where that is too long."""
    return f"last reviewed on {instrument.reviewed}, more than a year ago; read it before you rely on it"


def _stale(instrument: Instrument, today: datetime.date) -> Iterator[str]:
    if instrument.stale(today):
        yield f"  warning: {last_read(instrument)}"
