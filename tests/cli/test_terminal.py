"""What is shown: plain text where nobody looks at colours, worst first, with the numbers that decided."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from records import a_record

from auditor.cli import terminal
from auditor.cli.progress import Bar, Lines, Quiet, telling
from auditor.record import GroupFacts


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[Terminal]]:
    """A context in which standard output and error are a terminal that takes colours."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")

    @contextmanager
    def shown() -> Iterator[Terminal]:
        made = Terminal()
        with redirect_stdout(made), redirect_stderr(made):
            yield made

    return shown


RECORD = a_record({"PERF-1": "pass", "PERF-2": "fail", "PERF-3": "error", "PERF-4": "inconclusive"})


def test_findings(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a finding, the worst first: symbol, word, severity, id, text, value with interval, limit."""
    terminal.show_findings(RECORD)
    text = "People who default are ranked above people who repay."
    both = "the interval holds values on both sides of the limit"
    assert capsys.readouterr().out.splitlines() == [
        f"✗ fail          blocker  PERF-2  {text}  AUROC 0.600 (0.571 to 0.628), limit at least 0.75",
        f"! error         blocker  PERF-3  {text}  it is error",
        f"? inconclusive  blocker  PERF-4  {text}  AUROC 0.750 (0.731 to 0.768), limit at least 0.75; {both}",
        f"✓ pass          blocker  PERF-1  {text}  AUROC 0.800 (0.784 to 0.815), limit at least 0.75",
    ]


def test_rows_of_unknown_group(capsys: pytest.CaptureFixture[str]) -> None:
    """They are in no comparison, which is told below the findings; of few of them no number is told."""
    groups = [
        GroupFacts(name="sex", rows={"f": 300, "m": 680}, unknown=1020),
        GroupFacts(name="ward", rows={"a": 1995, "b": None}, unknown=None),
        GroupFacts(name="age", rows={"<60": 1000, "60+": 1000}, unknown=0),
    ]
    record = RECORD.model_copy(update={"data": RECORD.data.model_copy(update={"groups": tuple(groups)})})
    terminal.show_findings(record)
    rows = "1\u202f000 test rows: shown in the report, compared with no group"
    assert capsys.readouterr().out.splitlines()[4:] == [
        f"  sex is unknown in 1\u202f020 of {rows}",
        f"  ward is unknown in a few of {rows}",
    ]


def test_exact() -> None:
    """A count has no interval, and no decimals that it does not have."""
    finding = RECORD.findings[0]
    judged = finding.judged[0].model_copy(update={"value": 3.0, "low": 3.0, "high": 3.0})
    told = terminal.found(RECORD, finding.model_copy(update={"judged": (judged,)}))
    assert told == "AUROC 3, limit at least 0.75"


def test_no_colours_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing that steers a terminal is written to a file or a pipe."""
    terminal.show(RECORD, Path("out"))
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert told.splitlines()[6] == f"FAIL  {RECORD.because}"


def test_colours(screen) -> None:
    """On a terminal a fail is red."""
    with screen() as shown:
        terminal.show(RECORD, Path("out"))
    assert "\x1b[31m✗ fail" in shown.getvalue()
    assert "\x1b[31m\x1b[1mFAIL" in shown.getvalue()


def test_no_color(screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is honoured."""
    monkeypatch.setenv("NO_COLOR", "1")
    with screen() as shown:
        terminal.show(RECORD, Path("out"))
    assert "\x1b[3" not in shown.getvalue()
    assert "✗ fail" in shown.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("模型 – µg/m³", "模型 – µg/m³"),
        ("a\x1b[31mb", "a\\u001b[31mb"),
        ("a\nPASS", "a PASS"),
        ("a\rPASS", "a PASS"),
        ("a\u202eb", "a\\u202eb"),
        ("a\x9bb", "a\\u009bb"),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    """Names in any script stay; what could steer the terminal is spelled out."""
    assert terminal.one_line(text) == shown


def _tell(progress: Quiet) -> None:
    progress.step("reading the data")
    progress.planned(1000)
    progress.begin("behavior.noise", 1, 2)
    progress.rows(500)
    progress.end("behavior.noise", "measured", 2.06)
    progress.begin("bias.gap", 2, 2)
    progress.end("bias.gap", "not_applicable", 0.0)


def test_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """In a log: a line a step and a line a check, on standard error."""
    with telling(quiet=False) as progress:
        assert type(progress) is Lines
        _tell(progress)
    assert capsys.readouterr() == (
        "",
        "reading the data …\n[1/2] behavior.noise … ok 2.1 s\n[2/2] bias.gap … not applicable 0.0 s\n",
    )


def test_bar(screen) -> None:
    """On a terminal: a bar with rate and time left, and the same lines above it."""
    with screen() as shown, telling(quiet=False) as progress:
        assert type(progress) is Bar
        _tell(progress)
        progress.rows(700)
        progress.bar.refresh()
        assert (progress.bar.tasks[0].completed, progress.bar.tasks[0].total) == (700, 1000)
    assert "[1/2] behavior.noise … ok 2.1 s" in shown.getvalue()
    assert "rows/s" in shown.getvalue()
    assert "left" in shown.getvalue()


def test_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """--quiet tells nothing."""
    with telling(quiet=True) as progress:
        _tell(progress)
    assert capsys.readouterr() == ("", "")
