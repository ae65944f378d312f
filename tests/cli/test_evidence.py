"""Long tables lie beside the record as Parquet."""

from __future__ import annotations

import hashlib
import io

import pandas
import pytest
from pyarrow import parquet
from records import a_record

from auditor.app.evidence import evidence
from auditor.measurement import Column, Table
from auditor.record import Record

COLUMNS = (
    Column(title="feature"),
    Column(title="effect", kind="number", unit="mg"),
    Column(title="effect", kind="interval"),
    Column(title="rows", kind="count"),
    Column(title="rows", kind="count"),
)


def _with(rows: int) -> Record:
    record = a_record()
    ((key, entry),) = record.measured.items()
    assert entry.measurement is not None
    cells = tuple((f"血压 {i}", i / 4, (None, float(i)), i, None if i else "suppressed") for i in range(rows))
    table = Table(title="Effects", columns=COLUMNS, rows=cells)
    measurement = entry.measurement.model_copy(update={"shown": (table,)})
    return record.model_copy(update={"measured": {key: entry.model_copy(update={"measurement": measurement})}})


@pytest.mark.parametrize(("rows", "files"), [(0, 0), (50, 0), (51, 1)])
def test_only_long_ones(rows: int, files: int) -> None:
    """A table that fits on a page is in the record only."""
    assert len(evidence(_with(rows))) == files


def test_table() -> None:
    """Named by its digest, equal each time, with every cell, units, and where it belongs."""
    record = _with(60)
    ((name, data),) = evidence(record).items()
    table = parquet.read_table(io.BytesIO(data))

    assert evidence(record) == {name: data}
    assert name == f"evidence/{hashlib.sha256(data).hexdigest()}.parquet"
    assert table.schema.metadata[b"measurement"].decode() in record.measured
    assert table.schema.field("effect").metadata == {b"unit": b"mg"}
    frame = pandas.read_parquet(io.BytesIO(data))
    assert (frame["effect"].tolist(), frame.shape) == ([at / 4 for at in range(60)], (60, 6))
    assert table.slice(0, 2).to_pydict() == {
        "feature": ["血压 0", "血压 1"],
        "effect": [0.0, 0.25],
        "effect low": [None, None],
        "effect high": [0.0, 1.0],
        "rows": [0, 1],
        "rows [5]": ["suppressed", None],
    }
