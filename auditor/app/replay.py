"""An audit run again with what it recorded: its policy, parameters and seed; and what comes out differently."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from auditor import engine
from auditor.app import recorded
from auditor.app.opening import Progress, opened_subject
from auditor.app.order import Order
from auditor.checks import CATALOGUE
from auditor.errors import FileFault, WrittenFault
from auditor.loaders.dataset import Opened
from auditor.loaders.policies import LoadedPolicy
from auditor.loaders.spec import AuditSpec
from auditor.loaders.trusted import find_trusted
from auditor.policy import Policy
from auditor.record import FileDigest, Finding, Measured, Record
from auditor.seal import folder
from auditor.worker import DataReader
from auditor.yamlfile import read_yaml, validated

TOLERANCE = 1e-6
_ROUNDING = 1e-12  # of numbers that are zero but for the last digits
_AUDIT, _DATASET = "inputs/audit.yaml", "inputs/dataset.yaml"


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
    if folder.sha256(model.resolve()) != before.model.file.sha256:
        raise WrittenFault("this is not the model that was audited: its digest differs", where=str(model))
    if folder.sha256(data.resolve()) != folder.sha256(audit / _DATASET):
        remedy = f"Put the recorded one ({_DATASET}) beside the data files."
        raise WrittenFault(
            "this is not the dataset.yaml of the audit: its digest differs", where=str(data), remedy=remedy
        )
    order = _order(audit, before, model, data)
    trusted = tuple(find_trusted(one) for one in trust)
    with closing(DataReader()) as reader:
        progress.step("reading the data")
        opened = reader.read(order.data)
        if {file.sha256 for file in opened.files} != {file.sha256 for file in before.data.files}:
            raise FileFault("the data files are not those that were audited: their digests differ", where=str(data))
        progress.step("opening the model")
        with opened_subject(order, opened, trusted, progress) as subject:
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


def _order(audit: Path, record: Record, model: Path, data: Path) -> Order:
    """As the audit was ordered; the policy as it was in force, whatever became of its files."""
    spec = validated(AuditSpec, read_yaml(audit / _AUDIT))
    changes = {"model": spec.model.model_copy(update={"file": str(model.resolve())}), "data": str(data.resolve())}
    facts = record.policy
    policy = Policy(
        policy=facts.name,
        version=facts.version,
        title=facts.title,
        statistics=facts.statistics,
        people=facts.people,
        requirements=tuple(finding.requirement for finding in record.findings),
    )
    if absent := sorted({need.check for need in policy.measured()} - CATALOGUE.keys()):
        remedy = f"Replay with the version that made it: auditor {record.environment.auditor}."
        raise WrittenFault(f"this version has no check '{absent[0]}'", where=str(audit), remedy=remedy)
    return Order(
        spec=spec.model_copy(update={**changes, "explanations": None}),
        folder=audit,
        policy=LoadedPolicy(policy, (), facts.files, {}, (), facts.regulations),
        waivers=tuple(f.waiver for f in record.findings if f.waiver),
        attestations=tuple(f.attestation for f in record.findings if f.attestation),
        inputs=(),
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
