"""Work that somebody else's templates steer, in a copy of this process with a limit of time and of memory.

Templates are programs, and so are style sheets for whoever lays them out: loops in loops, a text of ten gigabytes.
"""

from __future__ import annotations

import gc
import json
import math
import os
import resource
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from auditor.errors import AuditorError, FileFault, Problem, WrittenFault

Work = Callable[[], bytes]
_PATIENCE = 10  # seconds that may pass for one of processor time: the machine does other things too
_GRACE = 2  # seconds of processor time to tell where it was
_LARGEST = 2**28  # bytes of an answer
_REMEDY = "Mend the theme, or say --template plain to do without."
_FAULTS = {fault.exit_code: fault for fault in (AuditorError, WrittenFault, FileFault)}


@dataclass(frozen=True)
class Bounds:
    """What the work may take. seconds: of processor time. memory: bytes beside what this process has already."""

    seconds: float
    memory: int


@contextmanager
def bounded(work: Work, bounds: Bounds, theme: Path) -> Iterator[Work]:
    """Begin the work; what the block is given waits for its bytes, once. The copy ends with the block.

    work: Python of one thread, which may not draw a chart. It is told of the end of its time by a TimeoutError.
    Raises what the work raises where that is an AuditorError, and WrittenFault that names the theme's folder where it
    ends otherwise. Where a process cannot be copied (macOS), it is done here, with no limit but Python's own.
    """
    if sys.platform != "linux":
        yield lambda: _told(work, theme)
        return
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of other threads' locks, none of which the work takes
        copy = os.fork()
    if copy == 0:
        os.close(reading)
        _give(work, bounds, theme, writing)
    os.close(writing)
    try:
        yield lambda: _answer(_all(reading, time.monotonic() + _PATIENCE * bounds.seconds), bounds, theme)
    finally:
        os.close(reading)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(copy, signal.SIGKILL)
            os.waitpid(copy, 0)


def _give(work: Work, bounds: Bounds, theme: Path, writing: int) -> NoReturn:
    """In the copy, which leaves all that this process has opened as it is."""
    gc.disable()  # the copy ends before its memory would be needed again
    try:
        _limit(bounds)
        try:
            given = b"+" + _told(work, theme)
        except AuditorError as error:
            given = b"-" + json.dumps([error.exit_code, *map(astuple, error.problems)]).encode()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(given)
    except BaseException:  # noqa: BLE001, S110 - who waits gets no answer, and says so
        pass
    finally:
        os._exit(0)


def _limit(bounds: Bounds) -> None:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    memory = int(pages) * resource.getpagesize() + bounds.memory
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (memory if hard < 0 else min(memory, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _late)
    signal.setitimer(signal.ITIMER_PROF, bounds.seconds, 1)  # again, where a library takes no notice of the first
    seconds = math.ceil(bounds.seconds) + _GRACE  # C does not hear of signals, and is killed
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _late(_number: int, _frame: FrameType | None) -> NoReturn:
    raise TimeoutError("it does not come to an end")


def _told(work: Work, theme: Path) -> bytes:
    """What the work gives; what it raises is deliberate, or was caused by the theme, without which it is not raised."""
    try:
        return work()
    except AuditorError:
        raise
    except Exception as error:
        raise WrittenFault(f"cannot be used: {words_of(error)}", where=str(theme), remedy=_REMEDY) from error


def words_of(error: Exception) -> str:
    """What went wrong in a template, where the error itself hardly says it."""
    match error:
        case MemoryError():
            return "it takes too much memory"
        case RecursionError():
            return "it includes or calls itself without end, or is nested too deep"
        case TimeoutError():
            return "it does not come to an end"
    return str(error) or type(error).__name__


def _all(reading: int, until: float) -> bytes:
    """What the copy says; nothing where it takes too long or says too much."""
    parts: list[bytes] = []
    while select.select([reading], [], [], max(0.0, until - time.monotonic()))[0]:
        part = os.read(reading, 2**20)
        if not part:
            return b"".join(parts)
        parts.append(part)
        if sum(map(len, parts)) > _LARGEST:
            break
    return b""


def _answer(said: bytes, bounds: Bounds, theme: Path) -> bytes:
    if said[:1] == b"+":
        return said[1:]
    if said[:1] == b"-":
        code, *problems = json.loads(said[1:])
        raise _FAULTS.get(code, AuditorError)([Problem(*one) for one in problems])
    limits = f"{bounds.seconds:g} s of processor time or {bounds.memory >> 20} MiB of memory"
    raise WrittenFault(f"cannot be used: it takes more than {limits}", where=str(theme), remedy=_REMEDY)
