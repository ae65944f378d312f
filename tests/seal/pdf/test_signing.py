"""Signatures in the report's PDF: what they say, prove and keep."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pdfvalidator
import pypdf
import pytest
from authority import Authority
from pdfsigning import REPORT, approve, certify, key, wrong
from sealing import no_passphrase

from auditor.app.pdf import PdfKey
from auditor.app.seal import seal
from auditor.app.verify import verify
from auditor.errors import FileFault, WrittenFault
from auditor.seal import pdfblock, pdfgrowth, pdfpage, pdfsign
from auditor.seal.certificates import new_certificate
from auditor.seal.pdfsign import Level, Stamping
from auditor.seal.trustfile import read_trust


def test_certified_and_approved(audit: Path, store: Path, ca: Authority, drawn: dict[str, bytes]) -> None:
    """The seal certifies and two people sign: all three hold, each in its place, told by name, meaning and time."""
    certify(audit, store, key(ca, "pipeline"))
    sealed = (audit / REPORT).read_bytes()
    approve(audit, store, "rita", "reviewed", key(ca, "rita"))
    found = approve(audit, store, "carl", "approved", key(ca, "carl"))
    whole = (audit / REPORT).read_bytes()

    assert sealed.startswith(drawn[REPORT])
    assert whole.startswith(sealed)
    assert [(one.field, one.name, one.certifies, one.proven) for one in found.pdf] == [
        ("Seal", "Audit pipeline", True, False),
        ("SignOff1", "Rita Reviewer", False, False),
        ("SignOff2", "Carl Chair", False, False),
    ]
    assert found.asked is not None
    assert found.asked.complete
    shown = pypdf.PdfReader(io.BytesIO(whole)).pages[-1]["/Annots"]
    drawings = [one.get_object()["/AP"]["/N"].get_object() for one in shown]
    assert len(drawings) == 1 + pdfpage.PLACES
    assert pypdf.PdfReader(io.BytesIO(whole)).attachments["record.json"] == [(audit / "record.json").read_bytes()]


@pytest.mark.skipif(pdfvalidator.missing() != "", reason=pdfvalidator.missing())
def test_keeps_its_standards(signed: Path, tmp_path: Path, drawn: dict[str, bytes]) -> None:
    """The page of signatures, the certification and the sign-off break no rule of PDF/A-3a and PDF/UA-1."""
    (tmp_path / "before.pdf").write_bytes(drawn[REPORT])
    shutil.copy(signed / REPORT, tmp_path / "after.pdf")
    found = pdfvalidator.violations(["3a", "ua1"], tmp_path / "before.pdf", tmp_path / "after.pdf")
    before, after = ({line.partition(" ")[2] for line in lines} for lines in found.values())
    assert after - before == set()


def test_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visible block has shipped letters for Chinese too, wherever it is made, and says what no font has."""
    monkeypatch.setattr(pdfblock, "_INSTALLED", ())
    assert pdfblock.style(["Rita Réviewer"]).stamp_text == "Rita Réviewer"
    assert pdfblock.style(["朱镕, approved"]).stamp_text == "朱镕, approved"
    shown = "王小明, ???\n? stands for a letter that no font here has;"
    assert str(pdfblock.style(["王小明, \u0e01\u0e02\u0e03"]).stamp_text).startswith(shown)


