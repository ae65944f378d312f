"""Signing the report's PDF: as the seal certifies it, and as each sign-off adds its own signature."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.app import whole
from auditor.errors import FileFault, WrittenFault
from auditor.names import same
from auditor.seal import envelope, folder, pdfpage, pdfsign, signoff, strictjson
from auditor.seal.signoff import GROWING
from auditor.seal.statement import Subject, read
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


def stage(audit: Path, data: bytes) -> None:
    """Have the signed PDF on disk, beside the folder. Raises FileFault where it cannot be written."""
    partial = whole.beside(audit / GROWING)
    try:
        whole.stage(partial, data)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FileFault(f"cannot be written: {error.strerror}", where=str(audit / GROWING)) from error


def put(audit: Path) -> None:
    """Put it in the place of the one that it begins with, once its statement is there. Raises FileFault."""
    partial = whole.beside(audit / GROWING)
    try:
        whole.put(partial, audit / GROWING)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FileFault(f"cannot be written: {error.strerror}", where=str(audit / GROWING)) from error


def finish(audit: Path) -> bool:
    """Put it in its place where who signed was killed after the statement and before that; returns whether it was so.

    What no statement names is removed. Raises FileFault where it cannot be written, SealFault where a statement cannot
    be read.
    """
    partial = whole.beside(audit / GROWING)
    if not partial.is_file():
        return False
    if folder.digest(partial) == _stated(folder.contents(audit).files):
        put(audit)
        return True
    partial.unlink()
    return False


def _stated(files: dict[str, Path]) -> tuple[str, int] | None:
    """Digest and length of the PDF as the last statement has it; None where there is none."""
    if envelope.FILE not in files:
        return None
    seal = read(envelope.unjudged(folder.bounded(files[envelope.FILE], strictjson.MOST_BYTES)))
    states = [one for one in seal.files if one.name == GROWING] + signoff.unjudged(files)
    return (states[-1].sha256, states[-1].bytes) if states else None
