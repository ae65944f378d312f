"""What is shown of a record: the findings, the verdict, where the files are."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from auditor.policy import Limit
    from auditor.record import Finding, Record
    from auditor.render.numbers import Numbers

SYMBOLS = {
    "pass": "✓",
    "fail": "✗",
    "inconclusive": "?",
    "not_applicable": "–",
    "error": "!",
    "attested": "✓",
    "open": "…",
    "waived": "~",
}
_COLOURS = {"pass": "green", "attested": "green", "fail": "red", "error": "red", "PASS": "green", "FAIL": "red"}
_WORST_FIRST = ("fail", "error", "inconclusive", "open", "waived", "not_applicable", "pass", "attested")
_SEVEREST_FIRST = ("blocker", "major", "minor")
_UNWRAPPED = 10_000  # columns of a file or a pipe, where lines are not broken


def one_line(text: str) -> str:
    """Text of others as one line that cannot steer the terminal."""
    if text.isascii() and text.isprintable():
        return text
    from auditor.render.plain import plain

    return plain(" ".join(text.split()))


def counted(count: int, one: str, several: str) -> str:
    """A number with its noun in the form that suits it."""
    return f"{count} {one if count == 1 else several}"


def coloured() -> bool:
    """Whether standard output is a terminal that takes colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(record: Record, folder: Path, form: str = "text", beside: Path = Path()) -> None:
    """Findings, verdict and files of an audit that was written to `folder`.

    form: `github` for annotations at the lines of a policy in the folder `beside`.
    """
    if form == "github":
        from auditor.render.machine.github import commands

        click.echo("\n".join(commands(record, beside)))
        return
    click.echo()
    show_findings(record)
    word = click.style(record.verdict, fg=_COLOURS.get(record.verdict, "yellow"), bold=True)
    click.echo(f"\n{word if coloured() else record.verdict}  {one_line(record.because)}\n", color=coloured())
    for name in ("committee.pdf", "report.html", "report.pdf", "record.json"):
        click.echo(f"  {one_line(str(folder / name))}")


def show_findings(record: Record) -> None:
    """The table of findings, the worst first."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=coloured(), header_style="dim")
    for title, kept in (("status", True), ("severity", True), ("id", True), ("requirement", False), ("found", False)):
        table.add_column(title, no_wrap=kept or not sys.stdout.isatty())
    for finding in ranked(record.findings):
        status = f"{SYMBOLS[finding.status]} {finding.status.replace('_', ' ')}"
        need = finding.requirement
        cells = [need.severity, need.id, one_line(need.text), one_line(found(record, finding))]
        table.add_row(Text(status, style=_COLOURS.get(finding.status, "yellow")), *map(Text, cells))
    console = _console()
    with console.capture() as captured:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()), color=coloured())
    for line in unknown(record):
        click.echo(f"  {line}")


def unknown(record: Record) -> list[str]:
    """For each attribute whose value is not known of some test rows: of how many; they are in no group."""
    from auditor.render.words import words

    count = words("en").numbers.count
    return [
        f"{one_line(group.name)} is unknown in {'a few' if group.unknown is None else count(group.unknown)} of "
        f"{count(record.data.test.rows)} test rows: shown in the report, compared with no group"
        for group in record.data.groups
        if group.unknown != 0
    ]


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Blockers before the rest, and within a severity what is worst first."""
    return sorted(
        findings,
        key=lambda f: (_SEVEREST_FIRST.index(f.requirement.severity), _WORST_FIRST.index(f.status), f.requirement.id),
    )


def found(record: Record, finding: Finding) -> str:
    """The number that decided, with its interval and limit; or why there is none."""
    limit = finding.requirement.limit
    if not finding.judged or limit is None:
        place = record.policy.places.get(finding.requirement.id, "") if finding.status == "error" else ""
        return f"{place}: {finding.reason}" if place else finding.reason
    from auditor.render.numbers import digits_for
    from auditor.render.telling import estimated
    from auditor.render.words import words

    english, one = words("en"), finding.judged[0]
    numbers = english.numbers
    entry = record.measured.get(finding.measured)
    meaning = entry.meanings.get(limit.quantity) if entry else None
    digits = digits_for([one.value, one.low, one.high], [limit.low, limit.high])
    title = meaning.title if meaning else limit.quantity
    exact = one.low == one.high == one.value
    value = numbers.bare(one.value) if exact else estimated(one, meaning, digits, english)
    part = f" [{one.part}]" if one.part else ""
    reason = f"; {finding.reason}" if finding.reason else ""
    return f"{title}{part} {value}, limit {_bounds(limit, numbers)}{reason}"


def _bounds(limit: Limit, numbers: Numbers) -> str:
    if limit.between:
        return f"{numbers.bare(limit.between[0])} to {numbers.bare(limit.between[1])}"
    if limit.at_least is not None:
        return f"at least {numbers.bare(limit.at_least)}"
    return f"at most {numbers.bare(limit.at_most or 0.0)}"


def _console() -> Console:
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(no_color=not coloured(), highlight=False)
    return Console(width=_UNWRAPPED, no_color=True, force_terminal=False, highlight=False)
