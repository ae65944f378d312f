"""The statement: what is signed. One in-toto Statement v1, whose subjects are files by the SHA-256 of their bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from auditor.errors import SealFault
from auditor.seal import strictjson

if TYPE_CHECKING:  # verifying reads no record into types: it has to be quick, and right for the records of years ago
    from auditor.record import Record

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://auditor.example/audit/v1"
"""`.example` is reserved for ever (RFC 2606), so that nobody can come to own this name; it leads nowhere."""

Kind = Literal["file", "model", "data"]
_KINDS: dict[str, Kind] = {"file": "file", "model": "model", "data": "data"}
_WHERE = "statement"


@dataclass(frozen=True)
class Subject:
    """A file by its bytes. name: of kind `file`, its path in the folder, parts joined by `/`."""

    kind: Kind
    name: str
    sha256: str


@dataclass(frozen=True)
class Statement:
    """A statement as read."""

    subjects: tuple[Subject, ...]
    predicate: Mapping[str, Any]

    def of(self, kind: Kind) -> tuple[Subject, ...]:
        """The subjects of one kind."""
        return tuple(subject for subject in self.subjects if subject.kind == kind)


def written(record: Record, files: Mapping[str, str], sealed: str) -> bytes:
    """The bytes to sign. files: path in the folder -> SHA-256 of its bytes; sealed: the time, ISO 8601 in UTC."""
    model = record.model.file
    subjects = [Subject("file", name, digest) for name, digest in sorted(files.items())]
    subjects.append(Subject("model", model.name, model.sha256))
    subjects += [Subject("data", file.name, file.sha256) for file in record.data.files]
    statement: dict[str, Any] = {"_type": TYPE, "subject": [_subject(one) for one in subjects]}
    statement["predicateType"] = PREDICATE_TYPE
    statement["predicate"] = predicate(record) | {"sealed": sealed}
    return json.dumps(statement, indent=1, ensure_ascii=False, allow_nan=False).encode()


def predicate(record: Record) -> dict[str, Any]:
    """What is stated of the subjects: the verdict and what it was reached with."""
    return {
        "verdict": record.verdict,
        "because": record.because,
        "requirements": [
            {"id": f.requirement.id, "severity": f.requirement.severity, "status": f.status} for f in record.findings
        ],
        "model": {"name": record.identity.name, "version": record.identity.version},
        "policy": {
            "name": record.policy.name,
            "version": record.policy.version,
            "files": [{"name": file.name, "sha256": file.sha256} for file in record.policy.files],
        },
        "record": {"schema_version": record.schema_version, "body_sha256": record.body_sha256},
        "tool": {"name": "auditor", "version": record.environment.auditor},
        "seed": record.seed,
        "started": record.run.started,
        "finished": record.run.finished,
    }


def read(payload: bytes) -> Statement:
    """A statement from its signed bytes. Raises SealFault where it is not one of ours."""
    holder = strictjson.mapping(strictjson.parsed(payload, _WHERE), _WHERE)
    if holder.get("_type") != TYPE or holder.get("predicateType") != PREDICATE_TYPE:
        raise SealFault(f"is not an in-toto statement of the type {PREDICATE_TYPE}", where=_WHERE)
    listed = holder.get("subject")
    if not isinstance(listed, list):
        raise SealFault("has no list of subjects", where=_WHERE)
    statement = Statement(tuple(map(_subject_read, listed)), strictjson.mapping(holder.get("predicate"), _WHERE))
    names = [subject.name for subject in statement.of("file")]
    if len(set(names)) != len(names):
        raise SealFault("names a file twice", where=_WHERE)
    return statement


def _subject(subject: Subject) -> dict[str, Any]:
    return {"name": subject.name, "digest": {"sha256": subject.sha256}, "annotations": {"kind": subject.kind}}


def _subject_read(value: Any) -> Subject:
    item = strictjson.mapping(value, _WHERE)
    digest = strictjson.text(strictjson.mapping(item.get("digest"), _WHERE), "sha256", _WHERE)
    kind = strictjson.text(strictjson.mapping(item.get("annotations"), _WHERE), "kind", _WHERE)
    if kind not in _KINDS:
        raise SealFault("has a subject of a kind that is not known", where=_WHERE)
    return Subject(_KINDS[kind], strictjson.text(item, "name", _WHERE), digest)
