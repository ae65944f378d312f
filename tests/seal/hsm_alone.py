"""Sealing by a key in SoftHSM; run by test_hardware.py in a process of its own.

A module brings a copy of OpenSSL along, which can crash a process that has loaded others.
"""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from sealing import audit_folder

from auditor.app.seal import seal
from auditor.errors import FileFault, WrittenFault
from auditor.render.pdf import page_pdf
from auditor.seal import keys, pdfpage, pdfsign
from auditor.seal.certificates import _builder
from auditor.seal.pdfcheck import checked
from auditor.seal.trust import Trust, TrustedCertificate
from auditor.seal.trustfile import Terms
from auditor.seal.verify import verify

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
URI = f"pkcs11:token=audit;object=seal?module-path={MODULE}"


def issued(point: bytes) -> bytes:
    """A certificate for the module's key, by itself: no authority, so that it is trusted as it is."""
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return (
        _builder(public, "Hanna Hardware")
        .sign(ec.generate_private_key(ec.SECP256R1()), SHA256())
        .public_bytes(Encoding.DER)
    )


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A token with a key `seal` (Ed25519) and one `pdf` (P-256); the module reads its settings once in a process."""
    from pkcs11 import Attribute, CertificateType, KeyType, Mechanism, ObjectClass, lib
    from pkcs11.util.ec import encode_named_curve_parameters

    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        new = ["softhsm2-util", "--init-token", "--free", "--label", "audit", "--so-pin", "12345678", "--pin", "5678"]
        subprocess.run(new, check=True, capture_output=True)
        with lib(MODULE).get_token(token_label="audit").open(user_pin="5678", rw=True) as session:
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("1.3.101.112")}
            domain = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
            domain.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="seal")
            p256 = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            domain = session.create_domain_parameters(KeyType.EC, p256, local=True)
            public, _ = domain.generate_keypair(store=True, label="pdf")
            der = issued(bytes(public[Attribute.EC_POINT])[-65:])
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: "pdf",
                    Attribute.SUBJECT: b"",
                    Attribute.VALUE: der,
                }
            )


@pytest.mark.usefixtures("token")
def test_sealed_by_hardware(tmp_path: Path) -> None:
    """A seal by a key that stays in its module verifies as any other; a wrong PIN or label does not sign."""
    audit = audit_folder(tmp_path / "audit")
    for uri, pin, fault, what in (
        (URI, b"0000", WrittenFault, "the PIN does not open this token"),
        (URI.replace("seal", "other"), b"5678", FileFault, "the key cannot be had from the module: NoSuchKey"),
        (URI.replace("=audit", "=other"), b"5678", FileFault, "the key cannot be had from the module: NoSuchToken"),
    ):
        with pytest.raises(fault, match=what):
            seal(audit, Path(uri), lambda pin=pin: pin)
    _, fingerprint = seal(audit, Path(URI), lambda: b"5678")

    public = keys.signer(Path(URI), lambda: b"5678").public_key
    assert verify(audit, Trust.of([public])).signer == fingerprint == public.keyid


@pytest.mark.usefixtures("token")
def test_pdf_signed_by_hardware() -> None:
    """A signature in a PDF by a key and certificate of the module holds; an Ed25519 key is refused."""
    pdf = pdfpage.with_page(page_pdf("<!doctype html><html lang='en'><title>A report</title><p>A report.</p></html>"))
    with pytest.raises(FileFault, match="this is no P-256 key"):
        pdfsign.pdf_signer(Path(URI), None, lambda: b"5678")
    signer = pdfsign.pdf_signer(Path(URI.replace("seal", "pdf")), None, lambda: b"5678")
    assert signer.name == "Hanna Hardware"
    data = pdfsign.signed(pdf, pdfpage.SEAL, signer, ["Sealed"], certify=True, stamping=pdfsign.Stamping())

    der = signer.signer.signing_cert.dump()
    trust = Trust((), (TrustedCertificate(der, "Hanna", "signatures", Terms()),))
    found = checked(data, trust, "report.pdf", datetime.datetime.now(datetime.UTC))
    assert (found.problems, [one.name for one in found.signatures]) == ((), ["Hanna Hardware"])
