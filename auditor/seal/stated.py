"""Signatures of single statements: a waiver, an attestation. Each is signed by the person who makes it.

What is signed is the statement's own bytes in the pre-authentication encoding of DSSE, so that a signature for a waiver
can never be one for anything else.
"""

from __future__ import annotations

import base64
import binascii
import datetime
from typing import TYPE_CHECKING

from auditor.names import same
from auditor.people import PAYLOAD, Attestation, Signature, Stated, Waiver
from auditor.seal.trust import Moment, Trust, TrustedKey, standing

if TYPE_CHECKING:
    from securesystemslib.signer import Signer


def sign(one: Stated, signer: Signer) -> Signature:
    """The statement's signature."""
    made = signer.sign(_encoded(one))
    return Signature(keyid=made.keyid, sig=base64.b64encode(bytes.fromhex(made.signature)).decode())


def holder(one: Waiver | Attestation, trust: Trust | None, today: datetime.date) -> tuple[str, list[str]]:
    """Who signed a statement, as the trust store names them, and what is wrong with the signature.

    The name is empty where nobody signed, or no trust store tells whose key it is.
    """
    if one.signature is None or trust is None:
        return "", []
    key = next((key for key in trust.keys if one.signature.keyid == key.key.keyid), None)
    if key is None:
        return "", [f"was signed by a key that is not in the trust store ({one.signature.keyid[:16]}…)"]
    if not _holds(one, key):
        return "", ["does not verify: the statement is not the one that was signed"]
    name, role, made = _who(one)
    noon = datetime.datetime.combine(made, datetime.time(12), datetime.UTC)
    now = datetime.datetime.combine(today, datetime.time(23, 59), datetime.UTC)
    wrong, _ = standing(f"the key of {key.holder}", key.terms, Moment(noon), now)
    if not same(key.holder, name):
        wrong.append(f"is by {key.holder}, and the statement is in the name of {name}")
    if not key.may(role):
        wrong.append(f"is by {key.holder}, who has not the role '{role}' in the trust store")
    return ("" if wrong else f"{key.holder}, key {key.key.keyid[:16]}…"), wrong


def _who(one: Waiver | Attestation) -> tuple[str, str, datetime.date]:
    if isinstance(one, Waiver):
        return one.approver, one.role, one.approved
    return one.name, one.role, one.date


def _holds(one: Stated, key: TrustedKey) -> bool:
    from securesystemslib.exceptions import UnverifiedSignatureError
    from securesystemslib.signer import Signature as Checked

    assert one.signature is not None  # noqa: S101 - the caller has looked
    try:
        raw = base64.b64decode(one.signature.sig, validate=True)
        key.key.verify_signature(Checked(key.key.keyid, raw.hex()), _encoded(one))
    except (UnverifiedSignatureError, binascii.Error):
        return False
    return True


def _encoded(one: Stated) -> bytes:
    body, kind = one.signed_bytes(), f"application/vnd.auditor.{PAYLOAD[type(one)]}+json"
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)
