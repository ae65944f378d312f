"""The trust store: whose key counts, for what, and when."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from sealing import Pairs, no_passphrase

from auditor.app.verify import verify
from auditor.errors import FileFault, SealFault, WrittenFault
from auditor.seal import keys
from auditor.seal.certificates import new_certificate, read_certificate
from auditor.seal.trust import Moment, standing
from auditor.seal.trustfile import Revoked, Terms

TODAY = datetime.datetime.now(datetime.UTC).date()
YESTERDAY, TOMORROW, LONG_AGO = (TODAY + datetime.timedelta(days=days) for days in (-1, 1, -400))


def store(pairs: Pairs, entry: str = "", roles: str = "[seal]") -> Path:
    """A trust store of the bank's key, with this besides."""
    file = pairs["bank"].public.with_name("trust.yaml")
    text = f"trust: bank\nkeys:\n  - {{holder: The bank, roles: {roles}, public: bank.pub.pem{entry}}}\n"
    file.write_text(text)
    return file


def told(audit: Path, trust: Path) -> list[str]:
    with pytest.raises(SealFault) as caught:
        verify(audit, [], trust=trust)
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


def test_holder_is_named(audit: Path, pairs: Pairs) -> None:
    """What an allowed key sealed verifies by the name of its holder; the folder of the store does as well."""
    until = f", from: {YESTERDAY}, until: {TOMORROW}, id: {pairs['bank'].fingerprint}"
    file = store(pairs, until)
    for place in (file, file.parent):
        found = verify(audit, [], trust=place)
        assert (found.by, found.signer, found.notes) == ("The bank", pairs["bank"].fingerprint, ())


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (f", until: {YESTERDAY}", f"the key of The bank was valid until {YESTERDAY}, and was used on {TODAY}"),
        (f", from: {TOMORROW}", f"the key of The bank is valid from {TOMORROW}, and was used on {TODAY}"),
        (
            f", revoked: {{at: {LONG_AGO}, reason: stolen}}",
            f"the key of The bank is revoked since {LONG_AGO}: stolen",
        ),
        # Whoever stole the key can set the clock back: without a time stamp a revoked key proves nothing.
        (f", revoked: {{at: {TOMORROW}, reason: lost}}", f"the key of The bank is revoked since {TOMORROW}: lost"),
    ],
)
def test_out_of_date(audit: Path, pairs: Pairs, entry: str, wrong: str) -> None:
    """A key used before or after its time, and a revoked one, are named with the reason."""
    assert told(audit, store(pairs, entry)) == [f"seal.dsse.json: {wrong}"]


def test_may_not_seal(audit: Path, pairs: Pairs) -> None:
    """A known key without the role of sealing does not count as a seal."""
    trust = store(pairs, roles="[validator, approver]")
    assert told(audit, trust) == ["seal.dsse.json: is signed by The bank, who may not seal: approver, validator"]


def test_unknown_key(audit: Path, pairs: Pairs) -> None:
    """A key that the store does not hold does not count."""
    file = store(pairs)
    file.write_text(file.read_text().replace("bank.pub.pem", "stranger.pub.pem"))
    assert told(audit, file) == ["seal.dsse.json: the signature does not verify with any key given"]


NOON = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)


def _day(number: int) -> datetime.date:
    return NOON.date() + datetime.timedelta(days=number)


@pytest.mark.parametrize("proven", [False, True])
def test_expired_since(proven: bool) -> None:
    """A key that has run out since it was used counts, with a note that says what tells the time."""
    terms = Terms(until=_day(10))
    wrong, notes = standing("the key of Ann", terms, Moment(NOON, proven), NOON + datetime.timedelta(days=20))

    proof = "which a time stamp proves" if proven else "by the user's own clock"
    assert (wrong, notes) == (
        [],
        [f"the key of Ann was valid until 2026-06-11; it was used on 2026-06-01, {proof}"],
    )


def test_revoked_since() -> None:
    """A revoked key counts where a time stamp proves that it was used before."""
    terms = Terms(revoked=Revoked(at=_day(1), reason="stolen"))

    assert standing("the key of Ann", terms, Moment(NOON, proven=True), NOON) == (
        [],
        ["the key of Ann is revoked since 2026-06-02; it was used on 2026-06-01, which a time stamp proves"],
    )
    for used in (Moment(NOON), Moment(NOON + datetime.timedelta(days=1), proven=True)):
        assert standing("the key of Ann", terms, used, NOON + datetime.timedelta(days=2))[0] == [
            "the key of Ann is revoked since 2026-06-02: stolen"
        ]


def test_used_in_the_future() -> None:
    """A time that lies ahead is nobody's."""
    wrong, _ = standing("the key of Ann", None, Moment(NOON + datetime.timedelta(hours=1)), NOON)
    assert wrong == ["the key of Ann was used at a time that lies in the future, 2026-06-01 13:00:00+00:00"]


