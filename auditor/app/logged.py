"""Every run in an archive's log, whatever came out: so that nobody can run until it passes and show only that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.app.archive import Secret, Write
from auditor.app.order import Order
from auditor.archive import entry, store
from auditor.archive.entry import Entry
from auditor.archive.gathered import facts
from auditor.archive.store import Archive
from auditor.errors import FileFault, WrittenFault
from auditor.history import EarlierRun, Logged, Shared
from auditor.record import Record
from auditor.seal import keys

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


_MOST_TOLD = 100  # the record is to stay small; the log holds all
_OF_MODEL = "model = ?1"
# Whatever version made the log: the digests are looked up in the entries themselves.
_ON_DATA = "EXISTS (SELECT 1 FROM json_each(body, '$.facts.data') WHERE value IN (SELECT value FROM json_each(?2)))"
_UNTOLD = "model IS NOT NULL AND json_type(body, '$.facts.data') IS NOT 'array'"


@dataclass(frozen=True)
class RunLog:
    """An archive that a run is to be told to. signer: of its log."""

    archive: Archive
    signer: Signer

    @classmethod
    def of(cls, into: Write) -> RunLog:
        """Raises WrittenFault where there is no archive, FileFault where the key cannot be used: before the work."""
        return cls(store.opened(into.archive), keys.signer(into.key, into.passphrase))

    def told(self, record: Record) -> Record:
        """The record with what the log says before this run is added: its checkpoint, runs of this model or data."""
        model, data = record.model.file.sha256, {file.sha256 for file in record.data.files}
        with self.archive.reading() as log:
            latest = log.latest()
            known = model, json.dumps(sorted(data)), latest.size
            found = [
                _run(entry.read(index, body), model, data)
                for index, body in log.bodies(f"({_OF_MODEL} OR {_ON_DATA}) AND idx < ?3", *known)
            ]
            untold = sum(1 for _ in log.bodies(f"NOT {_OF_MODEL} AND {_UNTOLD} AND ?2 <> '' AND idx < ?3", *known))
        earlier = sum(one.same_model for one in found)
        logged = Logged(
            origin=latest.origin,
            size=latest.size,
            earlier=earlier,
            related=len(found) - earlier,
            untold=untold,
            checkpoint=latest.note,
            runs=tuple(found[:_MOST_TOLD]),
        )
        return record.model_copy(update={"run": record.run.model_copy(update={"archive": logged})})

    def add(self, raw: bytes) -> None:
        """Add the run, by the bytes of its record. Raises FileFault where the log does not take it."""
        with self.archive.writing(self.signer) as writer:
            writer.add("run", facts(raw), {}, {})


def _run(one: Entry, model: str, data: set[str]) -> EarlierRun:
    facts = one.facts
    if facts is None:
        raise FileFault(f"entry {one.index} of the archive's log names a model and says nothing of an audit")
    return EarlierRun(
        index=one.index,
        added=one.added,
        verdict=facts.verdict,
        policy=facts.policy,
        version=facts.policy_version,
        same_model=facts.model == model,
        data="unknown" if facts.data is None else _shared(data, facts.data),
    )


def _shared(data: set[str], other: tuple[str, ...]) -> Shared:
    common = data.intersection(other)
    return "none" if not common else "all" if common == data else "some"


@dataclass(frozen=True)
class Into:
    """What the command line says of the archive; what it leaves open, audit.yaml says."""

    place: Path | None = None
    key: Path | None = None
    passphrase: Secret = bytes


def log_of(order: Order, into: Into) -> RunLog | None:
    """The archive that a run is to be told to, None where nobody names one.

    Raises WrittenFault where no key of its log is given.
    """
    named = order.spec.archive
    place = into.place or (order.folder / named.folder if named else None)
    key = into.key or (order.folder / named.key if named and named.key else None)
    if place is None:
        return None
    if key is None:
        remedy = "Give it by --log-key, AUDITOR_LOG_KEY, or as `key` beside the archive's `folder` in audit.yaml."
        raise WrittenFault("the private key of the archive's log is needed", where=str(place), remedy=remedy)
    return RunLog.of(Write(place, key, into.passphrase))
