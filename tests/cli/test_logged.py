"""Every run in the archive's log: it counts the earlier ones, and hides none."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from auditor.app import archive as uses
from auditor.app import proofs, recorded
from auditor.archive import entry, store
from auditor.artifact import ModelFile, Refused
from auditor.errors import Problem
from auditor.seal import keys


@pytest.fixture
def archive(order: Path, model, reports) -> Path:
    """An empty archive beside the audit; the keys of its log in `log-keys`."""
    uses.init(Path("archive"), "bank.example/a", Path("log-keys"), None)
    return Path("archive")


def run(call, order: Path, *more: object):
    return call("run", order, "--quiet", "--archive", "archive", "--log-key", "log-keys/log.key.pem", *more)


def test_every_run(call, order: Path, archive: Path) -> None:
    """A run that fails is logged like one that passes; each record tells how many there were before it."""
    assert run(call, order, "--out", "one").code == 0
    policy = order.with_name("policy.yaml")
    policy.write_text(policy.read_text().replace("0.6", "0.95"))
    told = run(call, order, "--out", "two")
    assert (1, "logged in bank.example/a: 1 entry before this one, 1 of them about this model file\n") == (
        told.code,
        told.err,
    )
    one, two = (recorded.load(Path(name)) for name in ("one", "two"))

    held = uses.holdings(archive).entries.values()
    assert [("run", "PASS"), ("run", "FAIL")] == [(e.kind, e.facts.verdict) for e in held if e.facts]
    assert [(0, 0), (1, 1)] == [(r.run.archive.size, r.run.archive.earlier) for r in (one, two) if r.run.archive]
    assert two.run.archive is not None
    assert [(0, "PASS", "tiny")] == [(each.index, each.verdict, each.policy) for each in two.run.archive.runs]
    Path("kept").write_text(two.run.archive.checkpoint, "utf-8")
    assert proofs.verify(archive, None, Path("kept")).entries == 2


def test_other_models(call, order: Path, archive: Path, model) -> None:
    """Runs of other models on the same data are told; an entry that says no data, as of old, is counted apart."""
    run(call, order, "--out", "one")
    old, data = uses.holdings(archive).entries[0].facts, recorded.load(Path("one")).data.files
    assert old is not None
    assert tuple(file.sha256 for file in data) == old.data
    with store.opened(archive).writing(keys.signer(Path("log-keys/log.key.pem"), bytes)) as writer:
        body = entry.written("run", facts={**asdict(old), "model": "f" * 64})
        writer.log.append(body.replace(b'"data":["' + data[0].sha256.encode() + b'"],', b""), writer.signer)
    model.description = replace(model.description, sha256="d" * 64)
    told = run(call, order, "--out", "two").err
    assert told.endswith(
        "2 entries before this one, 0 of them about this model file, 1 about other models on these data\n"
    )
    known = recorded.load(Path("two")).run.archive
    assert known is not None
    assert (0, 1, 1) == (known.earlier, known.related, known.untold)
    assert [(False, "all")] == [(one.same_model, one.data) for one in known.runs]


def test_same_body(call, order: Path, archive: Path) -> None:
    """Where a run was logged is not part of what was found: with and without a log the bodies are the same."""
    run(call, order, "--out", "one")
    call("run", order, "--quiet", "--out", "two")
    one, two = (recorded.load(Path(name)) for name in ("one", "two"))
    assert (one.body_sha256, None) == (two.body_sha256, two.run.archive)
    assert one.run.archive is not None


def test_refused_model(call, order: Path, archive: Path, model) -> None:
    """A model file that is not opened is a run as well."""
    model.refused = Refused([Problem("model.keras", "runs code")], ModelFile("model.keras", "e" * 64, 10, "keras-v3"))
    assert run(call, order, "--out", "one").code == 3
    (entry,) = uses.holdings(archive).entries.values()
    assert entry.facts is not None
    assert ("run", "INCONCLUSIVE", "e" * 64) == (entry.kind, entry.facts.verdict, entry.facts.model)


def test_no_folder_without_entry(call, order: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the log does not take the run there is no report either."""
    monkeypatch.setattr(
        "auditor.archive.log.Log.append", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    assert run(call, order, "--out", "one").code == 3
    assert not Path("one").exists()


def test_audit_file(call, order: Path, archive: Path) -> None:
    """audit.yaml may name the archive; then a run without the log's key does not begin."""
    with order.open("a") as file:
        file.write("archive: {folder: ../archive}\n")
    assert "the private key of the archive's log is needed" in call("run", order, "--quiet").err
    order.write_text(order.read_text().replace("../archive}", "../archive, key: ../log-keys/log.key.pem}"))
    assert call("run", order, "--quiet", "--out", "one").code == 0
    assert len(uses.holdings(archive).entries) == 1
