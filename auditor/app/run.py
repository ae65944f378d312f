"""One audit, from the audit file to the folder with its record and reports."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from auditor import engine
from auditor.app import recorded, refusal
from auditor.app.explain import explained
from auditor.app.files import audit_files, unchanged
from auditor.app.logged import Into, RunLog, log_of
from auditor.app.look import Template
from auditor.app.opening import Progress, can_draw, opened_subject, subject_of
from auditor.app.order import Order, ordered
from auditor.app.output import new_folder
from auditor.artifact import Refused, Trusted
from auditor.checks import CATALOGUE
from auditor.errors import AuditorError, NotApplicable
from auditor.loaders.dataset import Opened
from auditor.loaders.policies import LoadedPolicy
from auditor.loaders.trusted import find_trusted
from auditor.model import Model
from auditor.record import FileDigest, Record
from auditor.render.theme import Theme
from auditor.subject import Subject
from auditor.worker import DataReader, started
from auditor.worker.process import Child

_log = logging.getLogger(__name__)


def run(
    audit: Path,
    out: Path | None,
    progress: Progress,
    trust: Iterable[str] = (),
    store: Path | None = None,
    into: Into | None = None,
    template: str | None = None,
) -> tuple[Record, Path]:
    """Run the audit that a file describes; returns its record and its new folder.

    out: the folder to be made (None: the next free one below `reports`). trust: code that is not Keras's own and may
    run all the same, as `module:object`. store: the trust store whose keys count for what people state. into: the
    archive whose log is told of the run. template: a dress or a theme other than the policy's. Raises WrittenFault for
    what the files say, before data or model are opened; FileFault for what data and model hold; Refused, after its
    record was written, for a model file that is not opened. A check that fails is a finding.
    """
    with closing(DataReader()) as reader:  # its process starts while the files that people wrote are read
        look, order = Template.named(template), ordered(audit, store)
        order = replace(order, inputs=(*order.inputs, *look.inputs), policy=look.policy(order.policy))
        trusted = tuple(find_trusted(one) for one in trust)
        return _recorded(order, trusted, out, reader, progress, log_of(order, into or Into()), look.theme)


def _recorded(
    order: Order,
    trusted: tuple[Trusted, ...],
    out: Path | None,
    reader: DataReader,
    progress: Progress,
    log: RunLog | None,
    theme: Theme | None,
) -> tuple[Record, Path]:
    refused: Refused | None = None
    pages: dict[str, bytes] = {}
    with new_folder(out, order.spec.model.name) as place, closing(_started(order)) as child:
        can_draw()
        progress.step("reading the data")
        opened = reader.read(order.data)
        progress.step("opening the model")
        try:
            record, pages = _run(order, opened, trusted, progress, child)
        except Refused as fault:
            refused, model = fault, refusal.Unopened.of(fault)
            subject, context = subject_of(order, opened, model), _context(order, opened)
            policy = order.policy.policy
            record = _named(order, refusal.record_refusal(subject, policy, CATALOGUE, context, progress, fault))
        progress.step("writing the report")
        unchanged(order.inputs)
        record = log.told(record) if log else record
        files = audit_files(record, order.inputs, theme)
        place.write({**files, **pages})
        if log:
            log.add(files[recorded.NAME])  # before the folder has its name: no result is seen that is not in the log
    if refused is not None:
        raise refusal.told(refused, place.final)
    return record, place.final


def _started(order: Order) -> Child:
    """The model's process: TensorFlow takes seconds to start, in which the data are read."""
    return started(order.memory_bytes, 60 * order.budget.minutes)


def _run(
    order: Order, opened: Opened, trusted: tuple[Trusted, ...], progress: Progress, child: Child
) -> tuple[Record, dict[str, bytes]]:
    """The record, and the pages of single rows."""
    with opened_subject(order, opened, trusted, progress, child) as subject:
        progress.planned(planned(subject, order.policy))
        record = engine.audit(subject, order.policy.policy, CATALOGUE, _context(order, opened), progress)
        files, untold = _explained(order, subject, progress)
        not_tested = (*_let_in(subject.model), *untold, *record.not_tested)
    return _named(order, record.model_copy(update={"not_tested": not_tested})), files


def _explained(order: Order, subject: Subject, progress: Progress) -> tuple[dict[str, bytes], list[str]]:
    """Pages of single rows; or why there are none, which takes nothing from what was measured."""
    if order.spec.explanations is None:
        return {}, []
    progress.step("explaining single rows")
    try:
        return explained(order, subject), []
    except (AuditorError, NotApplicable) as fault:
        return {}, [f"Pages of single rows: asked for, and none could be made: {fault}."]
    except Exception as error:  # noqa: BLE001
        # What was measured is not lost because a page could not be made; the report tells, the trace goes to the log.
        _log.exception("pages of single rows could not be made")
        return {}, [f"Pages of single rows: asked for, and none could be made: {type(error).__name__}: {error}."]


def _let_in(model: Model) -> list[str]:
    """What a reader must know of code that ran although it is not Keras's own."""
    artifact = model.description.artifact
    uses = {custom.used_by: custom.trusted for custom in artifact.custom} if artifact else {}
    told = "runs code that is not Keras's own and was not examined; it was let in because it was named as trusted"
    return [f"{place[:1].upper()}{place[1:]} {told}: {trusted}." for place, trusted in uses.items()]


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
        policy=order.policy.facts.model_copy(update={"frozen": order.frozen}),
        files=tuple(one.digest for one in order.inputs),
        language=order.spec.language,
        budget=order.budget,
        waivers=order.waivers,
        attestations=order.attestations,
    )


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
