"""Keys, sealing, signing off and verifying, through the command line."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sealing import audit_folder, short_reports
from signing import people, sealed

from auditor.cli.passphrase import passphrase_in
from auditor.errors import WrittenFault


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a small audit, in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AUDITOR_PASSPHRASE", raising=False)
    short_reports(monkeypatch)
    return audit_folder(tmp_path / "audit")


def test_seal_and_verify(call, audit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys made, the audit sealed and verified; then one byte changed, which ends with 5."""
    monkeypatch.setenv("AUDITOR_PASSPHRASE", "correct horse")
    made = call("keys", "new", "--out", "keys", "--name", "bank")
    assert made.code == 0
    assert stat.S_IMODE(Path("keys/bank.key.pem").stat().st_mode) == 0o600
    assert call("keys", "new", "--out", "keys", "--name", "bank").code == 2
    fingerprint = made.out.split()[-1]

    sealed = call("seal", audit, "--key", "keys/bank.key.pem")
    assert (sealed.code, sealed.out.split()[-1]) == (0, fingerprint)
    assert "correct horse" not in sealed.out + sealed.err + (audit / "seal.dsse.json").read_text()
    monkeypatch.delenv("AUDITOR_PASSPHRASE")

    held = call("verify", audit, "--key", "keys/bank.pub.pem")
    assert held.code == 0
    assert held.out.startswith(f"the seal holds\n  key       {fingerprint}\n")
    assert "  verdict   PASS: Of 1 requirements: 1 passed." in held.out
    assert "  model     Credit LSTM, version 1.0.0" in held.out

    (audit / "report.html").write_text("<!doctype htmL>")
    told = call("verify", audit, "--key", "keys/bank.pub.pem")
    assert (told.code, told.out) == (5, "")
    assert told.err == "auditor: report.html: was changed after it was sealed\n"


