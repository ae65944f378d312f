"""Writers of an archive that are killed (SIGKILL) at every step, and what they leave behind.

    python tests/killing.py FOLDER [INSTRUCTIONS]

A step is a call that changes the disk (before it, and after it), a statement of SQL (the same), and every so many
INSTRUCTIONS (25) of SQLite's machine within one. Nothing of this is known to the program: the calls are wrapped here,
in a forked process that lives for one operation. Prints how many were killed, and what was lost: nothing, it is hoped.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditor.app import archive as uses
from auditor.archive import check, store
from auditor.archive.entry import Facts
from auditor.seal import keys

_CALLS = ("open", "fsync", "link", "unlink", "mkdir")
_INSTRUCTIONS = 25
FACTS = Facts("a model", "1", "PASS", "a" * 64, "p", "1", ("c" * 64,), "d" * 64, "e" * 64, "2026-11-21T12:00:00+00:00")
Operation = Callable[[store.Writer, int], Any]


class Clock:
    """Counts steps, and kills this process at the one that is given. instructions: of SQLite, that are one step."""

    def __init__(self, deadly: int, instructions: int) -> None:
        self.left, self.instructions = deadly, instructions

    def tick(self) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrapped(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            self.tick()
            result = call(*arguments, **named)
            self.tick()
            return result

        return stepped

    def connect(self, connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        clock = self

        class Stepped(sqlite3.Connection):
            def execute(self, *arguments: Any) -> sqlite3.Cursor:
                return clock.wrapped(super().execute)(*arguments)

        def connected(*arguments: Any, **named: Any) -> sqlite3.Connection:
            made = connect(*arguments, **named, factory=Stepped)
            made.set_progress_handler(clock.tick, clock.instructions)
            return made

        return connected


def killed(archive: store.Archive, signer: Any, operation: Operation, at: int, instructions: int) -> int | None:
    """Let a process of its own write, and die at a step; returns the entry that it completed, None where it died."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        clock = Clock(at, instructions)
        for name in _CALLS:
            setattr(os, name, clock.wrapped(getattr(os, name)))
        sqlite3.connect = clock.connect(sqlite3.connect)  # type: ignore[assignment]
        try:
            with archive.writing(signer) as writer:
                entry = operation(writer, at)[0]
            os.write(writing, str(entry.index).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return int(said) if said else None


def add(writer: store.Writer, at: int) -> Any:
    """Files that no other entry has, one that every entry has, and an empty one."""
    return writer.add("audit", FACTS, {"own": f"{at} {os.getpid()}".encode(), "same": b"same", "none": b""}, {})


def remove(writer: store.Writer, at: int) -> Any:
    """A file that the first audit holds alone, and one that it shares."""
    return writer.remove(0, ("own", "same"), "tested")


def every_step(archive: store.Archive, signer: Any, operation: Operation, instructions: int) -> tuple[int, list[str]]:
    """Kill an operation at its first step, its second, and so on, until it lives; returns how often, and what is wrong.

    Each time with a copy of the archive, to which somebody else adds an entry afterwards.
    """
    wrong: list[str] = []
    before = _entries(archive, wrong)
    for at in range(10_000):
        copy = store.Archive(archive.folder.with_name("killed"), archive.verifier)
        shutil.rmtree(copy.folder, ignore_errors=True)
        shutil.copytree(archive.folder, copy.folder)
        completed = killed(copy, signer, operation, at, instructions)
        now = _entries(copy, wrong)
        if now[: len(before)] != before or len(now) > len(before) + 1:
            wrong.append(f"step {at}: {len(before)} entries became {len(now)}, or others")
        if completed is not None and len(now) <= completed:
            wrong.append(f"step {at}: entry {completed} was completed and is lost")
        with copy.writing(signer) as writer:
            writer.supersede(0, None, "goes on")
        wrong += [f"step {at}: {note}" for note in check.check(copy, copy.verifier).notes if "is removed" in note]
        if _entries(copy, wrong)[: len(now)] != now or list((copy.folder / "blobs" / ".new").glob("*")):
            wrong.append(f"step {at}: the next writer did not go on where this one was killed")
        if completed is not None:
            return at, wrong
    raise AssertionError("an operation has an end")


def _entries(archive: store.Archive, wrong: list[str]) -> list[bytes]:
    """The bytes of all entries, after all has been verified."""
    found = check.check(archive, archive.verifier)
    wrong += [str(problem) for problem in found.problems]
    with archive.reading() as log:
        return [body for _, body in log.bodies()]


def main() -> int:
    """Go through both operations."""
    folder, instructions = Path(sys.argv[1]), int((*sys.argv, _INSTRUCTIONS)[2])
    archive, pair = uses.init(folder / "archive", "bank.example/audits", folder / "keys", None)
    signer = keys.signer(pair.private, lambda: b"")
    with archive.writing(signer) as writer:
        add(writer, -1)
        add(writer, -2)
    kills, wrong = {}, []
    for operation in (add, remove):
        kills[operation.__name__], found = every_step(archive, signer, operation, instructions)
        wrong += found
    print(json.dumps({"kills": kills, "wrong": wrong}))
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
