"""Every run in an archive's log, whatever came out: so that nobody can run until it passes and show only that."""

from __future__ import annotations

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
from auditor.history import EarlierRun, Logged
from auditor.record import Record
from auditor.seal import keys

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


_MOST_TOLD = 100  # the record is to stay small; the log holds all


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
        """The record with what the log says before this run is added: its checkpoint, and runs of the same model."""
        with self.archive.reading() as log:
            latest = log.latest()
            bodies = list(log.bodies("model = ? AND idx < ?", record.model.file.sha256, latest.size))
        runs = tuple(_run(entry.read(index, body)) for index, body in bodies[:_MOST_TOLD])
        logged = Logged(origin=latest.origin, size=latest.size, earlier=len(bodies), checkpoint=latest.note, runs=runs)
        return record.model_copy(update={"run": record.run.model_copy(update={"archive": logged})})

    def add(self, raw: bytes) -> None:
        """Add the run, by the bytes of its record. Raises FileFault where the log does not take it."""
        with self.archive.writing(self.signer) as writer:
            writer.add("run", facts(raw), {}, {})


def _run(one: Entry) -> EarlierRun:
    facts = one.facts
    if facts is None:
        raise FileFault(f"entry {one.index} of the archive's log names a model and says nothing of an audit")
    told = {"verdict": facts.verdict, "policy": facts.policy, "version": facts.policy_version}
    return EarlierRun(index=one.index, added=one.added, **told)


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
