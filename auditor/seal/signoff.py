"""Sign-offs: statements of people over the seal and over each other, one file each, in a chain."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from auditor.errors import FileFault, Problem, SealFault
from auditor.names import same
from auditor.seal import envelope, folder, stamp, strictjson
from auditor.seal.statement import Statement, Subject, read, written
from auditor.seal.trust import CLOCKS, Trust, moment, standing

PREDICATE_TYPE = "https://auditor.example/sign-off/v1"
MEANINGS = ("reviewed", "approved")
GROWING = "report.pdf"
"""The one file that a sign-off may change: it appends a signature, so that what was signed before stays a beginning."""
_FILE = re.compile(r"sign-off-([1-9][0-9]{0,3})\.dsse\.json")


@dataclass(frozen=True)
class InPdf:
    """A signature in `report.pdf` as a statement names it: its field, and the SHA-256 of the signer's certificate."""

    field: str
    certificate: str

    @classmethod
    def read(cls, predicate: Mapping[str, Any], where: str) -> InPdf | None:
        """What a predicate says; None where it says nothing. Raises SealFault where it is malformed."""
        if "pdf" not in predicate:
            return None
        told = strictjson.mapping(predicate["pdf"], where)
        return cls(strictjson.text(told, "field", where), strictjson.text(told, "certificate_sha256", where))


@dataclass(frozen=True)
class SignedOff:
    """A sign-off that holds. name: as stated and, with a trust store, as the store names the key's holder.

    at: ISO 8601; proven: a time stamp says so. report: the report as it was then, None where the audit has none. pdf:
    what it says of its signature in the report, None where it has none.
    """

    file: str
    name: str
    role: str
    meaning: str
    comment: str
    at: str
    signer: str
    report: Subject | None
    pdf: InPdf | None
    proven: bool = False


def file_name(number: int) -> str:
    """The file of the n-th sign-off, from 1."""
    return f"sign-off-{number}.dsse.json"


def chain(files: Mapping[str, Path]) -> list[str]:
    """The seal and the sign-offs among the files, in their order."""
    numbers = sorted(int(found[1]) for found in map(_FILE.fullmatch, files) if found)
    return [envelope.FILE, *map(file_name, numbers)]


def statements(files: Mapping[str, Path]) -> frozenset[str]:
    """Those of the files that are the seal, a sign-off, or the time stamp of one of these: no seal covers them."""
    return frozenset(stamp.with_stamps(files, chain(files)))


def signs(files: Mapping[str, Path], before: str) -> list[str]:
    """What a sign-off signs: the seal, the sign-off before it, and the time stamps that these have."""
    return stamp.with_stamps(files, dict.fromkeys((envelope.FILE, before)))


def unjudged(files: Mapping[str, Path]) -> list[Subject]:
    """The report as each sign-off left it, whoever signed. Raises SealFault where one is no statement."""
    payloads = ((name, folder.bounded(files[name], strictjson.MOST_BYTES)) for name in chain(files)[1:])
    statements = (read(envelope.unjudged(data, name), PREDICATE_TYPE) for name, data in payloads)
    return [subject for statement in statements for subject in statement.of("report")]


def statement_of(previous: Mapping[str, bytes], report: Subject | None, told: Mapping[str, Any]) -> bytes:
    """The bytes to sign. previous: what `signs` names; report: as it is with the new signature.

    told: name, role, meaning, comment, signed (the time, ISO 8601), and pdf where it signs that too.
    """
    subjects = [Subject("chain", name, hashlib.sha256(data).hexdigest(), len(data)) for name, data in previous.items()]
    return written(PREDICATE_TYPE, [*subjects, *([report] if report else [])], told)


def signed_off(
    files: Mapping[str, Path], trust: Trust, sealed: Statement, today: datetime.datetime
) -> tuple[list[SignedOff], list[Problem], list[str]]:
    """The sign-offs that hold, what is wrong with the others, and what is to be noted."""
    names = chain(files)
    good, problems, notes = [], [], []
    for number, name in enumerate(names[1:], start=1):
        if name != file_name(number):
            problems.append(Problem(file_name(number), f"is missing, and {name} is there"))
            break
        try:
            one, noted = _opened(name, files, names[number - 1], trust, sealed, today)
        except (SealFault, FileFault) as fault:
            of_stamp = stamp.beside(name)
            problems += [Problem(of_stamp if p.where == of_stamp else name, p.what, p.remedy) for p in fault.problems]
        else:
            good.append(one)
            notes += noted
    return good, problems, notes


def _opened(
    name: str, files: Mapping[str, Path], before: str, trust: Trust, sealed: Statement, today: datetime.datetime
) -> tuple[SignedOff, list[str]]:
    data = folder.bounded(files[name], strictjson.MOST_BYTES)
    payload, key = envelope.opened(data, trust.public, name)
    statement = read(payload, PREDICATE_TYPE)
    told = {
        at: strictjson.text(dict(statement.predicate), at, name)
        for at in ("name", "role", "meaning", "comment", "signed")
    }
    report = next(iter(statement.of("report")), None)
    made = SignedOff(
        file=name,
        name=told["name"],
        role=told["role"],
        meaning=told["meaning"],
        comment=told["comment"],
        at=told["signed"],
        signer=key.keyid,
        report=report,
        pdf=InPdf.read(statement.predicate, name),
    )
    at, problems = moment(told["signed"], name)
    problems += [*_unchained(statement, files, before), *_unentitled(made, trust, sealed, at)]
    holder = trust.named(key.keyid)
    notes: list[str] = []
    if at is not None:
        used, doubts = stamp.used(at, data, stamp.found(files, name), trust, name, today)
        wrong, noted = standing(f"the key of {holder.holder or made.name}", holder.terms, used, today)
        problems += [Problem(name, one) for one in wrong]
        made, notes = replace(made, proven=used.proven), [*doubts, *noted]
    if problems:
        raise SealFault(problems)
    return made, notes


def _unchained(statement: Statement, files: Mapping[str, Path], before: str) -> Iterator[Problem]:
    """Whether it signs the seal and the sign-off before it, as they are, and nothing that is not known."""
    stated = {subject.name: (subject.sha256, subject.bytes) for subject in statement.of("chain")}
    there = {name: folder.digest(files[name]) for name in signs(files, before)}
    if stated != there:
        yield Problem("", f"does not sign what is there: {', '.join(there)}")
    reports = statement.of("report")
    if len(statement.subjects) != len(stated) + len(reports) or any(one.name != GROWING for one in reports):
        yield Problem("", "names files that no sign-off signs")


def _unentitled(one: SignedOff, trust: Trust, sealed: Statement, used: datetime.datetime | None) -> Iterator[Problem]:
    holder = trust.named(one.signer)
    if one.meaning not in MEANINGS:
        yield Problem("", f"says '{one.meaning}', which is no meaning of a sign-off")
    if holder.holder and not same(one.name, holder.holder):
        yield Problem("", f"names {one.name}, and the key is {holder.holder}'s")
    if not holder.may(one.role):
        yield Problem(
            "", f"is signed as {one.role}, which is no role of {holder.holder}: {_listed(sorted(holder.roles))}"
        )
    at, _ = moment(sealed.predicate.get("sealed"), "")
    if used and at and used < at - CLOCKS:
        yield Problem("", "is dated before the seal that it signs")


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
