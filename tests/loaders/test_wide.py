"""The layout wide: one line a row, one column a step."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pandas as pd
import pytest

from auditor.errors import FileFault
from auditor.record import FileDigest

NAN = np.nan
CSV = "id,a1,a2,b1,b2,y,sex,age,w\n3,1,2,10,20,1,f,29,1\n1,3,,30,40,0,m,30,2\n2,5,6,50,60,0,x,,3\n"
FEATURES = [
    {"name": "b", "columns": ["b1", "b2"]},
    {"name": "a", "columns": ["a1", "a2"], "unit": "mg", "plausible": [0, 9], "transform": [{"impute": 0}]},
]
GROUPS = [
    {"name": "sex", "column": "sex", "levels": {"f": "female", "m": "male"}},
    {"name": "age", "column": "age", "cut": [30, 40]},
]


def test_values_groups_and_order(load):
    """Rows are ordered by entity, features as declared; unlisted and missing group values are unknown."""
    opened = load({"d.csv": CSV}, features=FEATURES, groups=GROUPS, entity="id", weight="w")
    test = opened.test
    expected = [[[30, 3], [40, NAN]], [[50, 5], [60, 6]], [[10, 1], [20, 2]]]
    np.testing.assert_array_equal(expected, test.block().values)
    np.testing.assert_array_equal([0, 0, 1], test.y)
    np.testing.assert_array_equal([1, -1, 0], test.groups["sex"].codes)
    np.testing.assert_array_equal([1, -1, 0], test.groups["age"].codes)
    np.testing.assert_array_equal([2, 3, 1], test.weight)
    assert test.groups["age"].levels == ("<30", "30-39", "40+")
    assert test.target.classes == ("0", "1")
    assert (test.features[1].unit, test.features[1].low, test.features[1].high) == ("mg", 0, 9)
    assert (test.cluster_kind, test.cluster, opened.reference, dict(test.dropped)) == ("rows", None, None, {})
    assert test.values.dtype == np.float32


def test_bands_of_numbers_that_are_not_whole(load):
    """Bands of fractional values are told by their ends, so that no value falls between two labels."""
    csv = "a1,a2,y,bmi\n1,1,1,24.7\n1,2,0,25\n"
    groups = [{"name": "bmi", "column": "bmi", "cut": [18, 25, 30]}]
    group = load({"d.csv": csv}, groups=groups).test.groups["bmi"]
    assert group.levels == ("<18", "18 to <25", "25 to <30", "30+")
    assert sorted(group.codes) == [1, 2]


def test_split_by_hash_of_the_entity(load):
    """A row is a test row where the first 32 bits of sha256 of its entity's text lie below the share."""
    csv = "id,a1,a2,y\n" + "".join(f"{i},{i},0,{i % 2}\n" for i in range(50))
    opened = load({"d.csv": csv}, entity="id", split={"hash": "id", "test": 0.3})
    share = {i: int(hashlib.sha256(str(i).encode()).hexdigest()[:8], 16) / 2**32 for i in range(50)}
    assert opened.test.block().values[:, 0, 0].tolist() == [i for i in range(50) if share[i] < 0.3]
    assert opened.reference.block().values[:, 0, 0].tolist() == [i for i in range(50) if share[i] >= 0.3]


def test_split_by_hash_of_another_column(load):
    """The hashed column need not be the entity: rows of one household stay together."""
    csv = "id,home,a1,a2,y\n" + "".join(f"{i},h{i // 5},{i // 5},0,{i % 2}\n" for i in range(50))
    opened = load({"d.csv": csv}, entity="id", split={"hash": "home", "test": 0.5})
    homes = [set(part.block().values[:, 0, 0]) for part in (opened.test, opened.reference)]
    assert (homes[0] | homes[1], homes[0] & homes[1]) == (set(range(10)), set())


def test_split_by_column_counts_what_is_in_neither(load):
    """Rows of other values are left out and counted; without a reference value every other row is reference."""
    csv = "a1,a2,y,part\n1,1,1,te\n2,1,0,tr\n3,1,0,va\n4,1,0,\n"
    opened = load({"d.csv": csv}, split={"column": "part", "test": "te", "reference": "tr"})
    assert (len(opened.test), len(opened.reference)) == (1, 1)
    assert dict(opened.test.dropped) == {"rows in neither split": 2}
    opened = load({"d.csv": csv}, split={"column": "part", "test": "te"})
    assert (len(opened.test), len(opened.reference), dict(opened.test.dropped)) == (1, 2, {"rows in neither split": 1})


