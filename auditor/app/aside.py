"""Work that gives bytes, done in a copy of this process while this one goes on, where a processor would be idle."""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

Work = Callable[[], bytes]
_PATIENCE = 300.0  # seconds for work of a few: a lock that a thread held when it was copied is never free in the copy


@contextmanager
def aside(work: Work) -> Iterator[Work]:
    """Begin the work; what the block is given waits for its bytes, once. The copy ends with the block.

    work: Python of one thread, as the copy has no other: it may not draw a chart. Where it fails, where the copy is
    lost or never answers, and where there can be none, it is done here when it is waited for, and raises what it
    always would.
    """
    if sys.platform != "linux":  # the libraries of macOS cannot be copied
        yield work
        return
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of other threads' locks, none of which the work takes
        copy = os.fork()
    if copy == 0:
        _give(work, writing)
    os.close(writing)
    codes: list[int] = []

    def waited() -> bytes:
        if not select.select([pipe], [], [], _PATIENCE)[0]:
            os.kill(copy, signal.SIGKILL)
        given = pipe.read()
        codes.append(_ended(copy))
        return given if codes == [0] else work()

    with os.fdopen(reading, "rb") as pipe:
        try:
            yield waited
        finally:
            if not codes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(copy, signal.SIGKILL)
                _ended(copy)


def _give(work: Work, writing: int) -> NoReturn:
    """In the copy, which leaves all that this process has opened as it is."""
    code = 1
    gc.disable()  # the copy ends before its memory would be needed again
    try:
        given = work()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(given)
        code = 0
    except BaseException:  # noqa: BLE001, S110 - who waits for it does it again, and tells
        pass
    finally:
        os._exit(code)


def _ended(copy: int) -> int:
    """Its exit code; -1 where nobody knows any more, as where a program does not want to hear of its children."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
    except ChildProcessError:
        return -1
