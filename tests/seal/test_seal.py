"""The seal: what is signed, by which key, compared with what."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from records import a_record
from sealing import Pairs, audit_folder, broken, no_passphrase, verified

from auditor.app import recorded
from auditor.app.seal import seal
from auditor.errors import FileFault, SealFault, WrittenFault
from auditor.seal import envelope, keys
from auditor.seal.verify import body_digest, verify


def test_seal_holds(audit: Path, pairs: Pairs) -> None:
    """An untouched folder verifies with the key that sealed it, also when other keys are allowed too."""
    sealed = verified(audit, pairs, "stranger", "bank")

    assert sealed.signer == pairs["bank"].fingerprint
    assert sealed.statement.predicate["verdict"] == "PASS"
    assert [s.name for s in sealed.statement.of("file")] == [
        "inputs/audit.yaml",
        "record.json",
        "report.html",
        "report.pdf",
    ]
    assert [(s.name, s.sha256) for s in sealed.statement.of("model")] == [("model.keras", "a" * 64)]
    assert [(s.name, s.sha256) for s in sealed.statement.of("data")] == [("test.parquet", "b" * 64)]


def test_body_digest_is_the_records() -> None:
    """The digest that is verified without the record's types is the one that the record names."""
    record = a_record()

    assert body_digest(json.loads(recorded.written(record))) == record.body_digest()


def test_outsiders_tools_verify_it(audit: Path, pairs: Pairs) -> None:
    """The envelope is plain DSSE: the bytes it signs and openssl are enough; so is sha256sum for the fingerprint."""
    held = json.loads((audit / envelope.FILE).read_bytes())
    payload, kind = base64.b64decode(held["payload"]), held["payloadType"].encode()
    work = audit.parent
    (work / "pae").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
    (work / "sig").write_bytes(base64.b64decode(held["signatures"][0]["sig"]))
    public = str(pairs["bank"].public)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", "pae", "-sigfile", "sig"]
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")

    told = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", public, "-outform", "DER"], capture_output=True, check=True
    ).stdout

    assert told.stdout.strip() == "Signature Verified Successfully"
    assert hashlib.sha256(der).hexdigest() == pairs["bank"].fingerprint == held["signatures"][0]["keyid"]


def _restated(audit: Path, pairs: Pairs, change: dict[str, object]) -> None:
    """Sign the folder's statement again with another predicate."""
    payload, _ = envelope.opened((audit / envelope.FILE).read_bytes(), [keys.public_key(pairs["bank"].public)])
    statement = json.loads(payload)
    statement["predicate"] |= change
    signer = keys.signer(pairs["bank"].private, no_passphrase)
    (audit / envelope.FILE).write_bytes(envelope.signed(json.dumps(statement).encode(), signer))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"verdict": "FAIL"}, "its verdict is not the one that was stated"),
        ({"requirements": []}, "its findings are not those that were stated"),
        ({"record": {"body_sha256": "0" * 64}}, "its body is not the one that the statement names"),
        ({"record": 7}, "its body is not the one that the statement names"),
    ],
)
def test_statement_contradicts_record(audit: Path, pairs: Pairs, change: dict[str, object], told: str) -> None:
    """A statement by an allowed key that says other than the record is broken."""
    _restated(audit, pairs, change)

    assert broken(audit, pairs) == [f"record.json: {told}"]


def test_model_and_data(audit: Path, tmp_path: Path, pairs: Pairs) -> None:
    """Given the model and data files, they are compared with what was audited."""
    model, data = tmp_path / "model.keras", tmp_path / "test.parquet"
    model.write_bytes(b"another model")
    data.write_bytes(b"other data")
    allowed = [keys.public_key(pairs["bank"].public)]

    with pytest.raises(SealFault) as caught:
        verify(audit, allowed, model=model, data=[data])
    assert [p.what for p in caught.value.problems] == [
        "is not the model that was audited: its digest differs",
        "is not the data that was audited: its digest differs",
    ]


def test_right_model(tmp_path: Path, pairs: Pairs) -> None:
    """The audited model's file verifies."""
    model = tmp_path / "model.keras"
    model.write_bytes(b"the model")
    record = a_record()
    file = record.model.file.model_copy(update={"sha256": hashlib.sha256(b"the model").hexdigest()})
    record = record.model_copy(update={"model": record.model.model_copy(update={"file": file})}).sealed()
    folder = tmp_path / "audit"
    folder.mkdir()
    (folder / recorded.NAME).write_bytes(recorded.written(record))
    seal(folder, pairs["bank"].private, no_passphrase)

    sealed = verify(folder, [keys.public_key(pairs["bank"].public)], model=model)

    assert sealed.compared == (str(model),)


def test_sealed_once(audit: Path, pairs: Pairs) -> None:
    """A seal is never overwritten."""
    before = (audit / envelope.FILE).read_bytes()
    with pytest.raises(WrittenFault, match="is sealed already"):
        seal(audit, pairs["stranger"].private, no_passphrase)
    assert (audit / envelope.FILE).read_bytes() == before


def test_altered_record_is_not_sealed(tmp_path: Path, pairs: Pairs) -> None:
    """A record whose verdict was edited is not sealed, also when its digest was made to fit."""
    folder = audit_folder(tmp_path / "audit")
    file = folder / recorded.NAME
    file.write_bytes(file.read_bytes().replace(b'"verdict": "PASS"', b'"verdict": "FAIL"'))
    with pytest.raises(FileFault, match="was changed after it was written"):
        seal(folder, pairs["bank"].private, no_passphrase)

    fitted = a_record(verdict="CONDITIONAL")
    file.write_bytes(recorded.written(fitted))
    with pytest.raises(FileFault, match="the verdict does not follow from the findings"):
        seal(folder, pairs["bank"].private, no_passphrase)
    assert not (folder / envelope.FILE).exists()


def test_links_are_not_sealed(tmp_path: Path, pairs: Pairs) -> None:
    """A folder with a link in it is not sealed."""
    folder = audit_folder(tmp_path / "audit")
    (folder / "link").symlink_to("/etc/hostname")
    with pytest.raises(FileFault, match="link: is a symbolic link"):
        seal(folder, pairs["bank"].private, no_passphrase)


def test_key_in_the_folder(tmp_path: Path) -> None:
    """The key is never sealed into the audit that it signs."""
    folder = audit_folder(tmp_path / "audit")
    pair = keys.new_keys(folder, "bank", None)
    with pytest.raises(WrittenFault, match="the key lies in the folder"):
        seal(folder, pair.private, no_passphrase)
