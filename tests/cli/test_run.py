"""`auditor run`: one audit to one whole folder, and nothing left behind where it could not be done."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from auditor.errors import ModelFault

SOUND = ["inputs/audit.yaml", "inputs/dataset.yaml", "inputs/policy/1-policy.yaml", "record.json"]
FILES = sorted([*SOUND, "report.html", "report.pdf"])


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _here() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def _changed(order: Path, name: str, old: str, new: str) -> None:
    file = order.with_name(name)
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.usefixtures("reports")
def test_pass(order, model, call) -> None:
    """A passing audit ends with 0, says so, and leaves record, reports and inputs as they were read."""
    told = call("run", order, "--out", "out")

    assert told.code == 0, told.err
    assert _files(Path("out")) == FILES
    assert [line[:45] for line in told.out.splitlines()] == [
        "",
        "✓ pass  blocker  PERF-1  Those who have it ar",
        "",
        "PASS  Of 1 requirements: 1 passed.",
        "",
        "  out/committee.pdf",
        "  out/report.html",
        "  out/report.pdf",
        "  out/record.json",
    ]
    assert "limit at least 0.6" in told.out
    assert [line.split(" … ")[0] for line in told.err.splitlines()] == [
        "reading the data …",
        "opening the model …",
        "[1/1] performance.discrimination",
        "writing the report …",
    ]
    assert model.closed
    record = json.loads(Path("out/record.json").read_bytes())
    assert record["identity"]["name"] == "Tiny LSTM"
    for file in record["files"]:
        copy = Path("out", file["name"]).read_bytes()
        assert (hashlib.sha256(copy).hexdigest(), len(copy)) == (file["sha256"], file["bytes"])
    assert Path("out/inputs/dataset.yaml").read_bytes() == order.with_name("dataset.yaml").read_bytes()


@pytest.mark.usefixtures("reports", "model")
def test_fail(order, call) -> None:
    """A failed blocker ends with 1; the folder is whole all the same."""
    _changed(order, "policy.yaml", "0.6", "0.99")
    told = call("run", order, "--out", "out")

    assert told.code == 1
    assert "✗ fail  blocker  PERF-1" in told.out
    assert _files(Path("out")) == FILES


@pytest.mark.usefixtures("reports", "model")
def test_default_folders(order, call) -> None:
    """Without --out each run has a numbered folder of its own."""
    for _ in range(2):
        assert call("run", order, "--quiet").err == ""
    assert sorted(path.name for path in Path("reports").iterdir()) == ["tiny-lstm-1", "tiny-lstm-2"]


@pytest.mark.usefixtures("reports", "model")
def test_same_again(order, call, monkeypatch) -> None:
    """Two runs have the same body (`run`, the times, is no part of it), wherever they are started from."""
    call("run", order, "--out", "one")
    monkeypatch.chdir("order")
    call("run", "audit.yaml", "--out", "../two")
    records = [json.loads((order.parent.parent / name / "record.json").read_bytes()) for name in ("one", "two")]
    assert records[0]["body_sha256"] == records[1]["body_sha256"]
    assert str(order.parent) not in json.dumps(records)


@pytest.mark.usefixtures("reports")
def test_crashed_check(order, model, call, tmp_path, monkeypatch) -> None:
    """Where a crashed check is the only cause, the code is 4 and the traceback is in a log file outside the folder."""
    model.fault = ZeroDivisionError("division by zero")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "logs"))
    (tmp_path / "logs").mkdir()
    told = call("run", order, "--out", "out")

    (log,) = (tmp_path / "logs").iterdir()
    assert told.code == 4
    assert "! error  blocker  PERF-1" in told.out
    assert told.err.splitlines()[-1] == f"auditor: a traceback was written to {log}"
    assert "ZeroDivisionError" in log.read_text()
    assert "Traceback" not in told.err


@pytest.mark.usefixtures("reports")
def test_dead_model(order, model, call) -> None:
    """A model whose process dies leaves findings that are errors."""
    model.fault = ModelFault("the model's process died")
    told = call("run", order, "--out", "out")

    assert told.code == 4
    assert "the model's process died" in told.out
    assert model.closed


@pytest.mark.usefixtures("reports")
def test_interrupted(order, model, call) -> None:
    """Ctrl-C ends with 130, closes the model, and leaves nothing."""
    model.fault = KeyboardInterrupt()
    told = call("run", order)

    assert told.code == 130
    assert model.closed
    assert _here() == ["order"]


def test_existing_folder(order, model, call) -> None:
    """An existing folder is refused before anything is opened."""
    Path("out").mkdir()
    told = call("run", order, "--out", "out")

    assert told.code == 2
    assert told.err.startswith("auditor: out: this exists already\n")
    assert model.evaluations == 0
    assert list(Path("out").iterdir()) == []


BAD = {
    "unknown key": ("audit.yaml", "version:", "verion:", 2, "audit.yaml:1:"),
    "unknown policy": ("audit.yaml", "policy.yaml", "baselin", 2, "Did you mean 'baseline'?"),
    "unknown check": ("policy.yaml", "discrimination", "discriminatio", 2, "policy.yaml:7:12: unknown check"),
    "unknown language": ("audit.yaml", "data:", "language: tlh\ndata:", 2, "the report has no words in 'tlh'"),
    "data spec": ("dataset.yaml", "layout: wide", "layout: wyde", 2, "dataset.yaml:3:9: 'wyde' is not a value"),
    "no data spec": ("audit.yaml", "dataset.yaml", "absent.yaml", 2, "audit.yaml:2:7: there is no file 'absent.yaml'"),
    "no model": ("audit.yaml", "model.keras", "absent.keras", 2, "audit.yaml:1:15: there is no file 'absent.keras'"),
    "waivers": ("audit.yaml", "data:", "waivers: no.yaml\ndata:", 2, "audit.yaml:2:10: there is no file 'no.yaml'"),
    "threshold": ("audit.yaml", "threshold: 0.5", "threshold: 30", 2, "audit.yaml:4:23: the threshold is 30"),
    "kind of output": ("dataset.yaml", "probability", "logit", 3, "all of 400 rows get a number between 0 and 1"),
    "no data": ("dataset.yaml", "test.csv", "absent.csv", 3, "absent.csv"),
    "text in a column": ("test.csv", "\n7,", "\n7,x", 3, "test.csv"),
    "signature": ("dataset.yaml", "length: 3", "length: 5", 3, "takes rows × 3 × 2, the data set sends rows × 5 × 2"),
}  # fmt: skip


@pytest.mark.usefixtures("reports", "model")
@pytest.mark.parametrize("name", BAD)
def test_bad_input(order, call, name: str) -> None:
    """Each fault has its code and place, no traceback, and leaves no folder, not even half of one."""
    file, old, new, code, start = BAD[name]
    _changed(order, file, old, new)
    told = call("run", order)

    assert (told.code, "Traceback" in told.err) == (code, False), told.err
    assert start in told.err.replace(f"{order.parent}/", ""), told.err
    assert _here() == ["order"]


@pytest.mark.usefixtures("reports", "model")
def test_all_faults_at_once(order, call) -> None:
    """Faults of the policy and of the data specification are told together."""
    _changed(order, "policy.yaml", "discrimination", "discriminatio")
    _changed(order, "dataset.yaml", "layout: wide", "layout: wyde")
    told = call("run", order)

    assert told.code == 2
    assert "unknown check" in told.err
    assert "'wyde'" in told.err


@pytest.mark.usefixtures("reports")
def test_input_changed_meanwhile(order, model, call) -> None:
    """A specification that is not any more what was read ends the run: the copy would be a lie."""
    model.progress = None
    before = model.close
    model.close = lambda: (before(), _changed(order, "audit.yaml", "1.0.0", "1.0.1"))
    told = call("run", order)

    assert told.code == 3
    assert "was changed while the program ran" in told.err
    assert _here() == ["order"]


@pytest.mark.usefixtures("reports", "model")
def test_hostile_names(order, call) -> None:
    """Names from files cannot steer the terminal."""
    _changed(order, "policy.yaml", "Those who have it", '"\\e[2JGone\\nPASS \\u202e')
    _changed(order, "policy.yaml", "are ranked above those who have not.", 'all"')
    told = call("run", order, "--out", "out")

    assert told.code == 0, told.err
    assert "\x1b" not in told.out
    assert "\u202e" not in told.out
    assert sum(line.startswith("PASS") for line in told.out.splitlines()) == 1
