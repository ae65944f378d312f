"""The statement: what is signed. One in-toto Statement v1, whose subjects are files by the SHA-256 of their bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.errors import SealFault
from auditor.seal import strictjson

if TYPE_CHECKING:  # verifying reads no record into types: it has to be quick, and right for the records of years ago
    from auditor.record import Record

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://auditor.example/audit/v1"
"""`.example` is reserved for ever (RFC 2606), so that nobody can come to own this name; it leads nowhere."""

OUTSIDE = ("model", "data", "template")
"""Kinds of subjects that do not lie in the folder."""
_WRITTEN = {
    "inputs/audit.yaml": "audit",
    "inputs/dataset.yaml": "dataset",
    "inputs/waivers.yaml": "waivers",
    "inputs/attestations.yaml": "attestations",
    "record.json": "record",
}
_BELOW = {
    "inputs/policy/": "policy",
    "inputs/": "input",
    "evidence/": "evidence",
    "restricted/": "restricted",
    "attachments/": "attachment",
}
KINDS = (*OUTSIDE, *_WRITTEN.values(), *_BELOW.values(), "report", "chain")
_WHERE = "statement"


@dataclass(frozen=True)
class Subject:
    """A file by its bytes: how many there are, and their SHA-256. name: of what lies in the folder, its path there."""

    kind: str
    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Statement:
    """A statement as read."""

    subjects: tuple[Subject, ...]
    predicate: Mapping[str, Any]

    def of(self, kind: str) -> tuple[Subject, ...]:
        """The subjects of one kind."""
        return tuple(subject for subject in self.subjects if subject.kind == kind)

    @property
    def files(self) -> tuple[Subject, ...]:
        """The subjects that lie in the folder."""
        return tuple(subject for subject in self.subjects if subject.kind not in OUTSIDE)


def kind_of(name: str) -> str:
    """The kind of a file in an audit's folder, by its path there."""
    below = next((kind for start, kind in _BELOW.items() if name.startswith(start)), "report")
    return _WRITTEN.get(name, below)


def written(predicate_type: str, subjects: Iterable[Subject], predicate: Mapping[str, Any]) -> bytes:
    """The bytes to sign."""
    statement: dict[str, Any] = {"_type": TYPE, "subject": [_subject(one) for one in subjects]}
    statement["predicateType"] = predicate_type
    statement["predicate"] = predicate
    return json.dumps(statement, indent=1, ensure_ascii=False, allow_nan=False).encode()


def outside(record: Record) -> tuple[Subject, ...]:
    """The model and the data of a record, as subjects."""
    model = record.model.file
    files = (Subject("data", file.name, file.sha256, file.bytes) for file in record.data.files)
    return (Subject("model", model.name, model.sha256, model.bytes), *files)


def predicate(record: Record) -> dict[str, Any]:
    """What is stated of the subjects: the verdict and what it was reached with."""
    return {
        "verdict": record.verdict,
        "because": record.because,
        "requirements": [
            {"id": f.requirement.id, "severity": f.requirement.severity, "status": f.status} for f in record.findings
        ],
        "model": {
            "name": record.identity.name,
            "version": record.identity.version,
            "owner": record.identity.owner,
        },
        "policy": {
            "name": record.policy.name,
            "version": record.policy.version,
            "files": [{"name": file.name, "sha256": file.sha256} for file in record.policy.files],
            "sign_off": _rule(record),
        },
        "record": {"schema_version": record.schema_version, "body_sha256": record.body_sha256},
        "seed": record.seed,
        "started": record.run.started,
        "finished": record.run.finished,
    }


def _rule(record: Record) -> dict[str, Any] | None:
    rule = record.policy.sign_off
    return rule.model_dump(mode="json", by_alias=True) if rule else None


def read(payload: bytes, predicate_type: str = PREDICATE_TYPE) -> Statement:
    """A statement from its signed bytes. Raises SealFault where it is not one of ours."""
    holder = strictjson.mapping(strictjson.parsed(payload, _WHERE), _WHERE)
    if holder.get("_type") != TYPE or holder.get("predicateType") != predicate_type:
        raise SealFault(f"is not an in-toto statement of the type {predicate_type}", where=_WHERE)
    listed = holder.get("subject")
    if not isinstance(listed, list):
        raise SealFault("has no list of subjects", where=_WHERE)
    statement = Statement(tuple(map(_subject_read, listed)), strictjson.mapping(holder.get("predicate"), _WHERE))
    names = [subject.name for subject in statement.files]
    if len(set(names)) != len(names):
        raise SealFault("names a file twice", where=_WHERE)
    return statement


def _subject(subject: Subject) -> dict[str, Any]:
    told = {"kind": subject.kind, "bytes": subject.bytes}
    return {"name": subject.name, "digest": {"sha256": subject.sha256}, "annotations": told}


def _subject_read(value: Any) -> Subject:
    item = strictjson.mapping(value, _WHERE)
    digest = strictjson.text(strictjson.mapping(item.get("digest"), _WHERE), "sha256", _WHERE)
    told = strictjson.mapping(item.get("annotations"), _WHERE)
    kind, size = strictjson.text(told, "kind", _WHERE), told.get("bytes")
    if kind not in KINDS:
        raise SealFault("has a subject of a kind that is not known", where=_WHERE)
    if type(size) is not int or size < 0:
        raise SealFault("has a subject without its number of bytes", where=_WHERE)
    return Subject(kind, strictjson.text(item, "name", _WHERE), digest, size)
