"""What is wrong with a data file is told with file, line, column and value; exit code 3, or 2 for a wrong name."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.errors import AuditorError, FileFault, WrittenFault

GOOD = "id,a1,a2,y\n1,1,2,0\n2,3,4,1\n"
LONG = {"layout": "long", "entity": "id", "time": "t", "features": [{"name": "a", "column": "a"}]}
LEVELS = {"name": "g", "columns": ["a1", "a2"], "kind": "categorical", "levels": {1: "one", 2: "two"}}
BINARY = {"name": "flag", "columns": ["a1", "a2"], "kind": "binary"}


def parquet(**columns) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame(columns).to_parquet(stream)
    return stream.getvalue()


def table(columns: list[list], names: list[str]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(column) for column in columns], names), stream)
    return stream.getvalue()


CASES: dict[str, tuple[dict[str, str | bytes], dict, type[AuditorError], str]] = {
    "missing file": (
        {},
        {"files": [{"path": "gone.csv"}]},
        FileFault,
        "dataset.yaml:5:9: gone.csv cannot be read: No s",
    ),
    "another kind of file": (
        {"d.xlsx": b"x"},
        {},
        FileFault,
        "dataset.yaml:5:9: d.xlsx is of no kind that is read her",
    ),
    "compressed": ({"d.csv.gz": b"x"}, {}, FileFault, "dataset.yaml:5:9: d.csv.gz is of no kind that is read here\n "),
    "empty": ({"d.csv": ""}, {}, FileFault, "d.csv: the file is empty"),
    "header only": (
        {"d.csv": "a1,a2,y\n"},
        {},
        FileFault,
        "dataset.yaml: there are no test rows (the files have no row",
    ),
    "not UTF-8": (
        {"d.csv": "a1,a2,y\n1,ä,1\n".encode("latin-1")},
        {},
        FileFault,
        "d.csv: is not UTF-8 text\n    Save it ",
    ),
    "UTF-16": ({"d.csv": "a1,a2,y\n".encode("utf-16")}, {}, FileFault, "d.csv: is not UTF-8 text"),
    "uneven lines": (
        {"d.csv": "a1,a2,y\n1,2,1\n1,2\n"},
        {},
        FileFault,
        "d.csv:3: 2 cells, and the header has 3 (separator ",
    ),
    "name twice": (
        {"d.csv": "a1,a1,y\n1,2,1\n"},
        {},
        FileFault,
        "d.csv:1: the column name 'a1' stands more than once in",
    ),
    "text": ({"d.csv": GOOD + "3,5,oops,1\n4,x,1,1\n"}, {}, FileFault, "d.csv:5: column 'a1': 'x' is not a number"),
    "text after a quoted line break": (
        {"d.csv": 'n,a1,a2,y\n"two\nlines",1,1,1\n\nx,1,?,1\n'},
        {},
        FileFault,
        "d.csv:5: column 'a2': '?' is not a number",
    ),
    "decimal comma": (
        {"d.csv": "a1;a2;y\n1,5;2;1\n"},
        {},
        FileFault,
        "d.csv:2: column 'a1': '1,5' is not a number\n    Write",
    ),
    "infinity": (
        {"d.csv": GOOD + "3,5,inf,1\n"},
        {},
        FileFault,
        "d.csv:4: column 'a2': 'inf' is infinite or too large",
    ),
    "too large": (
        {"d.csv": GOOD + "3,5,1e39,1\n"},
        {},
        FileFault,
        "d.csv:4: column 'a2': '1e39' is infinite or too large",
    ),
    "infinity in Parquet": (
        {"d.parquet": parquet(a1=[1.0, float("-inf")], a2=[1, 2], y=[0, 1])},
        {},
        FileFault,
        "d.parquet, row 2: column 'a1': '-inf' is infinite",
    ),
    "text in Parquet": (
        {"d.parquet": parquet(a1=["1", "2", "three"], a2=1, y=0)},
        {},
        FileFault,
        "d.parquet, row 3: column 'a1': 'three' is not a number",
    ),
    "times in Parquet": (
        {"d.parquet": parquet(a1=pd.to_datetime(["2020-01-01"]), a2=1, y=0)},
        {},
        FileFault,
        "d.parquet: column 'a1' holds times, not numbers",
    ),
    "truncated Parquet": (
        {"d.parquet": parquet(a1=[1.0], a2=1, y=0)[:-9]},
        {},
        FileFault,
        "d.parquet: is not a Parquet f",
    ),
    "Parquet with a name twice": (
        {"d.parquet": table([[1.0], [2.0], [1]], ["a1", "a1", "y"])},
        {"features": [{"name": "a", "columns": ["a1"]}]},
        FileFault,
        "d.parquet: the column name 'a1' stands more than once",
    ),
    "CSV named Parquet": ({"d.parquet": GOOD}, {}, FileFault, "d.parquet: is not a Parquet file, or not all of it"),
    "Parquet named CSV": ({"d.csv": parquet(a1=[1.0])}, {}, FileFault, "d.csv: is not UTF-8 text"),
    "no such columns": (
        {"d.csv": "A1,a2,default\n1,2,0\n"},
        {},
        WrittenFault,
        """dataset.yaml:9:5: column 'a1' is not in d.csv
    Did you mean 'A1'?
