"""The archive's commands, as somebody uses them one after the other."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sealing import audit_folder, no_passphrase, short_reports

from auditor.app.seal import seal
from auditor.seal import keys

HEAVY = ("tensorflow", "keras", "pandas", "pyarrow", "scipy", "sklearn", "altair", "weasyprint", "numpy", "pydantic")


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sealed audit's folder; the working folder is `tmp_path`."""
    short_reports(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUDITOR_LOG_KEY", "log-keys/log.key.pem")
    seal(audit_folder(tmp_path / "audit"), keys.new_keys(tmp_path / "keys", "bank", None).private, no_passphrase)
    return tmp_path / "audit"


def test_from_init_to_removal(call, sealed: Path) -> None:
    """Make one, add, list, show, verify, prove, export, supersede, remove; each says what was done."""
    made = call("archive", "init", "a", "--origin", "bank.example/a", "--keys", "log-keys", "--no-passphrase")
    assert (0, True) == (made.code, "key line     bank.example/a+" in made.out)
    added = call("archive", "add", "a", sealed, "--retain-until", "2999-12-31")
    assert added.code == 0
    Path("kept").write_text(call("archive", "checkpoint", "a").out, "utf-8")
    assert added.out.partition("\n\n")[2] == Path("kept").read_text("utf-8")
    assert call("archive", "add", "a", sealed).out.startswith(
        "entry 1: PASS          Credit LSTM 1.0.0, policy test 1\n"
    )
    assert re.fullmatch(
        r" +0  \S+  audit +PASS +Credit LSTM 1.0.0, policy test 1\n(?s:.*)", call("archive", "list", "a").out
    )
    assert "kept      at least until 2999-12-31" in call("archive", "show", "a", "0").out
    whole = call("archive", "verify", "a", "--key", "log-keys/log.pub.pem", "--since", "kept")
    assert (0, "the archive holds: 2 entries, 7 files compared") == (whole.code, whole.out.splitlines()[0])
    assert "nothing was dropped or rewritten since kept" in whole.out
    assert "without --since an archive that was rolled back" in call("archive", "verify", "a").out

    assert call("archive", "receipt", "a", "1", "--out", "r").out == "r: entry 1 of 2\n"
    named = ("--key", "log-keys/log.pub.pem", "--origin", "bank.example/a", "--audit", sealed)
    assert call("archive", "check-receipt", "r", *named).out.endswith(
        "holds the files that were archived, byte for byte\n"
    )
    assert call("archive", "export", "a", "--out", "static").code == 0
    assert call("archive", "supersede", "a", "0", "--by", "1", "--reason", "tested").code == 0
    early = call("archive", "remove", "a", "0", "--reason", "tested")
    assert (2, True) == (early.code, "is to be kept until 2999-12-31" in early.err)
    gone = call("archive", "remove", "a", "0", "--reason", "tested", "--early")
    assert re.search(r"entry 1: \d files \(inputs/audit\.yaml, .*\) have the same bytes", gone.out)
    listed = call("archive", "list", "a").out.splitlines()
    assert listed[0].endswith("[superseded by entry 2, 7 files removed]")
    assert listed[2].endswith("supersession  entry 0 is superseded by entry 1: tested")
    assert listed[3].endswith("removal       7 files of entry 0 removed: tested")


def test_broken(call, sealed: Path) -> None:
    """A damaged archive ends with 5 and names the file; no entry of that number, with 2."""
    call("archive", "init", "a", "--origin", "bank.example/a", "--keys", "log-keys", "--no-passphrase")
    call("archive", "add", "a", sealed)
    assert call("archive", "show", "a", "7").code == 2
    blob = next(Path("a/blobs").glob("??/*"))
    blob.unlink()
    found = call("archive", "verify", "a")
    assert (5, True) == (found.code, ": is missing\n" in found.err)


def test_archive_is_light(call, sealed: Path) -> None:
    """The archive's commands load nothing that only an audit needs."""
    call("archive", "init", "a", "--origin", "bank.example/a", "--keys", "log-keys", "--no-passphrase")
    code = (
        "import json, sys\nfrom auditor.cli.commands import auditor\nfrom auditor.cli.ending import ended\n"
        "codes = [ended(auditor, ['archive', *one]) for one in (['add', 'a', sys.argv[1]], ['verify', 'a'])]\n"
        "print(json.dumps([codes, sorted({name.partition('.')[0] for name in sys.modules})]))"
    )
    done = subprocess.run([sys.executable, "-c", code, sealed], capture_output=True, text=True, check=True)
    codes, loaded = json.loads(done.stdout.splitlines()[-1])
    assert ([0, 0], set()) == (codes, set(HEAVY) & set(loaded))