def test_a_part_for_calibration_is_neither_test_nor_reference(load):
    """By a share of the hash next to the test's, by a value, and by file; its rows go nowhere else, and are told of."""
    csv = "id,part,a1,a2,y\n" + "".join(f"{i},{'ca' if i % 4 == 0 else 'tr'},{i},1,0\n" for i in range(400))
    shares = {"hash": "id", "test": 0.3, "calibration": 0.2}
    parts = load({"d.csv": csv + "x,te,1,1,1\n"}, entity="id", split=shares)
    plain = load({"d.csv": csv + "x,te,1,1,1\n"}, entity="id", split={"hash": "id", "test": 0.3})
    assert parts.test.entity.tolist() == plain.test.entity.tolist()
    assert len(parts.test) + len(parts.reference) + len(parts.calibration) == 401
    assert len(parts.calibration) == pytest.approx(80, abs=25)
    assert not set(parts.calibration.entity) & set(parts.reference.entity)
    column = {"column": "part", "test": "te", "calibration": "ca"}
    opened = load({"d.csv": csv + "x,te,1,1,1\n"}, split=column)
    assert (len(opened.test), len(opened.reference), len(opened.calibration)) == (1, 300, 100)
    assert "100 rows are set apart for calibration." in opened.notes
    files = [{"path": f"{name}.csv", "split": name} for name in ("reference", "test", "calibration")]
    head = "a1,a2,y\n"
    texts = {"reference.csv": head + "1,1,0\n", "test.csv": head + "2,2,1\n", "calibration.csv": head + "3,3,1\n"}
    opened = load(texts, files=files)
    assert [part.values[part.starts[0], 0] for part in (opened.reference, opened.test, opened.calibration)] == [1, 2, 3]


def test_a_calibration_part_that_is_empty_is_no_part(load):
    """Whoever asks for one is not given half of the test rows instead."""
    with pytest.raises(FileFault, match="there are no calibration rows"):
        load({"d.csv": "part,a1,a2,y\nte,1,1,1\n"}, split={"column": "part", "test": "te", "calibration": "ca"})


def test_split_by_file_and_digests(load):
    """Each file's digest is that of its bytes; entities in both parts are told."""
    one, two = "id,a1,a2,y\n1,1,2,0\n2,3,4,1\n", "id,a1,a2,y\n2,5,6,1\n"
    files = [{"path": "train.csv", "split": "reference"}, {"path": "test.csv", "split": "test"}]
    opened = load({"train.csv": one, "test.csv": two}, files=files, entity="id")
    assert opened.test.block().values.tolist() == [[[5], [6]]]
    assert opened.reference.block().values.tolist() == [[[1], [2]], [[3], [4]]]
    assert opened.notes == ("1 entities have rows in both the test and the reference data.",)
    assert opened.files == tuple(
        FileDigest(name=name, sha256=hashlib.sha256(text.encode()).hexdigest(), bytes=len(text))
        for name, text in (("train.csv", one), ("test.csv", two))
    )


def test_split_by_time(load):
    """Test rows are those whose index time is the boundary or after it."""
    csv = "when,a1,a2,y\n2013-12-31,1,1,1\n2014-01-01,2,1,0\n2014-06-01,3,1,0\n"
    opened = load({"d.csv": csv}, index_time="when", split={"time": "2014-01-01"})
    assert opened.test.block().values[:, 0, 0].tolist() == [2, 3]
    assert opened.test.index_time[0] == np.datetime64("2014-01-01")


def test_several_rows_of_an_entity_are_clustered(load):
    """Rows are clustered by entity as soon as one has two; they are ordered by index time."""
    csv = "id,t,a1,a2,y\n2,9,1,1,1\n1,5,2,1,0\n1,4,3,1,0\n"
    test = load({"d.csv": csv}, entity="id", index_time="t").test
    assert test.cluster_kind == "entities"
    assert (test.cluster.tolist(), test.index_time.tolist()) == ([0, 0, 1], [4, 5, 9])
    assert test.block().values[:, 0, 0].tolist() == [3, 2, 1]


def test_missing_targets_and_empty_rows_are_counted(load):
    """Rows without a target, or without any measured value, are left out and counted."""
    csv = "id,a1,a2,y\n1,1,1,1\n2,1,1,\n3,,,0\n4,NA,nan,1\n5,1,1,0\n"
    test = load({"d.csv": csv}, entity="id").test
    assert (len(test), dict(test.dropped)) == (2, {"rows without any measured value": 2, "rows without a target": 1})