dataset.yaml:12:11: column 'y' is not in d.csv
    Known: A1, a2, default.""",
    ),
    "no such entity": (
        {"d.csv": GOOD},
        {"entity": "ids"},
        WrittenFault,
        "dataset.yaml:20:9: column 'ids' is not in d.csv\n   ",
    ),
    "target of three values": (
        {"d.csv": GOOD + "3,1,1,2\n"},
        {},
        FileFault,
        "d.csv: column 'y' has more than two values ('0', '1', '2'), and the target is binary",
    ),
    "unlisted target": (
        {"d.csv": GOOD + "3,1,1,2\n"},
        {"target": {"column": "y", "positive": 1, "negative": 0}},
        FileFault,
        "d.csv:4: column 'y': '2' is not listed\n    Listed are: 0, 1.",
    ),
    "unlisted level": (
        {"d.csv": GOOD},
        {"features": [LEVELS]},
        FileFault,
        "d.csv:3: column 'a1': '3' is not listed\n    Lis",
    ),
    "binary that is not": (
        {"d.csv": GOOD},
        {"features": [BINARY]},
        FileFault,
        "d.csv:3: column 'a1': '3' is not listed",
    ),
    "NaN without impute": (
        {"d.csv": GOOD + "3,,1,1\n"},
        {},
        FileFault,
        "dataset.yaml: 'a' is NaN or infinite after its transforms in 1 of 6 lines; 1 are missing in the files\n",
    ),
    "log of a negative": (
        {"d.csv": GOOD + "3,-5,1,1\n"},
        {"features": [{"name": "a", "columns": ["a1", "a2"], "transform": [{"log1p": True}]}]},
        FileFault,
        "dataset.yaml: 'a' is NaN or infinite after its transforms in 1 of 6 lines; 0 are missing",
    ),
    "entity missing": ({"d.csv": GOOD + ",1,1,1\n"}, {"entity": "id"}, FileFault, "d.csv:4: column 'id' is empty"),
    "weight below zero": (
        {"d.csv": GOOD},
        {"weight": "y2"},
        WrittenFault,
        "dataset.yaml:20:9: column 'y2' is not in d.csv\n",
    ),
    "negative weight": (
        {"d.csv": GOOD.replace("3,4", "-3,4")},
        {"weight": "a1"},
        FileFault,
        "column 'a1': 1 weights are missing or below zero (one is -3)",
    ),
    "recorded scores missing": (
        {"d.csv": "a1,a2,y,pd\n1,2,1,.5\n1,2,0,\n"},
        {"recorded_score": {"column": "pd"}},
        FileFault,
        "tiny: recorded scores are missing in 1 of 2 test rows",
    ),
    "other digest": (
        {"d.csv": GOOD},
        {"files": [{"path": "d.csv", "sha256": "0" * 64}]},
        FileFault,
        "dataset.yaml:6:11: d.csv is not the file that was named: its sha256 is ",
    ),
    "same time twice": (
        {"d.csv": "id,t,a,y\n1,5,1,0\n2,5,1,0\n1,6,1,0\n1,5,9,0\n"},
        LONG,
        FileFault,
        "d.csv:5: two lines of one entity have the t 5\n    The other is d.csv:2; 1 lines repeat a time in all.",
    ),
    "time that is none": (
        {"d.csv": "id,t,a,y\n1,2020-01-01,1,0\n1,soon,1,0\n"},
        LONG,
        FileFault,
        "d.csv:3: column 't': 'soon' is no date, time or number",
    ),
    "time missing": ({"d.csv": "id,t,a,y\n1,1,1,0\n1,,1,0\n"}, LONG, FileFault, "d.csv:3: column 't' is empty"),
    "target changes": (
        {"d.csv": "id,t,a,y\n1,1,1,0\n2,1,1,0\n2,2,1,1\n"},
        LONG,
        FileFault,
        "d.csv:3: column 'y' changes within the entity that begins here, and the whole entity is one row",
    ),
    "static entity twice": (
        {"d.csv": "id,t,a\n1,1,1\n", "static.csv": "id,y\n1,0\n2,0\n1,1\n"},
        LONG | {"static_file": {"path": "static.csv"}},
        FileFault,
        "static.csv:4: id 1 stands twice; a static file has one line an entity",
    ),
    "entity not described": (
        {"d.csv": "id,t,a\n1,1,1\n7,1,1\n", "static.csv": "id,y\n1,0\n"},
        LONG | {"static_file": {"path": "static.csv"}},
        FileFault,
        "d.csv:3: id 7 has no line in static.csv (1 of 2 have none)",
    ),
    "column in both": (
        {"d.csv": "id,t,a,y\n1,1,1,0\n", "static.csv": "id,y\n1,0\n"},
        LONG | {"static_file": {"path": "static.csv"}},
        WrittenFault,
        "dataset.yaml:10:11: column 'y' stands in d.csv and in static.csv\n    Rename one of them.",
    ),
    "windows longer than all": (
        {"d.csv": "id,t,a,y\n1,1,1,0\n"},
        LONG | {"windows": {"length": 3}},
        FileFault,
        "dataset.yaml: there are no test rows (entities shorter than a window: 1)",
    ),
    "split text and number": (
        {"d.csv": "id,t,a,y\n1,1,1,0\n"},
        LONG | {"split": {"time": "2020-01-01"}},
        WrittenFault,
        "the split's time is '2020-01-01', and the times of the files are numbers",
    ),
    "other variable": (
        {},
        {"files": [{"path": "$HOME/d.csv"}]},
        WrittenFault,
        "dataset.yaml:5:9: $HOME means nothing here\n",
    ),
    "variable not set": (
        {},
        {"files": [{"path": "$AUDITOR_DATA/d.csv"}]},
        FileFault,
        "dataset.yaml:5:9: the environment variable AUDITOR_DATA is not set\n    Set it to the folder",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_refused(load: Callable, tmp_path, monkeypatch, case: str):
    """The error's class gives the exit code; its text begins with the place and says what is wrong."""
    monkeypatch.delenv("AUDITOR_DATA", raising=False)
    files, sections, fault, expected = CASES[case]
    with pytest.raises(AuditorError) as caught:
        load(files, **sections)
    told = str(caught.value).replace(f"{tmp_path}/", "")
    assert (type(caught.value), told[: len(expected)]) == (fault, expected)
    assert caught.value.exit_code == (2 if fault is WrittenFault else 3)


def test_more_rows_than_memory(load, monkeypatch):
    """A file whose rows could not be held is refused before they are read."""
    monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 1, "SC_PHYS_PAGES": 8}.__getitem__)
    with pytest.raises(FileFault, match=r"d\.parquet: 2 rows would take 0 GB, and the machine has 0"):
        load({"d.parquet": parquet(a1=[1.0, 2.0], a2=1, y=0)})
