"""Rules of dataset.yaml that join several keys, each with the place and the text of its error."""

from __future__ import annotations

import pytest

from auditor.errors import WrittenFault
from auditor.loaders.dataset import read_spec

FEATURE = {"name": "a", "columns": ["a1", "a2"]}
LONG = {"layout": "long", "entity": "id", "time": "t"}
KINDS = {"kind": "categorical", "levels": {"x": "X"}}


def steps(*transform: dict, **more) -> dict:
    return {"features": [FEATURE | {"transform": list(transform)} | more]}


CASES = {
    "windows of wide": ({"windows": {"length": 3}}, "'windows' belongs to the layout long, and this is wide"),
    "arrays of wide": ({"arrays": {"values": "x"}}, "'arrays' belongs to the layout tensor, and this is wide"),
    "index time of long": (
        LONG | {"index_time": "t"},
        "'index_time' belongs to the layout wide or tensor, and this is lo",
    ),
    "long without time": ({"layout": "long", "entity": "id"}, "'time' is missing"),
    "long without entity or windows": ({"layout": "long", "time": "t"}, "'windows' is missing"),
    "tensor without arrays": ({"layout": "tensor"}, "'arrays' is missing"),
    "columns in long": (LONG, "a feature of the layout long is found by 'column' alone"),
    "uneven steps": (
        {"features": [FEATURE, {"name": "b", "columns": ["b1"]}]},
        "'b' has 1 steps, and 'a' has 2\n    Give every feature one column a step, oldest first.",
    ),
    "names twice": ({"features": [FEATURE, FEATURE]}, "the name 'a' stands 2 times"),
    "static file without entity": (
        LONG | {"entity": None, "static_file": {"path": "s.csv"}, "windows": {"length": 1}},
        "a static file is joined by the entity",
    ),
    "minimum above length": (LONG | {"windows": {"length": 2, "minimum": 3}}, "'minimum' is above 'length'"),
    "split twice": (
        {"files": [{"path": "a.csv", "split": "test"}], "split": {"hash": "id", "test": 0.3}},
        "the split is given twice, here and by the files",
    ),
    "split of some files": (
        {"files": [{"path": "a.csv", "split": "test"}, {"path": "b.csv"}]},
        "'split' is missing, and ot",
    ),
    "split without form": (
        {"split": {"hash": "id"}},
        "a split has one of three forms\n    Write {hash: COLUMN, test: SHARE",
    ),
    "test share": ({"split": {"hash": "id", "test": 30}}, "the test share is to lie between 0 and 1, not 30"),
    "calibration share": (
        {"split": {"hash": "id", "test": 0.8, "calibration": 0.3}},
        "the calibration share is to lie above 0, and with the test share at most at 1, not 0.3",
    ),
    "split by no time": (
        {"split": {"time": 3}},
        "a split by time needs the time's column\n    Name it: index_time: ...",
    ),
    "no positive": ({"target": {"column": "y"}}, "'positive' is missing: which value of the target is the event?"),
    "no target column": ({"target": {"positive": 1}}, "'column' is missing\n    Name the column of the target."),
    "classes without positive": (
        {"target": {"column": "y", "positive": 2, "classes": {0: "no", 1: "yes"}}},
        "a binary target has two classes, one of them the positive value",
    ),
    "multiclass without classes": ({"task": "multiclass", "target": {"column": "y"}}, "'classes' is missing"),
    "positive of a regression": (
        {"task": "regression"},
        "'positive' and 'negative' belong to a binary target, and the task",
    ),
    "output kind": (
        {"output": {"kind": "value"}},
        "the output kind 'value' does not suit the task binary\n    It is one of: probability, logit.",
    ),
    "group without levels": ({"groups": [{"name": "g", "column": "g"}]}, "the group 'g' needs either levels or cut"),
    "statics without input": ({"static": [{"name": "s", "column": "s"}]}, "no model input takes the static features"),
    "input without statics": (
        {"inputs": {"sequence": {"input": "x", "length": 2}, "static": {"input": "s"}}},
        "there are no static features to send",
    ),
    "no recorded column": (
        {"recorded_score": {"tolerance": 0.1}},
        "recorded scores stand in one 'column', or in 'columns'",
    ),
    "recorded classes": (
        {"recorded_score": {"columns": ["a", "b"]}},
        "there is to be one column a class, in the order of",
    ),
    "two keys in a step": (steps({"impute": 0, "log1p": True}), "a step of a transform has exactly one key"),
    "step twice": (steps({"impute": 0}, {"impute": 1}), "'impute' stands twice"),
    "fill after impute": (
        steps({"impute": 0}, {"forward_fill": True}),
        "'forward_fill' comes after impute, where nothing",
    ),
    "two indicators": (
        steps({"missing_indicator": True}, {"measured_indicator": True}),
        "missing_indicator and measured_in",
    ),
    "one-hot of a number": (steps({"one_hot": True}), "'one_hot' needs kind: categorical, and 'a' is numeric"),
    "logarithm of levels": (
        steps({"log1p": True}, {"one_hot": True}, **KINDS),
        "'log1p' makes no sense for 'a', whose value",
    ),
    "imputed level": (steps({"impute": "z"}, {"one_hot": True}, **KINDS), "'z' is none of the levels of 'a'"),
    "imputed text": (steps({"impute": "z"}), "'z' is not a number"),
    "text without one-hot": (steps(**KINDS), "'a' is text, and the model takes numbers"),
    "categorical without levels": (steps(kind="categorical"), "'levels' is missing: 'a' is categorical"),
    "levels of a number": (steps(levels={1: "one"}), "'a' is numeric and has levels"),
    "error of a class": (steps(kind="binary", error=0.1), "'a' is binary and has an error of measurement"),
    "forward fill of a static": (
        {
            "static": [{"name": "s", "column": "s", "transform": [{"forward_fill": True}]}],
            "inputs": {"sequence": {"input": "x", "length": 2}, "static": {"input": "s"}},
        },
        "'forward_fill' makes no sense for one value a row",
    ),
    "clip upside down": (steps({"clip": [3, 1]}), "the first number is to be below the second, not [3, 1]"),
    "cuts that fall": (
        {"groups": [{"name": "g", "column": "g", "cut": [3, 1]}]},
        "cut points are to be one or more rising n",
    ),
    "std zero": (steps({"standardise": {"mean": 0, "std": 0}}), "'std' is to be above 0, not 0"),
    "unknown step": (
        steps({"standardize": {"mean": 0, "std": 1}}),
        "unknown key 'standardize'\n    Did you mean 'standardise'",
    ),
    "unknown task": ({"task": "multi-class"}, "'multi-class' is not a value of 'task'\n    Did you mean 'multiclass'?"),
}


