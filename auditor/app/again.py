"""An audit's model and data opened again, as its folder recorded them; anything else is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.app import recorded
from auditor.app.opening import Progress, opened_subject
from auditor.app.order import Order
from auditor.checks import CATALOGUE
from auditor.errors import FileFault, WrittenFault
from auditor.loaders.dataset import Opened
from auditor.loaders.policies import LoadedPolicy
from auditor.loaders.spec import AuditSpec
from auditor.loaders.trusted import find_trusted
from auditor.people import DATASET
from auditor.record import Record
from auditor.seal import folder
from auditor.subject import Subject
from auditor.worker import DataReader
from auditor.yamlfile import read_yaml, validated

_AUDIT = "inputs/audit.yaml"


@dataclass(frozen=True)
class Again:
    """What is to be opened. audit: the folder; record: of it; data: dataset.yaml beside its files; trust: as `run`."""

    audit: Path
    record: Record
    model: Path
    data: Path
    trust: tuple[str, ...] = ()


@contextmanager
def reopened(again: Again, progress: Progress) -> Iterator[tuple[Order, Opened, Subject]]:
    """Model and data; the model's process ends with the block.

    Raises WrittenFault where model or dataset.yaml are not those that were audited, byte for byte; FileFault where the
    data files are not.
    """
    model, data, record = again.model, again.data, again.record
    if folder.sha256(model.resolve()) != record.model.file.sha256:
        raise WrittenFault("this is not the model that was audited: its digest differs", where=str(model))
    if folder.sha256(data.resolve()) != folder.sha256(again.audit / DATASET):
        remedy = f"Put the recorded one ({DATASET}) beside the data files."
        raise WrittenFault(
            "this is not the dataset.yaml of the audit: its digest differs", where=str(data), remedy=remedy
        )
    order = _order(again)
    trusted = tuple(find_trusted(one) for one in again.trust)
    with closing(DataReader()) as reader:
        progress.step("reading the data")
        opened = reader.read(order.data)
    if {file.sha256 for file in opened.files} != {file.sha256 for file in record.data.files}:
        raise FileFault("the data files are not those that were audited: their digests differ", where=str(data))
    progress.step("opening the model")
    with opened_subject(order, opened, trusted, progress) as subject:
        yield order, opened, subject


def _order(again: Again) -> Order:
    """As the audit was ordered; the policy as it was in force, whatever became of its files."""
    record, facts = again.record, again.record.policy
    spec = validated(AuditSpec, read_yaml(again.audit / _AUDIT))
    model = spec.model.model_copy(update={"file": str(again.model.resolve())})
    policy = recorded.policy(record)
    if absent := sorted({need.check for need in policy.measured()} - CATALOGUE.keys()):
        remedy = f"Replay with the version that made it: auditor {record.environment.auditor}."
        raise WrittenFault(f"this version has no check '{absent[0]}'", where=str(again.audit), remedy=remedy)
    return Order(
        spec=spec.model_copy(update={"model": model, "data": str(again.data.resolve()), "explanations": None}),
        folder=again.audit,
        policy=LoadedPolicy(policy, (), facts.files, {}, (), facts.regulations),
        waivers=tuple(f.waiver for f in record.findings if f.waiver),
        attestations=tuple(f.attestation for f in record.findings if f.attestation),
        inputs=(),
    )
