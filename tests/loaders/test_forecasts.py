"""Several forecasts of one row: horizons, quantiles, and where their targets stand."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.errors import FileFault, WrittenFault
from auditor.loaders.dataset import read_spec
from auditor.output import Output

LINES = "t,a,y\n" + "".join(f"{i},{i},{10 * i}\n" for i in range(12))
SERIES = {"layout": "long", "time": "t", "task": "regression", "features": [{"name": "a", "column": "a"}]}
SERIES |= {"windows": {"length": 3, "stride": 2}, "target": {"column": "y"}}
PAIR = [{"horizon": 1}, {"horizon": 4, "primary": True}]


def forecasts(*listed, **output):
    return {"output": {"kind": "value", "forecasts": list(listed), **output}}


def test_the_target_of_each_horizon_stands_so_many_lines_ahead(load):
    """Windows end at lines 2, 4, 6; beyond, the farthest target is not there. `y` is the primary one's."""
    opened = load({"d.csv": LINES}, **SERIES, **forecasts(*PAIR))
    test = opened.test
    told = (
        "The model gives 2 forecasts: value at horizon 1, value at horizon 4. Checks of one number take: value at hor"
    )
    assert opened.notes[0].startswith(told)
    assert test.horizons == ("1", "4")
    assert test.targets.tolist() == [[30, 60], [50, 80], [70, 100]]
    assert test.y.tolist() == [60, 80, 100]
    assert test.take(np.array([1])).targets.tolist() == [[50, 80]]


def test_time_blocks_reach_to_the_farthest_target(load):
    """A block is no shorter than window and farthest horizon together: 3 + 4 lines."""
    test = load({"d.csv": LINES}, **SERIES | {"windows": {"length": 3}}, **forecasts(*PAIR)).test
    assert (test.cluster_kind, test.cluster.tolist()) == ("time blocks", [0, 0, 0, 0, 0, 1])


def test_rows_whose_target_would_be_of_test_time_are_left_out(load):
    """The farthest one counts."""
    opened = load({"d.csv": LINES}, **SERIES, **forecasts(*PAIR), split={"time": 6})
    assert opened.reference is None
    assert dict(opened.test.dropped) | {"test": len(opened.test)} == {"test": 1}


def test_each_horizon_may_have_a_column_of_its_own(load):
    """With names, in any layout; a row is kept where all are known."""
    columns = {"target": {"columns": {"day": "y1", "week": "y7"}}}
    rows = "a1,a2,y1,y7\n1,2,3,4\n5,6,7,\n8,9,10,11\n"
    listed = [{"horizon": "day"}, {"horizon": "week", "primary": True}]
    test = load({"d.csv": rows}, **columns, **forecasts(*listed), task="regression").test
    assert (test.targets.tolist(), test.y.tolist()) == ([[3, 4], [10, 11]], [4, 11])
    assert dict(test.dropped) == {"rows without a target": 1}


def test_quantiles_of_one_number_need_no_horizon(load):
    """The median is primary; there is one target."""
    listed = [{"quantile": 0.1}, {"quantile": 0.5, "primary": True}, {"quantile": 0.9}]
    sections = {"task": "regression", "target": {"column": "y"}}
    test = load({"d.csv": "a1,a2,y\n1,2,3\n"}, **sections, **forecasts(*listed)).test
    assert (test.horizons, test.targets.tolist()) == (("",), [[3]])


CASES = {
    "of a binary task": ({"task": "binary", "target": {"column": "y", "positive": 1}}, PAIR, "belong to a regression"),
    "none is primary": ({}, [{"horizon": 1}, {"horizon": 2}], "0 forecasts are marked as primary, and one is to be"),
    "two are primary": ({}, [PAIR[1], {"horizon": 2, "primary": True}], "2 forecasts are marked as primary"),
    "the primary is a tail": (
        {},
        [{"quantile": 0.1, "horizon": 1, "primary": True}, {"horizon": 1}],
        "the primary forecast is the 0.1 quantile\n    Mark a value or a median",
    ),
    "the same twice": ({}, [*PAIR, {"horizon": 1}], "another forecast has the same horizon and quantile"),
    "a horizon is missing": ({}, [*PAIR, {"quantile": 0.5}], "some forecasts have a horizon and some have none"),
    "names without columns": (
        {},
        [{"horizon": "day"}, {"horizon": "week", "primary": True}],
        "several horizons need a column of the target each",
    ),
    "two ways to tell the horizon": (
        {"windows": {"length": 3, "horizon": 2}},
        PAIR,
        "the forecasts say how far ahead the target is",
    ),
    "a column too few": (
        {"target": {"columns": {1: "y"}}},
        PAIR,
        "the target at the horizon 4 has no column",
    ),
    "a column too many": ({"target": {"columns": {1: "y", 4: "y4", 9: "y9"}}}, PAIR, "no forecast has the horizon 9"),
    "one column for two": ({"target": {"columns": {1: "y", 4: "y"}}}, PAIR, "the column 'y' stands 2 times"),
    "column and columns": ({"target": {"column": "y", "columns": {1: "y", 4: "z"}}}, PAIR, "both 'column' and 'colu"),
    "columns without forecasts": ({"target": {"columns": {1: "y"}}}, [], "no forecast is declared that has a horizon"),
    "a quantile of 1": ({}, [{"quantile": 1.0}], "below 1"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_clear_is_refused_with_its_place(describe, case):
    """Never guessed: which one is primary, which target belongs to which horizon."""
    sections, listed, told = CASES[case]
    with pytest.raises(WrittenFault) as raised:
        read_spec(describe({"d.csv": LINES}, **SERIES | sections, **forecasts(*listed)))
    assert told in str(raised.value)
    assert "dataset.yaml:" in str(raised.value)


THREE = Output.model_validate({"kind": "value", "forecasts": [PAIR[0], PAIR[1], {"horizon": 9, "output": "far"}]})


def test_forecasts_are_columns_of_one_or_several_outputs():
    """In the order in which they are declared, each output's own columns counted apart."""
    outputs = {"near": np.array([[1.0, 2.0]]), "far": np.array([[3.0]])}
    assert THREE.all(outputs).tolist() == [[1, 2, 3]]
    assert THREE.score(outputs).tolist() == [2]
    assert THREE.place(2, "near") == ("far", 0)


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ({"near": np.ones((1, 3)), "far": np.ones((1, 1))}, "'near' has 3 columns, and 2 forecasts are declared"),
        ({"near": np.ones((1, 2))}, "the model has no output 'far'"),
        ({"near": np.ones((1, 2, 1)), "far": np.ones((1, 1))}, "'near' has 3 axes"),
    ],
)
def test_outputs_that_do_not_fit_are_refused(outputs, told):
    """A column that nobody declared is as wrong as one that is not there."""
    with pytest.raises(FileFault, match=told):
        THREE.all(outputs)
