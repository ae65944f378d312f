"""A time-stamp token (RFC 3161), read and checked: what it stamps, when, by whom, and whom that leads to.

By asn1crypto for the structures and cryptography for signatures and certificates, which load in a fifth of the time of
the library for PDF signatures. Strict: what is not understood does not hold.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

if TYPE_CHECKING:
    from asn1crypto import cms, tsp

_DIGESTS = ("sha256", "sha384", "sha512")
_DEPTH = 4  # authorities between the signer and who is trusted, at the most


class NotRead(ValueError):
    """No token, or one with what is not understood."""


class NotHeld(ValueError):
    """A token over other bytes, or changed since it was made."""


class NotTrusted(ValueError):
    """A token by somebody who leads to nobody that is trusted, or may not stamp."""


@dataclass(frozen=True)
class Stamp:
    """A token that holds. at: what it tells; ended: when the certificate of who signed it runs out; anchor: the
    trusted certificate that it leads to, in DER.
    """

    at: datetime.datetime
    ended: datetime.datetime
    anchor: bytes


def time_of(made: cms.ContentInfo) -> datetime.datetime:
    """The time that a token tells, checked or not. Raises ValueError and the like where it is no token."""
    at: datetime.datetime = made["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    return at


def checked(data: bytes, token: bytes, trusted: Sequence[bytes]) -> Stamp:
    """The token, in DER, over these bytes. trusted: certificates in DER, each of an authority for time stamps.

    Authorities have to be valid at the time that is stamped. Raises NotRead, NotHeld or NotTrusted.
    """
    try:
        signed, signer, told = _opened(token)
        certificates = [x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
        own = _own(certificates, signer)
        _held(data, signed, signer, told, own)
        return Stamp(told["gen_time"].native, own.not_valid_after_utc, _anchor(own, certificates, trusted, told))
    except (NotRead, NotHeld, NotTrusted):
        raise
    except Exception as error:  # of damaged bytes two libraries say many things, not all of them ValueErrors
        raise NotRead(type(error).__name__) from error


def _opened(token: bytes) -> tuple[cms.SignedData, cms.SignerInfo, tsp.TSTInfo]:
    """What is signed, by its one signer, and what that says."""
    from asn1crypto import cms, tsp

    made = cms.ContentInfo.load(token, strict=True)
    signed = made["content"]
    held, signers = signed["encap_content_info"], signed["signer_infos"]
    if (made["content_type"].native, held["content_type"].native) != ("signed_data", "tst_info"):
        raise NotRead("it holds something else")
    if len(signers) != 1:
        raise NotRead("a token has one signer")
    return signed, signers[0], tsp.TSTInfo.load(held["content"].parsed.dump(), strict=True)


def _own(certificates: Sequence[x509.Certificate], signer: cms.SignerInfo) -> x509.Certificate:
    """The signer's certificate: the one that the signed attributes name by its digest (RFC 2634, RFC 5035)."""
    for kind, plain in (("signing_certificate_v2", "sha256"), ("signing_certificate", "sha1")):
        for named in _attributes(signer).get(kind, ()):
            one = named["certs"][0]
            how = one["hash_algorithm"]["algorithm"].native if kind.endswith("v2") else plain
            digest = one["cert_hash"].native
            for own in certificates:
                if hashlib.new(how, _der(own), usedforsecurity=False).digest() == digest and _meant(own, signer):
                    return own
    raise NotRead("its signer's certificate is not in it")


def _meant(own: x509.Certificate, signer: cms.SignerInfo) -> bool:
    by = signer["sid"]
    if by.name != "issuer_and_serial_number":
        return True  # by the key's id; the digest above names the certificate itself
    return bool(
        by.chosen["serial_number"].native == own.serial_number
        and by.chosen["issuer"].dump() == own.issuer.public_bytes()
    )


