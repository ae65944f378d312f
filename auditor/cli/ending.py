"""How the program ends: every outcome has its exit code, and a traceback never reaches the terminal."""

from __future__ import annotations

import errno
import itertools
import logging
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from types import FrameType
from typing import TextIO

import click

from auditor.cli.interrupt import Interrupt
from auditor.cli.terminal import one_line
from auditor.cli.tracefile import TraceFile
from auditor.errors import AuditorError, FileFault, Problem

INTERRUPTED, PIPE_CLOSED, TERMINATED, BUG = 130, 141, 128 + signal.SIGTERM, 70
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def ended(command: click.Command, arguments: Sequence[str]) -> int:
    """Run a command; returns the exit code. What the command returns, where it is a number, is the exit code."""
    for stream in (sys.stdout, sys.stderr):
        _tolerant(stream)
    trace = TraceFile()
    logging.getLogger().addHandler(trace)
    logging.captureWarnings(capture=True)
    previous = {signal.SIGTERM: signal.signal(signal.SIGTERM, _terminated)}
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # a background job of some shells is to ignore Ctrl-C
        previous[signal.SIGINT] = signal.signal(signal.SIGINT, Interrupt())
    try:
        code = _code(command, arguments)
        if trace.worst >= logging.ERROR and code != BUG:
            _say(f"auditor: a traceback was written to {trace.path}")
        return code
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        logging.captureWarnings(capture=False)
        logging.getLogger().removeHandler(trace)


def _code(command: click.Command, arguments: Sequence[str]) -> int:
    try:
        with command.make_context("auditor", list(arguments)) as context:
            returned = command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, click.Abort):
        _say("auditor: interrupted; nothing was written")
        return INTERRUPTED
    except SystemExit as end:
        if end.code != TERMINATED:
            raise
        _say("auditor: ended by SIGTERM; nothing was written")
        return TERMINATED
    except click.ClickException as error:
        error.show()
        _annotate((Problem("", error.format_message()),), 2, arguments)
        return 2
    except AuditorError as error:
        told = [_plain(problem) for problem in error.problems]
        _say(*(f"auditor: {problem}" for problem in told))
        _annotate(told, error.exit_code, arguments)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains when it ends
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - what is none of the above is a bug, and has its exit code
        return _no_room(error) or _bug(error)
    return returned if isinstance(returned, int) else 0


def _no_room(error: Exception) -> int:
    """The exit code where the disk is full, or may not be written to; else 0."""
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        return 0
    _say(f"auditor: cannot write: {error.strerror}")
    return FileFault.exit_code


def _bug(error: Exception) -> int:
    logging.getLogger("auditor").critical("a bug", exc_info=error)
    paths = [handler.path for handler in logging.getLogger().handlers if isinstance(handler, TraceFile)]
    where = f"the traceback is in {paths[0]}" if paths and paths[0] else "and no traceback could be written"
    _say(f"auditor: a bug in the program, {type(error).__name__}: {one_line(str(error))}; {where}")
    return BUG


def _plain(problem: Problem) -> Problem:
    return Problem(one_line(problem.where), one_line(problem.what), one_line(problem.remedy))


def _annotate(problems: Iterable[Problem], code: int, arguments: Sequence[str]) -> None:
    """What went wrong as annotations, where the command line asks for them: it may be what cannot be read itself."""
    if "--format=github" in arguments or ("--format", "github") in itertools.pairwise(arguments):
        from auditor.render.machine.github import faults

        click.echo("\n".join(faults(problems, code)))


def _say(*lines: str) -> None:
    for line in lines:
        click.echo(line, err=True)


def _tolerant(stream: TextIO) -> None:
    """A terminal that lacks a character is to get a question mark, not to end the audit."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _terminated(number: int, frame: FrameType | None) -> None:
    """End as for Ctrl-C, so that the model's process and unfinished folders are removed."""
    raise SystemExit(128 + number)
