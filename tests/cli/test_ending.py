"""How the program ends: the exit code of every outcome, and what is said on the way out."""

from __future__ import annotations

import contextlib
import errno
import logging
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import click
import pytest
from records import a_record

from auditor.app.outcome import exit_code
from auditor.cli.ending import ended
from auditor.cli.progress import telling
from auditor.cli.terminal import found
from auditor.errors import AuditorError, FileFault, ModelFault, Problem, SealFault, WrittenFault
from auditor.policy import Limit, Statistics
from auditor.verdict import verdict


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def _ends(does: object) -> int:
    @click.command()
    def command() -> object:
        if isinstance(does, BaseException):
            raise does
        return does() if callable(does) else does

    return ended(command, [])


@pytest.mark.parametrize(
    ("does", "code"),
    [
        (None, 0),
        (0, 0),
        (1, 1),
        (4, 4),
        (WrittenFault("w"), 2),
        (FileFault("f"), 3),
        (ModelFault("m"), 3),
        (SealFault("s"), 5),
        (AuditorError("a"), 70),
        (OSError(errno.ENOSPC, "No space left on device"), 3),
        (click.UsageError("u"), 2),
        (click.FileError("f"), 2),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
    ],
)
def test_codes(does: object, code: int, logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each deliberate end has its code and leaves no log."""
    assert _ends(does) == code
    assert list(logs.iterdir()) == []
    assert "Traceback" not in capsys.readouterr().err


def test_usage() -> None:
    """What click refuses is what you wrote: 2."""
    assert ended(click.Command("c"), ["--nonsense"]) == 2


def test_problems(capsys: pytest.CaptureFixture[str]) -> None:
    """All problems are told, each with its place and remedy, and nothing in them steers the terminal."""
    _ends(WrittenFault([Problem("a.yaml:1:2", "is wrong", "Mend it."), Problem("", "b\x1b[2J\nPASS")]))
    assert capsys.readouterr().err == "auditor: a.yaml:1:2: is wrong\n    Mend it.\nauditor: b\\u001b[2J PASS\n"


def test_bug(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bug is one line, with its traceback in a log file that the line names."""
    code = _ends(ZeroDivisionError("one by\nnothing"))
    (log,) = logs.iterdir()

    assert code == 70
    assert capsys.readouterr().err == (
        f"auditor: a bug in the program, ZeroDivisionError: one by nothing; the traceback is in {log}\n"
    )
    assert "Traceback (most recent call last)" in log.read_text()


def test_bug_without_room_for_a_log(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no log can be written, the bug is still told."""
    logs.rmdir()
    assert _ends(ZeroDivisionError("x")) == 70
    assert capsys.readouterr().err.endswith("ZeroDivisionError: x; and no traceback could be written\n")


def _warns(then: object) -> object:
    def warn() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=True)
            warnings.warn("overflow", RuntimeWarning, stacklevel=1)
            logging.captureWarnings(capture=False)
        if isinstance(then, Exception):
            raise then
        return then

    return warn


def test_a_warning_alone_leaves_nothing_behind(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in the middle of the findings nor as a file in the temporary folder, run after run."""
    assert _ends(_warns(0)) == 0
    assert capsys.readouterr() == ("", "")
    assert [] == list(logs.iterdir())


def test_warnings_before_a_bug_are_logged_with_it(logs: Path) -> None:
    """In their order: they may tell why."""
    assert _ends(_warns(ZeroDivisionError("x"))) == 70
    (log,) = logs.iterdir()
    assert log.read_text().index("overflow") < log.read_text().index("Traceback")


def test_reader_goes_away() -> None:
    """`auditor checks | head -1` is neither a verdict nor a bug."""
    code = "import sys; from auditor.cli import main; sys.argv[1:] = ['checks']; main()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) == 141
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize(
    ("statuses", "inconclusive_is", "code"),
    [
        (["pass"], "fail", 0),
        (["pass", "waived"], "fail", 0),
        (["pass", "attested"], "fail", 0),
        (["fail"], "fail", 1),
        (["fail"], "pass", 1),
        (["fail", "error"], "fail", 1),
        (["pass", "inconclusive"], "fail", 1),
        (["pass", "inconclusive"], "pass", 0),
        (["pass", "open"], "fail", 1),
        (["pass", "not_applicable"], "fail", 1),
        (["pass", "error"], "fail", 4),
        (["error"], "fail", 4),
        (["error", "inconclusive"], "fail", 1),
        (["error", "inconclusive"], "pass", 4),
        (["pass", "error"], "pass", 4),
    ],
)
def test_verdicts(statuses: list[str], inconclusive_is: str, code: int) -> None:
    """The exit code follows from the verdict; `inconclusive_is: pass` never excuses a fail or a crashed check."""
    record = a_record({f"R-{i}": status for i, status in enumerate(statuses)})
    statistics = Statistics(inconclusive_is=inconclusive_is)
    record = record.model_copy(update={"policy": record.policy.model_copy(update={"statistics": statistics})})

    assert verdict(record.findings)[0] == record.verdict
    assert exit_code(record) == code


def test_a_part_that_was_not_measured_is_the_policys_fault() -> None:
    """Trying again, which 4 asks for, would not help; the place is told beside the reason."""
    record = a_record({"R-1": "pass", "R-2": "error"})
    asked = record.findings[1].requirement
    limit = Limit(quantity="q", at_least=0, parts=("nobody",))
    finding = record.findings[1].model_copy(
        update={"requirement": asked.model_copy(update={"limit": limit}), "measured": record.findings[0].measured}
    )
    policy = record.policy.model_copy(update={"places": {"R-2": "policy.yaml:9:5"}})
    amiss = record.model_copy(update={"findings": (record.findings[0], finding), "policy": policy})
    assert exit_code(amiss) == 2
    assert found(amiss, finding).startswith("policy.yaml:9:5: ")


def test_ctrl_c_that_a_library_swallows_ends_the_run_all_the_same() -> None:
    """The next word of progress raises it again; the handler that was there before is put back."""
    before = signal.getsignal(signal.SIGINT)
    went_on = []

    def does() -> None:
        with telling(quiet=True) as progress:
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            progress.begin("a check", 1, 2)
            went_on.append(True)

    assert _ends(does) == 130
    assert went_on == []
    assert signal.getsignal(signal.SIGINT) is before
