"""The groups of people, of every attribute that the data declare, among the rows that a check disturbs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from auditor.checks.groups import Compared, Grouping, Groups
from auditor.dataset import Integers
from auditor.subject import Subject


@dataclass
class Levels:
    """rows: "attribute level" -> (picked rows,) its members; small: the levels that are too small -> the reason."""

    rows: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    small: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def add(self, attribute: str, compared: Compared, picked: Integers) -> None:
        """The levels of one attribute, and those for whom it is not known."""
        inside = compared.rows | compared.aside
        self.rows |= {f"{attribute} {level}": rows[picked] for level, rows in inside.items()}
        self.small |= {f"{attribute} {level}": why for level, why in compared.suppressed.items()}
        self.notes += compared.notes


def level_parts(subject: Subject, picked: Integers) -> tuple[Levels, Levels]:
    """The levels that have enough of the picked rows; and those that have enough with and without the outcome.

    The second is the first where the outcome is not one of two.
    """
    inside = np.zeros(len(subject.test), dtype=bool)
    inside[picked] = True
    rows, both = Levels(), Levels()
    for name in subject.test.groups:
        groups = Groups.of(subject, Grouping(attribute=name), inside)
        rows.add(name, groups.among(), picked)
        if subject.test.task == "binary":
            both.add(name, groups.by_outcome(), picked)
    return rows, both if subject.test.task == "binary" else rows
