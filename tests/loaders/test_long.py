"""The layout long: one line a step, entities of any length, whole or cut into windows."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.errors import WrittenFault
from auditor.loaders.splits import time_blocks

NAN = np.nan
LONG = {"layout": "long", "entity": "id", "time": "t", "features": [{"name": "a", "column": "a"}]}
LONG |= {"inputs": {"sequence": {"input": "x", "length": "longest"}}}


def series(count: int, entity: int = 1) -> str:
    """Lines of one entity: time i, a = i, y = i % 2."""
    return "".join(f"{entity},{i},{i},{i % 2}\n" for i in range(count))


def test_whole_entities_are_ragged_rows(load):
    """A row is all lines of an entity in the order of time; where it was not the file's, that is told."""
    csv = "id,t,a,y\n2,1,20,1\n1,3,13,0\n1,1,11,0\n1,2,12,\n2,0,19,1\n"
    opened = load({"d.csv": csv}, **LONG)
    test = opened.test
    np.testing.assert_array_equal([[11, 12, 13], [NAN, 19, 20]], test.block().values[..., 0])
    assert (test.y.tolist(), test.index_time.tolist(), test.lengths.tolist()) == ([0, 1], [3, 1], [3, 2])
    assert opened.encoder.width == 3
    assert opened.notes == ("Lines were not in the order of time, and were put into it.",)


def test_interleaved_entities_in_time_order_need_no_note(load):
    """Lines of several entities may be interleaved; nothing was out of order then."""
    csv = "id,t,a,y\n1,1,1,0\n2,1,2,1\n1,2,3,0\n2,2,4,1\n"
    opened = load({"d.csv": csv}, **LONG)
    assert (opened.notes, opened.test.block().values[..., 0].tolist()) == ((), [[1, 3], [2, 4]])


