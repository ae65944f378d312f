"""Reading `trust.yaml`: holders, roles and terms of the keys and certificates that a verifier trusts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, model_validator

from auditor.errors import AuditorError, Problem, WrittenFault
from auditor.names import alike, person
from auditor.seal import keys
from auditor.seal.certificates import read_certificate
from auditor.seal.trust import Trust, TrustedCertificate, TrustedKey, outside
from auditor.yamlfile import Marked, read_yaml, validated

NAME = "trust.yaml"
Word = Annotated[str, Field(min_length=1)]
Person = Annotated[str, Field(min_length=1), AfterValidator(person)]


class _Written(BaseModel, frozen=True, extra="forbid"):
    """What stands in the file. (The base of the record's types would load numpy, which verifying does not need.)"""


class Revoked(_Written):
    """From which day on (UTC) a key does not count any more, and why."""

    at: datetime.date
    reason: Word


class Terms(_Written):
    """When a key counts: from a day to a day, both included, in UTC; no end where there is none."""

    since: Annotated[datetime.date | None, Field(alias="from")] = None
    until: datetime.date | None = None
    revoked: Revoked | None = None

    @model_validator(mode="after")
    def _forward(self) -> Terms:
        if self.since and self.until and self.until < self.since:
            raise ValueError("'until' lies before 'from'")
        return self


class KeyTerms(Terms):
    """A key. public: its file, beside trust.yaml; id: its fingerprint, compared where given."""

    holder: Person
    roles: Annotated[tuple[Word, ...], Field(min_length=1)]
    public: Word
    id: str = ""


class CertificateTerms(Terms):
    """A certificate. use: `for` in the file."""

    holder: Person
    file: Word
    use: Annotated[Literal["signatures", "time-stamps"], Field(alias="for")] = "signatures"


class TrustFile(_Written):
    """`trust.yaml`. trust: what the store is called."""

    trust: Word
    keys: tuple[KeyTerms, ...] = ()
    certificates: tuple[CertificateTerms, ...] = ()


def read_trust(path: Path, audit: Path | None = None) -> Trust:
    """The trust store in a file, or in the file `trust.yaml` of a folder.

    audit: the folder that is to be verified. Raises WrittenFault with every fault, also where something of the store
    lies in that folder.
    """
    file = path / NAME if path.is_dir() else path
    marked = read_yaml(file)
    given = validated(TrustFile, marked)
    problems = [*_mistakable(marked, given)]
    trusted: list[TrustedKey] = []
    certificates: list[TrustedCertificate] = []
    for at, one in enumerate(given.keys):
        try:
            trusted.append(_key(one, _beside(file, one.public, audit), trusted))
        except AuditorError as fault:
            problems += [Problem(marked.where("keys", at, "public"), p.what, p.remedy) for p in fault.problems]
    for at, named in enumerate(given.certificates):
        try:
            der = read_certificate(_beside(file, named.file, audit))
            certificates.append(TrustedCertificate(der, named.holder, named.use, named))
        except AuditorError as fault:
            problems += [Problem(marked.where("certificates", at, "file"), p.what, p.remedy) for p in fault.problems]
    if problems:
        raise WrittenFault(problems)
    return Trust(tuple(trusted), tuple(certificates))


def _mistakable(marked: Marked, given: TrustFile) -> Iterator[Problem]:
    """Holders whose names look alike and are not the same: whether they are two people, nobody could tell."""
    named: dict[str, None] = {}
    holders = [("keys", at, one.holder) for at, one in enumerate(given.keys)]
    holders += [("certificates", at, one.holder) for at, one in enumerate(given.certificates)]
    for kind, at, holder in holders:
        if other := next((name for name in named if alike(name, holder)), ""):
            remedy = "Write one person's name in one way; tell two people apart by more than that."
            yield Problem(marked.where(kind, at, "holder"), f"'{holder}' looks like '{other}' above", remedy)
        named[holder] = None


def _key(one: KeyTerms, file: Path, before: list[TrustedKey]) -> TrustedKey:
    key = keys.public_key(file)
    if one.id not in ("", key.keyid):
        raise WrittenFault(f"this is not the key with the id {one.id}: it is {key.keyid}")
    if key.keyid in (other.key.keyid for other in before):
        raise WrittenFault("this key stands here twice", remedy="One entry has all roles of a key.")
    return TrustedKey(key, one.holder, frozenset(one.roles), one)


def _beside(file: Path, name: str, audit: Path | None) -> Path:
    path = file.parent / name
    return path if audit is None else outside(path, audit)
