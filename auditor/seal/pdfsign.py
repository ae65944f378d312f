"""Signatures in PDF files (PAdES): the seal certifies, sign-offs fill in the fields that it left for them."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from auditor.errors import FileFault, WrittenFault
from auditor.seal import keys
from auditor.seal.certificates import PKCS12, read_certificates, read_pkcs12
from auditor.seal.hardware import is_hardware, module_key
from auditor.seal.pdfblock import style
from auditor.seal.pdfmodule import module_signer
from auditor.seal.stamp import NOT_HAD

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from pyhanko.sign.signers import Signer

Level = Literal["B-B", "B-T", "B-LT", "B-LTA"]


@dataclass(frozen=True)
class Stamping:
    """How the time is proven and the proof kept (ETSI EN 319 142-1). tsa: the authority's address.

    roots: certificates in DER by which the validation data that B-LT and B-LTA keep in the file is chosen.
    """

    level: Level = "B-B"
    tsa: str = ""
    roots: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class PdfSigner:
    """Who signs. name: as the certificate has it; certificate: its SHA-256, in hex."""

    signer: Signer
    name: str
    certificate: str


def available() -> None:
    """Raise WrittenFault where the library is missing."""
    if find_spec("pyhanko") is None or find_spec("uharfbuzz") is None:
        remedy = "Install it with the extra: pip install 'auditor[pades]'."
        raise WrittenFault("what signs PDF files is not installed", remedy=remedy)


def pdf_signer(key: Path, certificate: Path | None, passphrase: Callable[[], bytes]) -> PdfSigner:
    """The signer of a private key with its certificate and those of the authorities above it.

    key: PEM, PKCS#12, or the URI of a P-256 key in a hardware module. certificate: PEM or DER, the key's own first; by
    default NAME.cert.pem beside NAME.key.pem, or the one in the PKCS#12 file or the module. Raises WrittenFault for a
    wrong passphrase, or a certificate of another key or of another time; FileFault for what is no key or certificate.
    """
    available()
    if is_hardware(key):
        return _in_module(key, certificate, passphrase)
    from cryptography.hazmat.primitives import serialization as pem

    if key.suffix.lower() in PKCS12 and certificate is None:
        private, own, others = read_pkcs12(key, passphrase)
        chain = ([own] if own else []) + list(others)
    else:
        private = keys.private_key(key, passphrase)
        beside = key.with_name(key.name.replace(".key.", ".cert."))
        if certificate is None and not beside.is_file():
            raise FileFault("there is no certificate of the key", where=str(beside), remedy="Name it by --pdf-cert.")
        chain = read_certificates(certificate or beside)
    if not chain:
        raise FileFault("holds no certificate", where=str(key), remedy="Name it by --pdf-cert.")
    _own(chain[0], private.public_key(), certificate or key)
    plain = private.private_bytes(pem.Encoding.DER, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    return _named(_signer(plain, _ders(chain)), chain[0])


def _in_module(key: Path, certificate: Path | None, pin: Callable[[], bytes]) -> PdfSigner:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    found, point = module_key(key, pin)
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point[-65:])
    except ValueError:
        raise FileFault("this is no P-256 key, which signatures in PDF files are made by", where=str(key)) from None
    chain = read_certificates(certificate) if certificate else [x509.load_der_x509_certificate(found.certificate())]
    _own(chain[0], public, certificate or key)
    return _named(module_signer(found, _ders(chain)), chain[0])


def _own(certificate: Certificate, public: Any, where: Path) -> None:
    if certificate.public_key() != public:
        raise WrittenFault("the certificate is not of this key", where=str(where))
    since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not since <= datetime.datetime.now(datetime.UTC) <= until:  # a seal is never overwritten: this one would stay
        what = f"the certificate is valid from {since.date()} to {until.date()}, and not now"
        raise WrittenFault(what, where=str(where), remedy="Sign with a certificate that is valid now.")


def _ders(chain: Sequence[Certificate]) -> list[bytes]:
    from cryptography.hazmat.primitives.serialization import Encoding

    return [one.public_bytes(Encoding.DER) for one in chain]


def _named(signer: Signer, own: Certificate) -> PdfSigner:
    from cryptography.hazmat.primitives.hashes import SHA256

    return PdfSigner(signer, _name(own), own.fingerprint(SHA256()).hex())


def signed(pdf: bytes, field: str, by: PdfSigner, lines: Sequence[str], *, certify: bool, stamping: Stamping) -> bytes:
    """The PDF with a signature in that field, which is there and empty; the bytes given are its beginning.

    lines: shown in the field. certify: what comes later may fill in fields and nothing else. Raises FileFault where no
    time stamp can be had.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    told = {"name": by.name, "reason": " ".join(lines), "certify": certify, "md_algorithm": "sha256"}
    metadata = signers.PdfSignatureMetadata(field_name=field, **told, **_kept(by, stamping))
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    stamper = _stamper(stamping)
    maker = signers.PdfSigner(metadata, signer=by.signer, timestamper=stamper, stamp_style=style(lines))
    try:
        maker.sign_pdf(writer, output=out)
    except Exception as error:  # of many libraries: no answer, a refusal, a certificate that was revoked
        why = ": ".join(str(one) or type(one).__name__ for one in (error, error.__cause__) if one)
        remedy = f"Where {stamping.tsa} did not answer: {NOT_HAD}" if stamping.tsa else ""
        raise FileFault(f"the PDF cannot be signed: {why}", remedy=remedy) from error
    return out.getvalue()


def _kept(by: PdfSigner, stamping: Stamping) -> dict[str, Any]:
    from asn1crypto import x509
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko_certvalidator import ValidationContext

    said: dict[str, Any] = {"subfilter": SigSeedSubFilter.PADES, "docmdp_permissions": MDPPerm.FILL_FORMS}
    if stamping.level in ("B-LT", "B-LTA"):
        roots = [x509.Certificate.load(der) for der in stamping.roots]
        known = list(by.signer.cert_registry)
        said["validation_context"] = ValidationContext(
            trust_roots=roots,
            other_certs=known,
            allow_fetching=True,
            time_tolerance=datetime.timedelta(minutes=1),  # an answer is younger than the question
        )
        said |= {"embed_validation_info": True, "use_pades_lta": stamping.level == "B-LTA"}
    return said


def _stamper(stamping: Stamping) -> Any:
    from pyhanko.sign.timestamps import HTTPTimeStamper

    if stamping.level == "B-B":
        return None
    return HTTPTimeStamper(stamping.tsa, timeout=20)


def _signer(key: bytes, chain: Sequence[bytes]) -> Signer:
    from asn1crypto import x509
    from asn1crypto.keys import PrivateKeyInfo
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    own, *others = (x509.Certificate.load(der) for der in chain)
    registry = SimpleCertificateStore()
    registry.register_multiple(others)
    return SimpleSigner(own, PrivateKeyInfo.load(key), registry)


def _name(certificate: Any) -> str:
    from cryptography.x509 import NameOID

    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else str(certificate.subject.rfc4514_string())
