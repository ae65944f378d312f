"""A record on disk: written in one way, read back only if it is whole."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from auditor import wording
from auditor.errors import FileFault, Problem, WrittenFault
from auditor.policy import Policy
from auditor.record import SCHEMA_VERSION, Record
from auditor.seal.agreement import body_digest

NAME = "record.json"
_MOST_BYTES = 64 * 2**20


def written(record: Record) -> bytes:
    """The bytes of `record.json`: UTF-8, indented, in the order of the fields."""
    plain = record.model_dump(mode="json", by_alias=True)
    return json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def load(path: Path) -> Record:
    """The record of an audit's folder, or in a file.

    Raises WrittenFault where there is none, FileFault where it cannot be read, is of another version, or was changed
    after it was written (its body no longer has the digest that it names).
    """
    file = path / NAME if path.is_dir() else path
    if not file.is_file():
        remedy = f"Name the folder that `auditor run` wrote, or the {NAME} in it."
        raise WrittenFault("there is no record here", where=str(file), remedy=remedy)
    raw = _read(file)
    try:
        record = Record.model_validate_json(raw)
    except ValidationError as error:
        problems = [_problem(file, fault) for fault in error.errors(include_url=False)[:20]]
        raise FileFault(problems) from None
    # As it was written, not as it was read: an older record lacks fields that have a default today.
    if body_digest(json.loads(raw)) != record.body_sha256:
        raise FileFault("the record was changed after it was written: its digest differs", where=str(file))
    return record


def policy(record: Record) -> Policy:
    """The policy that a record was judged by, as far as judging needs it: whatever became of its files."""
    facts = record.policy
    return Policy(
        policy=facts.name,
        version=facts.version,
        title=facts.title,
        statistics=facts.statistics,
        people=facts.people,
        requirements=tuple(finding.requirement for finding in record.findings),
    )


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise FileFault(f"cannot be read: {error.strerror}", where=str(file)) from error
    if len(data) > _MOST_BYTES:
        raise FileFault(f"is larger than {_MOST_BYTES} bytes, which no record is", where=str(file))
    return data


def _problem(file: Path, fault: ErrorDetails) -> Problem:
    place, kind = ".".join(map(str, fault["loc"])), fault["type"]
    wanted = wording.expected(kind, fault.get("ctx", {}), fault["msg"])
    message = f"is to be {wanted}, {wording.instead(kind, fault['input'])}" if wanted else fault["msg"]
    remedy = f"This program reads version {SCHEMA_VERSION} of the record." if place == "schema_version" else ""
    return Problem(str(file), f"{place}: {message}" if place else message, remedy)
