"""The levels of an attribute, as checks compare them: small ones suppressed, unknown ones told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.errors import NotApplicable
from auditor.subject import Subject


@dataclass(frozen=True)
class Levels:
    """rows: level -> (rows,) membership, of the levels that are compared. suppressed: level -> why it is not."""

    rows: dict[str, NDArray[np.bool_]]
    suppressed: dict[str, str]
    notes: tuple[str, ...]


def levels(subject: Subject, attribute: str, leave_out: tuple[str, ...]) -> Levels:
    """The levels of a group attribute in the test data.

    A level with fewer rows than the smallest cell is suppressed, and stays a visible non-pass.
    Raises NotApplicable where the data have no such attribute, or no such level to leave out.
    """
    groups = subject.test.groups
    if attribute not in groups:
        raise NotApplicable(f"the data have no group '{attribute}'; they have: {', '.join(groups) or 'none'}")
    group = groups[attribute]
    if strange := [name for name in leave_out if name not in group.levels]:
        raise NotApplicable(f"'{attribute}' has no level {', '.join(strange)} to leave out")
    members = {name: group.codes == code for code, name in enumerate(group.levels) if name not in leave_out}
    small = {name for name, rows in members.items() if rows.sum() < subject.smallest_cell}
    notes = [f"Left out by the policy: {', '.join(leave_out)}."] if leave_out else []
    unknown = int((group.codes < 0).sum())
    if unknown:
        count = str(unknown) if unknown >= subject.smallest_cell else f"fewer than {subject.smallest_cell}"
        notes.append(
            f"The value of {attribute} is unknown in {count} of {len(subject.test)} rows; they are in no group."
        )
    return Levels(
        rows={name: rows for name, rows in members.items() if name not in small},
        suppressed=dict.fromkeys(sorted(small), f"fewer than {subject.smallest_cell} rows; suppressed"),
        notes=tuple(notes),
    )
