"""Whether the record says what the statement says of it: from the bytes as written, without the record's types."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from auditor.errors import Problem
from auditor.seal import folder, strictjson
from auditor.seal.statement import Statement

RECORD = "record.json"


def body_digest(raw: Mapping[str, Any]) -> str:
    """`Record.body_digest`, from the record as it was written, so that it needs no version of the record's types."""
    body = {key: value for key, value in raw.items() if key not in ("run", "body_sha256")}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def contradictions(path: Path | None, statement: Statement) -> Iterator[Problem]:
    """Where a record, whose bytes are right, says other than the statement. Raises SealFault for what is no JSON."""
    if path is None:
        yield Problem(RECORD, "is not among the sealed files")
        return
    raw = strictjson.mapping(strictjson.parsed(folder.bounded(path, strictjson.MOST_BYTES), RECORD), RECORD)
    stated = statement.predicate
    digest = body_digest(raw)
    if digest != raw.get("body_sha256"):
        yield Problem(RECORD, "its body does not have the digest that it names")
    if _part(stated, "record", "body_sha256") != digest:
        yield Problem(RECORD, "its body is not the one that the statement names")
    if raw.get("verdict") != stated.get("verdict"):
        yield Problem(RECORD, "its verdict is not the one that was stated")
    if _statuses(raw) != stated.get("requirements"):
        yield Problem(RECORD, "its findings are not those that were stated")
    if _part(raw, "policy", "sign_off") != _part(stated, "policy", "sign_off"):
        yield Problem(RECORD, "the sign-offs that its policy asks for are not those that were stated")


def _part(holder: Mapping[str, Any], *keys: str) -> Any:
    for key in keys:
        holder = holder.get(key) if isinstance(holder, dict) else None  # type: ignore[assignment]
    return holder


def _statuses(raw: Mapping[str, Any]) -> Any:
    try:
        return [
            {"id": f["requirement"]["id"], "severity": f["requirement"]["severity"], "status": f["status"]}
            for f in raw["findings"]
        ]
    except (KeyError, TypeError):
        return None
