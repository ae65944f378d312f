"""A policy frozen: a signed statement that it was as it is at some time, before results were seen."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import SealFault
from auditor.seal import envelope, folder, stamp
from auditor.seal.statement import Subject, read, written
from auditor.seal.trust import Trust, moment, standing

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

PREDICATE_TYPE = "https://auditor.example/policy-freeze/v1"
ROLE = "policy"
"""The role in a trust store of those who may freeze policies."""
_MOST_BYTES = 2**20


@dataclass(frozen=True)
class Freeze:
    """A freeze that holds. sha256: digest of the policy in force; at: ISO 8601, by the clock of who signed.

    stamped_by: the authority whose time stamp, kept beside the freeze, proves the time; empty where none does.
    """

    sha256: str
    at: str
    by: str
    stamped_by: str = ""


def frozen(
    name: str, version: str, sha256: str, files: Iterable[tuple[str, str, int]], now: datetime.datetime, signer: Signer
) -> bytes:
    """The bytes of a freeze. sha256: of the policy in force; files: name, SHA-256 and size of each file of it."""
    subjects = [Subject("policy", file, digest, size) for file, digest, size in files]
    policy = {"name": name, "version": version, "sha256": sha256}
    predicate: dict[str, Any] = {"policy": policy, "frozen": now.isoformat(timespec="seconds")}
    return envelope.signed(written(PREDICATE_TYPE, subjects, predicate), signer)


def opened(path: Path, trust: Trust, today: datetime.datetime) -> Freeze:
    """A freeze from its file.

    Raises SealFault where no trusted key of that role signed it, or its time stamp does not hold; FileFault where it
    cannot be read.
    """
    data = folder.bounded(path, _MOST_BYTES)
    payload, key = envelope.opened(data, trust.public, str(path))
    who = trust.named(key.keyid)
    predicate = read(payload, PREDICATE_TYPE).predicate
    policy, at = predicate.get("policy"), predicate.get("frozen")
    when, wrong = moment(at, str(path))
    if wrong or when is None or not isinstance(policy, dict) or not isinstance(policy.get("sha256"), str):
        raise SealFault("does not tell which policy was frozen when", where=str(path))
    token = path.with_name(stamp.beside(path.name))
    files = {stamp.beside(str(path)): token} if token.exists() else {}
    used, _ = stamp.used(when, data, stamp.found(files, str(path)), trust, str(path), today)
    faults, _ = standing(f"the key of {who.holder or key.keyid[:16]}", who.terms, used, today)
    if not who.may(ROLE):
        faults.append(f"{who.holder} has not the role '{ROLE}' in the trust store")
    if faults:
        raise SealFault("; ".join(faults), where=str(path))
    return Freeze(policy["sha256"], str(at), who.holder or f"the key {key.keyid[:16]}…", used.by)
