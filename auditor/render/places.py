"""Which section of the report a check's run stands in."""

from __future__ import annotations

from auditor.record import Measured, Record
from auditor.render.vocabulary import FAMILIES

BEFORE = 2  # sections before the families: findings, requirement matrix


def family_of(entry: Measured) -> str:
    """The family that a run's check belongs to."""
    return entry.check.split(".")[0]


def families(record: Record) -> tuple[str, ...]:
    """The families that have a check in the record, in the order of the report."""
    there = {family_of(entry) for entry in record.measured.values()}
    return (*(family for family in FAMILIES if family in there), *sorted(there - {*FAMILIES}))


def family_number(family: str, record: Record) -> int:
    """The number of a family's section."""
    return BEFORE + 1 + families(record).index(family)


def check_number(key: str, record: Record) -> str:
    """The number of the part in which a check's run stands: 3.2."""
    family = family_of(record.measured[key])
    siblings = [other for other, entry in record.measured.items() if family_of(entry) == family]
    return f"{family_number(family, record)}.{siblings.index(key) + 1}"
