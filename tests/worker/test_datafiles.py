"""Data files are read by a process that is shut in: the same data and the same words, and no way out for a file."""

from __future__ import annotations

import copy
import dataclasses
import fcntl
import io
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from auditor.dataset import Dataset
from auditor.errors import AuditorError, FileFault, WrittenFault
from auditor.loaders.dataset import open_dataset
from auditor.worker import DataReader, process, read_dataset
from auditor.worker.memory import memory, seal_content
from auditor.worker.packing import Misfit, Packer, dataset_of

EXAMPLES = Path(__file__).parents[2] / "examples"
SPEC = """\
dataset: tiny
task: binary
layout: {layout}
files: [{{path: {file}}}]
{more}
target: {{column: y, positive: 1}}
groups: [{{name: sex, column: sex, levels: {{f: woman, m: man}}}}]
inputs: {{sequence: {{input: x, length: 2}}}}
output: {{kind: probability}}
"""
WIDE = "features: [{name: a, columns: [a1, a2], transform: [{impute: 0}]}]"
LONG = "features: [{name: a, column: a}]\nentity: id\ntime: when"
ROWS = "a1,a2,y,sex\n" + "1,2,0,f\n3,,1,m\n5,6,0,\n" * 8
LINES = "id,when,a,y,sex\n" + "".join(
    f"p{i},2020-01-0{day},{i + day},{i % 2},{'fm'[i % 2]}\n" for i in range(6) for day in (1, 2, 3)
)
FAULTY = "import sys, os, time; sys.path.insert(0, sys.argv[1]); from auditor.worker.inside import datafiles as d; {}\n"
RUN = "from auditor.worker.inside.main import main; main()"


def described(folder: Path, file: str, content: str | bytes, layout: str = "wide", more: str = WIDE) -> Path:
    (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "dataset.yaml").write_text(SPEC.format(layout=layout, file=file, more=more))
    return folder / "dataset.yaml"


def parquet() -> bytes:
    stream = io.BytesIO()
    pd.read_csv(io.StringIO(ROWS)).to_parquet(stream)
    return stream.getvalue()


def same(left: Dataset | None, right: Dataset | None) -> bool:
    if left is None or right is None:
        return left is right
    packed = Packer(), Packer()
    plain = [packer.plain(one) for packer, one in zip(packed, (left, right), strict=True)]
    pairs = list(zip(packed[0].arrays, packed[1].arrays, strict=True))
    alike = (a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)
    return plain[0] == plain[1] and all(alike)


