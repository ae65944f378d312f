"""Work that a copy of this process does."""

from __future__ import annotations

import os
import signal

import pytest

from auditor.app.aside import aside
from auditor.errors import AuditorError


def test_another_process_does_the_work_and_all_bytes_come():
    """More than a pipe holds at once; nothing is left of the copy."""
    with aside(lambda: b"%d " % os.getpid() + b"x" * 2**18) as waited:
        number, data = waited().split()

    assert int(number) != os.getpid()
    assert data == b"x" * 2**18
    with pytest.raises(ProcessLookupError):
        os.kill(int(number), 0)


def test_what_cannot_be_done_there_is_raised_here_as_it_is():
    """With its own text and type, when it is waited for."""

    def work() -> bytes:
        raise AuditorError("no page can be set", remedy="Shorten it.")

    with aside(work) as waited, pytest.raises(AuditorError, match="no page can be set"):
        waited()


def test_a_copy_that_is_lost_costs_only_time():
    """Killed in the middle, it gave half of the bytes: all are made here then."""
    here = os.getpid()

    def work() -> bytes:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return b"whole"

    with aside(work) as waited:
        assert waited() == b"whole"


def test_a_copy_that_never_answers_is_not_waited_for(monkeypatch):
    """As where it met a lock that another thread held when it was made."""
    here = os.getpid()

    def work() -> bytes:
        if os.getpid() != here:
            signal.pause()
        return b"whole"

    monkeypatch.setattr("auditor.app.aside._PATIENCE", 0.01)
    with aside(work) as waited:
        assert waited() == b"whole"


def test_the_copy_ends_with_the_block(monkeypatch):
    """As where the other work fails, and nobody waits for it any more."""
    fork, copies = os.fork, []

    def recorded() -> int:
        copies.append(fork())
        return copies[-1]

    def work() -> bytes:
        signal.pause()
        return b""

    monkeypatch.setattr("os.fork", recorded)
    with pytest.raises(AuditorError, match="the other"), aside(work):
        raise AuditorError("the other work failed")
    with pytest.raises(ProcessLookupError):
        os.kill(copies[0], 0)
