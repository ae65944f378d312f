"""The seal: what is signed, by which key, compared with what."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from records import a_record
from sealing import Pairs, broken, no_passphrase, trusting, verified, written_folder

from auditor.app import recorded
from auditor.app.seal import seal
from auditor.errors import SealFault, WrittenFault
from auditor.seal import envelope, keys, strictjson
from auditor.seal.verify import body_digest, verify
from auditor.shipped import shipped


def test_seal_holds(audit: Path, pairs: Pairs) -> None:
    """An untouched folder verifies with the key that sealed it, also when other keys are allowed too."""
    sealed = verified(audit, pairs, "stranger", "bank")

    assert sealed.signer == pairs["bank"].fingerprint
    assert sealed.statement.predicate["verdict"] == "PASS"
    assert [(s.kind, s.name) for s in sealed.statement.files] == [
        ("audit", "inputs/audit.yaml"),
        ("dataset", "inputs/dataset.yaml"),
        ("policy", "inputs/policy/1-policy.yaml"),
        ("record", "record.json"),
        ("report", "report.html"),
        ("report", "report.pdf"),
    ]
    assert [(s.name, s.sha256, s.bytes) for s in sealed.statement.of("model")] == [("model.keras", "a" * 64, 1000)]
    assert [(s.name, s.sha256, s.bytes) for s in sealed.statement.of("data")] == [("test.parquet", "b" * 64, 1000)]
    first = (shipped("templates") / "report.html").read_bytes()
    templates = {s.name: (s.sha256, s.bytes) for s in sealed.statement.of("template")}
    assert templates["templates/report.html"] == (hashlib.sha256(first).hexdigest(), len(first))


def test_predicate(audit: Path, pairs: Pairs) -> None:
    """The statement tells what was concluded, of what, by which rules, with which program, when."""
    record = recorded.load(audit)
    told = dict(verified(audit, pairs).statement.predicate)
    tool = told.pop("tool")

    assert datetime.datetime.fromisoformat(told.pop("sealed")).tzinfo == datetime.UTC
    assert told == {
        "verdict": "PASS",
        "because": record.because,
        "requirements": [{"id": "PERF-1", "severity": "blocker", "status": "pass"}],
        "model": {"name": "Credit LSTM", "version": "1.0.0", "owner": ""},
        "policy": {
            "name": "test",
            "version": "1",
            "files": [{"name": "policy.yaml", "sha256": "c" * 64}],
            "sign_off": None,
        },
        "record": {"schema_version": 1, "body_sha256": record.body_sha256},
        "seed": 0,
        "started": "2026-11-21T12:00:00+00:00",
        "finished": "2026-11-21T12:00:09+00:00",
    }
    assert (tool["name"], tool["version"]) == ("auditor", "0.1.0")
    assert all(re.fullmatch("[0-9a-f]{64}", tool[key]) for key in ("code_sha256", "environment_sha256"))


def test_body_digest_is_the_records() -> None:
    """The digest that is verified without the record's types is the one that the record names."""
    record = a_record()

    assert body_digest(json.loads(recorded.written(record))) == record.body_digest()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_outsiders_tools_verify_it(audit: Path, tmp_path: Path, pairs: Pairs) -> None:
    """The commands of docs/seal.md, as they stand there, check the signature and every file."""
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(pairs["bank"].public, work / "key.pub.pem")
    script = ["bash", "-euc", _block("sh")]

    def told() -> subprocess.CompletedProcess[str]:
        there = os.environ | {"work": str(work)}
        return subprocess.run(script, cwd=audit, env=there, capture_output=True, text=True, check=False)

    whole = told()
    assert (whole.returncode, whole.stdout) == (0, "Signature Verified Successfully\n"), whole.stderr
    (audit / "report.html").write_text("edited")
    assert told().stdout == "Signature Verified Successfully\nreport.html: FAILED\n"
    shutil.copy(pairs["stranger"].public, work / "key.pub.pem")
    assert told().stdout == "Signature Verification Failure\n"


def test_outsiders_library_verifies_it(audit: Path, pairs: Pairs, monkeypatch: pytest.MonkeyPatch) -> None:
    """So does the program of docs/seal.md."""
    monkeypatch.chdir(audit)
    for name, holds in (("bank", True), ("stranger", False)):
        shutil.copy(pairs[name].public, "key.pub.pem")
        program = [sys.executable, "-W", "ignore::ResourceWarning", "-c", _block("python")]
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        assert (done.returncode == 0, "VerificationError" in done.stderr) == (holds, not holds), done.stderr


def test_key_id_is_what_openssl_gives(pairs: Pairs) -> None:
    """The id of a key is the digest of its public part in DER, as cryptography writes it too."""
    key = load_pem_public_key(pairs["bank"].public.read_bytes())
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert hashlib.sha256(der).hexdigest() == pairs["bank"].fingerprint


def _block(language: str) -> str:
    page = (Path(__file__).parents[2] / "docs" / "seal.md").read_text("utf-8")
    page = page.partition("## Checking it without this program")[2]
    return page.partition(f"```{language}\n")[2].partition("```")[0]


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

    with pytest.raises(SealFault) as caught:
        verify(audit, trusting(pairs), model=model, data=[data])
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
    folder = written_folder(tmp_path / "audit", record)
    seal(folder, pairs["bank"].private, no_passphrase)

    sealed = verify(folder, trusting(pairs), model=model)

    assert sealed.compared == (str(model),)


def test_sealed_once(audit: Path, pairs: Pairs) -> None:
    """A seal is never overwritten."""
    before = (audit / envelope.FILE).read_bytes()
    with pytest.raises(WrittenFault, match="is sealed already"):
        seal(audit, pairs["stranger"].private, no_passphrase)
    assert (audit / envelope.FILE).read_bytes() == before


@pytest.mark.parametrize("text", ['{"a": 1e999}', '"\\ud800"', "[" * 99_999, '{"a": 1, "a": 1}', "NaN", "\udcff"])
def test_strict_json(text: str) -> None:
    """What other programs could not read again, or print, is no JSON that a seal can hold."""
    assert strictjson.parsed(b'["\\ud83d\\ude00", 1e9]', "") == ["\U0001f600", 1e9]
    with pytest.raises(SealFault):
        strictjson.parsed(text.encode(errors="surrogateescape"), "")
