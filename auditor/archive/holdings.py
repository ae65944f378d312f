"""Which files the entries of a log still hold, which were removed, and what was superseded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.archive.entry import Entry


@dataclass(frozen=True)
class Holdings:
    """What a log says in all. held, removed: digest of a file -> the entries (index and name) that hold or held it.

    superseded: entry -> the entry that says so; tombs: (entry, file) -> the entry that removed it.
    """

    entries: dict[int, Entry] = field(default_factory=dict)
    held: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    removed: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    superseded: dict[int, Entry] = field(default_factory=dict)
    tombs: dict[tuple[int, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Holdings:
        """Of all entries of a log, in their order."""
        made = cls({entry.index: entry for entry in entries})
        for entry in made.entries.values():
            if entry.kind == "supersession" and entry.of is not None:
                made.superseded[entry.of] = entry
            if entry.kind == "removal" and entry.of is not None:
                made.tombs.update({(entry.of, name): entry.index for name in entry.names})
        for entry in made.entries.values():
            for name, kept in (entry.files or {}).items():
                which = made.removed if (entry.index, name) in made.tombs else made.held
                which.setdefault(kept.sha256, []).append((entry.index, name))
        return made

    def overruled(self, entry: Entry) -> list[Entry]:
        """What says that an audit counts no more, also where the same record was archived again afterwards.

        An entry that was superseded by the same record, archived once more (as with a sign-off), tells nothing of that.
        """
        found = []
        for index, said in self.superseded.items():
            heir = self.entries.get(said.by) if said.by is not None else None
            again = heir is not None and self._same(heir, entry)
            if index == entry.index or (self._same(self.entries[index], entry) and not again):
                found.append(said)
        return found

    def _same(self, one: Entry, other: Entry) -> bool:
        return one.facts is not None and other.facts is not None and one.facts.record == other.facts.record

    def gone(self, index: int) -> list[str]:
        """The files of an entry that were removed."""
        return [name for name in self.entries[index].files or {} if (index, name) in self.tombs]

    def also(self, index: int, names: Iterable[str]) -> list[tuple[int, str]]:
        """Other entries that hold the same bytes as these files of an entry."""
        files = self.entries[index].files or {}
        own = {(index, name) for name in names}
        return [place for name in names for place in self.held.get(files[name].sha256, ()) if place not in own]
