"""What a folder has to be before it is sealed: all of an audit, as the record tells it, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.app import recorded
from auditor.app.files import audit_files
from auditor.app.look import theme_of
from auditor.app.rejudged import unfounded
from auditor.errors import FileFault, Problem
from auditor.record import Record
from auditor.seal import folder
from auditor.seal.statement import Subject, kind_of
from auditor.verdict import verdict

_FREE = ("restricted", "attachment")
"""Kinds of files that a record does not account for: single persons' explanations, and what a user adds."""


@dataclass(frozen=True)
class Sound:
    """An audit's folder that may be sealed. subjects: its files as they are."""

    record: Record
    subjects: dict[str, Subject]


def sound(audit: Path, files: Mapping[str, Path]) -> Sound:
    """The audit in a folder with these files. Raises FileFault that names each file that is not as it should be.

    Reports and tables are made again from the record and have to be the same, byte for byte; what people wrote has to
    have the digests that the record names.
    """
    record = recorded.load(audit)
    if verdict(record.findings)[0] != record.verdict:
        raise FileFault("the verdict does not follow from the findings", where=str(audit / recorded.NAME))
    if forged := list(unfounded(record, recorded.NAME)):
        raise FileFault(forged)
    subjects = {name: _subject(_plain(name), path) for name, path in files.items()}
    there = audit_files(record, theme=theme_of(record, audit))
    made = {name: hashlib.sha256(data).hexdigest() for name, data in there.items()}
    problems = [*_made(made, subjects), *_written(record, subjects), *_strange(record, made, subjects)]
    if problems:
        raise FileFault(problems)
    return Sound(record, subjects)


def _made(made: Mapping[str, str], there: Mapping[str, Subject]) -> Iterator[Problem]:
    remedy = "`auditor render` makes it again; seal in the environment in which it was made."
    for name, digest in made.items():
        if name not in there:
            yield Problem(name, "is missing: it belongs to the record", remedy)
        elif there[name].sha256 != digest:
            yield Problem(name, "is not what the record gives", remedy)


def _written(record: Record, there: Mapping[str, Subject]) -> Iterator[Problem]:
    for file in record.files:
        if file.name not in there:
            yield Problem(file.name, "is missing: the audit was made from it", "Seal the folder that `run` wrote.")
        elif there[file.name].sha256 != file.sha256:
            yield Problem(file.name, "is not the file that the audit was made from")


def _strange(record: Record, made: Mapping[str, str], there: Mapping[str, Subject]) -> Iterator[Problem]:
    known = {*made, *(file.name for file in record.files)}
    for name, subject in there.items():
        if name not in known and subject.kind not in _FREE:
            yield Problem(name, "is not known to the record", "Put what you add into the folder `attachments`.")


def _subject(name: str, path: Path) -> Subject:
    digest, size = folder.digest(path)
    return Subject(kind_of(name), name, digest, size)


def _plain(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise FileFault("has a name that is not UTF-8, which no statement can hold", where=ascii(name)) from None
    return name