def test_text_and_boolean_targets(load):
    """The positive value may be text; a Parquet boolean matches 1."""
    assert load({"d.csv": "a1,a2,y\n1,1,yes\n2,1,no\n"}, target={"column": "y", "positive": "yes"}).test.y.sum() == 1
    assert load({"d.csv": "a1,a2,y\n1,1,True\n2,1,false\n"}, target={"column": "y", "positive": True}).test.y.sum() == 1
    buffer = io.BytesIO()
    pd.DataFrame({"a1": [1.0, 2.0], "a2": 3, "y": [True, False]}).to_parquet(buffer)
    test = load({"d.parquet": buffer.getvalue()}).test
    assert (sorted(test.y), test.block().values.tolist()[0][1]) == ([0, 1], [3])


def test_multiclass_and_regression(load):
    """Class codes follow the declared order, which is that of the model's outputs; regression keeps the value."""
    csv = "id,a1,a2,y,p0,p1,p2\n1,1,1,hi,.1,.2,.7\n2,1,1,lo,.8,.1,.1\n3,1,1,mid,0,1,0\n"
    sections = {"entity": "id", "task": "multiclass", "output": {"kind": "class_probabilities"}}
    classes = {"column": "y", "name": "level", "classes": {"lo": "low", "mid": "middle", "hi": "high"}}
    recorded = {"columns": ["p0", "p1", "p2"]}
    test = load({"d.csv": csv}, target=classes, recorded_score=recorded, **sections).test
    assert (test.y.tolist(), test.target.classes, test.target.name) == ([2, 0, 1], ("low", "middle", "high"), "level")
    assert test.recorded.tolist() == [[0.1, 0.2, 0.7], [0.8, 0.1, 0.1], [0, 1, 0]]
    sections = {"task": "regression", "output": {"kind": "value"}, "target": {"column": "p2", "unit": "kg"}}
    test = load({"d.csv": csv}, entity="id", **sections).test
    assert (test.y.tolist(), test.target.unit, test.target.classes) == ([0.7, 0.1, 0], "kg", ())


def test_recorded_scores_of_the_test_rows_only(load):
    """Scores may be recorded for the test rows alone; the reference then has none."""
    csv = "a1,a2,y,part,pd\n1,1,1,te,0.25\n2,1,0,tr,\n"
    sections = {"split": {"column": "part", "test": "te"}, "recorded_score": {"column": "pd", "tolerance": 0.01}}
    opened = load({"d.csv": csv}, **sections)
    assert (opened.test.recorded.tolist(), opened.test.recorded_tolerance) == ([0.25], 0.01)
    assert opened.reference.recorded is None


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_spellings_of_csv(load, separator, mark, newline):
    """Separators, byte order marks, line ends, quotes and names in any script make no difference."""
    lines = ["测量 1,<b>2</b>,y", '1.5," 2",1', "3e0,4,0", ""]
    text = newline.join(lines).replace(",", separator)
    features = [{"name": "测量", "columns": ["测量 1", "<b>2</b>"]}]
    test = load({"d.csv": mark + text.encode()}, features=features).test
    values = {tuple(row[:, 0]) for row in test.block().values}
    assert (values, test.features[0].name) == ({(1.5, 2), (3, 4)}, "测量")


def test_one_class_and_tiny_groups_load(load):
    """One class only, and a group of three people, are no reason to refuse the data."""
    csv = "a1,a2,y,g\n" + "".join(f"{i},1,0,{'few' if i < 3 else 'many'}\n" for i in range(40))
    groups = [{"name": "g", "column": "g", "levels": ["few", "many"]}]
    test = load({"d.csv": csv}, groups=groups, split=None).test
    assert (test.y.sum(), np.bincount(test.groups["g"].codes).tolist()) == (0, [3, 37])


def test_the_data_folder_is_found_by_its_variable(load, tmp_path, monkeypatch):
    """$AUDITOR_DATA in a path is replaced."""
    monkeypatch.setenv("AUDITOR_DATA", str(tmp_path))
    opened = load({"d.csv": "a1,a2,y\n1,1,1\n"}, files=[{"path": "$AUDITOR_DATA/d.csv"}])
    assert (len(opened.test), opened.files[0].name) == (1, "$AUDITOR_DATA/d.csv")
