"""What a template is given: text and places, nothing left to compute. All of it frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_SHORT_ROWS, _SHORT_LETTERS = 12, 1200


@dataclass(frozen=True)
class Chip:
    """A status or verdict: `kind` chooses shape and colour, `word` says it."""

    kind: str
    word: str


@dataclass(frozen=True)
class Link:
    """Text that leads to an anchor of the report; `page` asks the print for its page number."""

    text: str
    anchor: str
    page: bool = False


@dataclass(frozen=True)
class Code:
    """Text to be set as it is typed or computed: digests, ids, commands."""

    text: str


@dataclass(frozen=True)
class Outcomes:
    """What came out of several requirements: each status with those that have it."""

    groups: tuple[tuple[Chip, tuple[Link, ...]], ...]


Cell = str | Chip | Link | Code | Outcomes


@dataclass(frozen=True)
class Fact:
    """A name and what is known under it."""

    name: str
    text: Cell


@dataclass(frozen=True)
class Head:
    """A column: numbers stand right, words left; `narrow` never breaks its lines."""

    title: str
    side: Literal["left", "right"] = "left"
    narrow: bool = False


@dataclass(frozen=True)
class Grid:
    """A table. The first column names its row. after: what was left out, and where it is. aside: as of a figure."""

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    after: str = ""
    aside: bool = False

    @property
    def short(self) -> bool:
        """Whether it may be kept on one page."""
        letters = sum(len(cell) for row in self.rows for cell in row if isinstance(cell, str))
        return len(self.rows) <= _SHORT_ROWS and letters <= _SHORT_LETTERS


@dataclass(frozen=True)
class Strip:
    """An interval beside its limit, all in percent of the width. `zone`: where the limit is met, as (left, width)."""

    zone: tuple[str, str]
    limits: tuple[str, ...]
    left: str
    width: str
    dot: str
    open_left: bool
    open_right: bool
    alternative: str


@dataclass(frozen=True)
class Part:
    """One judged estimate of a finding."""

    name: str
    estimate: str
    strip: Strip | None
    n: str
    events: str
    entities: str
    chip: Chip
    reason: str


@dataclass(frozen=True)
class FindingView:
    """A requirement judged, as a block of the report. settled: nothing is left to do about it, so that it is told in
    short. columns: whether any of its parts has events, and entities.
    """

    anchor: str
    id: str
    text: str
    chip: Chip
    severity: Chip
    quantity: str
    estimate: str
    limit: str
    reason: str
    scale: tuple[str, str] | None
    parts: tuple[Part, ...]
    after: str
    facts: tuple[Fact, ...]
    settled: bool
    columns: tuple[bool, bool]


@dataclass(frozen=True)
class Figure:
    """A drawing with its words: the alternative for those who cannot see it, and its numbers.

    place: as wide as the text; half as wide, next to another one; or with its caption beside it. aside: for the screen
    only, as paper has no room for all.
    """

    anchor: str
    name: str
    title: str
    caption: str
    svg: str
    place: Literal["wide", "half", "beside"]
    alternative: str
    data: Grid
    aside: bool = False


@dataclass(frozen=True)
class TextBlock:
    """Text kept as it stands. aside: as of a figure."""

    title: str
    caption: str
    body: str
    aside: bool = False


ShownView = Figure | Grid | TextBlock


@dataclass(frozen=True)
class CheckView:
    """A check's run. chip: only where it measured nothing. elsewhere: what paper leaves out, and where it is."""

    anchor: str
    number: str
    title: str
    id: str
    chip: Chip | None
    reason: str
    facts: tuple[Fact, ...]
    used_by: tuple[Link, ...]
    quantities: tuple[Grid, ...]
    shown: tuple[ShownView, ...]
    notes: tuple[str, ...]
    elsewhere: str


@dataclass(frozen=True)
class Block:
    """A part of a section: heading, paragraphs, facts, tables, commands. aside: paper leaves it out."""

    anchor: str
    number: str
    title: str
    text: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    grids: tuple[Grid, ...] = ()
    points: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    aside: bool = False


@dataclass(frozen=True)
class Section:
    """A section. kind: the partial that sets it."""

    anchor: str
    number: str
    title: str
    kind: Literal["findings", "matrix", "family", "blocks", "sign_off"]
    lead: str = ""
    findings: tuple[FindingView, ...] = ()
    checks: tuple[CheckView, ...] = ()
    blocks: tuple[Block, ...] = ()
    grid: Grid | None = None
    signers: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Top:
    """A finding on the first page."""

    link: Link
    chip: Chip
    severity: Chip
    text: str
    told: str


@dataclass(frozen=True)
class FirstPage:
    """The page that is read when nothing else is."""

    kind: str
    title: str
    model: str
    subtitle: str
    verdict: Chip
    sentence: str
    change: tuple[str, ...]
    identity: tuple[Fact, ...]
    valid: tuple[Fact, ...]
    top_title: str
    top: tuple[Top, ...]
    counts: Grid
    disclaimer: str


@dataclass(frozen=True)
class Report:
    """The whole report. id: short digest of the record's body; stamp: ISO time of the run."""

    language: str
    dress: str
    title: str
    id: str
    date: str
    stamp: str
    first: FirstPage
    sections: tuple[Section, ...]
