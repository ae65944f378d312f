"""Progress: a line a check, and on a terminal a bar with the rate of model evaluations and the time left."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from auditor.cli.interrupt import stop_if_asked

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import Task
    from rich.text import Text

    from auditor.app.opening import Progress

_WORDS = {"measured": "ok", "not_applicable": "not applicable"}


class Quiet:
    """Tells nothing, and ends what has been interrupted."""

    def step(self, words: str) -> None:
        """As `Progress`."""
        stop_if_asked()

    def planned(self, rows: int | None) -> None:
        """As `Progress`."""

    def rows(self, done: int) -> None:
        """As `Progress`."""
        stop_if_asked()

    def begin(self, name: str, at: int, of: int) -> None:
        """As `Progress`."""
        stop_if_asked()

    def end(self, name: str, status: str, seconds: float) -> None:
        """As `Progress`."""


class Lines(Quiet):
    """One line when a step begins and when a check ended: for logs."""

    def __init__(self) -> None:
        self.place = ""

    def step(self, words: str) -> None:
        """Tell what is being done."""
        super().step(words)
        click.echo(f"{words} …", err=True)

    def begin(self, name: str, at: int, of: int) -> None:
        """Remember which check it is."""
        super().begin(name, at, of)
        self.place = f"[{at}/{of}]"

    def end(self, name: str, status: str, seconds: float) -> None:
        """Tell how the check ended."""
        click.echo(f"{self.place} {name} … {_WORDS.get(status, status)} {seconds:.1f} s", err=True)


class Bar(Lines):
    """The same lines above a bar that is redrawn."""

    def __init__(self, bar: RichProgress) -> None:
        super().__init__()
        self.bar = bar
        self.task = bar.add_task("", total=None)

    def step(self, words: str) -> None:
        """Show what is being done."""
        stop_if_asked()
        self.bar.update(self.task, description=words)

    def planned(self, rows: int | None) -> None:
        """Give the bar its length."""
        self.bar.update(self.task, total=rows)

    def rows(self, done: int) -> None:
        """Move the bar."""
        super().rows(done)
        self.bar.update(self.task, completed=done)

    def begin(self, name: str, at: int, of: int) -> None:
        """Show which check runs."""
        super().begin(name, at, of)
        self.bar.update(self.task, description=f"{self.place} {name}")

    def end(self, name: str, status: str, seconds: float) -> None:
        """Leave a line above the bar."""
        self.bar.console.print(
            f"{self.place} {name} … {_WORDS.get(status, status)} {seconds:.1f} s", markup=False, highlight=False
        )


@contextmanager
def telling(*, quiet: bool) -> Iterator[Progress]:
    """Who to give to `app.run`: a bar on a terminal, lines elsewhere, nothing if quiet. All of it on standard error."""
    if quiet:
        yield Quiet()
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield Lines()
    else:
        with _bar() as bar:
            yield Bar(bar)


def _bar() -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """Model evaluations a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:,.0f} rows/s")

    columns = (TextColumn("{task.description}", markup=False), BarColumn(20), Rate())
    left = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    return Progress(*columns, *left, console=Console(stderr=True), transient=True)
