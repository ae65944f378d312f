"""What never matters: the order of lines in a file, how a number is spelled, which format holds the table."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from auditor.dataset import Dataset
from auditor.loaders.dataset import Opened, open_dataset

COMMON = {"dataset": "d", "task": "binary", "target": {"column": "y", "positive": 1}, "output": {"kind": "probability"}}
WIDE = COMMON | {
    "layout": "wide",
    "features": [{"name": "a", "columns": ["a1", "a2"], "transform": [{"impute": 0}]}],
    "inputs": {"sequence": {"input": "x", "length": 2}},
    "groups": [{"name": "g", "column": "g", "levels": ["p", "q"]}],
}
LONG = COMMON | {
    "layout": "long",
    "entity": "id",
    "time": "t",
    "windows": {"length": 2, "minimum": 1},
    "features": [{"name": "a", "column": "a", "transform": [{"impute": 0}]}],
    "inputs": {"sequence": {"input": "x", "length": "longest"}},
    "split": {"hash": "id", "test": 0.5},
}
few = st.sampled_from(["", "0", "1", "2.5"])
wide_lines = st.lists(st.tuples(few, few, st.sampled_from("01"), st.sampled_from("pqr")), min_size=2, max_size=12)
long_lines = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), few), min_size=1, unique_by=lambda one: one[:2])


def opened(folder: Path, spec: dict, name: str, content: bytes) -> Opened:
    (folder / name).write_bytes(content)
    with (folder / "dataset.yaml").open("w", encoding="utf-8") as stream:
        YAML().dump(spec | {"files": [{"path": name}]}, stream)
    return open_dataset(folder / "dataset.yaml")


def same(one: Dataset | None, other: Dataset | None) -> None:
    """Every array is equal, bit by bit."""
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    for name in ("values", "starts", "stops", "y", "entity", "index_time", "static", "cluster"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name, group in one.groups.items():
        np.testing.assert_array_equal(group.codes, other.groups[name].codes)
    assert (dict(one.dropped), one.cluster_kind) == (dict(other.dropped), other.cluster_kind)


def text(header: str, lines: list[tuple]) -> bytes:
    return "\n".join([header, *(",".join(map(str, line)) for line in lines), ""]).encode()


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=wide_lines, data=st.data())
def test_order_of_wide_lines(tmp_path, lines, data):
    """Rows without entity or time are ordered by what they hold, also where some are equal."""
    lines = [*lines, ("1", "1", "1", "p")]
    shuffled = data.draw(st.permutations(lines))
    parts = [opened(tmp_path, WIDE, "d.csv", text("a1,a2,y,g", some)).test for some in (lines, shuffled)]
    same(*parts)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=long_lines, data=st.data())
def test_order_of_long_lines(tmp_path, lines, data):
    """Lines of entities may stand in any order."""
    lines = [(entity, time, a, (entity + time) % 2) for entity, time, a in [*lines, (7, 0, "1"), (9, 1, "2")]]
    shuffled = data.draw(st.permutations(lines))
    one, other = (opened(tmp_path, LONG, "d.csv", text("id,t,a,y", some)) for some in (lines, shuffled))
    same(one.test, other.test)
    same(one.reference, other.reference)


@pytest.mark.parametrize("kind", ["category", "string", "object"])
def test_csv_and_parquet_give_the_same(tmp_path, kind):
    """A table is the same data set from CSV and from Parquet, whatever types Parquet gives its columns."""
    frame = pd.DataFrame({"a1": [1.5, np.nan, 3], "a2": [1, 2, 3], "y": [0, 1, 1], "g": ["p", "q", "z"]})
    stream = io.BytesIO()
    frame.astype({"g": kind, "y": "int8", "a2": "float64"}).to_parquet(stream)
    one = opened(tmp_path, WIDE, "d.csv", frame.to_csv(index=False).encode()).test
    same(one, opened(tmp_path, WIDE, "d.parquet", stream.getvalue()).test)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(1, 6), minimum=st.integers(1, 6), stride=st.integers(1, 4), horizon=st.integers(0, 3))
def test_windows_against_a_loop(tmp_path, length, minimum, stride, horizon):
    """Windows equal those of a plain loop over each entity."""
    minimum = min(minimum, length)
    sizes = {1: 9, 2: 1, 3: 5}
    lines = [(entity, t, entity * 100 + t, t % 2) for entity, size in sizes.items() for t in range(size)]
    windows = {"length": length, "minimum": minimum, "stride": stride, "horizon": horizon}
    expected = [
        (list(range(entity * 100 + max(0, end - length + 1), entity * 100 + end + 1)), (end + horizon) % 2)
        for entity, size in sizes.items()
        for end in range(minimum - 1, size - horizon, stride)
    ]
    test = opened(tmp_path, LONG | {"windows": windows, "split": {"time": -1}}, "d.csv", text("id,t,a,y", lines)).test
    found = [
        (test.values[start:stop, 0].tolist(), y) for start, stop, y in zip(test.starts, test.stops, test.y, strict=True)
    ]
    assert found == expected
