"""Hostile data and specifications: each ends within seconds with its fault, exit code 2 or 3, and in little memory."""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import time
import zipfile

import numpy as np
import pyarrow as pa
import pytest
from hostile.specification import SPEC
from pyarrow import parquet

from auditor.app.files import Input
from auditor.errors import AuditorError, FileFault, WrittenFault
from auditor.loaders.arrays import open_arrays
from auditor.loaders.csvfile import open_csv
from auditor.loaders.dataset import open_dataset, read_spec
from auditor.loaders.parquet import open_parquet
from auditor.loaders.spec import Arrays, AuditSpec
from auditor.yamlfile import validated
from auditor.yamltree import read_yaml

GIB = 2**20  # of the kernel's count, which is in KiB


@pytest.fixture(autouse=True)
def quick_and_small():
    """Whatever a test reads, it reads within 5 seconds of a processor and a gigabyte more than before."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert time.process_time() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GIB


def packed(table, **how):
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, **how)
    return buffer.getvalue()


def fault_of(read, kind):
    """The fault of that kind that reading ends with; None where it does not."""
    try:
        read()
    except kind as fault:
        return fault
    return None


def refused(read, says):
    with pytest.raises(FileFault, match=says) as caught:
        read()
    assert "hostile" in caught.value.problems[0].where


def test_a_text_that_is_repeated_without_end_is_refused():
    """47 kilobytes that would become three gigabytes."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 3000, pa.int32()), pa.array(["x" * 10**6]))
    table = open_parquet(packed(pa.table({"a": text})), "hostile", None, {"a"})
    refused(lambda: table.column("a"), "would become 3,000,000,000 bytes of text: refused")


def test_text_that_is_not_too_long_is_read_as_it_is():
    """With what is missing."""
    values = ["female", None, "male", "female"]
    table = open_parquet(packed(pa.table({"a": values})), "a.parquet", None, {"a"})
    assert values == table.column("a").to_pylist()


@pytest.mark.parametrize("columns", [20_001, 200_000])
def test_columns_without_end_are_refused(columns):
    """In CSV by counting before anything is split."""
    header = ",".join(f"c{i}" for i in range(columns)).encode()
    refused(lambda: open_csv(header + b"\n", "hostile", None, {"c1"}), "has more than 20,000 columns")


def test_columns_of_parquet_are_counted():
    """As those of CSV."""
    raw = packed(pa.table({f"c{i}": [1.0] for i in range(20_001)}))
    refused(lambda: open_parquet(raw, "hostile", None, {"c1"}), "has 20,001 columns; at most 20,000 are read")


def test_many_columns_are_not_hostile():
    """Three thousand with long names: under the wrong separator their header would be one cell without an end."""
    names = [f"a rather long name of a column, number {i:06d}".replace(",", "") for i in range(5000)]
    raw = (",".join(names) + "\n" + ",".join("1" for _ in names) + "\n").encode()
    assert ["1"] == open_csv(raw, "wide.csv", None, {names[7]}).column(names[7]).to_pylist()


@pytest.mark.parametrize(
    "raw",
    [
        gzip.compress(b"a,b\n1,2\n" * 1000),
        b"a,b\n" + b'"' + b"x" * 10**6,
        b'a,b\n"1,2\n',
        b"\xff\xfea\x00,\x00",
        b"a\x00b\n",
        b"",
        b"\n" * 10**6,
        b"a" * (2**20 + 1),
    ],
    ids=["gzip", "a cell without an end", "an open quote", "UTF-16", "NUL", "nothing", "only lines", "one name"],
)
def test_what_is_no_csv_is_a_fault_or_a_table(raw):
    """Never another exception."""
    fault = fault_of(lambda: open_csv(raw, "hostile", None, {"a"}), FileFault)
    assert fault is None or "hostile" in fault.problems[0].where


