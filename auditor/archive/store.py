"""An archive: a folder with a log and the files that its entries name. One writer at a time, any number of readers.

A file is on disk before the entry that names it is; so whatever stops a writer leaves at most files that no entry
names, which harm nothing.
"""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.archive import entry as entries
from auditor.archive import log as logs
from auditor.archive.blobs import Blobs
from auditor.archive.entry import Entry, Facts, Kept, Kind
from auditor.archive.log import Log
from auditor.archive.note import Checkpoint, Verifier, named
from auditor.errors import FileFault, SealFault, WrittenFault
from auditor.seal import folder, keys, strictjson

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

_ABOUT, _LOG, KEY = "archive.json", "log.sqlite", "log.pub.pem"
_FORMAT = "auditor archive"


@dataclass(frozen=True)
class Archive:
    """An archive that exists. verifier: the key of its log, which lies in it: whoever doubts it brings their own."""

    folder: Path
    verifier: Verifier

    @property
    def blobs(self) -> Blobs:
        return Blobs(self.folder / "blobs")

    @contextmanager
    def reading(self) -> Iterator[Log]:
        """Its log, to read."""
        log = logs.opened(self.folder / _LOG, self.verifier)
        try:
            yield log
        finally:
            log.close()

    @contextmanager
    def writing(self, signer: Signer) -> Iterator[Writer]:
        """Waits for other writers to end. Raises WrittenFault where the key is not the log's."""
        if bytes.fromhex(signer.public_key.keyval["public"]) != self.verifier.raw:
            what = "this is not the private key of the archive's log"
            raise WrittenFault(what, where=str(self.folder), remedy="Give the key that `auditor archive init` made.")
        try:
            lock = (self.folder / "lock").open("ab")
        except OSError as error:
            raise FileFault(f"cannot be written to: {error.strerror}", where=str(self.folder)) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            log = logs.opened(self.folder / _LOG, self.verifier, writing=True)
            try:
                self.blobs.tidy()
                writer = Writer(self, log, signer)
                writer.finish_removals()
                yield writer
            finally:
                log.close()


@dataclass(frozen=True)
class Writer:
    """The one who may write."""

    archive: Archive
    log: Log
    signer: Signer

    def add(
        self,
        kind: Kind,
        facts: Facts,
        files: Mapping[str, bytes],
        left_out: Mapping[str, Kept],
        retain_until: datetime.date | None = None,
    ) -> tuple[Entry, Checkpoint]:
        """Keep the files, then add the entry that names them."""
        kept = {name: Kept(hashlib.sha256(data).hexdigest(), len(data)) for name, data in files.items()}
        body = entries.written(
            kind,
            facts=asdict(facts),
            files={name: asdict(one) for name, one in kept.items()} or None,
            left_out={name: asdict(one) for name, one in left_out.items()} or None,
            retain_until=retain_until and retain_until.isoformat(),
        )
        for data in files.values():
            self.archive.blobs.put(data)
        return self._append(body)

    def supersede(self, of: int, by: int | None, reason: str) -> tuple[Entry, Checkpoint]:
        """Say that an entry counts no more; by: the one that takes its place."""
        return self._append(entries.written("supersession", of=of, by=by, reason=reason))

    def remove(self, of: int, names: tuple[str, ...], reason: str) -> tuple[Entry, Checkpoint]:
        """Leave a tombstone for files of an entry, then take their bytes away where no other entry holds them."""
        made = self._append(entries.written("removal", of=of, names=list(names), reason=reason))
        self.finish_removals()
        return made

    def finish_removals(self) -> None:
        """Take away the bytes that are removed and still there: a writer may have been killed in between."""
        removals = [entries.read(idx, body) for idx, body in self.log.bodies("kind = 'removal'")]
        if not removals:
            return
        from auditor.archive.holdings import Holdings

        held = Holdings.of(entries.read(idx, body) for idx, body in self.log.bodies())
        for sha256 in held.removed.keys() - held.held.keys():
            self.archive.blobs.remove(sha256)

    def _append(self, body: bytes) -> tuple[Entry, Checkpoint]:
        checkpoint = self.log.append(body, self.signer)
        return entries.read(checkpoint.size - 1, body), checkpoint


def create(place: Path, origin: str, public: bytes, signer: Signer) -> dict[str, bytes]:
    """A new log in the folder `place`, which is empty; returns the files that are to lie beside it.

    public: the public key's file. Raises WrittenFault where the origin can name no log.
    """
    logs.create(place / _LOG, Verifier.of(named(origin), signer.public_key), signer)
    about = {"format": _FORMAT, "version": 1, "origin": origin}
    return {KEY: public, _ABOUT: json.dumps(about, indent=1).encode() + b"\n"}


def opened(place: Path) -> Archive:
    """The archive in a folder. Raises WrittenFault where there is none, FileFault where it is of another version."""
    about = place / _ABOUT
    if not about.is_file():
        remedy = "Make one with `auditor archive init`."
        raise WrittenFault("there is no archive here", where=str(place), remedy=remedy)
    said = strictjson.mapping(strictjson.parsed(folder.bounded(about, 10_000), str(about)), str(about))
    if said.get("format") != _FORMAT or said.get("version") != 1:
        raise FileFault("is no archive that this version reads", where=str(place))
    try:
        origin = named(strictjson.text(said, "origin", str(about)))
    except WrittenFault as fault:
        raise SealFault("names no origin", where=str(about)) from fault
    return Archive(place, Verifier.of(origin, keys.public_key(place / KEY)))
