"""The seal: what is signed, by which key, and that nothing can be changed afterwards without being seen."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from records import a_record

from auditor.app import recorded
from auditor.app.seal import seal
from auditor.errors import FileFault, SealFault, WrittenFault
from auditor.seal import envelope, keys
from auditor.seal.verify import Verified, body_digest, verify

SECRET = b"correct horse"


def _no_passphrase() -> bytes:
    raise AssertionError("asked for a passphrase that is not needed")


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, keys.KeyFiles]:
    folder = tmp_path_factory.mktemp("keys")
    return {name: keys.new_keys(folder, name, None) for name in ("bank", "stranger")}


def _audit(folder: Path, name: str = "Credit LSTM") -> Path:
    """A small audit's folder, as `run` writes it."""
    record = a_record()
    record = record.model_copy(update={"identity": record.identity.model_copy(update={"name": name})}).sealed()
    (folder / "inputs").mkdir(parents=True)
    (folder / recorded.NAME).write_bytes(recorded.written(record))
    (folder / "report.html").write_text("<!doctype html><p>PASS")
    (folder / "report.pdf").write_bytes(b"%PDF-1.7 PASS")
    (folder / "inputs" / "audit.yaml").write_text("policy: baseline\n")
    return folder


@pytest.fixture
def audit(tmp_path: Path, pairs: dict[str, keys.KeyFiles]) -> Path:
    folder = _audit(tmp_path / "audit")
    seal(folder, pairs["bank"].private, _no_passphrase)
    return folder


def _verified(folder: Path, pairs: dict[str, keys.KeyFiles], *names: str) -> Verified:
    return verify(folder, [keys.public_key(pairs[name].public) for name in names or ("bank",)])


def _broken(folder: Path, pairs: dict[str, keys.KeyFiles], *names: str) -> list[str]:
    with pytest.raises(SealFault) as caught:
        _verified(folder, pairs, *names)
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


def test_seal_holds(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """An untouched folder verifies with the key that sealed it, also when other keys are allowed too."""
    sealed = _verified(audit, pairs, "stranger", "bank")

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


def test_outsiders_tools_verify_it(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
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


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "inputs/audit.yaml", "record.json"])
def test_every_byte_of_a_file(audit: Path, pairs: dict[str, keys.KeyFiles], name: str) -> None:
    """A file with any one byte changed is named (of the record, which is longer, every fifth byte)."""
    file, whole = audit / name, (audit / name).read_bytes()
    missed = []
    for at in range(0, len(whole), 5 if name == "record.json" else 1):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        if _broken(audit, pairs) != [f"{name}: was changed after it was sealed"]:
            missed.append(at)

    assert missed == []