def test_arrays_that_inflate_are_refused():
    """A zip bomb is told by its directory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("values.npy", bytes(2**29))
    refused(lambda: open_arrays(buffer.getvalue(), "hostile", None, Arrays(values="values")), "would become")


def test_pickled_arrays_are_refused():
    """Objects are never unpickled."""
    buffer = io.BytesIO()
    np.savez(buffer, values=np.array([{"a": 1}], dtype=object))
    refused(lambda: open_arrays(buffer.getvalue(), "hostile", None, Arrays(values="values")), "holds Python objects")


YAML = {
    "billion laughs": "a0: &a0 [x]\n"
    + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)),
    "an alias of itself": "a: &a [*a]",
    "deep": "[" * 3000 + "]" * 3000,
    "deep by indentation": "\n".join(f"{' ' * i}a:" for i in range(300)),
    "deep mappings": "{a: " * 2000 + "1" + "}" * 2000,
    "a program": "!!python/object/apply:os.system ['touch marker']",
    "a tag": "a: !include /etc/passwd",
    "merge without end": "a: &a {<<: *a}",
    "a huge number": "a: " + "9" * 100_000,
    "a number of base 60": "a: " + "1:" * 10_000 + "1",
    "many anchors": "".join(f"k{i}: &k{i} x\n" for i in range(20_000)) + "z: *k1\n",
    "control characters": "a: \x1b[2J",
    "no text": "\ud800",
}


@pytest.mark.parametrize("name", YAML)
def test_hostile_yaml_is_refused_or_plain(name, tmp_path):
    """Bombs, depth, programs, numbers: a fault with its place, or plain values; nothing runs."""
    file = tmp_path / "hostile.yaml"
    file.write_bytes(YAML[name].encode(errors="surrogatepass"))
    fault = fault_of(lambda: json.dumps(read_yaml(file).data), WrittenFault)
    assert fault is None or fault.problems[0].where.startswith(str(file))
    assert ["hostile.yaml"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "/dev/tty", "folder", "link", "nul\0"])
def test_what_is_not_a_regular_file_is_not_read(name, tmp_path):
    """A pipe would wait for ever, a device would fill the memory; also behind a link."""
    if name == "pipe":
        os.mkfifo(tmp_path / "pipe")
    elif name == "folder":
        (tmp_path / "folder").mkdir()
    elif name == "link":
        (tmp_path / name).symlink_to("/dev/zero")
    for read in (read_yaml, lambda path: Input.read("x", path)):
        with pytest.raises(WrittenFault, match=r"is not a regular file|cannot be read"):
            read(tmp_path / name)


@pytest.mark.parametrize("name", ["pipe.csv", "/dev/zero", "zero.csv", "folder.parquet"])
def test_data_files_are_regular_files(name, tmp_path):
    """As specifications are."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "folder.parquet").mkdir()
    (tmp_path / "dataset.yaml").write_text(SPEC % name)
    with pytest.raises(AuditorError) as caught:
        open_dataset(tmp_path / "dataset.yaml")
    assert caught.value.exit_code in (2, 3)


def test_a_link_to_data_is_followed(tmp_path):
    """Data often lie elsewhere; the digest in the record is that of the bytes."""
    (tmp_path / "real.csv").write_text("a1,a2,y\n" + "1,2,0\n2,3,1\n" * 20)
    (tmp_path / "link.csv").symlink_to("real.csv")
    (tmp_path / "dataset.yaml").write_text(SPEC % "link.csv")
    assert 40 == len(open_dataset(tmp_path / "dataset.yaml").test)


def test_a_nul_in_a_cell_is_refused():
    """It would make another word of the same look, and its row would belong to no part."""
    with pytest.raises(FileFault, match=r"hostile:3: a NUL character: this is no text"):
        open_csv(b"a,part\n1,test\n2,te\0st\n", "hostile", None, {"a", "part"})


@pytest.mark.parametrize("number", ["1e300", ".inf", ".nan", "-1", "0", "9" * 400])
def test_absurd_numbers_are_refused_with_their_place(number, tmp_path):
    """Before anything is reckoned from them: budgets, and steps."""
    audit, data = tmp_path / "audit.yaml", tmp_path / "dataset.yaml"
    budget = f"budget:\n  evaluations: {number}\n  minutes: {number}\n  memory_gb: {number}\n"
    audit.write_text(budget + "model: {file: a, name: a, version: b}\ndata: d\npolicy: p\n")
    data.write_text((SPEC % "d.csv").replace("length: 2", f"length: {number}") + f"windows: {{length: {number}}}\n")
    for read, lines in ((lambda: validated(AuditSpec, audit), [2, 3, 4]), (lambda: read_spec(data), [7, 9])):
        with pytest.raises(WrittenFault) as caught:
            read()
        assert lines == [int(problem.where.split(":")[-2]) for problem in caught.value.problems]