@pytest.mark.parametrize("kind", ["csv", "parquet", "long", "example"])
def test_the_same_data_as_if_read_here(kind, tmp_path):
    """Every array with its type, every name, note and digest."""
    if kind == "example":
        path = EXAMPLES / "triage_simulated" / "dataset.yaml"
    elif kind == "long":
        path = described(tmp_path, "d.csv", LINES, "long", LONG + "\nsplit: {hash: id, test: 0.4, calibration: 0.4}")
    else:
        path = described(tmp_path, f"d.{kind}", ROWS if kind == "csv" else parquet())
    there, here = read_dataset(path), open_dataset(path)
    assert same(here.test, there.test)
    assert same(here.reference, there.reference)
    assert same(here.calibration, there.calibration)
    assert (here.calibration is not None) == (kind == "long")
    assert (here.files, here.notes, here.output) == (there.files, there.notes, there.output)
    sent = [one.encoder.encode(one.test.block(slice(9))) for one in (here, there)]
    assert all(np.array_equal(sent[0][name], sent[1][name]) for name in sent[0])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (ROWS + "7,x1,0,f\n", FileFault),
        (ROWS + "1,2\n", FileFault),
        (ROWS.replace("a2", "b"), WrittenFault),
        (ROWS.replace(",y,", ",\x1b[2J,"), WrittenFault),
        ("", FileFault),
    ],
    ids=["a word", "an uneven line", "a missing column", "control characters", "empty"],
)
def test_the_same_words_as_if_read_here(content, kind, tmp_path):
    """File, line, column, value and remedy; the same exit code."""
    path = described(tmp_path, "d.csv", content)
    with pytest.raises(kind) as here:
        open_dataset(path)
    with pytest.raises(kind) as there:
        read_dataset(path)
    assert here.value.problems == there.value.problems


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("os.kill(os.getpid(), 11)", "was lost: it died of SIGSEGV"),
        ("time.sleep(60)", "was lost: it did not answer within 4 s"),
        ("bytearray(b'x' * 2**30) and time.sleep(60)", "GiB are allowed"),
        ("os.write(3, b'x' * 99)", "was lost: it sent something that is no reply"),
        ("1 / 0", "the data files cannot be read: ZeroDivisionError"),
        ("os.fork()", "the data files cannot be read: PermissionError"),
        ("open('/tmp/marker-of-a-test', 'w')", "the data files cannot be read: PermissionError"),
    ],
    ids=["dies", "hangs", "takes memory", "babbles", "raises", "forks", "writes"],
)
def test_whatever_a_file_does_to_the_process_is_told(deed, said, monkeypatch, tmp_path):
    """Instead of a fault of PyArrow: exit code 3 with the specification's name, and nothing left behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    doing = f"d.DataRequests._build = lambda self, request: {deed.replace('os.write(3', 'os.write(int(sys.argv[2])')}"
    monkeypatch.setattr(process, "_START", FAULTY.format(doing) + RUN)
    (tmp_path / "data").mkdir()
    path = described(tmp_path / "data", "d.csv", ROWS)
    with pytest.raises(FileFault) as caught:
        read_dataset(path, memory_bytes=2**29, seconds=4)
    assert (3, str(path)) == (caught.value.exit_code, caught.value.problems[0].where)
    assert said in caught.value.problems[0].what
    assert ["data"] == [one.name for one in tmp_path.iterdir()]


def test_pyarrow_is_not_even_imported_here(tmp_path):
    """Whoever reads data in the process keeps PyArrow out of his own."""
    path = described(tmp_path, "d.parquet", parquet())
    code = (
        "import sys; from pathlib import Path; from auditor.worker import read_dataset;"
        f"read_dataset(Path({str(path)!r})); print('pyarrow' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False" == said.stdout.strip()


def test_memory_that_is_sealed_cannot_be_changed():
    """What was hashed is what is read, and what was checked is what is used."""
    fd = memory(0)
    assert 4 == io.FileIO(fd, "w", closefd=False).write(b"abcd")
    seal_content(fd)
    with pytest.raises(PermissionError):
        io.FileIO(fd, "w", closefd=False).write(b"x")
    assert fcntl.F_SEAL_SHRINK & fcntl.fcntl(fd, fcntl.F_GET_SEALS)


@pytest.fixture(scope="module")
def whole() -> Dataset:
    return open_dataset(EXAMPLES / "triage_simulated" / "dataset.yaml").test


LIES = {
    "a row beyond the values": lambda plain, arrays: arrays.__setitem__(plain["stops"], arrays[plain["stops"]] + 9**9),
    "a row before the values": lambda plain, arrays: arrays.__setitem__(
        plain["starts"], arrays[plain["starts"]] - 10**6
    ),
    "fewer targets": lambda plain, arrays: arrays.__setitem__(plain["y"], arrays[plain["y"]][:-1]),
    "fewer features": lambda plain, arrays: plain["features"].pop(),
    "an unknown level": lambda plain, arrays: next(iter(plain["groups"].values()))["levels"].clear(),
    "no array": lambda plain, arrays: plain.update(y=999),
    "text for a number": lambda plain, arrays: plain.update(recorded_tolerance="0.1"),
    "a list for a name": lambda plain, arrays: plain.update(name=["x"]),
    "another field": lambda plain, arrays: plain.update(__class__="os.system"),
    "a missing field": lambda plain, arrays: plain.pop("y"),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_no_data_set_is_refused(lie, whole):
    """A process that was taken over says what it likes; it is taken by the types that Dataset declares."""
    packer = Packer()
    plain = copy.deepcopy(packer.plain(whole))
    arrays = list(packer.arrays)
    assert same(whole, dataset_of(plain, arrays))
    LIES[lie](plain, arrays)
    with pytest.raises(Misfit):
        dataset_of(plain, arrays)


def test_every_field_of_a_data_set_can_be_sent(whole):
    """Also those that no example has."""
    rows = np.arange(len(whole))
    full = dataclasses.replace(whole, weight=rows * 1.0, cluster=rows, recorded=np.zeros((len(rows), 2)))
    packer = Packer()
    assert same(full, dataset_of(packer.plain(full), packer.arrays))


def test_a_missing_file_is_told_before_a_process_is_waited_for(tmp_path):
    """With the place in the specification."""
    path = described(tmp_path, "d.csv", ROWS)
    (tmp_path / "d.csv").unlink()
    with pytest.raises(AuditorError, match=r"dataset.yaml:4:16: .*d.csv cannot be read"):
        read_dataset(path)


def test_an_entity_is_asked_for_by_its_name(tmp_path: Path) -> None:
    """The process tells the code of the one who is asked for, None where there is none; no other name comes out."""
    spec = described(tmp_path, "lines.csv", LINES, "long", LONG)
    for name, code in (("p4", 4), ("p9", None), ("P4", None)):
        with closing(DataReader()) as reader:
            opened = reader.read(spec, name)
        assert opened.asked == code
    assert int(opened.test.entity[4]) == 4
    assert read_dataset(spec).asked is None