def _held(data: bytes, signed: Any, signer: cms.SignerInfo, told: tsp.TSTInfo, own: x509.Certificate) -> None:
    """Raise NotHeld where digests or the signature say otherwise."""
    imprint, attributes = told["message_imprint"], _attributes(signer)
    content = signed["encap_content_info"]["content"].parsed.dump()
    kinds = [one.native for one in attributes.get("content_type", ())]
    digests = [one.native for one in attributes.get("message_digest", ())]
    if imprint["hashed_message"].native != _digest(imprint["hash_algorithm"], data):
        raise NotHeld("it stamps other bytes")
    if kinds != ["tst_info"] or digests != [_digest(signer["digest_algorithm"], content)]:
        raise NotHeld("what it says was changed")
    _verified(own, signer)


def _verified(own: x509.Certificate, signer: cms.SignerInfo) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    how, public = signer["signature_algorithm"], own.public_key()
    name = signer["digest_algorithm"]["algorithm"].native
    if how.signature_algo != "rsassa_pss" and how["algorithm"].native.startswith("sha") and how.hash_algo != name:
        raise NotRead("it is signed over another digest than it says")
    kind = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[name]
    signature, over = signer["signature"].native, signer["signed_attrs"].untag().dump()
    try:
        if isinstance(public, rsa.RSAPublicKey) and how.signature_algo == "rsassa_pkcs1v15":
            public.verify(signature, over, padding.PKCS1v15(), kind)
        elif isinstance(public, rsa.RSAPublicKey) and how.signature_algo == "rsassa_pss":
            public.verify(signature, over, padding.PSS(padding.MGF1(kind), padding.PSS.AUTO), kind)
        elif isinstance(public, ec.EllipticCurvePublicKey) and how.signature_algo == "ecdsa":
            public.verify(signature, over, ec.ECDSA(kind))
        else:
            raise NotRead(f"it is signed by {how.signature_algo}")
    except InvalidSignature as error:
        raise NotHeld("its signature does not hold") from error


def _anchor(
    own: x509.Certificate, others: Sequence[x509.Certificate], trusted: Sequence[bytes], told: tsp.TSTInfo
) -> bytes:
    """The trusted certificate that the signer's leads to. Raises NotTrusted where there is none."""
    from cryptography.x509 import verification as rules

    at = told["gen_time"].native
    if own.not_valid_before_utc > at or at > own.not_valid_after_utc or not _may_stamp(own):
        raise NotTrusted("its signer may not stamp, or not at that time")
    if _der(own) in trusted:
        return _der(own)
    anyone = rules.ExtensionPolicy.permit_all()
    store = rules.Store([x509.load_der_x509_certificate(one) for one in trusted])
    policy = rules.PolicyBuilder().store(store).time(at).max_chain_depth(_DEPTH)
    authority = anyone.require_present(x509.BasicConstraints, rules.Criticality.AGNOSTIC, _is_authority)
    authority = authority.may_be_present(x509.KeyUsage, rules.Criticality.AGNOSTIC, _signs_certificates)
    verifier = policy.extension_policies(ca_policy=authority, ee_policy=anyone).build_client_verifier()
    try:
        return _der(verifier.verify(own, [one for one in others if one != own]).chain[-1])
    except rules.VerificationError as error:
        raise NotTrusted(str(error)) from error


def _is_authority(_policy: object, _certificate: object, one: x509.BasicConstraints) -> None:
    if not one.ca:
        raise ValueError("this is no authority's certificate")


def _signs_certificates(_policy: object, _certificate: object, one: x509.KeyUsage | None) -> None:
    if one is not None and not one.key_cert_sign:
        raise ValueError("this authority may not sign certificates")


def _may_stamp(own: x509.Certificate) -> bool:
    """Whether a certificate is for time stamps alone, as RFC 3161 asks (2.3)."""
    try:
        uses = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return uses.critical and [*uses.value] == [ExtendedKeyUsageOID.TIME_STAMPING]


def _attributes(signer: cms.SignerInfo) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in signer["signed_attrs"]:
        found.setdefault(one["type"].native, []).extend(one["values"])
    return found


def _digest(algorithm: Any, data: bytes) -> bytes:
    kind = algorithm["algorithm"].native
    if kind not in _DIGESTS:
        raise NotRead(f"{kind} is no digest to rely on")
    return hashlib.new(kind, data).digest()


def _der(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)
