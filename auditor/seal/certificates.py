"""Keys and certificates for signatures in PDF files: ECDSA P-256, because readers of PDF know nothing newer."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import FileFault, WrittenFault
from auditor.seal import keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.x509 import Certificate
    from cryptography.x509.base import CertificateBuilder

_YEARS = 2
_LONGEST = 64  # bytes of a common name, by X.520
PKCS12 = (".p12", ".pfx")


def new_certificate(folder: Path, name: str, holder: str, passphrase: bytes | None) -> keys.KeyFiles:
    """Make `name.key.pem` (P-256, mode 0600) and `name.cert.pem`, which the key has signed itself, for two years.

    holder: the name that readers of the PDF are shown. A certificate by an authority of yours is better where there is
    one. Raises as `keys.new_keys`; the fingerprint is that of the certificate in DER.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives import serialization as pem
    from cryptography.hazmat.primitives.asymmetric import ec

    if not holder.strip():
        raise WrittenFault("the certificate is to name its holder", remedy="Give it by --holder.")
    if len(holder.encode()) > _LONGEST:
        raise WrittenFault(f"the holder's name is longer than {_LONGEST} bytes", remedy="Shorten --holder.")
    files = keys.free(folder, name, passphrase, "cert")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _builder(key.public_key(), holder).sign(key, hashes.SHA256())
    keys.save(files, keys.private_pem(key, passphrase), certificate.public_bytes(pem.Encoding.PEM))
    return keys.KeyFiles(*files, certificate.fingerprint(hashes.SHA256()).hex())


def read_certificate(path: Path) -> bytes:
    """The (first) certificate in a file, PEM or DER, in DER. Raises FileFault where there is none."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return read_certificates(path)[0].public_bytes(Encoding.DER)


def read_certificates(path: Path) -> list[Certificate]:
    """The certificates in a file: one in DER, or some in PEM. Raises FileFault where there is none."""
    from cryptography import x509

    data = keys.read(path)
    try:
        if data.lstrip().startswith(b"-----"):
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except (ValueError, x509.InvalidVersion):
        raise FileFault("this is no certificate", where=str(path)) from None


def read_pkcs12(path: Path, passphrase: Callable[[], bytes]) -> tuple[Any, Certificate | None, tuple[Certificate, ...]]:
    """Private key, its certificate, and the authorities' in a PKCS#12 file.

    `passphrase` is called only where the file does not open without one. Raises WrittenFault where the passphrase does
    not open it, FileFault where it is no such file, or holds no private key.
    """
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    data = keys.read(path)
    try:
        try:
            key, certificate, others = load_key_and_certificates(data, None)
        except ValueError as error:
            if "deserialize" in str(error):
                remedy = "Name a file in PKCS#12 (.p12, .pfx), or a key in PEM (.pem)."
                raise FileFault("this is no PKCS#12 file, or not all of it", where=str(path), remedy=remedy) from None
            key, certificate, others = load_key_and_certificates(data, passphrase())
    except ValueError:
        raise WrittenFault("the passphrase does not open this key", where=str(path)) from None
    if key is None:
        raise FileFault("holds no private key", where=str(path), remedy="Export it with its key.")
    return key, certificate, tuple(others)


def _builder(public: EllipticCurvePublicKey, holder: str) -> CertificateBuilder:
    from cryptography import x509

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, holder)])
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    own = x509.SubjectKeyIdentifier.from_public_key(public)
    use = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=10))  # clocks differ
        .not_valid_after(now + datetime.timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(use, critical=True)
        .add_extension(own, critical=False)
    )
