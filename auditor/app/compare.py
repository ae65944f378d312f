"""Two records side by side: findings that came, went or changed, and every judged number with its difference."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from auditor.app import recorded
from auditor.estimate import Better, Estimate
from auditor.record import Finding, Measured, Record

Sense = Literal["better", "worse", "changed", "not shown"]
Spot = tuple[str, str, str]  # key of the measurement, quantity, part


@dataclass(frozen=True)
class Difference:
    """A number in both records. difference: second minus first, with its interval; an end may be infinite.

    sense: what the interval shows; `changed` where neither side is better, `not shown` where it holds zero.
    """

    spot: Spot
    title: str
    first: float
    second: float
    low: float
    high: float
    sense: Sense


@dataclass(frozen=True)
class Compared:
    """first, second: the records. findings: id -> status in each, None where it has no such requirement, where they
    differ. only_first, only_second: numbers that the other has not. notes: what makes the two less comparable.
    """

    first: Record
    second: Record
    level: float
    findings: dict[str, tuple[Finding | None, Finding | None]]
    numbers: tuple[Difference, ...]
    only_first: tuple[Spot, ...]
    only_second: tuple[Spot, ...]
    notes: tuple[str, ...]


def compare(one: Path, other: Path) -> Compared:
    """Hold the record of an audit (its folder, or the file) against another one: a champion against a challenger.

    The record keeps no row's contribution, so an interval of a difference is that of two independent samples (MOVER;
    Zou and Donner 2008), at the second policy's level. On the same rows it is wider than a paired one as a rule.
    """
    first, second = recorded.load(one), recorded.load(other)
    level = second.policy.statistics.level
    ours, theirs = dict(judged_numbers(first)), dict(judged_numbers(second))
    numbers = [_difference(spot, first, ours[spot], theirs[spot], level) for spot in ours if spot in theirs]
    return Compared(
        first,
        second,
        level,
        _findings(first, second),
        tuple(numbers),
        tuple(spot for spot in ours if spot not in theirs),
        tuple(spot for spot in theirs if spot not in ours),
        tuple(_notes(first, second)),
    )


def judged_numbers(record: Record) -> Iterator[tuple[Spot, Estimate]]:
    """Every part of every quantity that a requirement of the policy is about."""
    asked = {(f.measured, f.requirement.limit.quantity) for f in record.findings if f.requirement.limit is not None}
    for key, entry in record.measured.items():
        quantities = entry.measurement.quantities if entry.measurement else {}
        for name, quantity in quantities.items():
            if (key, name) in asked:
                yield from (((key, name, part), estimate) for part, estimate in quantity.parts.items())


def difference_interval(first: Estimate, second: Estimate, level: float) -> tuple[float, float]:
    """Interval of second minus first, the two being independent, from the interval of each (MOVER)."""
    a, b = first.interval(level), second.interval(level)
    shift = second.value - first.value
    below = math.hypot(second.value - b.low, a.high - first.value)
    above = math.hypot(b.high - second.value, first.value - a.low)
    return shift - below, shift + above


def _difference(spot: Spot, record: Record, first: Estimate, second: Estimate, level: float) -> Difference:
    low, high = difference_interval(first, second, level)
    meaning = record.measured[spot[0]].meanings[spot[1]]
    return Difference(spot, meaning.title, first.value, second.value, low, high, _sense(meaning.better, low, high))


def _sense(better: Better, low: float, high: float) -> Sense:
    if low <= 0 <= high:
        return "not shown"
    if better == "target":
        return "changed"
    return "better" if (low > 0) == (better == "higher") else "worse"


def _findings(first: Record, second: Record) -> dict[str, tuple[Finding | None, Finding | None]]:
    ours, theirs = ({f.requirement.id: f for f in record.findings} for record in (first, second))
    pairs = {name: (ours.get(name), theirs.get(name)) for name in dict.fromkeys((*ours, *theirs))}
    return {name: (a, b) for name, (a, b) in pairs.items() if a is None or b is None or a.status != b.status}


def _notes(first: Record, second: Record) -> Iterator[str]:
    same_rows = _digests(first) == _digests(second) and first.data.test == second.data.test
    if same_rows:
        yield "both saw the same data files; the intervals are for independent samples, and so wider than paired ones"
    else:
        yield "they saw other data files: a difference may come from the rows as well as from the model"
    if first.model.file.sha256 == second.model.file.sha256:
        yield "both are about the same model file"
    if (first.policy.name, first.policy.version) != (second.policy.name, second.policy.version):
        yield f"other policies: {_policy(first)} and {_policy(second)}"
    if first.decision != second.decision:
        yield "other decisions: threshold, action or favourable side differ"
    changed = [key for key, entry in first.measured.items() if _params(entry) != _params(second.measured.get(key))]
    if also := [key for key in changed if key in second.measured]:
        yield f"other parameters: {', '.join(also)}"


def _digests(record: Record) -> list[str]:
    return sorted(file.sha256 for file in record.data.files)


def _policy(record: Record) -> str:
    return f"{record.policy.name} {record.policy.version}"


def _params(entry: Measured | None) -> object:
    return entry and entry.params