@pytest.mark.parametrize("case", CASES)
def test_broken_rules(describe, case):
    """Every broken rule is a WrittenFault at its place, before any data file is opened."""
    sections, expected = CASES[case]
    path = describe(None, **({"files": [{"path": "gone.csv"}]} | sections))
    with pytest.raises(WrittenFault) as caught:
        read_spec(path)
    told = [str(problem) for problem in caught.value.problems]
    found = [one for one in told if one.split(": ", 1)[1].startswith(expected)]
    assert len(found) == 1, told
    name, line, column = found[0].split(": ")[0].rsplit(":", 2)
    assert (name, int(line) > 0, int(column) > 0) == (str(path), True, True)


def test_all_faults_at_once(describe):
    """Several broken rules are told together, each where it is."""
    path = describe(None, files=[{"path": "x.csv"}], task="regression", features=[FEATURE, FEATURE], weight="w")
    with pytest.raises(WrittenFault) as caught:
        read_spec(path)
    assert [str(one).removeprefix(str(path)) for one in caught.value.problems] == [
        ":7:1: the name 'a' stands 2 times\n    Give each its own name.",
        ":14:3: 'positive' and 'negative' belong to a binary target, and the task is regression",
        ":21:9: the output kind 'probability' does not suit the task regression\n    It is one of: value.",
    ]
