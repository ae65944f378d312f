"""The envelope: DSSE over bytes as they were written, with one Ed25519 signature, in one form only.

DSSE signs the payload's bytes, so nothing is ever serialised again before it is checked. The file itself has one form
(`_written`): another spelling of the same JSON or base64 is refused, so that no byte of the file can be changed unseen.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from auditor.errors import SealFault
from auditor.seal import strictjson

if TYPE_CHECKING:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import Signer, SSlibKey


FILE = "seal.dsse.json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


def signed(payload: bytes, signer: Signer) -> bytes:
    """The bytes of the envelope's file: the payload, signed."""
    from securesystemslib.dsse import Envelope

    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return _written(envelope)


def opened(data: bytes, keys: Sequence[SSlibKey], where: str = FILE) -> tuple[bytes, SSlibKey]:
    """The payload of an envelope and the key that signed it. Raises SealFault unless one of `keys` did.

    where: the name of the envelope's file, for what is told.
    """
    from securesystemslib.exceptions import VerificationError

    envelope = _read(strictjson.parsed(data, where), where)
    if _written(envelope) != data:
        raise SealFault("is not in the form in which seals are written", where=where)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise SealFault("does not hold an in-toto statement", where=where)
    try:
        by = envelope.verify(list(keys), 1)
    except VerificationError:
        claimed = next(iter(envelope.signatures))
        what = "the signature does not verify with any key given"
        remedy = f"The envelope names the key {claimed[:16]}…; given: {', '.join(k.keyid[:16] + '…' for k in keys)}."
        raise SealFault(what, where=where, remedy=remedy) from None
    return envelope.payload, next(key for key in keys if key.keyid in by)


def unjudged(data: bytes, where: str = FILE) -> bytes:
    """The payload of an envelope, whoever signed it. Raises SealFault where it is no envelope."""
    return _read(strictjson.parsed(data, where), where).payload


def _read(value: Any, where: str) -> Envelope:
    from securesystemslib.dsse import Envelope

    holder = strictjson.mapping(value, where)
    signatures = holder.get("signatures")
    if set(holder) != {"payload", "payloadType", "signatures"} or not isinstance(signatures, list):
        raise SealFault("is no DSSE envelope: it has payload, payloadType, signatures and nothing else", where=where)
    if len(signatures) != 1:
        raise SealFault(f"has {len(signatures)} signatures where there is to be one", where=where)
    one = strictjson.mapping(signatures[0], where)
    if set(one) != {"keyid", "sig"}:
        raise SealFault("has a signature that is not a keyid and a sig", where=where)
    for place, key in ((holder, "payload"), (holder, "payloadType"), (one, "keyid"), (one, "sig")):
        strictjson.text(place, key, where)
    try:
        return Envelope.from_dict(copy.deepcopy(holder))  # it takes its argument apart
    except ValueError as error:
        raise SealFault(f"is damaged: {error}", where=where) from None


def _written(envelope: Envelope) -> bytes:
    return json.dumps(envelope.to_dict(), indent=2, sort_keys=True).encode() + b"\n"
