"""Signing the PDF of small audits, and what checking it says."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from authority import Authority
from sealing import no_passphrase
from signing import PEOPLE

from auditor.app.pdf import PdfKey
from auditor.app.seal import seal
from auditor.app.signoff import Words, sign_off
from auditor.app.verify import verify
from auditor.errors import SealFault
from auditor.seal.pdfcheck import Checked, checked
from auditor.seal.pdfsign import Level, Stamping
from auditor.seal.trustfile import read_trust
from auditor.seal.verify import Verified

REPORT = "report.pdf"


def key(ca: Authority, name: str, level: Level = "B-B", roots: tuple[bytes, ...] = ()) -> PdfKey:
    stamping = Stamping(level, "" if level == "B-B" else ca.tsa, roots)
    return PdfKey(ca.folder / f"{name}.key.pem", None, no_passphrase, stamping)


def certify(audit: Path, store: Path, pdf: PdfKey) -> None:
    seal(audit, store.with_name("pipeline.key.pem"), no_passphrase, pdf)


def approve(
    audit: Path, store: Path, name: str, meaning: str, pdf: PdfKey | None, comment: str = "With a caveat, 100 %."
) -> Verified:
    holder, roles = PEOPLE[name]
    words = Words(holder, roles.strip("[]").split(",")[0], meaning, comment)
    return sign_off(audit, words, store.with_name(f"{name}.key.pem"), no_passphrase, store, pdf)


def wrong(audit: Path, store: Path) -> list[str]:
    with pytest.raises(SealFault) as caught:
        verify(audit, [], trust=store)
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


def looked_at(pdf: bytes, store: Path) -> Checked:
    return checked(pdf, read_trust(store), REPORT, datetime.datetime.now(datetime.UTC))


def problems(pdf: bytes, store: Path) -> list[str]:
    try:
        return [str(problem) for problem in looked_at(pdf, store).problems]
    except SealFault as fault:
        return [str(fault)]
