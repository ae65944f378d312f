"""Whether an archive is what it was: every entry, every checkpoint, every file; in one pass over the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.archive import entry as entries
from auditor.archive import merkle
from auditor.archive.entry import Entry
from auditor.archive.holdings import Holdings
from auditor.archive.merkle import Frontier
from auditor.archive.note import Checkpoint, Verifier
from auditor.archive.store import Archive
from auditor.errors import FileFault, Problem, SealFault
from auditor.seal import folder


@dataclass(frozen=True)
class Checked:
    """What came out. latest: the checkpoint that the log ends with; said: its entries; files: how many were compared.

    problems: what is broken; notes: what is not, and worth knowing.
    """

    latest: Checkpoint | None
    said: tuple[Entry, ...]
    files: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def entries(self) -> int:
        """How many there are."""
        return len(self.said)


def check(archive: Archive, verifier: Verifier, since: Checkpoint | None = None, *, files: bool = True) -> Checked:
    """Check an archive with the key of its log. What is broken is in the result; nothing is raised for it.

    since: a checkpoint that was kept elsewhere; the log is to begin with its tree. files: compare every file too.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    found: list[Entry] = []
    latest = _log(archive, verifier, since, problems, found)
    compared = 0
    if files:
        compared = _files(archive, Holdings.of(found), problems, notes)
    return Checked(latest, tuple(found), compared, tuple(problems), tuple(notes))


def _log(
    archive: Archive, verifier: Verifier, since: Checkpoint | None, problems: list[Problem], found: list[Entry]
) -> Checkpoint | None:
    tree, latest = Frontier(), None
    held = since is None or since.size == 0
    try:
        with archive.reading() as log:
            for index, leaf, body, signed in log.rows():
                tree = tree.grown(merkle.leaf(body))
                problems += _entry(index, tree, leaf, body, found)
                try:
                    latest = verifier.checkpoint(signed) if signed else None
                except SealFault as fault:
                    problems += [Problem(f"checkpoint {tree.size}", one.what) for one in fault.problems]
                    latest = None
                problems += _signed(tree, signed, latest)
                if since is not None and since.size == tree.size:
                    held = True
                    if since.root != tree.root:
                        problems.append(
                            Problem(f"entries 0 to {index}", "are not those of the checkpoint that you hold")
                        )
            problems += [Problem("log", told) for told in log.damage()]
            sizes = log.signed_sizes()
            if not found and sizes:
                latest = log.latest()
            if sizes != list(range(tree.size + 1)):
                problems.append(Problem("checkpoints", "are not one for each entry and one for none"))
    except (FileFault, SealFault) as fault:
        problems += fault.problems
    if not held and since is not None:
        what = f"ends after {tree.size} entries, and the checkpoint that you hold is of {since.size}"
        problems.append(Problem("log", f"{what}: entries were dropped"))
    return latest


def _entry(index: int, tree: Frontier, leaf: bytes, body: bytes, found: list[Entry]) -> Iterator[Problem]:
    if index != tree.size - 1:
        yield Problem(f"entry {tree.size - 1}", f"is missing: the next one is {index}")
    if leaf != merkle.leaf(body):
        yield Problem(f"entry {index}", "was changed: its bytes do not have the hash beside them")
    try:
        found.append(entries.read(index, body))
    except SealFault as fault:
        yield from fault.problems


def _signed(tree: Frontier, signed: str | None, checkpoint: Checkpoint | None) -> Iterator[Problem]:
    where = f"checkpoint {tree.size}"
    if signed is None:
        yield Problem(where, "is missing")
    elif checkpoint and (checkpoint.size, checkpoint.root) != (tree.size, tree.root):
        yield Problem(where, "is of other entries: they were changed or dropped after it was signed")


def _files(archive: Archive, holdings: Holdings, problems: list[Problem], notes: list[str]) -> int:
    there = set(archive.blobs.there())
    for sha256, places in holdings.held.items():
        who = ", ".join(f"entry {index}: {name}" for index, name in places[:3]) + (" …" if len(places) > 3 else "")
        try:
            if sha256 not in there:
                problems.append(Problem(who, "is missing"))
            elif folder.sha256(archive.blobs.path(sha256)) != sha256:
                problems.append(Problem(who, "was changed after it was archived"))
        except FileFault as fault:
            problems += [Problem(who, one.what) for one in fault.problems]
    late = sorted(
        place for sha256 in holdings.removed.keys() & there - holdings.held.keys() for place in holdings.removed[sha256]
    )
    notes += [
        f"entry {index}: {name} is removed, and its bytes are still there until the next entry" for index, name in late
    ]
    if strange := there - holdings.held.keys() - holdings.removed.keys():
        notes.append(
            f"{len(strange)} files that no entry names: left by a writer that was stopped, or put there by hand"
        )
    return len(holdings.held)
