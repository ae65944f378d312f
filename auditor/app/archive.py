"""The archive's uses: make one, add to it, look at it, remove what has to go."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from auditor.app.output import new_folder
from auditor.archive import entry as entries
from auditor.archive import store
from auditor.archive.entry import Entry
from auditor.archive.gathered import gathered
from auditor.archive.holdings import Holdings
from auditor.archive.note import Checkpoint, named
from auditor.archive.store import Archive, Writer
from auditor.archive.unpacked import unpacked
from auditor.errors import WrittenFault
from auditor.seal import keys

Secret = Callable[[], bytes]


@dataclass(frozen=True)
class Write:
    """Where to write, and with which key: the private one of the archive's log."""

    archive: Path
    key: Path
    passphrase: Secret


def init(place: Path, origin: str, key_folder: Path, passphrase: bytes | None) -> tuple[Archive, keys.KeyFiles]:
    """A new archive in a new folder, and the keys of its log in another folder.

    Raises WrittenFault where either is there already, or the keys would lie in the archive.
    """
    if key_folder.resolve().is_relative_to(place.resolve()):
        remedy = "Whoever may write to the archive should not have the key that signs it."
        raise WrittenFault("the keys would lie in the archive", where=str(key_folder), remedy=remedy)
    named(origin)
    with new_folder(place, place.name) as made:
        pair = keys.new_keys(key_folder, "log", passphrase)
        signer = keys.signer(pair.private, lambda: passphrase or b"")
        made.write(store.create(made.partial, origin, pair.public.read_bytes(), signer))
    return store.opened(place), pair


def add(
    into: Write, audit: Path, *, restricted: bool = False, retain_until: datetime.date | None = None
) -> tuple[Entry, Checkpoint]:
    """Archive a sealed audit's folder.

    Raises as `gathered` and `Archive.writing` do, WrittenFault where the date until which it is kept is over.
    """
    if retain_until is not None and retain_until < datetime.datetime.now(datetime.UTC).date():
        raise WrittenFault(f"{retain_until} is over, so that nothing would be kept", remedy="Name a day to come.")
    found = gathered(audit, restricted=restricted)
    with _writing(into) as writer:
        return writer.add("audit", found.facts, found.files, found.left_out, retain_until)


def holdings(place: Path) -> Holdings:
    """Everything that an archive's log says. Raises SealFault where the log's last checkpoint is not signed."""
    archive = store.opened(place)
    with archive.reading() as log:
        size = log.latest().size
        return Holdings.of(entries.read(index, body) for index, body in log.bodies("idx < ?", size))


def supersede(into: Write, of: int, by: int | None, reason: str) -> tuple[Entry, Checkpoint]:
    """Say that an entry counts no more. Raises WrittenFault where there is no such audit, or none to follow it."""
    with _writing(into) as writer:
        held = Holdings.of(entries.read(index, body) for index, body in writer.log.bodies())
        _audit(held, of)
        if by is not None:
            _audit(held, by)
        if of == by or (by is not None and by in held.superseded):
            raise WrittenFault(f"entry {by} cannot take the place of entry {of}", remedy="Name one that counts.")
        if of in held.superseded:
            raise WrittenFault(f"entry {of} is superseded already, by entry {held.superseded[of].index}")
        return writer.supersede(of, by, reason)


@dataclass(frozen=True)
class Removed:
    """A removal. also: other entries that hold the same bytes, which therefore stay."""

    entry: Entry
    checkpoint: Checkpoint
    also: tuple[tuple[int, str], ...]


def remove(into: Write, of: int, names: Sequence[str], reason: str, *, early: bool = False) -> Removed:
    """Remove files of an entry (all, where none is named); their digests stay in the log.

    Raises WrittenFault where there are no such files, or the date until which the entry is kept is not over (early:
    all the same).
    """
    with _writing(into) as writer:
        held = Holdings.of(entries.read(index, body) for index, body in writer.log.bodies())
        entry = _audit(held, of)
        gone = held.gone(of)
        chosen = tuple(names) or tuple(name for name in entry.files or {} if name not in gone)
        if strange := [name for name in chosen if name not in (entry.files or {}) or name in gone]:
            raise WrittenFault(f"entry {of} holds no file '{strange[0]}'", remedy="See `auditor archive show`.")
        if not chosen:
            raise WrittenFault(f"all files of entry {of} are removed already")
        until = entry.retain_until
        if until is not None and until > datetime.datetime.now(datetime.UTC).date() and not early:
            raise WrittenFault(
                f"entry {of} is to be kept until {until}", remedy="Say --early where the law asks for it."
            )
        return Removed(*writer.remove(of, chosen, reason), tuple(held.also(of, chosen)))


def restore(place: Path, index: int, out: Path) -> int:
    """Write an archived audit to a new folder, as it was; returns how many of its files are not there any more.

    Raises WrittenFault where the entry is no audit or has no files any more, SealFault where one was changed.
    """
    archive, held = store.opened(place), holdings(place)
    entry = _audit(held, index)
    if entry.kind == "run":
        raise WrittenFault(f"entry {index} is a run: it was logged, and none of its files were kept")
    if entry.files and len(held.gone(index)) == len(entry.files):
        removals = [held.entries[one] for one in sorted({held.tombs[index, name] for name in entry.files})]
        why = ", ".join(f"by entry {one.index} ({one.reason})" for one in removals)
        raise WrittenFault(f"nothing of entry {index} is left: all of its files were removed, {why}")
    with new_folder(out, out.name) as made:
        made.write(dict(unpacked(archive, held, entry)))
    return len(held.gone(index)) + len(entry.left_out or {})


def _writing(into: Write) -> AbstractContextManager[Writer]:
    return store.opened(into.archive).writing(keys.signer(into.key, into.passphrase))


def _audit(held: Holdings, index: int) -> Entry:
    entry = held.entries.get(index)
    if entry is None or entry.kind not in ("audit", "run"):
        raise WrittenFault(f"entry {index} is no audit", remedy="See `auditor archive list`.")
    return entry
