"""The groups that checks compare: levels of an attribute, or of several at once; small ones are suppressed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor.checks.names import NameOf
from auditor.dataset import Group
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.subject import Subject

Mask = NDArray[np.bool_]
Compare = Literal["pairs", "rest"]

UNKNOWN = "value unknown"
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

    title: the attribute in words. members: level -> (rows,), and UNKNOWN. only_shown: the levels that are not compared.
    """

    title: str
    members: dict[str, Mask]
    only_shown: frozenset[str]
    smallest: int
    draw: Callable[..., np.random.Generator]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, subject: Subject, grouping: Grouping) -> Groups:
        """Raises NotApplicable where the data have no such attribute, or no such level to leave out."""
        names = (grouping.attribute,) if isinstance(grouping.attribute, str) else grouping.attribute
        given = subject.test.groups
        if missing := [f"'{name}'" for name in names if name not in given]:
            raise NotApplicable(f"the data have no group {', '.join(missing)}; they have: {', '.join(given) or 'none'}")
        groups = [given[name] for name in dict.fromkeys(names)]
        title = " × ".join(group.name for group in groups)
        members, empty = _combined(groups)
        every = {*members, *(level for group in groups for level in group.levels)}
        if unknown := [name for name in grouping.leave_out if name not in every]:
            raise NotApplicable(f"'{title}' has no level {', '.join(unknown)} to leave out")
        known = np.logical_or.reduce([np.zeros(len(subject.test), dtype=bool), *members.values()])
        parts = {name: {name, *name.split(" × ")} if len(groups) > 1 else {name} for name in members}
        out = frozenset(name for name, of in parts.items() if of & set(grouping.leave_out))
        notes = [f"Left out by the policy: {', '.join(grouping.leave_out)}."] if grouping.leave_out else []
        notes += [f"{empty} combinations of {title} occur in no row."] if empty else []
        return cls(
            title=title,
            members={**members, UNKNOWN: ~known},
            only_shown=out | {UNKNOWN},
            smallest=subject.smallest_cell,
            draw=lambda what: subject.rng("groups", title, what),
            notes=tuple(notes),
        )

    def among(self, rows: Mask | None = None, what: str = "rows") -> Compared:
        """The groups among `rows` (default: all), which `what` names.

        A level with fewer of them than the smallest cell is suppressed, and stays a visible non-pass. So that its size
        cannot be had by subtraction either, the rows that are in no shown group number at least twice the smallest
        cell: some of the next smallest group are set aside by lot, or the whole of it where it is hardly larger. Which
        is the next smallest is told by all rows, so that it is the same group among those with and without an outcome.
        """
        inside = {name: members if rows is None else members & rows for name, members in self.members.items()}
        counts = {name: int(mask.sum()) for name, mask in inside.items()}
        small = {name for name, count in counts.items() if count < self.smallest and (name != UNKNOWN or count)}
        suppressed = dict.fromkeys(small, f"fewer than {self.smallest} {what}; suppressed")
        hidden, notes = sum(counts[name] for name in small), list(self.notes)
        # A level without a single row is no secret: the data specification declares it.
        secret = any(self.members[name].any() for name in small)
        shown = [name for name in inside if name not in small and counts[name]]
        for name in sorted(shown, key=lambda name: (int(self.members[name].sum()), name)) if secret else ():
            count = counts[name]
            if (lacking := 2 * self.smallest - hidden) <= 0:
                break
            if count - lacking < self.smallest:
                suppressed[name], hidden = _PROTECTED, hidden + count
                continue
            inside[name], hidden = self._fewer(inside[name], lacking, what), 2 * self.smallest
            notes.append(f"Some {what} of '{name}' are set aside by lot, so that the size of no small group shows.")
        kept = [name for name in inside if name not in suppressed and counts[name]]
        return Compared(
            rows={name: inside[name] for name in kept if name not in self.only_shown},
            aside={name: inside[name] for name in kept if name in self.only_shown},
            suppressed={name: why for name, why in sorted(suppressed.items()) if name not in self.only_shown},
            notes=(*notes, *self._unknown(inside[UNKNOWN], UNKNOWN in suppressed, rows, what)),
        )

    def both(self, event: Mask) -> Compared:
        """The groups that have enough rows with the outcome, and enough without."""
        having, lacking = self.among(event, "rows with the outcome"), self.among(~event, "rows without the outcome")
        return Compared(
            rows={name: rows | lacking.rows[name] for name, rows in having.rows.items() if name in lacking.rows},
            aside={name: rows | lacking.aside[name] for name, rows in having.aside.items() if name in lacking.aside},
            suppressed=lacking.suppressed | having.suppressed,
            notes=tuple(dict.fromkeys((*having.notes, *lacking.notes))),
        )

    def _fewer(self, mask: Mask, by: int, what: str) -> Mask:
        less = mask.copy()
        less[self.draw(what).choice(np.flatnonzero(mask), by, replace=False)] = False
        return less

    def _unknown(self, mask: Mask, suppressed: bool, rows: Mask | None, what: str) -> tuple[str, ...]:
        if not mask.any() and not suppressed:
            return ()
        count = "a few" if suppressed else str(int(mask.sum()))
        of = len(mask) if rows is None else int(rows.sum())
        return (f"The value of {self.title} is unknown in {count} of {of} {what}; they are shown, not compared.",)


def _combined(groups: list[Group]) -> tuple[dict[str, Mask], int]:
    """The members of each level, or of each combination of levels that occurs; and how many combinations do not."""
    if len(groups) == 1:
        return {name: groups[0].codes == code for code, name in enumerate(groups[0].levels)}, 0
    members = {}
    combinations = list(itertools.product(*(list(enumerate(group.levels)) for group in groups)))
    for combination in combinations:
        mask = np.logical_and.reduce([g.codes == code for g, (code, _) in zip(groups, combination, strict=True)])
        if mask.any():
            members[" × ".join(name for _, name in combination)] = mask
    return members, len(combinations) - len(members)
