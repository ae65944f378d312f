"""Time-stamp tokens as authorities may make them: who may stamp, and whom their certificates have to lead to."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
from collections.abc import Callable

import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from auditor.seal import token

AT = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)
DATA = b"what is stamped"
STAMPS, SIGNS = [ExtendedKeyUsageOID.TIME_STAMPING], [ExtendedKeyUsageOID.CODE_SIGNING]
Maker = Callable[..., x509.Certificate]


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    """Everybody's key: certificates are told apart by their names."""
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def certificate(key: rsa.RSAPrivateKey) -> Maker:
    """Makes a certificate. uses: None leaves them out; until: a year."""

    def make(
        name: str,
        by: str,
        *,
        ca: bool = False,
        uses: list[x509.ObjectIdentifier] | None = None,
        critical: bool = True,
        until: int = 2030,
    ) -> x509.Certificate:
        subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, by))
        start, end = AT.replace(year=2020), AT.replace(year=until)
        made = x509.CertificateBuilder(issuer, subject, key.public_key(), len(name), start, end)
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if uses:
            made = made.add_extension(x509.ExtendedKeyUsage(uses), critical=critical)
        return made.sign(key, hashes.SHA256())

    return make


def stamped(key: rsa.RSAPrivateKey, own: x509.Certificate, *others: x509.Certificate) -> bytes:
    """A token over `DATA`, made at `AT`."""
    kind, form = serialization.PrivateFormat.PKCS8, serialization.Encoding.DER
    private = keys.PrivateKeyInfo.load(key.private_bytes(form, kind, serialization.NoEncryption()))
    store = SimpleCertificateStore()
    store.register_multiple([asn1.Certificate.load(der(one)) for one in others])
    maker = DummyTimeStamper(asn1.Certificate.load(der(own)), private, store, fixed_dt=AT)
    return bytes(asyncio.run(maker.async_timestamp(hashlib.sha256(DATA).digest(), "sha256")).dump())


def der(one: x509.Certificate) -> bytes:
    """In DER."""
    return one.public_bytes(serialization.Encoding.DER)


def test_who_may_stamp(key: rsa.RSAPrivateKey, certificate: Maker) -> None:
    """A token counts by a certificate for time stamps alone, valid then, which leads to a trusted one, or is one."""
    root, middle = certificate("Root", "Root", ca=True), certificate("Middle", "Root", ca=True)
    own = certificate("Time", "Middle", uses=STAMPS)
    made = stamped(key, own, middle)
    assert token.checked(DATA, made, [der(root)]) == token.Stamp(AT, AT.replace(year=2030), der(root))
    assert token.checked(DATA, made, [der(own)]).anchor == der(own)
    refused = {
        "no authority between": stamped(key, own, certificate("Middle", "Root")),
        "authority ran out": stamped(key, own, certificate("Middle", "Root", ca=True, until=2025)),
        "for code": stamped(key, certificate("Time", "Middle", uses=SIGNS), middle),
        "for more": stamped(key, certificate("Time", "Middle", uses=STAMPS + SIGNS), middle),
        "said lightly": stamped(key, certificate("Time", "Middle", uses=STAMPS, critical=False), middle),
        "ran out": stamped(key, certificate("Time", "Middle", uses=STAMPS, until=2025), middle),
        "by a stranger": stamped(key, certificate("Time", "Nobody", uses=STAMPS), middle),
    }
    for one in refused.values():
        with pytest.raises(token.NotTrusted):
            token.checked(DATA, one, [der(root)])


def test_changed(key: rsa.RSAPrivateKey, certificate: Maker) -> None:
    """Other bytes, another time inside and another signature do not hold."""
    own = certificate("Time", "Time", ca=True, uses=STAMPS)
    made = stamped(key, own)
    assert made.count(b"20260504120000Z") == 1
    for data, one in (
        (b"other", made),
        (DATA, made.replace(b"20260504120000Z", b"20250504120000Z")),
        (DATA, made[:-1] + bytes([made[-1] ^ 1])),
    ):
        with pytest.raises(token.NotHeld):
            token.checked(data, one, [der(own)])
