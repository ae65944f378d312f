"""The program as it is started: real reports, a real model's process, real signals."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sealing import audit_folder, short_reports

from auditor.app.seal import seal
from auditor.seal import keys

A_MODEL = Path(__file__).parents[2] / "examples" / "credit_simulated" / "model.keras"
HEAVY = ("tensorflow", "keras", "pandas", "pyarrow", "scipy", "sklearn", "altair", "weasyprint", "numpy", "pydantic")


@pytest.mark.usefixtures("model")
def test_rendered_again(order, call) -> None:
    """The reports of a record are the same, byte for byte, made again from another folder in another process."""
    assert call("run", order, "--out", "out").code == 0
    there = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "render", Path("out").resolve(), "--out", Path("again").resolve()],
        cwd=order.parent,
        env=os.environ | there,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    for name in ("record.json", "report.html", "report.pdf"):
        assert Path("again", name).read_bytes() == Path("out", name).read_bytes()
    assert Path("out/report.pdf").read_bytes().startswith(b"%PDF-")
    assert call("keys", "new", "--out", "keys", "--no-passphrase").code == 0
    assert call("seal", "again", "--key", "keys/auditor.key.pem").code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(order: Path, number: int, code: int) -> None:
    """Ctrl-C, and the end of a CI job, end the model's process too and leave no folder."""
    shutil.copy(A_MODEL, order.with_name("model.keras"))
    command = [sys.executable, "-m", "auditor", "run", str(order)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = [process.stderr.readline(), process.stderr.readline()]
        assert said[1] == "opening the model …\n", said
        while not (children := _children(process.pid)) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        said.append(process.stderr.read())
        assert (process.wait(60), children != []) == (code, True), said
    assert "Traceback" not in said[-1]
    assert said[-1].endswith("nothing was written\n")
    deadline = time.monotonic() + 10
    while any(map(_runs, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [child for child in children if _runs(child)] == []
    assert [path.name for path in Path().iterdir()] == ["order"]


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _runs(pid: int) -> bool:
    """Not ended: a process that has ended stays listed (Z) until whoever inherited it looks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_verify_is_light(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verifying loads neither TensorFlow nor anything else that an audit needs."""
    short_reports(monkeypatch)
    audit_folder(tmp_path / "audit")
    pair = keys.new_keys(tmp_path, "k", None)
    seal(tmp_path / "audit", pair.private, lambda: b"")
    code = (
        "import json, sys\nfrom auditor.cli.commands import auditor\nfrom auditor.cli.ending import ended\n"
        "code = ended(auditor, sys.argv[1:])\n"
        "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))"
    )
    command = [sys.executable, "-c", code, "verify", str(tmp_path / "audit"), "--key", str(pair.public)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    ended, loaded = json.loads(done.stdout.splitlines()[-1])

    assert ended == 0
    assert set(HEAVY) & set(loaded) == set()
