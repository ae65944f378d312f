"""Signing PDF files by a P-256 key that stays in a hardware module (PKCS#11)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.seal.hardware import ModuleKey

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

_LONGEST = 72  # bytes of a signature by P-256 in DER, at the most


def module_signer(key: ModuleKey, chain: Sequence[bytes]) -> Signer:
    """A signer for pyHanko. chain: certificates in DER, the key's own first."""
    from asn1crypto import algos, x509
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from pyhanko.sign.signers import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class InModule(Signer):  # type: ignore[misc] # typed in parts
        """Asks the module for each signature; modules sign a digest, as many know no hash of their own."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            if dry_run:
                return bytes(_LONGEST)
            raw = key.signature(hashlib.new(digest_algorithm, data).digest(), "ECDSA")
            half = len(raw) // 2
            return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))

    own, *others = (x509.Certificate.load(der) for der in chain)
    registry = SimpleCertificateStore()
    registry.register_multiple(others)
    mechanism = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    return InModule(signing_cert=own, cert_registry=registry, signature_mechanism=mechanism)