@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_time_stamped(audit: Path, store: Path, ca: Authority, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a time-stamp authority the time is proven; B-LT and B-LTA keep in the file what proves the certificates.

    What any of them writes is known when it is verified: nothing looks at the whole document for it.
    """
    monkeypatch.setattr(pdfgrowth, "DEFAULT_DIFF_POLICY", None)
    roots = tuple(one.der for one in read_trust(store).certificates)
    certify(audit, store, key(ca, "pipeline", level, roots))
    found = approve(audit, store, "rita", "reviewed", key(ca, "rita", level, roots))

    assert [(one.field, one.proven) for one in found.pdf] == [("Seal", True), ("SignOff1", True)]
    assert (b"/DSS" in (audit / REPORT).read_bytes()) == (level != "B-T")
    assert (b"/DocTimeStamp" in (audit / REPORT).read_bytes()) == (level == "B-LTA")


def test_killed_in_between(
    signed: Path, store: Path, ca: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed when the statement is there and the PDF is not, a sign-off is seen as broken; the next one finishes it."""
    audit = shutil.copytree(signed, tmp_path / "audit")

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("auditor.app.seal.put", killed)
        with pytest.raises(KeyboardInterrupt):
            approve(audit, store, "carl", "approved", key(ca, "carl"))
    assert wrong(audit, store) == ["report.pdf: was changed after it was signed off"]

    found = approve(audit, store, "carl", "approved", key(ca, "carl"))
    assert [one.field for one in found.pdf] == ["Seal", "SignOff1", "SignOff2"]
    assert [one.name for one in found.sign_offs] == ["Rita Reviewer", "Carl Chair"]
    assert [one.name for one in tmp_path.iterdir()] == ["audit"]


def test_proofs_of_others(
    audit: Path, store: Path, ca: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that nobody trusts signs nothing off, and leaves no trace. One that the PDF keeps no proofs of,
    though it keeps those of the sealer's, does, and that is told.
    """
    monkeypatch.setattr(pdfgrowth, "DEFAULT_DIFF_POLICY", None)
    roots = tuple(one.der for one in read_trust(store).certificates)
    certify(audit, store, key(ca, "pipeline", "B-LT", roots))
    assert b"/DSS" in (audit / REPORT).read_bytes()
    assert b"/DocTimeStamp" not in (audit / REPORT).read_bytes()
    before = {one.name: one.read_bytes() for one in audit.iterdir() if one.is_file()}
    new_certificate(tmp_path, "rita", "Rita Reviewer", None)
    own = PdfKey(tmp_path / "rita.key.pem", None, no_passphrase, Stamping("B-B", "", ()))
    with pytest.raises(WrittenFault, match="signature SignOff1 is not by a certificate that is trusted"):
        approve(audit, store, "rita", "reviewed", own)
    assert {one.name: one.read_bytes() for one in audit.iterdir() if one.is_file()} == before

    found = approve(audit, store, "rita", "reviewed", key(ca, "rita"))
    assert [(one.field, one.proven) for one in found.pdf] == [("Seal", True), ("SignOff1", False)]
    told = "whether its authority had revoked the certificate of Rita Reviewer is not known: the PDF keeps no proof"
    assert [one.partition(" of that")[0] for one in found.notes] == [told]


def test_no_authority(audit: Path, store: Path, ca: Authority) -> None:
    """Where no time stamp can be had nothing is sealed, and the report is as it was."""
    before = (audit / REPORT).read_bytes()
    pdf = PdfKey(ca.folder / "pipeline.key.pem", None, no_passphrase, Stamping("B-T", "http://127.0.0.1:9/tsa"))
    with pytest.raises(FileFault, match="the PDF cannot be signed"):
        certify(audit, store, pdf)
    assert (audit / REPORT).read_bytes() == before
    assert not (audit / "seal.dsse.json").exists()


def test_without_certificates(audit: Path, store: Path, ca: Authority, tmp_path: Path) -> None:
    """A store without certificates cannot judge the PDF's signatures, and says so; its bytes are covered even so."""
    certify(audit, store, key(ca, "pipeline"))
    plain = shutil.copytree(store.parent, tmp_path / "plain") / "trust.yaml"
    plain.write_text(store.read_text().partition("certificates:")[0])
    found = verify(audit, [], trust=plain)
    note = "the signatures in report.pdf were not judged: the trust store names no certificates"
    assert (found.pdf, found.notes) == ((), (note,))


def test_unknown_authority(audit: Path, store: Path, ca: Authority, tmp_path: Path) -> None:
    """A certificate that no trusted authority gave is named."""
    certify(audit, store, key(ca, "pipeline"))
    other = shutil.copytree(store.parent, tmp_path / "other") / "trust.yaml"
    shutil.copy(ca.folder / "tsa.cert.pem", other.with_name("root.cert.pem"))
    assert wrong(audit, other) == ["report.pdf, signature Seal: is not by a certificate that is trusted"]


def test_revoked_certificate(audit: Path, store: Path, ca: Authority, tmp_path: Path) -> None:
    """Revoked by its authority, a certificate cannot be used where the proof is to be kept. Where none is kept, that is
    told; and a trust store that says so ends it, though it trusts the authority too.
    """
    roots = tuple(one.der for one in read_trust(store).certificates)
    with pytest.raises(FileFault, match=r"(?i)revoked"):
        certify(audit, store, key(ca, "gone", "B-LT", roots))

    certify(audit, store, key(ca, "gone"))
    told = "whether its authority had revoked the certificate of Gone Grete is not known: the PDF keeps no proof"
    assert [told] == [one.partition(" of that")[0] for one in verify(audit, [], trust=store).notes]
    other = shutil.copytree(store.parent, tmp_path / "other") / "trust.yaml"
    own = (ca.folder / "gone.cert.pem").read_text().split("-----BEGIN", 2)[1]
    other.with_name("gone.cert.pem").write_text("-----BEGIN" + own)
    revoked = "revoked: {at: 2026-02-01, reason: key stolen}"
    with other.open("a") as file:
        file.write(f"  - {{holder: Gone Grete, file: gone.cert.pem, {revoked}}}\n")
    what = "report.pdf, signature Seal: the certificate of Gone Grete is revoked since 2026-02-01: key stolen"
    assert wrong(audit, other) == [what]


def test_wrong_person(audit: Path, store: Path, ca: Authority) -> None:
    """A sign-off is signed in the PDF by that person's certificate, or not at all."""
    certify(audit, store, key(ca, "pipeline"))
    with pytest.raises(WrittenFault, match="this is the certificate of Carl Chair, not of Rita Reviewer"):
        approve(audit, store, "rita", "reviewed", key(ca, "carl"))
    assert not (audit / "sign-off-1.dsse.json").exists()


def test_no_place(audit: Path, store: Path, ca: Authority) -> None:
    """A report that was sealed without a signature in the PDF has no place for others; statements do without."""
    seal(audit, store.with_name("pipeline.key.pem"), no_passphrase)
    with pytest.raises(WrittenFault, match="has no place for signature 1"):
        approve(audit, store, "rita", "reviewed", key(ca, "rita"))
    assert approve(audit, store, "rita", "reviewed", None).sign_offs[0].pdf is None


def test_mixed(audit: Path, store: Path, ca: Authority) -> None:
    """Who signs the statement alone covers the PDF as it is; the next may sign in it again."""
    certify(audit, store, key(ca, "pipeline"))
    approve(audit, store, "rita", "reviewed", None)
    found = approve(audit, store, "carl", "approved", key(ca, "carl"))
    assert [one.field for one in found.pdf] == ["Seal", "SignOff2"]


def test_another_key(ca: Authority) -> None:
    """A certificate of another key is refused, and so is what is no certificate."""
    with pytest.raises(WrittenFault, match="the certificate is not of this key"):
        pdfsign.pdf_signer(ca.folder / "rita.key.pem", ca.folder / "carl.cert.pem", no_passphrase)
    with pytest.raises(FileFault, match="this is no certificate"):
        pdfsign.pdf_signer(ca.folder / "rita.key.pem", ca.folder / "rita.key.pem", no_passphrase)


def test_certificate_of_another_time(ca: Authority) -> None:
    """Nothing is sealed by a certificate that has run out: such a seal would stay, and never hold."""
    with pytest.raises(WrittenFault, match="valid from 2025-01-01 to 2026-01-01, and not now"):
        pdfsign.pdf_signer(ca.folder / "late.key.pem", None, no_passphrase)
    with pytest.raises(FileFault, match="there is no certificate of the key"):
        pdfsign.pdf_signer(ca.folder / "interm.key.pem", None, no_passphrase)


def test_a_name_that_no_certificate_holds(tmp_path: Path) -> None:
    """A holder's name of more than 64 bytes is told, and nothing is made."""
    with pytest.raises(WrittenFault, match="longer than 64 bytes"):
        new_certificate(tmp_path, "long", "é" * 33, None)
    assert list(tmp_path.iterdir()) == []