def test_every_byte_of_the_envelope(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """No byte of the envelope can be changed unseen either, not even white space or the last bits of base64."""
    whole = (audit / envelope.FILE).read_bytes()
    allowed = [keys.public_key(pairs["bank"].public)]
    assert envelope.opened(whole, allowed)[1].keyid == pairs["bank"].fingerprint
    missed = []
    for at, byte in enumerate(whole):
        for flip in (1, 4, 32) if at < 300 or at > len(whole) - 300 else (1,):
            try:
                envelope.opened(whole[:at] + bytes([byte ^ flip]) + whole[at + 1 :], allowed)
            except SealFault:
                continue
            missed.append(at)

    assert missed == []


def test_appended(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """Bytes appended to a file or to the envelope are seen."""
    with (audit / "report.pdf").open("ab") as file:
        file.write(b"\n")
    assert _broken(audit, pairs) == ["report.pdf: was changed after it was sealed"]
    with (audit / envelope.FILE).open("ab") as file:
        file.write(b" ")
    assert _broken(audit, pairs) == ["seal.dsse.json: is not in the form in which seals are written"]


def test_removed_added_renamed(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """Each file that is missing, new or renamed is named, all of them at once."""
    (audit / "report.pdf").unlink()
    (audit / "report.html").rename(audit / "summary.html")
    (audit / "inputs" / "more").mkdir()
    (audit / "inputs" / "more" / "letter.txt").write_text("approved")

    assert _broken(audit, pairs) == [
        "inputs/more/letter.txt: is not covered by the seal",
        "report.html: was sealed and is missing",
        "report.pdf: was sealed and is missing",
        "summary.html: is not covered by the seal",
    ]


def test_links_and_pipes(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """A link in the place of a file is refused even if it leads to the same bytes; a pipe is not waited for."""
    elsewhere = audit.parent / "elsewhere.html"
    (audit / "report.html").rename(elsewhere)
    (audit / "report.html").symlink_to(elsewhere)
    os.mkfifo(audit / "pipe")
    (audit / "void").mkdir()

    assert _broken(audit, pairs) == [
        "pipe: is no plain file",
        "report.html: is a symbolic link",
        "void: is an empty folder",
        "report.html: was sealed and is missing",
    ]


def test_swapped_seals(audit: Path, tmp_path: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """The seal of one audit does not hold for another by the same key."""
    other = _audit(tmp_path / "other", "Another LSTM")
    seal(other, pairs["bank"].private, _no_passphrase)
    shutil.copy(other / envelope.FILE, audit / envelope.FILE)

    assert _broken(audit, pairs) == ["record.json: was changed after it was sealed"]


def test_unknown_key(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """A key that was not given on the command line does not count."""
    assert _broken(audit, pairs, "stranger") == ["seal.dsse.json: the signature does not verify with any key given"]


def test_forged_keyid(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """Naming the allowed key beside a stranger's signature does not help."""
    payload, _ = envelope.opened((audit / envelope.FILE).read_bytes(), [keys.public_key(pairs["bank"].public)])
    forged = envelope.signed(payload, keys.signer(pairs["stranger"].private, _no_passphrase))
    forged = forged.replace(pairs["stranger"].fingerprint.encode(), pairs["bank"].fingerprint.encode())
    (audit / envelope.FILE).write_bytes(forged)

    assert _broken(audit, pairs) == ["seal.dsse.json: the signature does not verify with any key given"]


def test_no_seal(tmp_path: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """A folder without a seal does not verify."""
    folder = _audit(tmp_path / "audit")

    assert _broken(folder, pairs) == [f"{folder}: there is no seal in this folder"]


def test_truncated(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """No beginning of the envelope passes for the whole."""
    whole, allowed = (audit / envelope.FILE).read_bytes(), [keys.public_key(pairs["bank"].public)]
    passed = []
    for length in range(0, len(whole), 7):
        try:
            envelope.opened(whole[:length], allowed)
        except SealFault:
            continue
        passed.append(length)

    assert passed == []


HOSTILE = {
    "nested": b"[" * 1_000_000,
    "nested objects": b'{"a":' * 100_000,
    "huge number": b'{"payload": ' + b"9" * 100_000 + b"}",
    "not a number": b'{"payload": NaN}',
    "not UTF-8": b'{"payload": "\xff"}',
    "a list": b"[]",
    "null": b"null",
    "text": b'"seal"',
    "other types": b'{"payload": 1, "payloadType": [], "signatures": {}}',
    "no signatures": b'{"payload": "", "payloadType": "", "signatures": []}',
    "odd signatures": b'{"payload": "", "payloadType": "", "signatures": [7]}',
    "odd base64": b'{"payload": "*", "payloadType": "x", "signatures": [{"keyid": "a", "sig": "\\u00e9"}]}',
    "key twice": b'{"payload": "", "payload": "", "payloadType": "", "signatures": []}',
    "lone surrogate": b'{"payload": "", "payloadType": "\\ud800", "signatures": [{"keyid": "\\ud800", "sig": ""}]}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_envelope(audit: Path, pairs: dict[str, keys.KeyFiles], name: str) -> None:
    """Whatever stands in the seal's file, the answer is that it does not verify."""
    (audit / envelope.FILE).write_bytes(HOSTILE[name])

    assert all(told.startswith("seal.dsse.json: ") for told in _broken(audit, pairs))


@pytest.mark.parametrize("payload", [b"{}", b"[]", b"[" * 200_000, b'{"_type": 1}', b"\xff"])
def test_hostile_statement(audit: Path, pairs: dict[str, keys.KeyFiles], payload: bytes) -> None:
    """An allowed key's signature over something else is no seal of an audit."""
    signer = keys.signer(pairs["bank"].private, _no_passphrase)
    (audit / envelope.FILE).write_bytes(envelope.signed(payload, signer))

    assert all(told.startswith("statement: ") for told in _broken(audit, pairs))


def _restated(audit: Path, pairs: dict[str, keys.KeyFiles], change: dict[str, object]) -> None:
    """Sign the folder's statement again with another predicate."""
    payload, _ = envelope.opened((audit / envelope.FILE).read_bytes(), [keys.public_key(pairs["bank"].public)])
    statement = json.loads(payload)
    statement["predicate"] |= change
    signer = keys.signer(pairs["bank"].private, _no_passphrase)
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
def test_statement_contradicts_record(
    audit: Path, pairs: dict[str, keys.KeyFiles], change: dict[str, object], told: str
) -> None:
    """A statement by an allowed key that says other than the record is broken."""
    _restated(audit, pairs, change)

    assert _broken(audit, pairs) == [f"record.json: {told}"]


def test_model_and_data(audit: Path, tmp_path: Path, pairs: dict[str, keys.KeyFiles]) -> None:
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


def test_right_model(tmp_path: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """The audited model's file verifies."""
    model = tmp_path / "model.keras"
    model.write_bytes(b"the model")
    record = a_record()
    file = record.model.file.model_copy(update={"sha256": hashlib.sha256(b"the model").hexdigest()})
    record = record.model_copy(update={"model": record.model.model_copy(update={"file": file})}).sealed()
    folder = tmp_path / "audit"
    folder.mkdir()
    (folder / recorded.NAME).write_bytes(recorded.written(record))
    seal(folder, pairs["bank"].private, _no_passphrase)

    sealed = verify(folder, [keys.public_key(pairs["bank"].public)], model=model)

    assert sealed.compared == (str(model),)


def test_sealed_once(audit: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """A seal is never overwritten."""
    before = (audit / envelope.FILE).read_bytes()
    with pytest.raises(WrittenFault, match="is sealed already"):
        seal(audit, pairs["stranger"].private, _no_passphrase)
    assert (audit / envelope.FILE).read_bytes() == before


def test_altered_record_is_not_sealed(tmp_path: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """A record whose verdict was edited is not sealed, also when its digest was made to fit."""
    folder = _audit(tmp_path / "audit")
    file = folder / recorded.NAME
    file.write_bytes(file.read_bytes().replace(b'"verdict": "PASS"', b'"verdict": "FAIL"'))
    with pytest.raises(FileFault, match="was changed after it was written"):
        seal(folder, pairs["bank"].private, _no_passphrase)

    fitted = a_record(verdict="CONDITIONAL")
    file.write_bytes(recorded.written(fitted))
    with pytest.raises(FileFault, match="the verdict does not follow from the findings"):
        seal(folder, pairs["bank"].private, _no_passphrase)
    assert not (folder / envelope.FILE).exists()


def test_links_are_not_sealed(tmp_path: Path, pairs: dict[str, keys.KeyFiles]) -> None:
    """A folder with a link in it is not sealed."""
    folder = _audit(tmp_path / "audit")
    (folder / "link").symlink_to("/etc/hostname")
    with pytest.raises(FileFault, match="link: is a symbolic link"):
        seal(folder, pairs["bank"].private, _no_passphrase)


def test_key_in_the_folder(tmp_path: Path) -> None:
    """The key is never sealed into the audit that it signs."""
    folder = _audit(tmp_path / "audit")
    pair = keys.new_keys(folder, "bank", None)
    with pytest.raises(WrittenFault, match="the key lies in the folder"):
        seal(folder, pair.private, _no_passphrase)
