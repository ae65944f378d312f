"""What the log says of each thing that happened: one JSON object, whose bytes are the leaf of the tree.

It names people only where the record's owner, the reason of a removal or a file's name does: an entry is never deleted.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from auditor.errors import FileFault, SealFault
from auditor.seal import strictjson

Kind = Literal["audit", "run", "supersession", "removal"]
KINDS: tuple[Kind, ...] = ("audit", "run", "supersession", "removal")
_SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 65_535  # what the bundles of tlog-tiles can hold


@dataclass(frozen=True)
class Kept:
    """A file of an audit, by its bytes."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Facts:
    """What an audit was about, as its record says. model, record, policy_files, data: digests of files; body: of it.

    data: None in entries of a version that did not say it.
    """

    name: str
    version: str
    verdict: str
    model: str
    policy: str
    policy_version: str
    policy_files: tuple[str, ...]
    record: str
    body: str
    started: str
    data: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Entry:
    """An entry of the log. index: its place, from 0; body: its bytes.

    facts, files: of an audit or a run (a run keeps no files). left_out: files of the audit that were not archived.
    of: the entry that is superseded, or whose files `names` are removed; by: the entry that takes its place.
    """

    index: int
    body: bytes
    kind: Kind
    added: str
    facts: Facts | None = None
    files: Mapping[str, Kept] | None = None
    left_out: Mapping[str, Kept] | None = None
    retain_until: datetime.date | None = None
    of: int | None = None
    by: int | None = None
    names: tuple[str, ...] = ()
    reason: str = ""


def written(kind: Kind, **said: Any) -> bytes:
    """The bytes of a new entry. Raises FileFault where they are more than a log can hold."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    body = {"v": 1, "kind": kind, "added": now} | {key: value for key, value in said.items() if value is not None}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    data = text.encode()
    if len(data) > MOST_BYTES:
        what = f"the entry would have {len(data):,} bytes, and a log holds {MOST_BYTES:,}: the audit has too many files"
        raise FileFault(what, remedy="Put what belongs together into one file, such as a zip.")
    return data


def read(index: int, body: bytes) -> Entry:
    """An entry from its bytes. Raises SealFault where they are none."""
    where = f"entry {index}"
    said = strictjson.mapping(strictjson.parsed(body, where), where)
    kind = said.get("kind")
    if said.get("v") != 1 or kind not in KINDS:
        raise SealFault("is of a kind that this version does not know", where=where)
    try:
        return Entry(
            index,
            body,
            kind,
            _moment(said["added"]),
            facts=_facts(said["facts"]) if "facts" in said else None,
            files=_kept(said["files"]) if "files" in said else None,
            left_out=_kept(said["left_out"]) if "left_out" in said else None,
            retain_until=datetime.date.fromisoformat(said["retain_until"]) if "retain_until" in said else None,
            of=_number(said["of"]) if "of" in said else None,
            by=_number(said["by"]) if "by" in said else None,
            names=_all(_text, said.get("names", [])),
            reason=_text(said.get("reason", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SealFault("does not say what an entry of its kind says", where=where) from None


def _facts(said: Mapping[str, Any]) -> Facts:
    read: dict[str, Any] = {key: _text(value) for key, value in said.items() if key not in _DIGESTS}
    for key, read_one in _DIGESTS.items():
        if said.get(key) is not None:
            read[key] = read_one(said[key])
    return Facts(**read)


def _kept(said: Mapping[str, Any]) -> dict[str, Kept]:
    return {name: Kept(_digest(one["sha256"]), _number(one["bytes"])) for name, one in said.items()}


def _all(read_one: Callable[[Any], str], value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(read_one, value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _digest(value: Any) -> str:
    """Which names a file of the archive: another text would lead to another file."""
    if not _SHA256.fullmatch(value):
        raise ValueError
    return str(value)


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value


def _moment(value: Any) -> str:
    datetime.datetime.fromisoformat(value)
    return str(value)


def _digests(value: Any) -> tuple[str, ...]:
    return _all(_digest, value)


_DIGESTS = {"model": _digest, "record": _digest, "body": _digest, "policy_files": _digests, "data": _digests}
