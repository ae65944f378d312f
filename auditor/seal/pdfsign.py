"""Signatures in PDF files (PAdES): the seal certifies, sign-offs fill in the fields that it left for them."""

from __future__ import annotations

import datetime
import io
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from auditor.errors import FileFault, WrittenFault
from auditor.seal import keys
from auditor.seal.certificates import PKCS12, read_certificates, read_pkcs12
from auditor.shipped import shipped

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer
    from pyhanko.stamp import TextStampStyle

Level = Literal["B-B", "B-T", "B-LT", "B-LTA"]
_FONT = "fonts/IBMPlexSans-Regular.ttf"
_COLUMNS = 92  # characters of a line in the visible block


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
    """The signer of a private key (PEM, or PKCS#12) with its certificate and those of the authorities above it.

    certificate: PEM or DER, the key's own first; by default NAME.cert.pem beside NAME.key.pem. Raises WrittenFault for
    a wrong passphrase, or a certificate of another key; FileFault for what is no key or certificate.
    """
    available()
    from cryptography.hazmat.primitives import serialization as pem
    from cryptography.hazmat.primitives.hashes import SHA256

    if key.suffix.lower() in PKCS12 and certificate is None:
        private, own, others = read_pkcs12(key, passphrase)
        chain = ([own] if own else []) + list(others)
    else:
        private = keys.private_key(key, passphrase)
        chain = read_certificates(certificate or key.with_name(key.name.replace(".key.", ".cert.")))
    if not chain:
        raise FileFault("holds no certificate", where=str(key))
    if chain[0].public_key() != private.public_key():
        raise WrittenFault("the certificate is not of this key", where=str(certificate or key))
    plain = private.private_bytes(pem.Encoding.DER, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    ders = [one.public_bytes(pem.Encoding.DER) for one in chain]
    return PdfSigner(_signer(plain, ders), _name(chain[0]), chain[0].fingerprint(SHA256()).hex())


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
    maker = signers.PdfSigner(metadata, signer=by.signer, timestamper=stamper, stamp_style=_style(lines))
    try:
        maker.sign_pdf(writer, output=out)
    except Exception as error:  # of many libraries: no answer, a refusal, a certificate that was revoked
        why = ": ".join(str(one) or type(one).__name__ for one in (error, error.__cause__) if one)
        raise FileFault(f"the PDF cannot be signed: {why}") from error
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


@dataclass(frozen=True)
class _Letters:
    """The report's letters, as pyHanko asks for them; its own class for that leaves the file open."""

    data: bytes

    def create_font_engine(self, writer: Any, obj_stream: Any = None) -> Any:
        from pyhanko.pdf_utils.font.opentype import GlyphAccumulator

        return GlyphAccumulator(writer, io.BytesIO(self.data), 10, obj_stream=obj_stream)

    def shown(self, text: str) -> str:
        """The text with ? for what the font lacks: PDF/A forbids a sign without a shape."""
        from fontTools.ttLib import TTFont

        with TTFont(io.BytesIO(self.data)) as font:
            known = font.getBestCmap()
        return "".join(one if ord(one) in known or one == "\n" else "?" for one in text)


def _style(lines: Sequence[str]) -> TextStampStyle:
    from pyhanko.pdf_utils.layout import AxisAlignment, InnerScaling, Margins, SimpleBoxLayoutRule
    from pyhanko.pdf_utils.text import TextBoxStyle
    from pyhanko.stamp import TextStampStyle

    letters = _Letters((shipped("templates") / _FONT).read_bytes())
    text = "\n".join(part for line in lines for part in textwrap.wrap(line, _COLUMNS))
    return TextStampStyle(
        stamp_text=letters.shown(text).replace("%", "%%"),
        text_box_style=TextBoxStyle(font=letters, font_size=9, leading=12),
        border_width=1,
        background=None,
        inner_content_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MIN,
            y_align=AxisAlignment.ALIGN_MID,
            margins=Margins.uniform(8),
            inner_content_scaling=InnerScaling.SHRINK_TO_FIT,
        ),
    )


def _name(certificate: Any) -> str:
    from cryptography.x509 import NameOID

    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else str(certificate.subject.rfc4514_string())
