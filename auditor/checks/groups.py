"""The groups that checks compare: levels of an attribute, or of several at once; small ones are suppressed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.combined import combined
from auditor.checks.names import NameOf
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.kernels.cells import UNKNOWN, Told, set_aside, table, told
from auditor.kernels.margins import told_beside
from auditor.subject import Subject

Mask = NDArray[np.bool_]
Compare = Literal["pairs", "rest"]

_PROTECTED = "suppressed, or the size of a smaller group could be derived"


class Grouping(Frozen):
    """Which groups are compared, and how."""

    attribute: Annotated[str | Annotated[tuple[str, ...], Field(min_length=1)], NameOf("group")] = Field(
        description="The group attribute, as the data specification names it; a list of several is each combination of "
        "their levels."
    )
    leave_out: tuple[str, ...] = Field(
        default=(), description="Levels that are shown but not compared, such as 'other' where it means nothing."
    )
    compare: Compare = Field(
        default="pairs", description="`pairs`: every pair of groups; `rest`: each group with all other compared ones."
    )


@dataclass(frozen=True, eq=False)
class Compared:
    """The groups among some of the rows. Every mask is (rows,).

    rows: level -> its members, of the levels that are compared. aside: the same of levels that are shown only (left out
    by the policy, or the value unknown). suppressed: level -> why it is neither.
    """

    rows: dict[str, Mask]
    aside: dict[str, Mask]
    suppressed: dict[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Groups:
    """The levels of an attribute in the test data.

    title: the attribute in words. members: level -> (rows,), and UNKNOWN. outcome: (rows,) the class of each row, 0
    where there are none. only_shown: the levels that are not compared. draw: number -> (rows,) random numbers.
    lines: of combinations, those of each level of each attribute.
    """

    title: str
    members: dict[str, Mask]
    outcome: NDArray[np.intp]
    only_shown: frozenset[str]
    smallest: int
    draw: Callable[[int], NDArray[np.float64]]
    notes: tuple[str, ...]
    lines: tuple[frozenset[str], ...] = ()

    @classmethod
    def of(cls, subject: Subject, grouping: Grouping, rows: Mask | None = None) -> Groups:
        """The groups of the test data, or of some of their rows (test rows,).

        Raises NotApplicable where the data have no such attribute, or no such level to leave out.
        """
        names = (grouping.attribute,) if isinstance(grouping.attribute, str) else grouping.attribute
        given = subject.test.groups
        if missing := [f"'{name}'" for name in names if name not in given]:
            raise NotApplicable(f"the data have no group {', '.join(missing)}; they have: {', '.join(given) or 'none'}")
        groups = [given[name] for name in dict.fromkeys(names)]
        title = " × ".join(group.name for group in groups)
        members, lines, empty = combined(groups, np.ones(len(subject.test), dtype=bool) if rows is None else rows)
        every = {*members, *(level for group in groups for level in group.levels)}
        if unknown := [name for name in grouping.leave_out if name not in every]:
            raise NotApplicable(f"'{title}' has no level {', '.join(unknown)} to leave out")
        known = np.logical_or.reduce([np.zeros(len(subject.test), dtype=bool), *members.values()])
        parts = {name: {name, *name.split(" × ")} if len(groups) > 1 else {name} for name in members}
        out = frozenset(name for name, of in parts.items() if of & set(grouping.leave_out))
        # One lot for all seeds, and for names in any order: the mean of several would tell what each hides.
        lots, lot = dataclasses.replace(subject, seed=0), " × ".join(sorted(group.name for group in groups))
        notes = [f"Left out by the policy: {', '.join(grouping.leave_out)}."] if grouping.leave_out else []
        notes += [f"{empty} combinations of {title} occur in no row."] if empty else []
        return cls(
            title=title,
            members={**members, UNKNOWN: ~known if rows is None else rows & ~known},
            outcome=np.zeros(len(known), dtype=np.intp)
            if subject.test.task == "regression"
            else subject.test.y.astype(np.intp),
            only_shown=out | {UNKNOWN},
            smallest=subject.smallest_cell,
            draw=lambda at: lots.rng("groups", lot, at).random(len(known)),
            notes=tuple(notes),
            lines=tuple(lines),
        )

    @cached_property
    def _told(self) -> Told:
        if self.lines:
            return told_beside(self._counts, self.lines, self.smallest)
        return told(self._counts, self.smallest)

    @cached_property
    def _counts(self) -> Mapping[str, NDArray[np.intp]]:
        return table(self.outcome, self.members)

    @cached_property
    def _rows(self) -> dict[str, Mask]:
        """The rows of each level of which anything is told, without those that are set aside by lot."""
        rows = {name: mask for name, mask in self.members.items() if name not in self._told.hidden and mask.any()}
        if self._told.share:
            kept = self.draw(0) >= self._told.share
            return {name: mask & kept for name, mask in rows.items()}
        for name, less in self._told.less.items():
            whole = name in self._told.whole
            outcome, left = (0 * self.outcome, np.array([less])) if whole else (self.outcome, self._told.untold)
            rows[name] = rows[name] & ~set_aside(outcome, rows[name], less, left, self.smallest, self.draw)
        return rows

    def among(self) -> Compared:
        """The groups, whatever the outcome of their rows.

        A level with fewer rows than the smallest cell is suppressed, and stays a visible non-pass. So that no small
        number can be had by subtraction either, rows of another level may be set aside by lot: the same in every check
        (see `kernels.cells`).
        """
        return self._compared(dict(self._rows), "rows", len(self.outcome))

    def counted(self) -> tuple[Compared, dict[str, frozenset[str]]]:
        """The groups for shares of all rows; and level -> those too small to be told that are counted with it.

        A share of all rows gives the size of a level away: the one that gives rows elsewhere is counted with those that
        it gives them for, which gives nothing away.
        """
        rows = {name: mask for name, mask in self.members.items() if name in self._rows}
        for name in self._told.less:
            rows[name] = np.logical_or.reduce([rows[name], *(self.members[one] for one in self._told.hidden)])
        joined = dict.fromkeys(self._told.less if self._told.hidden else (), self._told.hidden)
        notes = [f"'{name}' is counted with the rows of what is too small to be told." for name in joined]
        return self._compared(rows, "rows", len(self.outcome), tuple(notes)), joined

    def by_outcome(self, rows: Mask | None = None, what: str = "rows") -> Compared:
        """The groups among `rows` (named by `what`; default: all) where it is told who has an outcome.

        A level with fewer rows of some outcome than the smallest cell is suppressed, and one with fewer of `rows`.
        """
        split = {name: mask for name, mask in self._rows.items() if name not in self._told.whole}
        if rows is None:
            return self._compared(split, what, len(self.outcome))
        return self._compared({name: mask & rows for name, mask in split.items()}, what, int(rows.sum()))

    def _compared(self, inside: dict[str, Mask], what: str, of: int, notes: tuple[str, ...] | None = None) -> Compared:
        suppressed = {name: self._why(name) for name in self.members if name not in inside}
        few = {name for name, mask in inside.items() if int(mask.sum()) < self.smallest}
        suppressed |= dict.fromkeys(few, f"fewer than {self.smallest} {what}; suppressed")
        kept = {name: mask for name, mask in inside.items() if name not in few}
        why = "drawn whatever their outcome, are set aside, so that no small number shows"
        lots = [f"Some rows of '{name}', {why}." for name in self._told.less]
        lots += [f"Some rows of every combination, {why}."] if self._told.share else []
        told = lots if notes is None else list(notes)
        if self.members[UNKNOWN].any():
            exact = UNKNOWN in kept and UNKNOWN not in self._told.less and not self._told.share
            count = str(int(kept[UNKNOWN].sum())) if exact else "some"
            told.append(f"The value of {self.title} is unknown in {count} of {of} {what}; they are not compared.")
        return Compared(
            rows={name: mask for name, mask in kept.items() if name not in self.only_shown},
            aside={name: mask for name, mask in kept.items() if name in self.only_shown},
            suppressed={name: why for name, why in sorted(suppressed.items()) if name not in self.only_shown},
            notes=(*self.notes, *told),
        )

    def _why(self, name: str) -> str:
        counts = self._counts[name]
        if int(counts.sum()) < self.smallest:
            return f"fewer than {self.smallest} rows; suppressed"
        few = name in self._told.whole and int(counts.min()) < self.smallest
        return f"fewer than {self.smallest} rows of some outcome; suppressed" if few else _PROTECTED
