"""The trust store: whose keys count, for what, from when until when. It is the verifier's, never the folder's."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import names
from auditor.errors import Problem, WrittenFault
from auditor.seal.hardware import is_hardware

if TYPE_CHECKING:
    from securesystemslib.signer import SSlibKey

    from auditor.seal.trustfile import Terms

SEAL = "seal"
"""The role of those who may seal; every other role is a word of the organisation's own."""
CLOCKS = datetime.timedelta(minutes=10)
"""How far apart the clocks of two machines may be."""


@dataclass(frozen=True)
class TrustedKey:
    """A key that counts. holder: empty where the key was given without a trust store; then it may do anything."""

    key: SSlibKey
    holder: str = ""
    roles: frozenset[str] = frozenset()
    terms: Terms | None = None

    def may(self, role: str) -> bool:
        """Whether it may act in a role."""
        return not self.holder or role in self.roles


@dataclass(frozen=True)
class Trust:
    """All that counts. certificates: of those who sign PDF files, and of time-stamp authorities."""

    keys: tuple[TrustedKey, ...]
    certificates: tuple[TrustedCertificate, ...] = ()

    @classmethod
    def of(cls, keys: Iterable[SSlibKey]) -> Trust:
        """Keys that were given alone: nothing is known of their holders."""
        return cls(tuple(TrustedKey(key) for key in keys))

    def named(self, fingerprint: str) -> TrustedKey:
        """The key of that fingerprint, which is one of them."""
        return next(one for one in self.keys if one.key.keyid == fingerprint)

    def roles_of(self, holder: str) -> frozenset[str]:
        """Every role of a person, by whichever of that person's keys."""
        return frozenset(role for one in self.keys if names.same(one.holder, holder) for role in one.roles)

    @property
    def public(self) -> Sequence[SSlibKey]:
        """The keys themselves."""
        return [one.key for one in self.keys]


@dataclass(frozen=True)
class TrustedCertificate:
    """A certificate that counts: somebody's own, or an authority's. use: `signatures` or `time-stamps`."""

    der: bytes
    holder: str
    use: str
    terms: Terms


@dataclass(frozen=True)
class Moment:
    """When a key was used. proven: by a time stamp; else only the user's clock says so. by: whose."""

    at: datetime.datetime
    proven: bool = False
    by: str = ""


def standing(whose: str, terms: Terms | None, used: Moment, today: datetime.datetime) -> tuple[list[str], list[str]]:
    """What is wrong with a key's use at that time, and what is to be noted. whose: as in "the key of Ann"."""
    return ([*_wrong(whose, terms, used, today)], [*_noted(whose, terms, used, today)])


def _wrong(whose: str, terms: Terms | None, used: Moment, today: datetime.datetime) -> Iterator[str]:
    day = used.at.astimezone(datetime.UTC).date()
    if used.at > today + CLOCKS:
        yield f"{whose} was used at a time that lies in the future, {_told(used.at)}"
    if terms is None:
        return
    if terms.since and day < terms.since:
        yield f"{whose} is valid from {terms.since}, and was used on {day}"
    if terms.until and day > terms.until:
        yield f"{whose} was valid until {terms.until}, and was used on {day}"
    if terms.revoked and not (used.proven and day < terms.revoked.at):
        yield f"{whose} is revoked since {terms.revoked.at}: {terms.revoked.reason}"


def _noted(whose: str, terms: Terms | None, used: Moment, today: datetime.datetime) -> Iterator[str]:
    if terms is None:
        return
    proof = "which a time stamp proves" if used.proven else "by the user's own clock"
    if terms.until and used.at.date() <= terms.until < today.date():
        yield f"{whose} was valid until {terms.until}; it was used on {used.at.date()}, {proof}"
    if terms.revoked and used.proven and used.at.date() < terms.revoked.at:
        yield f"{whose} is revoked since {terms.revoked.at}; it was used on {used.at.date()}, {proof}"


def moment(text: object, where: str) -> tuple[datetime.datetime | None, list[Problem]]:
    """A time as a statement tells it; the problem where it is none."""
    try:
        at = datetime.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        return None, [Problem(where, "does not tell its time")]
    return at, []


def outside(path: Path, audit: Path) -> Path:
    """The path, if it is not in the audited folder. Raises WrittenFault: what lies there would vouch for itself."""
    if not is_hardware(path) and path.resolve().is_relative_to(audit.resolve()):
        remedy = "Use the copy that you were given by another way."
        raise WrittenFault("a key from the audited folder proves nothing", where=str(path), remedy=remedy)
    return path


def _told(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).isoformat(sep=" ", timespec="seconds")