def test_passphrases(call, audit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No passphrase is ever assumed: an empty one is refused, none is asked for without a terminal."""
    assert call("keys", "new", "--out", "keys").code == 2
    monkeypatch.setenv("AUDITOR_PASSPHRASE", "")
    assert call("keys", "new", "--out", "keys").code == 2
    assert not Path("keys").exists()
    monkeypatch.setenv("AUDITOR_PDF_PASSPHRASE", "")
    with pytest.raises(WrittenFault, match="Unset AUDITOR_PDF_PASSPHRASE to be asked"):
        passphrase_in("AUDITOR_PDF_PASSPHRASE")()
    assert call("keys", "new", "--out", "keys", "--no-passphrase").code == 0
    monkeypatch.delenv("AUDITOR_PASSPHRASE")
    assert call("seal", audit, "--key", "keys/auditor.key.pem").code == 0

    monkeypatch.setenv("AUDITOR_PASSPHRASE", "correct horse")
    call("keys", "new", "--out", "keys", "--name", "two")
    monkeypatch.setenv("AUDITOR_PASSPHRASE", "wrong")
    (audit / "seal.dsse.json").unlink()
    told = call("seal", audit, "--key", "keys/two.key.pem")
    assert (told.code, "the passphrase does not open this key" in told.err) == (2, True)


def test_key_from_the_folder(call, audit: Path) -> None:
    """A key that lies in the audited folder proves nothing, even if it is the right one."""
    call("keys", "new", "--out", "keys", "--no-passphrase")
    call("seal", audit, "--key", "keys/auditor.key.pem")
    (audit / "auditor.pub.pem").write_bytes(Path("keys/auditor.pub.pem").read_bytes())
    told = call("verify", audit, "--key", audit / "auditor.pub.pem")
    assert (told.code, "proves nothing" in told.err) == (2, True)


def test_wrong_model(call, audit: Path) -> None:
    """Another model's file ends with 5."""
    call("keys", "new", "--out", "keys", "--no-passphrase")
    call("seal", audit, "--key", "keys/auditor.key.pem")
    Path("model.keras").write_bytes(b"PK")
    told = call("verify", audit, "--key", "keys/auditor.pub.pem", "--model", "model.keras", "--data", "model.keras")
    assert told.code == 5
    assert "model.keras: is not the model that was audited" in told.err
    assert "model.keras: is not the data that was audited" in told.err


def test_sign_off(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sealed and who reviewed is told with name, role, meaning and time; and how far the rule is met."""
    monkeypatch.chdir(tmp_path)
    short_reports(monkeypatch)
    sealed(tmp_path / "audit", people(tmp_path / "keys"))
    said = ("sign-off", "audit", "--trust", "keys", "--key", "keys/rita.key.pem", "--meaning", "reviewed")
    assert call(*said, "--name", "Rita Reviewer", "--role", "approver").code == 2
    told = call(*said, "--name", "Rita Reviewer", "--role", "reviewer", "--comment", "See section 4.")
    assert told.code == 0, told.err
    verified = call("verify", "audit", "--trust", "keys/trust.yaml")

    assert (verified.code, verified.out) == (0, told.out)
    assert "  sealed by Audit pipeline\n" in told.out
    assert "  reviewed  Rita Reviewer, reviewer, 20" in told.out
    assert "            “See section 4.”\n" in told.out
    assert "  sign-offs 1 of 2 sign-offs (1 of 1 reviewed, 0 of 1 approved)\n" in told.out
    Path("audit/sign-off-1.dsse.json").unlink()
    assert call("verify", "audit", "--trust", "keys").out.endswith(
        "0 of 2 sign-offs (0 of 1 reviewed, 0 of 1 approved)\n"
    )


def test_keys_for_pdf(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key for PDF files comes with a certificate that names its holder; without a name there is none."""
    monkeypatch.chdir(tmp_path)
    new = ("keys", "new", "--for", "pdf", "--out", "keys", "--name", "ann", "--no-passphrase")
    assert call(*new).code == 2
    made = call(*new, "--holder", "Ann Example")
    assert (made.code, made.out.splitlines()[1]) == (0, "certificate  keys/ann.cert.pem")
    assert stat.S_IMODE(Path("keys/ann.key.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--pades", "B-T"], "are about a signature in the PDF"),
        (["--pdf-key", "k.pem", "--pades", "B-T"], "B-T needs a time stamp"),
        (["--pdf-key", "k.pem", "--pades", "B-B", "--tsa", "http://127.0.0.1:9/"], "B-B takes no time stamp"),
        (["--pdf-key", "k.pem", "--pades", "B-LTA", "--tsa", "http://127.0.0.1:9/"], "Name a trust store by --trust"),
    ],
)
def test_options_of_the_pdf(call, audit: Path, options: list[str], what: str) -> None:
    """Options that do not go together are refused before anything is signed."""
    call("keys", "new", "--out", "keys", "--no-passphrase")
    Path("k.pem").write_text("never read")
    told = call("seal", audit, "--key", "keys/auditor.key.pem", *options)
    assert (told.code, what in told.err) == (2, True), told.err
    assert not (audit / "seal.dsse.json").exists()


def test_no_time_stamp(call, audit: Path) -> None:
    """Where the authority does not answer nothing is sealed, and it is named."""
    call("keys", "new", "--out", "keys", "--no-passphrase")
    told = call("seal", audit, "--key", "keys/auditor.key.pem", "--tsa", "http://127.0.0.1:9/")
    assert (told.code, "http://127.0.0.1:9/: no time stamp can be had" in told.err) == (3, True), told.err
    assert not (audit / "seal.dsse.json").exists()


def test_a_pdf_alone(call, audit: Path) -> None:
    """Of a PDF without its folder a trust store is asked for, with what to do."""
    told = call("verify", audit / "report.pdf")
    assert (told.code, "Give --trust and no other option" in told.err) == (2, True), told.err
