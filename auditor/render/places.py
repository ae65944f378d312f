"""Which section of the report a check's run stands in."""

from __future__ import annotations

from auditor.record import Measured, Record
from auditor.render.dresses import dress_of, family_order, measures_first

BEFORE = 2  # sections before the families: findings, requirement matrix


def family_of(entry: Measured) -> str:
    """The family that a run's check belongs to."""
    return entry.check.split(".")[0]


def families(record: Record) -> tuple[str, ...]:
    """The families that have a check in the record, in the order of the report."""
    there = {family_of(entry) for entry in record.measured.values()}
    order = family_order(dress_of(record))
    return (*(family for family in order if family in there), *sorted(there - {*order}))


def family_number(family: str, record: Record) -> int:
    """The number of a family's section."""
    return BEFORE + 1 + families(record).index(family)


def runs(family: str, record: Record) -> list[str]:
    """The runs of a family's checks: what the domain looks for first, then in the order of the policy."""
    first = measures_first(dress_of(record))
    keys = [key for key, entry in record.measured.items() if family_of(entry) == family]

    def place(key: str) -> int:
        check = record.measured[key].check
        return first.index(check) if check in first else len(first)

    return sorted(keys, key=place)


def check_number(key: str, record: Record) -> str:
    """The number of the part in which a check's run stands: 3.2."""
    family = family_of(record.measured[key])
    return f"{family_number(family, record)}.{runs(family, record).index(key) + 1}"
