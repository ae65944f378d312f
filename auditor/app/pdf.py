"""Signing the report's PDF: as the seal certifies it, and as each sign-off adds its own signature."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import FileFault, WrittenFault
from auditor.names import same
from auditor.seal import folder, pdfpage, pdfsign
from auditor.seal.signoff import GROWING
from auditor.seal.statement import Subject
from auditor.seal.trust import outside

_MOST_BYTES = 2**28


@dataclass(frozen=True)
class PdfKey:
    """What signs the PDF. certificate: None for NAME.cert.pem beside NAME.key.pem, or the one in a PKCS#12 file."""

    key: Path
    certificate: Path | None
    passphrase: Callable[[], bytes]
    stamping: pdfsign.Stamping


@dataclass(frozen=True)
class SignedPdf:
    """The PDF with a new signature, and what a statement says of that signature."""

    data: bytes
    told: dict[str, Any]

    @property
    def subject(self) -> Subject:
        """The PDF as it is now."""
        return Subject("report", GROWING, hashlib.sha256(self.data).hexdigest(), len(self.data))


def certified(audit: Path, key: PdfKey, lines: Sequence[str]) -> SignedPdf:
    """The report's PDF with a page for signatures and the first of them, which lets only others be added.

    Raises as `pdfsign` does.
    """
    signer = pdfsign.pdf_signer(outside(key.key, audit), key.certificate, key.passphrase)
    rendered = folder.bounded(audit / GROWING, _MOST_BYTES)
    page = pdfpage.with_page(rendered)
    shown = (f"Sealed by {signer.name}", *lines)
    data = pdfsign.signed(page, pdfpage.SEAL, signer, shown, certify=True, stamping=key.stamping)
    told = {"field": pdfpage.SEAL, "certificate_sha256": signer.certificate}
    before = {"bytes": len(rendered), "sha256": hashlib.sha256(rendered).hexdigest()}
    return SignedPdf(data, told | {"rendered": before})


def approved(audit: Path, key: PdfKey, number: int, name: str, lines: Sequence[str]) -> SignedPdf:
    """The report's PDF with the signature of the n-th sign-off, of the person with that name.

    Raises WrittenFault where the PDF has no place for it, or the certificate is somebody else's.
    """
    signer = pdfsign.pdf_signer(outside(key.key, audit), key.certificate, key.passphrase)
    if not same(signer.name, name):
        raise WrittenFault(f"this is the certificate of {signer.name}, not of {name}", where=str(key.key))
    before = folder.bounded(audit / GROWING, _MOST_BYTES)
    field = pdfpage.field(number)
    if not pdfpage.has(before, field):
        remedy = "Seal with --pdf-key, which leaves places for sign-offs; or sign off without --pdf-key."
        raise WrittenFault(f"has no place for signature {number}", where=GROWING, remedy=remedy)
    data = pdfsign.signed(before, field, signer, lines, certify=False, stamping=key.stamping)
    return SignedPdf(data, {"field": field, "certificate_sha256": signer.certificate})


def replace(audit: Path, data: bytes) -> None:
    """Put the signed PDF in the place of the one that it begins with. Raises FileFault where it cannot be written."""
    partial = audit.resolve().with_name(f".{audit.resolve().name}.{GROWING}.partial")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(audit / GROWING)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FileFault(f"cannot be written: {error.strerror}", where=str(audit / GROWING)) from error