ONE = "trust: t\nkeys:\n  - {holder: A, roles: [seal], public: bank.pub.pem"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("trust: t\nkeys:\n  - {holder: A, public: bank.pub.pem}\n", "3:5: 'roles' is missing"),
        ("trust: t\nkeys:\n  - {holder: A, roles: [seal], public: gone.pem}\n", "the key cannot be read"),
        (
            "trust: t\nkeys:\n  - {holder: A, roles: [seal], public: bank.pub.pem, id: abc}\n",
            "not the key with the id abc",
        ),
        (
            f"{ONE}}}\n  - {{holder: B, roles: [seal], public: bank.pub.pem}}\n",
            "trust.yaml:4:40: this key stands here twice",
        ),
        (f"{ONE}, until: 2020-01-01, from: 2021-01-01}}\n", "'until' lies before 'from'"),
        ("trust: t\ncertificates:\n  - {holder: A, file: bank.pub.pem}\n", "this is no certificate"),
        ("trust: t\nkey: []\n", "Did you mean 'keys'?"),
    ],
)
def test_faulty_store(audit: Path, pairs: Pairs, text: str, wrong: str) -> None:
    """A store that says less or other than it has to is refused, with the place."""
    file = store(pairs)
    file.write_text(text)
    with pytest.raises(WrittenFault) as caught:
        verify(audit, [], trust=file)
    assert wrong in str(caught.value)


def test_store_in_the_folder(audit: Path, pairs: Pairs, tmp_path: Path) -> None:
    """Neither the store nor a key that it names may lie in the audited folder; and somebody has to be trusted."""
    inside = audit / "attachments" / "trust.yaml"
    inside.parent.mkdir()
    inside.write_text(store(pairs).read_text())
    outside = tmp_path / "trust.yaml"
    (audit / "bank.pub.pem").write_bytes(pairs["bank"].public.read_bytes())
    outside.write_text(store(pairs).read_text().replace("bank.pub.pem", "audit/bank.pub.pem"))
    for trust in (inside, outside):
        with pytest.raises(WrittenFault, match="a key from the audited folder proves nothing"):
            verify(audit, [], trust=trust)
    with pytest.raises(WrittenFault, match="nobody is trusted"):
        verify(audit, [])


def test_certificate(tmp_path: Path) -> None:
    """A pair for PDF files: P-256, a certificate by the key itself, for signing only, mode 0600, never overwritten."""
    made = new_certificate(tmp_path, "ann", "Ann Example", b"secret")
    certificate = x509.load_der_x509_certificate(read_certificate(made.public))
    key = certificate.public_key()

    assert stat.S_IMODE(made.private.stat().st_mode) == 0o600
    assert isinstance(key, EllipticCurvePublicKey)
    assert isinstance(key.curve, SECP256R1)
    assert load_pem_private_key(made.private.read_bytes(), b"secret").public_key() == key
    assert certificate.subject.rfc4514_string() == "CN=Ann Example" == certificate.issuer.rfc4514_string()
    assert certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign is False
    certificate.verify_directly_issued_by(certificate)
    with pytest.raises(WrittenFault, match="keys are never overwritten"):
        new_certificate(tmp_path, "ann", "Ann Example", b"secret")
    with pytest.raises(WrittenFault, match="is to name its holder"):
        new_certificate(tmp_path, "nobody", " ", None)


def test_pkcs12(tmp_path: Path, pairs: Pairs) -> None:
    """A key in a PKCS#12 file signs as one in PEM does; a wrong passphrase, or another kind of key, is refused."""
    key = load_pem_private_key(pairs["bank"].private.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    (tmp_path / "bank.p12").write_bytes(
        serialize_key_and_certificates(b"bank", key, None, None, BestAvailableEncryption(b"secret"))
    )
    other = new_certificate(tmp_path, "ec", "Ann", None)
    (tmp_path / "ec.p12").write_bytes(
        serialize_key_and_certificates(
            b"ec",
            load_pem_private_key(other.private.read_bytes(), None),  # type: ignore[arg-type]
            x509.load_pem_x509_certificate(other.public.read_bytes()),
            None,
            BestAvailableEncryption(b"secret"),
        )
    )

    assert keys.signer(tmp_path / "bank.p12", lambda: b"secret").public_key.keyid == pairs["bank"].fingerprint
    with pytest.raises(WrittenFault, match="the passphrase does not open this key"):
        keys.signer(tmp_path / "bank.p12", lambda: b"wrong")
    (tmp_path / "open.p12").write_bytes(serialize_key_and_certificates(b"bank", key, None, None, NoEncryption()))
    assert keys.signer(tmp_path / "open.p12", no_passphrase).public_key.keyid == pairs["bank"].fingerprint
    (tmp_path / "junk.p12").write_bytes(b"junk")
    with pytest.raises(FileFault, match=r"(?s)this is no PKCS#12 file.*Name a file in PKCS#12"):
        keys.signer(tmp_path / "junk.p12", no_passphrase)
    for wrong in ("ec.p12", "ec.key.pem"):
        with pytest.raises(FileFault, match="this is no Ed25519 key"):
            keys.signer(tmp_path / wrong, (lambda: b"secret") if wrong.endswith("p12") else no_passphrase)
