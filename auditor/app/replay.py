"""An audit run again with what it recorded: its policy, parameters and seed; and what comes out differently."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor import engine
from auditor.app import recorded
from auditor.app.again import Again, reopened
from auditor.app.opening import Progress
from auditor.app.order import Order
from auditor.checks import CATALOGUE
from auditor.loaders.dataset import Opened
from auditor.record import FileDigest, Finding, Measured, Record

TOLERANCE = 1e-6
_ROUNDING = 1e-12  # of numbers that are zero but for the last digits


@dataclass(frozen=True)
class Changed:
    """A number that came out differently. share: of the half width of its recorded interval, None where it has none."""

    where: str
    before: float | None
    after: float | None
    share: float | None = None


@dataclass(frozen=True)
class Replayed:
    """before, after: the records. numbers: how many; changed: beyond the tolerance; environment: other versions."""

    before: Record
    after: Record
    tolerance: float
    numbers: int
    changed: tuple[Changed, ...]
    findings: tuple[tuple[Finding, Finding], ...]
    environment: dict[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        """Whether verdict and findings are the same, and every number is within the tolerance."""
        return not self.changed and not self.findings and self.before.verdict == self.after.verdict


def replay(
    audit: Path, model: Path, data: Path, progress: Progress, *, tolerance: float = TOLERANCE, trust: Iterable[str] = ()
) -> Replayed:
    """Run the audit in a folder again. data: dataset.yaml beside its files, byte for byte as it was recorded.

    tolerance: of a number, relative to the larger of both, or to the half width of its interval. Raises WrittenFault
    where model or dataset.yaml are not those that were audited, FileFault where data files differ or the record is
    damaged.
    """
    before = recorded.load(audit)
    with reopened(Again(audit, before, model, data, tuple(trust)), progress) as (order, opened, subject):
        context = _context(order, opened, before)
        after = engine.audit(subject, order.policy.policy, CATALOGUE, context, progress)
    return replayed(before, after, tolerance)


def replayed(before: Record, after: Record, tolerance: float) -> Replayed:
    """What differs between a record and the one that its replay made."""
    ours, theirs = dict(_numbers(before)), dict(_numbers(after))
    changed = [
        Changed(where, a and a[0], b and b[0], _share(a, b))
        for where in dict.fromkeys((*ours, *theirs))
        if not _near(a := ours.get(where), b := theirs.get(where), tolerance)
    ]
    pairs = zip(before.findings, after.findings, strict=True)
    return Replayed(
        before,
        after,
        tolerance,
        len(ours),
        tuple(changed),
        tuple((a, b) for a, b in pairs if a.status != b.status),
        _environment(before, after),
    )


def _context(order: Order, opened: Opened, before: Record) -> engine.Context:
    return engine.Context(
        description=opened.spec.description,
        source=opened.spec.source,
        data_files=tuple(FileDigest(name=one.name, sha256=one.sha256, bytes=one.bytes) for one in opened.files),
        notes=opened.notes,
        policy=before.policy,
        files=before.files,
        language=before.language,
        budget=order.budget,
        waivers=order.waivers,
        attestations=order.attestations,
    )


Number = tuple[float, float | None]


def _numbers(record: Record) -> Iterator[tuple[str, Number]]:
    """Every estimate, with the half width of its interval at the policy's level."""
    level = record.policy.statistics.level
    for key, entry in record.measured.items():
        yield from ((f"{key}: {where}", number) for where, number in _estimates(entry, level))


def _estimates(entry: Measured, level: float) -> Iterator[tuple[str, Number]]:
    for name, quantity in (entry.measurement.quantities if entry.measurement else {}).items():
        for part, estimate in quantity.parts.items():
            low, high = estimate.interval(level) if estimate.spread.estimable else (0.0, 0.0)
            half = (high - low) / 2
            yield f"{name} {part}".rstrip(), (estimate.value, half if 0 < half < math.inf else None)


def _near(a: Number | None, b: Number | None, tolerance: float) -> bool:
    if a is None or b is None:
        return False
    return abs(a[0] - b[0]) <= tolerance * max(abs(a[0]), abs(b[0]), a[1] or 0.0) + _ROUNDING


def _share(a: Number | None, b: Number | None) -> float | None:
    return abs(a[0] - b[0]) / a[1] if a and b and a[1] else None


def _environment(before: Record, after: Record) -> dict[str, tuple[str, str]]:
    ours, theirs = _versions(before), _versions(after)
    names = dict.fromkeys((*ours, *theirs))
    pairs = {name: (ours.get(name, "none"), theirs.get(name, "none")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _versions(record: Record) -> dict[str, str]:
    there = record.environment
    return {"auditor": there.auditor, "python": there.python, **there.packages}