def test_windows_are_an_index_into_shared_lines(load):
    """Windows of 3 lines, every 2, target 1 line after: ends at lines 2, 4, 6 of 8; nothing is copied."""
    windows = {"length": 3, "stride": 2, "horizon": 1}
    test = load({"d.csv": "id,t,a,y\n" + series(8)}, **LONG, windows=windows).test
    assert test.block().values[..., 0].tolist() == [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    assert test.index_time.tolist() == [2, 4, 6]
    assert test.y.tolist() == [1, 1, 1]  # at times 3, 5, 7
    assert test.values.shape == (8, 1)


def test_shorter_windows_from_the_minimum_on(load):
    """`minimum` lets rows begin with fewer lines; what is shorter still is left out and counted."""
    csv = "id,t,a,y\n" + series(4) + series(1, entity=2)
    test = load({"d.csv": csv}, **LONG, windows={"length": 3, "minimum": 2}).test
    np.testing.assert_array_equal([[NAN, 0, 1], [0, 1, 2], [1, 2, 3]], test.block().values[..., 0])
    assert dict(test.dropped) == {"entities shorter than a window": 1}


def test_rows_where_the_target_is_missing_are_counted(load):
    """A window whose target was not recorded is left out, and the count is kept."""
    csv = "id,t,a,y\n1,1,1,\n1,2,2,1\n1,3,3,\n1,4,4,0\n"
    test = load({"d.csv": csv}, **LONG, windows={"length": 2}).test
    assert (test.index_time.tolist(), dict(test.dropped)) == ([2, 4], {"rows without a target": 1})


def test_groups_and_scores_of_a_window_are_those_of_its_last_line(load):
    """An attribute that changes over time is taken where the row ends; the target where the horizon ends."""
    csv = "id,t,a,y,ward,pd\n1,1,1,0,A,.1\n1,2,2,0,A,.2\n1,3,3,1,B,.3\n1,4,4,0,B,.4\n"
    groups = [{"name": "ward", "column": "ward", "levels": ["A", "B"]}]
    sections = {"windows": {"length": 2, "horizon": 1}, "groups": groups, "recorded_score": {"column": "pd"}}
    test = load({"d.csv": csv}, **LONG, **sections).test
    assert (test.groups["ward"].codes.tolist(), test.recorded.tolist(), test.y.tolist()) == ([0, 1], [0.2, 0.3], [1, 0])


STATIC = "id,sex,h,y\n1,f,1.5,0\n3,m,1.6,1\n2,f,,1\n"


def test_static_file(load):
    """One line an entity, joined by the entity: target, groups, static features; entities without lines are counted."""
    csv = "id,t,a\n2,1,21\n1,1,11\n1,2,12\n"
    test = load(
        {"d.csv": csv, "static.csv": STATIC},
        **LONG | {"inputs": {"sequence": {"input": "x", "length": 2}, "static": {"input": "s"}}},
        static_file={"path": "static.csv"},
        static=[{"name": "height", "column": "h", "transform": [{"impute": 1.7}]}],
        groups=[{"name": "sex", "column": "sex", "levels": ["m", "f"]}],
    ).test
    np.testing.assert_array_equal([[1.5], [NAN]], test.block().static)
    assert (test.y.tolist(), test.groups["sex"].codes.tolist()) == ([0, 1], [1, 1])
    assert dict(test.dropped) == {"entities without lines": 1}
    assert test.static_features[0].name == "height"


def test_one_series_without_an_entity_is_clustered_in_time(load):
    """Windows of one series depend on one another: blocks of time of at least window and horizon."""
    csv = "t,a,y\n" + "".join(f"2020-01-{i + 1:02d},{i},{i % 2}\n" for i in range(30))
    sections = LONG | {"entity": None, "windows": {"length": 4, "horizon": 2}}
    test = load({"d.csv": csv}, **sections).test
    assert test.cluster_kind == "time blocks"
    ends = np.arange(3, 28)
    assert test.cluster.tolist() == (ends // 6).tolist()
    assert test.index_time[0] == np.datetime64("2020-01-04")


@pytest.mark.parametrize(("lines", "length"), [(59 * 6, 6), (60 * 6, 12), (119 * 6, 18), (900 * 6, 24)])
def test_blocks_are_longer_where_many_are_left(lines: int, length: int):
    """At least 30 of them, and at most four times window and horizon; neighbours that share lines weigh less then."""
    codes = time_blocks(np.zeros(lines, dtype=int), np.arange(lines), 6)
    assert codes.tolist() == (np.arange(lines) // length).tolist()


@pytest.mark.parametrize("count", [2, 20])
def test_entities_are_clusters_however_few(load, count):
    """Blocks within a few patients would be told as dozens of independent ones; of entities, 2 are too few to judge."""
    several = "id,t,a,y\n" + "".join(series(8, entity) for entity in range(count))
    test = load({"d.csv": several}, **LONG, windows={"length": 2, "horizon": 2}).test
    assert (test.cluster_kind, test.cluster.tolist()) == ("entities", test.entity.tolist())


def test_split_by_time_keeps_targets_apart(load):
    """A reference row whose target lies in the test period is left out and counted; inputs may reach back."""
    csv = "id,t,a,y\n" + series(10)
    opened = load({"d.csv": csv}, **LONG, windows={"length": 2, "horizon": 2}, split={"time": 5})
    assert (opened.test.index_time.tolist(), opened.reference.index_time.tolist()) == ([5, 6, 7], [1, 2])
    assert dict(opened.reference.dropped) == {"rows before the split whose target is after it": 2}
    assert opened.notes == ()


def test_calibration_by_time_keeps_targets_apart(load):
    """Rows whose target lies in a later part belong to none."""
    csv = "id,t,a,y\n" + "".join(f"1,{t},{t},{t % 2}\n" for t in range(12))
    opened = load({"d.csv": csv}, **LONG, windows={"length": 2, "horizon": 1}, split={"time": 8, "calibration": 4})
    told = [part.index_time.tolist() for part in (opened.reference, opened.calibration, opened.test)]
    assert told == [[1, 2], [4, 5, 6], [8, 9, 10]]
    with pytest.raises(WrittenFault, match="the calibration part begins when the test part does"):
        load({"d.csv": csv}, **LONG, windows={"length": 2}, split={"time": 4, "calibration": 4})


def test_windows_do_not_reach_from_one_split_file_into_the_other(load):
    """Lines of one entity in a reference and a test file are two series."""
    files = [{"path": "a.csv", "split": "reference"}, {"path": "b.csv", "split": "test"}]
    one, two = "id,t,a,y\n1,1,1,0\n1,2,2,0\n", "id,t,a,y\n1,3,3,1\n1,4,4,0\n"
    opened = load({"a.csv": one, "b.csv": two}, **LONG, files=files, windows={"length": 2})
    assert opened.test.block().values[..., 0].tolist() == [[3, 4]]
    assert opened.reference.block().values[..., 0].tolist() == [[1, 2]]


def test_padding_sides(load):
    """The declared side is the side of the padding, in the data set and so in the model's input."""
    csv = "id,t,a,y\n1,1,1,0\n1,2,2,0\n2,1,3,1\n"
    for side, expected in (("left", [[1, 2], [-1, 3]]), ("right", [[1, 2], [3, -1]])):
        inputs = {"sequence": {"input": "x", "length": 2, "side": side, "value": -1}}
        opened = load({"d.csv": csv}, **LONG | {"inputs": inputs})
        made = opened.encoder.encode(opened.test.block(None, opened.encoder.width))["x"]
        assert (made[..., 0].tolist(), made.dtype) == (expected, np.float32)


def test_categorical_lines_are_codes(load):
    """A categorical column holds codes of its levels in the declared order, NaN where missing."""
    csv = "id,t,w,y\n1,1,NW,0\n1,2,cv,0\n1,3,,0\n"
    wind = {"name": "wind", "column": "w", "kind": "categorical", "levels": {"cv": "calm", "NW": "north-west"}}
    wind["transform"] = [{"forward_fill": True}, {"impute": "cv"}, {"one_hot": True}]
    opened = load({"d.csv": csv}, **LONG | {"features": [wind]})
    np.testing.assert_array_equal([[1, 0, NAN]], opened.test.block().values[..., 0])
    assert opened.test.features[0].levels == ("calm", "north-west")
    assert opened.encoder.encode(opened.test.block())["x"].tolist() == [[[0, 1], [1, 0], [1, 0]]]
