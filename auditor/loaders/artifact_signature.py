"""A signature beside a model file (OpenSSF model signing, `model.sig`): whether it names the file, and who made it.

The file is a Sigstore bundle around an envelope (DSSE) with a statement (in-toto) that lists files by digest. A
signature by a key is verified with the key that the user names, never with one that lies in the bundle. Certificates,
and with them Sigstore's identities, are not verified: that takes roots of trust, and times that somebody else attests.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import FileFault

_NAME = "model.sig"
_LARGEST, _LARGEST_KEY = 2**20, 2**16
_STATEMENT = "application/vnd.in-toto+json"
_HASHES = {256: "SHA256", 384: "SHA384", 521: "SHA512"}  # by the size of the curve (Sigstore's specification)


@dataclass(frozen=True)
class Signature:
    """What is known of a signature. told: empty where there is none, and none was to be there.

    named: whether it names this file; by_key: whether the key that the user named made it. None: not to be told.
    """

    told: str = ""
    named: bool | None = None
    by_key: bool | None = None


def read_signature(model: Path, sha256: str, key: Path | None = None) -> Signature:
    """What can be said of the signature beside a model file. Raises FileFault where `key` is no key for this."""
    public, path = None if key is None else _public(key), model.parent / _NAME
    if not path.is_file():
        if public is None:
            return Signature()
        return Signature(f"a key for its signature was named, and there is no {_NAME} beside the file", by_key=False)
    try:
        with path.open("rb") as file:
            bundle: Any = json.loads(file.read(_LARGEST))  # a longer one is cut, and then no JSON
        envelope = bundle["dsseEnvelope"]
        payload = base64.b64decode(envelope["payload"], validate=True)
        named = sha256 in _digests(json.loads(payload))
        certified = not {"certificate", "x509CertificateChain"}.isdisjoint(bundle.get("verificationMaterial") or {})
        by_key = None if public is None else _verifies(public, envelope, payload)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Signature(f"{_NAME} is there, and cannot be read", named=False, by_key=None if public is None else False)
    what = f"{_NAME} is there and names this file by its digest" if named else f"{_NAME} names other files than this"
    return Signature(f"{what}; {_who(public, by_key, certified)}", named, by_key)


def _who(public: Any, by_key: bool | None, certified: bool) -> str:
    if by_key is None and certified:
        return "who signed it was not verified: certificates are not verified offline"
    if by_key is None:
        return "who signed it was not verified: no key was named"
    name = f"the key that was named (SHA-256 {_fingerprint(public)})"
    more = "; it was signed under a certificate, and certificates are not verified offline" if certified else ""
    return f"it was signed by {name}" if by_key else f"it was not signed by {name}{more}"


def _digests(statement: Any) -> set[str]:
    """The SHA-256 digests of the files that a statement names: in its list, or as its subjects (before version 1)."""
    resources = (statement.get("predicate") or {}).get("resources") or ()
    named = {str(one["digest"]) for one in resources if one.get("algorithm") == "sha256"}
    return named | {str(one["digest"].get("sha256")) for one in statement["subject"]}


def _verifies(public: Any, envelope: Any, payload: bytes) -> bool:
    """Whether any signature of the envelope is the key's, over what DSSE has signed: type and payload with lengths."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey

    kind = str(envelope["payloadType"])
    if kind != _STATEMENT:
        return False
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    for one in envelope["signatures"]:
        made = base64.b64decode(one["sig"], validate=True)
        try:
            if isinstance(public, EllipticCurvePublicKey):
                public.verify(made, signed, ECDSA(getattr(hashes, _HASHES[public.curve.key_size])()))
            else:
                public.verify(made, signed)
        except InvalidSignature:
            continue
        return True
    return False


def _public(path: Path) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    remedy = "Give the signer's public key in PEM: elliptic (P-256, P-384, P-521) or Ed25519."
    try:
        with path.open("rb") as file:
            key = load_pem_public_key(file.read(_LARGEST_KEY))
    except OSError as error:
        raise FileFault(f"the key cannot be read: {error.strerror}", where=str(path), remedy=remedy) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise FileFault("this is no public key in PEM form", where=str(path), remedy=remedy) from error
    if isinstance(key, Ed25519PublicKey) or (isinstance(key, EllipticCurvePublicKey) and key.curve.key_size in _HASHES):
        return key
    raise FileFault("a key of this kind signs no models", where=str(path), remedy=remedy)


def _fingerprint(public: Any) -> str:
    from cryptography.hazmat.primitives import serialization as pem

    der = public.public_bytes(pem.Encoding.DER, pem.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()
