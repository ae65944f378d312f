"""Verifying: from a folder and a trust store alone, without the model, the data or TensorFlow."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import AuditorError, FileFault, Problem, SealFault
from auditor.seal import envelope, folder, signoff, stamp, strictjson
from auditor.seal.agreement import RECORD, body_digest, contradictions
from auditor.seal.foureyes import Asked, asked
from auditor.seal.inpdf import Judged, judged
from auditor.seal.signoff import GROWING, InPdf, SignedOff
from auditor.seal.statement import Statement, Subject, read
from auditor.seal.trust import SEAL, Moment, Trust, moment, standing

if TYPE_CHECKING:
    from auditor.seal.pdfcheck import PdfSignature

__all__ = ["Verified", "body_digest", "examine", "unbroken", "verify"]


@dataclass(frozen=True)
class Verified:
    """What was found. problems: everything that is broken, by name; it holds where there is none.

    statement: what was sealed, None where no trusted key signed it; then there is nothing but problems. signer:
    fingerprint of the key; by: its holder, empty where a key was given alone; sealed: ISO 8601; proven: a time stamp
    says so. asked: the sign-offs that the policy asks for, None where it asks for none. in_pdf: the seal's own
    signature in the PDF, as stated; pdf: the signatures in it that hold. compared: files beside the folder that were
    compared too.
    """

    statement: Statement | None = None
    signer: str = ""
    by: str = ""
    sealed: str = ""
    proven: bool = False
    sign_offs: tuple[SignedOff, ...] = ()
    asked: Asked | None = None
    in_pdf: InPdf | None = None
    pdf: tuple[PdfSignature, ...] = ()
    notes: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def verify(audit: Path, trust: Trust, *, model: Path | None = None, data: Iterable[Path] = ()) -> Verified:
    """As `examine`. Raises SealFault that names each broken thing."""
    found = examine(audit, trust, model=model, data=data)
    if found.problems:
        raise SealFault(found.problems)
    return found


def examine(
    audit: Path,
    trust: Trust,
    *,
    model: Path | None = None,
    data: Iterable[Path] = (),
    left_out: Collection[str] = (),
) -> Verified:
    """Check seal and sign-offs of the folder `audit`. What is broken is in the answer's `problems`.

    model, data: files that are compared with what was audited, where given. left_out: sealed files that may be missing,
    as somebody who is trusted says; they are checked where they are there. Raises FileFault where one of them, or the
    folder, cannot be read.
    """
    found, today = folder.contents(audit), datetime.datetime.now(datetime.UTC)
    if envelope.FILE not in found.files:
        remedy = "Seal it with `auditor seal`."
        return Verified(problems=(Problem(str(audit), "there is no seal in this folder", remedy),))
    try:
        seal = _seal(found.files, trust, today)
    except AuditorError as fault:
        return Verified(problems=fault.problems)
    statement = seal.statement
    assert statement is not None  # noqa: S101 - `_seal` has read it
    signed, wrong, notes = signoff.signed_off(found.files, trust, statement, today)
    reports = [one.report for one in signed if one.report]
    files = [
        one for one in _files(found.files, statement, reports) if one.where in found.files or one.where not in left_out
    ]
    problems = [*found.strange, *seal.problems, *wrong, *files]  # a file follows from its sign-off
    pdf = Judged()
    if not problems:
        problems += _record(found.files.get(RECORD), statement)
        if GROWING in found.files:
            pdf = judged(found.files[GROWING], seal.in_pdf, signed, trust, today)
            problems += pdf.problems
    compared = [*(("model", path) for path in [model] if path), *(("data", path) for path in data)]
    problems += [problem for kind, path in compared for problem in _compared(kind, path, statement)]
    policy, about = (statement.predicate.get(key) for key in ("policy", "model"))
    rule = policy.get("sign_off") if isinstance(policy, dict) else None
    owner = str(about.get("owner", "")) if isinstance(about, dict) else ""
    return replace(
        seal,
        sign_offs=tuple(signed),
        asked=asked(rule, signed, trust, seal.signer, owner),
        notes=(*seal.notes, *notes, *pdf.notes),
        pdf=pdf.signatures,
        compared=tuple(str(path) for _, path in compared),
        problems=tuple(problems),
    )


def unbroken(audit: Path) -> list[Problem]:
    """What is missing, changed or not covered in a sealed folder, whoever signed: for what stores it, not for a reader.

    Raises SealFault where the seal or a sign-off is no statement.
    """
    found = folder.contents(audit)
    payload = envelope.unjudged(folder.bounded(found.files[envelope.FILE], strictjson.MOST_BYTES))
    return [*found.strange, *_files(found.files, read(payload), signoff.unjudged(found.files))]


def _seal(files: Mapping[str, Path], trust: Trust, today: datetime.datetime) -> Verified:
    """The seal, with what is wrong with its key. Raises SealFault where no trusted key signed it."""
    data = folder.bounded(files[envelope.FILE], strictjson.MOST_BYTES)
    payload, key = envelope.opened(data, trust.public)
    statement, holder = read(payload), trust.named(key.keyid)
    at, problems = moment(statement.predicate.get("sealed"), envelope.FILE)
    used, notes = Moment(at or today), list[str]()
    if at is not None:
        try:
            used, notes = stamp.used(at, data, stamp.found(files, envelope.FILE), trust, envelope.FILE, today)
        except (SealFault, FileFault) as fault:
            problems += fault.problems
        wrong, noted = standing(f"the key of {holder.holder or 'the sealer'}", holder.terms, used, today)
        problems += [Problem(envelope.FILE, one) for one in wrong]
        notes += noted
    if not holder.may(SEAL):
        roles = ", ".join(sorted(holder.roles))
        problems.append(Problem(envelope.FILE, f"is signed by {holder.holder}, who may not seal: {roles}"))
    return Verified(
        statement,
        key.keyid,
        holder.holder,
        str(statement.predicate.get("sealed")),
        used.proven,
        in_pdf=InPdf.read(statement.predicate, envelope.FILE),
        notes=tuple(notes),
        problems=tuple(problems),
    )


def _files(found: Mapping[str, Path], statement: Statement, reports: Sequence[Subject]) -> Iterator[Problem]:
    """reports: the report as each sign-off left it."""
    sealed = {subject.name: subject for subject in statement.files}
    statements = signoff.statements(found)
    there = {name: path for name, path in found.items() if name not in statements}
    for name in sorted(sealed.keys() | there.keys()):
        if name not in there:
            yield Problem(name, "was sealed and is missing")
        elif name not in sealed:
            yield Problem(name, "is not covered by the seal")
        else:
            later = reports if name == GROWING else ()
            yield from _changed(name, there[name], [sealed[name], *later])


def _changed(name: str, path: Path, states: Sequence[Subject]) -> Iterator[Problem]:
    """states: the file as it was sealed, and as each sign-off left it; each is a beginning of the next."""
    try:
        digests, size = folder.beginnings(path, [state.bytes for state in states])
    except FileFault as fault:
        yield Problem(name, fault.problems[0].what)
        return
    for at, state in enumerate(states):
        if digests.get(state.bytes) != state.sha256:
            yield Problem(name, "was changed after it was signed off" if at else "was changed after it was sealed")
            return
    if size != states[-1].bytes:
        more = size - states[-1].bytes
        yield Problem(name, f"was changed after it was sealed: {more} bytes at its end are not covered")


def _record(path: Path | None, statement: Statement) -> list[Problem]:
    try:
        return [*contradictions(path, statement)]
    except (SealFault, FileFault) as fault:
        return [*fault.problems]


def _compared(kind: str, path: Path, statement: Statement) -> Iterator[Problem]:
    if folder.sha256(path.resolve()) not in {subject.sha256 for subject in statement.of(kind)}:
        yield Problem(str(path), f"is not the {kind} that was audited: its digest differs")
