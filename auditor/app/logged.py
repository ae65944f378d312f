"""Every run in an archive's log, whatever came out: so that nobody can run until it passes and show only that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.app.archive import Secret, Write
from auditor.app.order import Order
from auditor.archive import store
from auditor.archive.gathered import facts
from auditor.archive.store import Archive
from auditor.errors import WrittenFault
from auditor.record import Logged, Record
from auditor.seal import keys

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


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
            earlier = sum(1 for _ in log.bodies("model = ? AND idx < ?", record.model.file.sha256, latest.size))
        logged = Logged(origin=latest.origin, size=latest.size, earlier=earlier, checkpoint=latest.note)
        return record.model_copy(update={"run": record.run.model_copy(update={"archive": logged})})

    def add(self, raw: bytes) -> None:
        """Add the run, by the bytes of its record. Raises FileFault where the log does not take it."""
        with self.archive.writing(self.signer) as writer:
            writer.add("run", facts(raw), {}, {})


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
