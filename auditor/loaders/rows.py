"""Rows found in the files: which lines each has, and where the values that stand once a row are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Floats, Integers
from auditor.errors import FileFault
from auditor.loaders.spec import Part
from auditor.loaders.tables import Table, Tables, distinct, levels, numbers
from auditor.loaders.variables import Measured, Value

PARTS: tuple[Part, ...] = ("reference", "test", "calibration")
"""Of the split; a part is told by its number here."""

Pick = Callable[[str, Floats], Floats]
"""(column's name, one value a line of the files) -> one value a row."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where the values of each row are: in the lines of the files, or on the row's line of the static file.

    pick_ahead: the target's, by how many lines it stands ahead, where there are several.
    """

    tables: Tables
    pick: Pick
    pick_target: Pick
    pick_ahead: Mapping[int, Pick] = field(default_factory=dict)
    static: Table | None = None
    static_line: Integers | None = None

    def source(self, name: str) -> Tables:
        """The tables that hold a column."""
        return (self.static,) if self.static and name in self.static.names else self.tables

    def numbers(self, name: str, *, target: bool = False, ahead: int | None = None) -> Floats:
        """A column as numbers: (rows,), NaN where missing. ahead: at that horizon."""
        values = numbers(self.source(name), name)
        return self._per_row(name, values, target) if ahead is None else self.pick_ahead[ahead](name, values)

    def levels(self, name: str, keys: Sequence[Value], *, strict: bool = False, target: bool = False) -> Floats:
        """A column as positions in `keys`: (rows,), -1 a value not among them, NaN missing."""
        found = levels(self.source(name), name, keys, strict=strict).astype(float)
        return self._per_row(name, np.where(found == -2, np.nan, found), target)

    def measured(self, variable: Measured, name: str) -> Floats:
        """A variable's column in original units or codes: (rows,), NaN where not measured."""
        return self._per_row(name, measured(self.source(name), variable, name), target=False)

    def distinct(self, name: str) -> list[Value]:
        """The different values of a column."""
        return distinct(self.source(name), name)

    def _per_row(self, name: str, values: Floats, target: bool) -> Floats:
        if self.static is not None and name in self.static.names:
            return np.asarray(values[self.static_line])
        return (self.pick_target if target else self.pick)(name, values)


@dataclass(frozen=True, eq=False)
class Rows:
    """All rows of the files, in the order (entity, index time, digest), before they are split.

    values: (lines, features). entity, index_time, target_time: (rows,). entities: what each entity code stands for,
    empty where none is declared. run, position: (rows,) the series a row is cut from, and its last line's place
    there; None where rows are not windows. by_file: (rows,) which part of the split, where the files say so.
    """

    values: Floats
    starts: Integers
    stops: Integers
    entity: Integers
    index_time: NDArray[Any]
    target_time: NDArray[Any]
    at: Places
    entities: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    run: Integers | None = None
    position: Integers | None = None
    by_file: Integers | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.starts)

    def without_files(self) -> Rows:
        """The same rows when all columns have been read, so that the bytes of the files can be given up."""
        return dataclasses.replace(self, at=Places((), self.at.pick, self.at.pick_target))

    def measured_anywhere(self) -> NDArray[np.bool_]:
        """(rows,) whether a row has any measured value at all."""
        known = np.zeros(len(self.values) + 1, dtype=np.int32)  # after the sum: lines with a measured value before each
        for column in self.values.T:
            known[1:] |= ~np.isnan(column)
        np.cumsum(known, out=known)
        return np.asarray(known[self.stops] > known[self.starts])


def measured(tables: Tables, variable: Measured, name: str) -> Floats:
    """A column of all tables as the variable is kept: (lines,) float32 in original units, or codes of its levels.

    Raises FileFault where a level is not listed or a binary value is neither 0 nor 1.
    """
    if variable.levels:
        found = levels(tables, name, list(variable.levels), strict=True).astype(np.float32)
        found[found == -2] = np.nan
        return found
    if variable.kind == "binary":
        levels(tables, name, (0, 1), strict=True)
    return numbers(tables, name, np.float32)


def splits_by_file(tables: Tables) -> Integers | None:
    """For each line 1 (test), 0 (reference) or 2 (calibration), as its file says; None where files say nothing."""
    named = [table.split for table in tables if table.split is not None]
    if len(named) < len(tables):
        return None
    sizes = [table.rows for table in tables]
    return np.repeat(np.array([PARTS.index(part) for part in named], dtype=np.int8), sizes)


def place(tables: Tables, line: int) -> str:
    """Where a line stands, counted over all tables."""
    for table in tables:
        if line < table.rows:
            return table.place(line)
        line -= table.rows
    raise FileFault("the files have fewer lines than were read")
