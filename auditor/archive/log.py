"""The log on disk: SQLite in WAL mode, each commit forced to disk; entries and checkpoints are only ever added.

The triggers keep honest programs from changing what is there. Whoever may write the file can drop them, which is why
the log is a Merkle tree whose checkpoints people keep elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from auditor.archive import merkle, note
from auditor.archive.merkle import Frontier
from auditor.archive.note import Checkpoint, Verifier
from auditor.errors import AuditorError, FileFault, SealFault

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE entry(
    idx INTEGER PRIMARY KEY CHECK (idx >= 0),
    leaf BLOB NOT NULL CHECK (length(leaf) = 32),
    body TEXT NOT NULL,
    kind TEXT GENERATED ALWAYS AS (json_extract(body, '$.kind')) VIRTUAL,
    model TEXT GENERATED ALWAYS AS (json_extract(body, '$.facts.model')) VIRTUAL
) STRICT;
CREATE TABLE checkpoint(size INTEGER PRIMARY KEY CHECK (size >= 0), note TEXT NOT NULL, peaks BLOB NOT NULL) STRICT;
CREATE INDEX by_kind ON entry(kind);
CREATE INDEX by_model ON entry(model);
"""
_ONLY_ADDED = "CREATE TRIGGER {0}_{1} BEFORE {1} ON {0} BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;\n"
_NO_GAP = """
CREATE TRIGGER entry_gap BEFORE INSERT ON entry WHEN NEW.idx <> (SELECT coalesce(max(idx) + 1, 0) FROM entry)
BEGIN SELECT RAISE(ABORT, 'the log has no gaps'); END;
"""
_TRIGGERS = _NO_GAP + "".join(_ONLY_ADDED.format(t, do) for t in ("entry", "checkpoint") for do in ("UPDATE", "DELETE"))
_LATEST = "SELECT size, note, peaks FROM checkpoint ORDER BY size DESC LIMIT 1"


@dataclass(frozen=True)
class Log:
    """An open log."""

    path: Path
    verifier: Verifier
    connection: sqlite3.Connection

    def latest(self) -> Checkpoint:
        """The last checkpoint. Raises SealFault where it is not signed by the log's key."""
        return self._latest()[0]

    def bodies(self, where: str = "", *given: object) -> Iterator[tuple[int, bytes]]:
        """Index and bytes of the entries, in their order; where: SQL on `idx`, `kind`, `model`, `body`."""
        condition = f"WHERE {where}" if where else ""
        with _told(self.path):
            for idx, body in self.connection.execute(f"SELECT idx, body FROM entry {condition} ORDER BY idx", given):  # noqa: S608 - conditions are ours
                yield idx, _of(str, body).encode()

    def leaves(self, size: int) -> list[bytes]:
        """The hashes of the first `size` leaves."""
        with _told(self.path):
            rows = self.connection.execute("SELECT leaf FROM entry WHERE idx < ? ORDER BY idx", (size,))
            return [_of(bytes, leaf) for (leaf,) in rows]

    def rows(self) -> Iterator[tuple[int, bytes, bytes, str | None]]:
        """Index, leaf, body and the checkpoint that was signed with it (None: missing), in their order."""
        query = "SELECT idx, leaf, body, note FROM entry LEFT JOIN checkpoint ON size = idx + 1 ORDER BY idx"
        with _told(self.path):
            for idx, leaf, body, signed in self.connection.execute(query):
                yield idx, _of(bytes, leaf), _of(str, body).encode(), None if signed is None else _of(str, signed)

    def signed_sizes(self) -> list[int]:
        """The sizes of which there are checkpoints."""
        with _told(self.path):
            return [size for (size,) in self.connection.execute("SELECT size FROM checkpoint ORDER BY size")]

    def damage(self) -> list[str]:
        """What SQLite finds wrong with its file, and whether the next entry could be added to the tree."""
        with _told(self.path):
            found = [str(row[0]) for row in self.connection.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
        last, tree = self._latest()
        return [
            *found,
            *(["cannot go on: the roots beside its last checkpoint are others"] if tree.root != last.root else []),
        ]

    def append(self, body: bytes, signer: Signer) -> Checkpoint:
        """Add an entry; returns the checkpoint that holds it. It is on disk when this returns, or not there at all."""
        with _told(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                last, tree = self._latest()
                if tree.root != last.root:
                    raise SealFault("the log does not have the root that it signed", where=str(self.path))
                added = merkle.leaf(body)
                self.connection.execute("INSERT INTO entry VALUES (?, ?, ?)", (tree.size, added, body.decode()))
                new = self._sign(tree.grown(added), signer)
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
        return new

    def begin(self, signer: Signer) -> None:
        """Sign the empty tree of a log that was just made."""
        self._sign(Frontier(), signer)

    def close(self) -> None:
        self.connection.close()

    def _latest(self) -> tuple[Checkpoint, Frontier]:
        with _told(self.path):
            row = self.connection.execute(_LATEST).fetchone()
            if row is None:
                raise SealFault("the log has no checkpoint", where=str(self.path))
            size, text, peaks = row[0], _of(str, row[1]), _of(bytes, row[2])
        found = self.verifier.checkpoint(text)
        if found.size != size:
            raise SealFault(f"the checkpoint of size {size} is of another size", where=str(self.path))
        return found, Frontier(size, tuple(peaks[at : at + 32] for at in range(0, len(peaks), 32)))

    def _sign(self, tree: Frontier, signer: Signer) -> Checkpoint:
        text = note.head(tree.size, tree.root, self.verifier, signer)
        self.connection.execute("INSERT INTO checkpoint VALUES (?, ?, ?)", (tree.size, text, b"".join(tree.peaks)))
        return Checkpoint(self.verifier.name, tree.size, tree.root, text)


def create(path: Path, verifier: Verifier, signer: Signer) -> None:
    """A new log, empty, with the checkpoint of an empty tree."""
    with _told(path):
        made = sqlite3.connect(path, isolation_level=None)
        try:
            made.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN; {_SCHEMA} {_TRIGGERS}")
            Log(path, verifier, made).begin(signer)
            made.execute("COMMIT")
        finally:
            made.close()


def opened(path: Path, verifier: Verifier, *, writing: bool = False) -> Log:
    """An existing log. Raises FileFault where it cannot be opened. On a disk that is read-only it can still be read."""
    with _told(path):
        if writing:
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=60
            )
            connection.executescript("PRAGMA synchronous=FULL;")
            return Log(path, verifier, connection)
        try:
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=60
            )
            connection.execute(_LATEST).fetchone()
        except sqlite3.OperationalError:
            if path.with_name(f"{path.name}-wal").exists():
                raise
            connection = sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True, isolation_level=None)
        return Log(path, verifier, connection)


def _of(kind: type[T], value: object) -> T:
    """What a column holds. Its type lies in the file beside each value, where one flipped bit makes text of bytes."""
    if not isinstance(value, kind):
        raise sqlite3.DataError(f"it holds a value of type {type(value).__name__} instead of {kind.__name__}")
    return value


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What SQLite says, as errors of ours."""
    try:
        yield
    except AuditorError:
        raise
    except UnicodeDecodeError as error:
        raise FileFault("the log is damaged: it holds text that is none", where=str(path)) from error
    except sqlite3.DatabaseError as error:
        full = getattr(error, "sqlite_errorname", "") in ("SQLITE_FULL", "SQLITE_IOERR_WRITE")
        what = "the disk is full" if full else f"the log cannot be used: {error}"
        remedy = "Nothing was added. Make room and try again." if full else ""
        raise FileFault(what, where=str(path), remedy=remedy) from error
