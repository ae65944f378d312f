"""Time stamps on statements: a token (RFC 3161) over the bytes of an envelope's file, kept beside it, checked offline.

For whatever is signed: a seal, a sign-off, the freeze of a policy. `stamped` asks an authority for one, `beside` names
its file, and `used` tells when the envelope was signed, as the token proves it. A key that ran out or was revoked after
that moment still counts for the envelope (`trust.standing`).
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from auditor.errors import FileFault, SealFault, WrittenFault
from auditor.seal import folder
from auditor.seal.trust import CLOCKS, Moment, Trust, standing

USE = "time-stamps"
"""What a certificate of the trust store has to be for."""
MOST_BYTES = 2**18
"""A token has some thousand bytes; certificates make them more."""
NOT_HAD = "Try again later, name another authority, or leave --tsa away: then the time is this machine's word."
"""What to do where an authority does not answer."""
_SUFFIX, _HASH, _SECONDS = ".tst", "sha256", 20


def beside(name: str) -> str:
    """The name of the token's file: of `seal.dsse.json` it is `seal.dsse.tst`."""
    return name.removesuffix(".json") + _SUFFIX


def with_stamps(files: Mapping[str, Path], names: Iterable[str]) -> list[str]:
    """These envelopes, each followed by the name of its token where it has one."""
    return [one for name in names for one in (name, beside(name)) if one == name or one in files]


def found(files: Mapping[str, Path], name: str) -> bytes | None:
    """The token of the envelope with that name, one byte more than `MOST_BYTES` at the most; None where it has none."""
    return folder.bounded(files[beside(name)], MOST_BYTES) if beside(name) in files else None


def available() -> None:
    """Raise WrittenFault where the library is missing."""
    if find_spec("pyhanko") is None:
        remedy = "Install it with the extra: pip install 'auditor[pades]'."
        raise WrittenFault("what asks for time stamps is not installed", remedy=remedy)


def stamped(data: bytes, told: str, tsa: str) -> bytes:
    """A token over the envelope's bytes, in DER, by the authority at that address.

    told: when the envelope says that it was signed (ISO 8601). Raises WrittenFault where the library is missing,
    FileFault where no time stamp can be had, or the authority's clock shows another time.
    """
    available()
    import asyncio

    from pyhanko.sign.timestamps import HTTPTimeStamper

    from auditor.seal import token

    stamper = HTTPTimeStamper(tsa, timeout=_SECONDS)
    try:
        made = asyncio.run(stamper.async_timestamp(hashlib.new(_HASH, data).digest(), _HASH))
        at = token.time_of(made)
    except Exception as error:  # of many libraries: no answer, a refusal, what is no token
        why = ": ".join(str(one) or type(one).__name__ for one in (error, error.__cause__) if one)
        raise FileFault(f"no time stamp can be had: {why}", where=tsa, remedy=NOT_HAD) from error
    if _apart(at, datetime.datetime.fromisoformat(told)):
        remedy = "Set this machine's clock, or answer for the keys sooner."
        raise FileFault(f"the authority stamps {_iso(at)}, and the statement says {told}", where=tsa, remedy=remedy)
    return bytes(made.dump())


def used(
    told: datetime.datetime, data: bytes, token: bytes | None, trust: Trust, where: str, today: datetime.datetime
) -> tuple[Moment, list[str]]:
    """When the envelope was signed, and what is to be noted of that.

    told: as it says itself; token: as `found` gives it, None where it has none; where: the envelope's name, for what is
    told. The time is the signer's word where there is no token, or none that can be judged here. Raises SealFault where
    a token does not hold: it is over other bytes, by nobody who is trusted, or of another time than the envelope tells.
    """
    if token is None:
        return Moment(told), []
    named = beside(where)
    if not any(one.use == USE for one in trust.certificates):
        return Moment(told), [f"{named} was not judged: the trust store names no certificates for time stamps"]
    if len(token) > MOST_BYTES:
        raise SealFault(f"is larger than {MOST_BYTES} bytes", where=named)
    proven, notes = _judged(data, token, trust, named, today)
    if _apart(proven.at, told):
        raise SealFault(f"stamps {_iso(proven.at)}, and {where} says {_iso(told)}", where=named)
    return proven, notes


def _judged(data: bytes, made: bytes, trust: Trust, named: str, today: datetime.datetime) -> tuple[Moment, list[str]]:
    """The time of a token that holds, and what is to be noted. The authority has to be valid when it stamped."""
    from auditor.seal import token

    anchors = {one.der: one for one in trust.certificates if one.use == USE}
    try:
        found = token.checked(data, made, [*anchors])
    except token.NotRead as error:
        raise SealFault(f"cannot be read as a time stamp: {error}", where=named) from error
    except token.NotHeld as error:
        raise SealFault(f"does not hold: what it stamps was changed ({error})", where=named) from error
    except token.NotTrusted as error:
        raise SealFault("is a time stamp by an authority that is not trusted", where=named) from error
    anchor = anchors[found.anchor]
    wrong, notes = standing(f"the certificate of {anchor.holder}", anchor.terms, Moment(found.at), today)
    if wrong:
        raise SealFault("; ".join(wrong), where=named)
    if found.ended < today:
        notes.append(
            f"the certificate that signed {named} ran out on {found.ended.date()}; it stamped on {found.at.date()}"
        )
    return Moment(found.at, proven=True, by=anchor.holder), notes


def _apart(one: datetime.datetime, other: datetime.datetime) -> bool:
    return abs(one - other) > CLOCKS


def _iso(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).isoformat(sep=" ", timespec="seconds")
