"""Verifying: from a folder and allowed keys alone, without the model, the data or TensorFlow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import FileFault, Problem, SealFault
from auditor.seal import envelope, folder, strictjson
from auditor.seal.statement import Statement, read

if TYPE_CHECKING:
    from securesystemslib.signer import SSlibKey

RECORD = "record.json"


@dataclass(frozen=True)
class Verified:
    """A seal that holds. signer: fingerprint of the key; compared: files beside the folder that were compared too."""

    signer: str
    statement: Statement
    compared: tuple[str, ...]


def verify(audit: Path, keys: Sequence[SSlibKey], *, model: Path | None = None, data: Iterable[Path] = ()) -> Verified:
    """Check the seal of the folder `audit` with the allowed keys. Raises SealFault that names each broken thing.

    model, data: files that are compared with what was audited, where given.
    """
    found = folder.contents(audit)
    if envelope.FILE not in found.files:
        raise SealFault("there is no seal in this folder", where=str(audit), remedy="Seal it with `auditor seal`.")
    payload, key = envelope.opened(folder.bounded(found.files[envelope.FILE], strictjson.MOST_BYTES), keys)
    statement = read(payload)
    problems = [*found.strange, *_files(found.files, statement)]
    if not problems:
        problems += _record(found.files.get(RECORD), statement)
    outside = [*(("model", path) for path in [model] if path), *(("data", path) for path in data)]
    for kind, path in outside:
        known = {subject.sha256 for subject in statement.subjects if subject.kind == kind}
        if folder.sha256(path.resolve()) not in known:
            problems.append(Problem(str(path), f"is not the {kind} that was audited: its digest differs"))
    if problems:
        raise SealFault(problems)
    return Verified(key.keyid, statement, tuple(str(path) for _, path in outside))


def body_digest(raw: Mapping[str, Any]) -> str:
    """`Record.body_digest`, from the record as it was written, so that it needs no version of the record's types."""
    body = {key: value for key, value in raw.items() if key not in ("run", "body_sha256")}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _files(found: Mapping[str, Path], statement: Statement) -> Iterator[Problem]:
    sealed = {subject.name: subject.sha256 for subject in statement.files}
    there = {name: path for name, path in found.items() if name != envelope.FILE}
    for name in sorted(sealed.keys() | there.keys()):
        if name not in there:
            yield Problem(name, "was sealed and is missing")
        elif name not in sealed:
            yield Problem(name, "is not covered by the seal")
        else:
            yield from _changed(name, there[name], sealed[name])


def _changed(name: str, path: Path, sealed: str) -> Iterator[Problem]:
    try:
        if folder.sha256(path) != sealed:
            yield Problem(name, "was changed after it was sealed")
    except FileFault as fault:
        yield Problem(name, fault.problems[0].what)


def _record(path: Path | None, statement: Statement) -> Iterator[Problem]:
    """Whether the record's bytes, which are as sealed, say what the statement says."""
    if path is None:
        yield Problem(RECORD, "is not among the sealed files")
        return
    raw = strictjson.mapping(strictjson.parsed(folder.bounded(path, strictjson.MOST_BYTES), RECORD), RECORD)
    stated = statement.predicate
    held = stated.get("record")
    digest = body_digest(raw)
    if digest != raw.get("body_sha256"):
        yield Problem(RECORD, "its body does not have the digest that it names")
    if not isinstance(held, dict) or held.get("body_sha256") != digest:
        yield Problem(RECORD, "its body is not the one that the statement names")
    if raw.get("verdict") != stated.get("verdict"):
        yield Problem(RECORD, "its verdict is not the one that was stated")
    if _statuses(raw) != stated.get("requirements"):
        yield Problem(RECORD, "its findings are not those that were stated")


def _statuses(raw: Mapping[str, Any]) -> Any:
    try:
        return [
            {"id": f["requirement"]["id"], "severity": f["requirement"]["severity"], "status": f["status"]}
            for f in raw["findings"]
        ]
    except (KeyError, TypeError):
        return None
