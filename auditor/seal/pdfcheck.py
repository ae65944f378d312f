"""Checking the signatures in a PDF file, offline: with the certificates that the verifier trusts and what it holds."""

from __future__ import annotations

import datetime
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from auditor.errors import Problem, SealFault
from auditor.seal.trust import Moment, Trust, TrustedCertificate, standing
from auditor.sparing import uncollected

if TYPE_CHECKING:
    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import DiffPolicy
    from pyhanko_certvalidator import ValidationContext

_TAIL = re.compile(rb"startxref\s+\d+\s+%%EOF\s{0,2}\Z")


@dataclass(frozen=True)
class PdfSignature:
    """A signature in a PDF that holds. name: as its certificate has it; certificate: SHA-256 in hex.

    at: when; proven: a time stamp by a trusted authority says so, else the signer's own clock. certifies: what comes
    after it may fill in fields and nothing else.
    """

    field: str
    name: str
    certificate: str
    at: datetime.datetime
    proven: bool
    certifies: bool


@dataclass(frozen=True)
class Checked:
    """signatures: those that hold, in their order. uncovered: bytes at the file's end that no signature covers.

    proofs: whether the file keeps what proves its certificates; of B-LT that is what lies at the end.
    """

    signatures: tuple[PdfSignature, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    uncovered: int
    proofs: bool


@uncollected()
def checked(pdf: bytes, trust: Trust, name: str, today: datetime.datetime) -> Checked:
    """Every signature and time stamp of a PDF file. name: of the file, for what is told.

    Of pyHanko's answers only the whole one counts (`bottom_line`): unbroken, by a trusted certificate, and after it
    nothing but what it allows. Raises SealFault where the file cannot be read as PDF.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    from auditor.seal.pdfgrowth import Growth

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it logs what it refuses, with tracebacks
    good, problems, notes, end = [], [], [], 0
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        roots, growth = _Roots.of(trust, reader), Growth()
        for embedded in reader.embedded_signatures:
            end = max(end, _end(embedded))
            stamp = embedded.sig_object_type == "/DocTimeStamp"
            found, wrong, noted = (_stamp if stamp else _signature)(embedded, roots, growth, today)
            if _stuffed(embedded):
                found, wrong = None, [*wrong, "does not hold: bytes that belong to nothing stand beside it"]
            good += [found] if found else []
            problems += [Problem(f"{name}, signature {embedded.field_name}", what) for what in wrong]
            notes += noted
    except Exception as error:  # of damaged bytes many libraries say many things
        remedy = "Name an audit's folder, or a PDF file."
        raise SealFault(f"cannot be read as a signed PDF: {type(error).__name__}", where=name, remedy=remedy) from error
    return Checked(tuple(good), tuple(problems), tuple(notes), len(pdf) - end, bool(roots.held))


def alone(pdf: bytes, trust: Trust, name: str, today: datetime.datetime) -> Checked:
    """As `checked`, of a PDF file without the folder whose statements cover all of its bytes.

    Raises SealFault with everything that is broken: also where it is not signed, or where bytes are added at its end.
    """
    found = checked(pdf, trust, name, today)
    problems, notes = [*found.problems], [*found.notes]
    if not (found.signatures or problems):
        remedy = "`auditor seal --pdf-key` makes them; of the audit's folder `auditor verify` checks the statements."
        problems.append(Problem(name, "holds no signature", remedy))
    elif found.uncovered and found.proofs and _TAIL.search(pdf):
        notes.append(
            f"{found.uncovered} bytes at its end, which keep proofs of certificates, are covered by no signature"
        )
    elif found.uncovered:
        problems.append(Problem(name, f"{found.uncovered} bytes at its end are covered by no signature"))
    if problems:
        raise SealFault(problems)
    return replace(found, notes=tuple(notes))


@dataclass(frozen=True)
class _Roots:
    """Trusted certificates by their use, and the validation data that the file holds."""

    trusted: tuple[TrustedCertificate, ...]
    held: dict[str, list[Any]]

    @classmethod
    def of(cls, trust: Trust, reader: PdfFileReader) -> _Roots:
        from pyhanko.sign.validation.dss import DocumentSecurityStore
        from pyhanko.sign.validation.errors import NoDSSFoundError

        try:
            store = DocumentSecurityStore.read_dss(reader)
        except NoDSSFoundError:
            return cls(trust.certificates, {})
        held = {"crls": store.crls, "ocsps": store.ocsps}
        data = {key: [one.get_object().data for one in found] for key, found in held.items()}
        return cls(trust.certificates, data | {"other_certs": [*store.load_certs()]})

    def context(self, use: str, at: datetime.datetime) -> ValidationContext:
        from asn1crypto import x509
        from pyhanko_certvalidator import ValidationContext

        roots = [x509.Certificate.load(one.der) for one in self.trusted if one.use == use]
        return ValidationContext(
            trust_roots=roots, moment=at, allow_fetching=False, retroactive_revinfo=True, **self.held
        )

    def met(self, status: Any, use: str) -> list[TrustedCertificate]:
        """The trusted certificates in a signature's chain: its end, and others of it that the verifier knows."""
        path = status.validation_path
        chain = [one.dump() for one in path.iter_certs(include_root=True)] if path is not None else []
        return [one for one in self.trusted if one.use == use and one.der in chain]

    def unproven(self, status: Any) -> bool:
        """Whether nothing in the file tells if an authority had revoked the certificate before it signed."""
        path = status.validation_path
        return path is not None and path.pkix_len > 0 and not (self.held.get("crls") or self.held.get("ocsps"))


_Answer = tuple[PdfSignature | None, list[str], list[str]]


def _signature(embedded: Any, roots: _Roots, growth: DiffPolicy, today: datetime.datetime) -> _Answer:
    from pyhanko.sign.validation import validate_pdf_signature

    stamp = _time(embedded.signer_info)
    at = stamp or embedded.self_reported_timestamp
    if at is None:
        return None, ["does not tell its time"], []
    contexts = roots.context("signatures", at), roots.context("time-stamps", today)
    status = validate_pdf_signature(embedded, *contexts, skip_diff=True)
    if roots.held and _unknown(status):  # the file keeps proofs of others only: as where it keeps none
        roots = replace(roots, held={"other_certs": roots.held["other_certs"]})
        contexts = roots.context("signatures", at), roots.context("time-stamps", today)
        status = validate_pdf_signature(embedded, *contexts, skip_diff=True)
    if status.intact and status.valid:  # what came after it may take long to look through, and matters only then
        status = validate_pdf_signature(embedded, *contexts, diff_policy=growth)
    own: x509.Certificate = status.signing_cert
    name = str(own.subject.native.get("common_name", own.subject.human_friendly))
    if not status.bottom_line:
        if status.intact and status.valid and not own.not_valid_before <= at <= own.not_valid_after:
            return None, [f"was made on {at.date()}, when its certificate was not valid"], []
        return None, [*_reasons(status, stamped=stamp is not None)], []
    used = Moment(at, stamp is not None)
    met = [
        standing(f"the certificate of {one.holder}", one.terms, used, today) for one in roots.met(status, "signatures")
    ]
    if wrong := [what for each, _ in met for what in each]:
        return None, wrong, []
    noted = [what for _, each in met for what in each]
    if roots.unproven(status):
        noted.append(
            f"whether its authority had revoked the certificate of {name} is not known: the PDF keeps no proof of that "
            "(--pades B-LT does); the revocations of the trust store were checked"
        )
    if own.not_valid_after < today:
        proof = "which a time stamp proves" if stamp else "by the signer's own clock"
        ended = own.not_valid_after.date()
        noted.append(f"the certificate of {name} ran out on {ended}; it signed on {at.date()}, {proof}")
    certifies = embedded.docmdp_level is not None
    return PdfSignature(embedded.field_name, name, own.sha256.hex(), at, stamp is not None, certifies), [], noted


def _unknown(status: Any) -> bool:
    """Whether it holds, and a certificate of it is neither known to be good nor to be revoked."""
    answers = [one for one in (status, status.timestamp_validity) if one is not None]
    if not (status.intact and status.valid) or any(one.revoked for one in answers):
        return False
    return not all(one.trusted for one in answers)


def _stamp(embedded: Any, roots: _Roots, growth: DiffPolicy, today: datetime.datetime) -> _Answer:
    from pyhanko.sign.validation import validate_pdf_timestamp

    status = validate_pdf_timestamp(embedded, roots.context("time-stamps", today), diff_policy=growth)
    holds = status.intact and status.valid and status.trusted
    return None, [] if holds else [*_reasons(status, stamped=False)], []


def _reasons(status: Any, *, stamped: bool) -> Iterator[str]:
    """Why a signature does not hold, in the order in which a reader asks."""
    if not (status.intact and status.valid):
        yield "does not hold: what it covers was changed"
    elif not status.trusted:
        why = "revoked" if status.revoked else "not by a certificate that is trusted"
        yield f"is {why}"
    elif stamped and not (status.timestamp_validity and status.timestamp_validity.trusted):
        yield "has a time stamp by an authority that is not trusted"
    else:
        yield "the file was changed after it in a way that it does not allow"


def _time(signer_info: Any) -> datetime.datetime | None:
    """The time of the signature's time stamp, which is still to be checked; None where it has none."""
    from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

    for token in extract_tst_data_iter(signer_info, signed=False):
        moment: datetime.datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
        return moment
    return None


def _stuffed(embedded: Any) -> bool:
    """Whether the room that is left behind a signature is not empty: no signature covers it, and readers ignore it."""
    from asn1crypto import cms

    held: bytes = embedded.pkcs7_content
    return any(held[len(cms.ContentInfo.load(held).dump()) :])


def _end(embedded: Any) -> int:
    """Where the bytes that a signature covers end."""
    covered = embedded.byte_range
    return int(covered[2]) + int(covered[3])
