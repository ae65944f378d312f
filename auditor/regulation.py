"""Clauses of regulations, standards and guidance, as dated data: what they ask, and what a tool can show of it."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from auditor.estimate import Frozen
from auditor.names import worded

Standing = Literal["in force", "amended", "rescinded", "proposed", "unverified"]
Class = Literal["measured", "derived", "attested"]
Words = Annotated[str, Field(min_length=1), AfterValidator(worded)]
FRESH = datetime.timedelta(days=365)


class Clause(Frozen):
    """A clause in our own words. status, since, until: where it differs from its instrument.

    evidence: `measured` by a check, `derived` from what the audit records, `attested` by a person alone. tool: what
    this program shows; person: what only a person states.
    """

    id: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9-.]*$")]
    clause: Words
    title: Words
    status: Standing | None = None
    since: Annotated[datetime.date | None, Field(alias="from")] = None
    until: datetime.date | None = None
    superseded_by: str = ""
    evidence: Class
    tool: Words
    person: Words


class Instrument(Frozen):
    """A regulation, standard or guidance. since: from when its duties hold; reviewed: when it was last read.

    source: the address or the document that it was read in.
    """

    instrument: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]*$")]
    title: Words
    jurisdiction: Words
    status: Standing
    since: Annotated[datetime.date | None, Field(alias="from")] = None
    until: datetime.date | None = None
    superseded_by: str = ""
    source: Words
    reviewed: datetime.date
    note: str = ""
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Instrument:
        ids = [clause.id for clause in self.clauses]
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"the clause '{twice[0]}' stands twice")
        return self

    def standing(self, clause: Clause) -> Standing:
        """The status of a clause: its own, else that of the instrument."""
        return clause.status or self.status

    def status_on(self, day: datetime.date) -> Standing | Literal["not yet"]:
        """The status that day: `not yet` where no clause applies by then, `unverified` where none was confirmed."""
        if {self.standing(clause) for clause in self.clauses} == {"unverified"}:
            return "unverified"
        since = [clause.since or self.since for clause in self.clauses]
        if self.status in ("in force", "amended") and all(one is not None and one > day for one in since):
            return "not yet"
        return self.status

    def stale(self, today: datetime.date) -> bool:
        """Whether nobody has read it for a year, so that it may have changed."""
        return today - self.reviewed > FRESH


def cited(cite: str, instruments: dict[str, Instrument]) -> tuple[Instrument, Clause] | None:
    """The clause that `instrument/clause` names, None where there is none."""
    name, _, clause = cite.partition("/")
    instrument = instruments.get(name)
    found = next((one for one in instrument.clauses if one.id == clause), None) if instrument else None
    return (instrument, found) if instrument and found else None
