"""A measurement: facts of one check about one subject, without any limit; and the kinds of evidence shown with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, model_validator

from auditor.estimate import Better, Estimate, Frozen

Cell = str | int | FiniteFloat | None
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")


class Meaning(Frozen):
    """What a quantity is: declared by its check before anything is measured, so that a policy can be held against it.

    better: the side a limit must be on (`target`: neither side, the limit is `between`). `per` says what its parts are
    ("level of the attribute", "pair of groups"), empty where there is one estimate only. low, high: what no value can
    be below or above, so that a limit which nothing can fail, or nothing can meet, is refused.
    """

    title: str
    better: Better
    unit: str = ""
    per: str = ""
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None


def part_of(named: str, parts: Iterable[str]) -> str | None:
    """The part of that name, None where there is none. A hyphen or dash stands for any other: pairs have a minus."""
    known = sorted(parts)
    alike = [part for part in known if part.translate(_DASHES) == named.translate(_DASHES)]
    return named if named in known else next(iter(alike), None)


class Quantity(Frozen):
    """One or several estimates of the same thing: overall (key ""), or one for each part (a group, a pair, a class).

    correlation: that of the estimates, in the order of `parts`, for limits that must hold for all of them at once.
    unmeasured: parts that could not be measured or may not be judged, with the reason; they never count as a pass.
    """

    parts: dict[str, Estimate]
    correlation: tuple[tuple[FiniteFloat, ...], ...] | None = None
    unmeasured: dict[str, str] = {}

    @model_validator(mode="after")
    def _square(self) -> Quantity:
        if not self.parts and not self.unmeasured:
            raise ValueError("a quantity has at least one part, measured or unmeasured")
        if self.correlation is not None and {len(self.correlation), *map(len, self.correlation)} != {len(self.parts)}:
            raise ValueError("the correlation has one row and one column for each part")
        return self

    @classmethod
    def of(cls, estimate: Estimate) -> Quantity:
        """The quantity that has one estimate only."""
        return cls(parts={"": estimate})


class Column(Frozen):
    """A table's column. digits: decimals of its numbers; None: as many as suit each of them."""

    title: str
    kind: Literal["text", "number", "count", "percent", "interval"] = "text"
    unit: str = ""
    digits: int | None = 3


class Table(Frozen):
    kind: Literal["table"] = "table"
    title: str
    caption: str = ""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | tuple[FiniteFloat | None, FiniteFloat | None], ...], ...]


class Axis(Frozen):
    title: str
    unit: str = ""
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None


class Series(Frozen):
    """One line, with a band where `low` and `high` are given. All of the same length."""

    name: str
    x: tuple[FiniteFloat, ...]
    y: tuple[FiniteFloat, ...]
    low: tuple[FiniteFloat, ...] = ()
    high: tuple[FiniteFloat, ...] = ()
    style: Literal["line", "step", "points"] = "line"


class Lines(Frozen):
    """Curves over a common axis. diagonal: the line of equality is drawn, with that name."""

    kind: Literal["lines"] = "lines"
    title: str
    caption: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    diagonal: str = ""


class Bars(Frozen):
    """A value for each label, with an interval where known: bars from zero, or (points) dots on an axis."""

    kind: Literal["bars"] = "bars"
    title: str
    caption: str
    labels: tuple[str, ...]
    values: tuple[FiniteFloat, ...]
    low: tuple[FiniteFloat | None, ...] = ()
    high: tuple[FiniteFloat | None, ...] = ()
    axis: Axis
    points: bool = False
    reference: FiniteFloat | None = None


class Heatmap(Frozen):
    """values[i][j] at row label i and column label j. diverging: the colour scale is centred at zero."""

    kind: Literal["heatmap"] = "heatmap"
    title: str
    caption: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[FiniteFloat | None, ...], ...]
    value: Axis
    row_title: str = ""
    column_title: str = ""
    diverging: bool = False


class Node(Frozen):
    """A node of a drawn tree: a question with a branch for yes and one for no, or a leaf."""

    text: str
    value: FiniteFloat
    n: int
    yes: Node | None = None
    no: Node | None = None


class Tree(Frozen):
    kind: Literal["tree"] = "tree"
    title: str
    caption: str
    root: Node
    value: Axis


class Text(Frozen):
    """Plain text, kept as it stands (rules of a tree, a list of remarks)."""

    kind: Literal["text"] = "text"
    title: str
    caption: str = ""
    body: str


Shown = Annotated[Table | Lines | Bars | Heatmap | Tree | Text, Field(discriminator="kind")]


class Sampled(Frozen):
    """That not all rows were used: n of N, and how they were chosen."""

    n: int
    of: int
    how: str


class Measurement(Frozen):
    """What a check found. A quantity that could not be measured at all is in `unmeasured` with its reason."""

    quantities: dict[str, Quantity]
    unmeasured: dict[str, str] = {}
    shown: tuple[Shown, ...] = ()
    sampled: Sampled | None = None
    notes: tuple[str, ...] = ()
