"""One audit, from the audit file to the folder with its record and reports."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Protocol

import numpy as np

from auditor import engine
from auditor.app import refusal
from auditor.app.files import audit_files, unchanged
from auditor.app.order import Order, ordered
from auditor.app.output import new_folder
from auditor.artifact import Refused, Trusted
from auditor.checks import CATALOGUE
from auditor.dataset import Dataset
from auditor.errors import AuditorError, ModelFault
from auditor.loaders.dataset import Opened
from auditor.loaders.policies import LoadedPolicy
from auditor.loaders.trusted import find_trusted
from auditor.model import Model, Shape, check_signature
from auditor.record import FileDigest, Record
from auditor.subject import Encoder, Identity, Subject, check_output
from auditor.worker import DataReader, open_model

_log = logging.getLogger(__name__)


class Progress(engine.Progress, Protocol):
    """Who is told how the audit goes, from its first step."""

    def step(self, words: str) -> None:
        """What is being done before the checks begin."""
        ...

    def planned(self, rows: int | None) -> None:
        """Model evaluations that the whole audit will take, None where it cannot be told."""
        ...

    def rows(self, done: int) -> None:
        """Model evaluations so far."""
        ...


def run(audit: Path, out: Path | None, progress: Progress, trust: Iterable[str] = ()) -> tuple[Record, Path]:
    """Run the audit that a file describes; returns its record and its new folder.

    out: the folder to be made (None: the next free one below `reports`). trust: code that is not Keras's own and may
    run all the same, as `module:object`. Raises WrittenFault for what the files say, before data or model are opened;
    FileFault for what data and model hold; Refused, after its record was written, for a model file that is not opened.
    A check that fails is a finding.
    """
    with closing(DataReader()) as reader:  # its process starts while the files that people wrote are read
        order, trusted = ordered(audit), tuple(find_trusted(one) for one in trust)
        return _recorded(order, trusted, out, reader, progress)


def _recorded(
    order: Order, trusted: tuple[Trusted, ...], out: Path | None, reader: DataReader, progress: Progress
) -> tuple[Record, Path]:
    refused = None
    with new_folder(out, order.spec.model.name) as place:
        progress.step("reading the data")
        opened = reader.read(order.data)
        progress.step("opening the model")
        try:
            record = _run(order, opened, trusted, progress)
        except Refused as fault:
            refused, model = fault, refusal.Unopened.of(fault)
            subject, context = _subject(order, opened, model), _context(order, opened)
            policy = order.policy.policy
            record = _named(order, refusal.record_refusal(subject, policy, CATALOGUE, context, progress, fault))
        progress.step("writing the report")
        unchanged(order.inputs)
        place.write(audit_files(record, order.inputs))
    if refused is not None:
        raise refusal.told(refused, place.final)
    return record, place.final


def _run(order: Order, opened: Opened, trusted: tuple[Trusted, ...], progress: Progress) -> Record:
    model = open_model(
        order.model,
        memory_bytes=order.memory_bytes,
        seconds=60 * order.budget.minutes,
        progress=progress.rows,
        trusted=trusted,
    )
    try:
        return _audited(order, opened, model, progress)
    finally:
        model.close()


def _audited(order: Order, opened: Opened, model: Model, progress: Progress) -> Record:
    columns = {name: [column.name for column in given] for name, given in opened.encoder.columns.items()}
    check_signature(model.description, sent(opened.encoder, opened.test), columns)
    subject = _subject(order, opened, model)
    _probe(subject)
    progress.planned(planned(subject, order.policy))
    record = engine.audit(subject, order.policy.policy, CATALOGUE, _context(order, opened), progress)
    return _named(order, record.model_copy(update={"not_tested": (*_let_in(model), *record.not_tested)}))


def _probe(subject: Subject) -> None:
    """Refuse an output of another kind than declared. A model that fails here fails in the checks, as findings."""
    try:
        check_output(subject)
    except ModelFault as fault:
        _log.info("the output could not be tried: %s", fault)
    except AuditorError:
        raise
    except Exception as error:  # noqa: BLE001 - the checks will tell, as findings
        _log.info("the output could not be tried: %s", error)


def _let_in(model: Model) -> list[str]:
    """What a reader must know of code that ran although it is not Keras's own."""
    artifact = model.description.artifact
    uses = {custom.used_by: custom.trusted for custom in artifact.custom} if artifact else {}
    told = "runs code that is not Keras's own and was not examined; it was let in because it was named as trusted"
    return [f"{place[:1].upper()}{place[1:]} {told}: {trusted}." for place, trusted in uses.items()]


def _subject(order: Order, opened: Opened, model: Model) -> Subject:
    spec = order.spec
    return Subject(
        model=model,
        test=opened.test,
        reference=opened.reference,
        encoder=opened.encoder,
        output=opened.output,
        decision=spec.decision,
        identity=Identity.model_validate(spec.model.model_dump(exclude={"file"})),
        seed=spec.seed,
        smallest_cell=order.policy.policy.statistics.smallest_cell,
    )


def _named(order: Order, record: Record) -> Record:
    """The record with the model named as people wrote it: the path it was opened by depends on the working folder."""
    file = record.model.file.model_copy(update={"name": order.spec.model.file})
    return record.model_copy(update={"model": record.model.model_copy(update={"file": file})}).sealed()


def _context(order: Order, opened: Opened) -> engine.Context:
    return engine.Context(
        description=opened.spec.description,
        source=opened.spec.source,
        data_files=tuple(FileDigest(name=one.name, sha256=one.sha256, bytes=one.bytes) for one in opened.files),
        notes=opened.notes,
        policy=order.policy.facts,
        files=tuple(one.digest for one in order.inputs),
        language=order.spec.language,
        budget=order.budget,
        waivers=order.waivers,
        attestations=order.attestations,
    )


def sent(encoder: Encoder, data: Dataset) -> Mapping[str, Shape]:
    """The shape of each model input as the data set would send it; None along an axis that follows the rows' length."""
    widths = (encoder.width, encoder.width) if encoder.width else (1, 2)
    nobody = np.array([], dtype=int)
    one, other = (encoder.encode(data.block(nobody, width)) for width in widths)
    return {
        name: tuple(a if a == b else None for a, b in zip(one[name].shape[1:], other[name].shape[1:], strict=True))
        for name in one
    }


def planned(subject: Subject, policy: LoadedPolicy) -> int | None:
    """Model evaluations that the policy's checks will take, for the progress; None where a check cannot tell."""
    jobs, _ = engine.plan(policy.policy, CATALOGUE)
    needs = {need.name: need for job in jobs for need in job.check.needs}
    try:
        rows = sum(job.check.rows(subject, job.params) for job in jobs)
        return rows + sum(need.rows(subject) for need in needs.values())
    except Exception as error:  # noqa: BLE001 - the check itself will tell, as a finding; progress must not end the audit
        _log.info("the number of evaluations is not known beforehand: %s", error)
        return None
