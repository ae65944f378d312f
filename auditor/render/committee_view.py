"""What the committee's template is given: text and places, nothing left to compute. All of it frozen."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.render.view import Chip, Figure, FirstPage, Grid, Strip


@dataclass(frozen=True)
class Line:
    """A requirement, or a part of one, with its number: one line of a table. name: what it is, in words."""

    name: str
    part: str
    estimate: str
    strip: Strip | None
    limit: str
    chip: Chip


@dataclass(frozen=True)
class Matter:
    """A finding that matters. means: what it says to somebody who reads no method. line: its number, where it has one.

    brief: it waits for a person's statement, of which nothing else is to be told, so that it takes two lines.
    """

    anchor: str
    id: str
    chip: Chip
    severity: Chip
    text: str
    means: str
    line: Line | None
    brief: bool


@dataclass(frozen=True)
class Chapter:
    """A section of the committee's report. forest: parts of one requirement beside its limit, on one axis.

    matters, lines, forest, figures, grids, points: nothing where there are none; they are set in this order.
    """

    anchor: str
    number: str
    title: str
    lead: str = ""
    matters: tuple[Matter, ...] = ()
    lines: tuple[Line, ...] = ()
    forest_title: str = ""
    forest: tuple[Line, ...] = ()
    figures: tuple[Figure, ...] = ()
    grids: tuple[Grid, ...] = ()
    points: tuple[str, ...] = ()
    after: str = ""


@dataclass(frozen=True)
class Committee:
    """The whole of the committee's report. id: short digest of the record's body; stamp: ISO time of the run."""

    language: str
    dress: str
    title: str
    id: str
    date: str
    stamp: str
    first: FirstPage
    chapters: tuple[Chapter, ...]
    signers: tuple[tuple[str, tuple[str, ...]], ...]
