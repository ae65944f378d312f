"""Transforms against values worked out by hand, and the order of columns."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.dataset import Block
from auditor.errors import FileFault
from auditor.loaders.transforms import Pipeline, TableEncoder
from auditor.loaders.variables import FeatureSpec, StaticSpec
from auditor.subject import Encoder

NAN = np.nan


def pipeline(*steps: dict, name: str = "a", **more) -> Pipeline:
    return Pipeline.of(FeatureSpec(name=name, transform=steps, **more))


def encoder(*features: Pipeline, **more) -> TableEncoder:
    return TableEncoder(**({"sequence": "x", "features": features, "width": None, "padding": 0.0} | more))


def block(values: list, mask: list | None = None, static: list | None = None) -> Block:
    array = np.array(values, dtype=float)
    real = np.ones(array.shape[:2], dtype=bool) if mask is None else np.array(mask)
    return Block(array, real, np.array(static if static is not None else [[]] * len(array), dtype=float))


@pytest.mark.parametrize(
    ("steps", "given", "expected"),
    [
        ([], [1, -2], [1, -2]),
        ([{"forward_fill": True}, {"impute": 9}], [NAN, 1, NAN, NAN, 2, NAN], [9, 1, 1, 1, 2, 2]),
        ([{"impute": -1}], [NAN, 0, 3], [-1, 0, 3]),
        ([{"clip": [0, 2]}], [-1, 0.5, 7], [0, 0.5, 2]),
        ([{"log1p": True}], [0, np.e - 1, np.e**2 - 1], [0, 1, 2]),
        ([{"standardise": {"mean": 10, "std": 4}}], [10, 14, 2], [0, 1, -2]),
        ([{"clip": [0, 100]}, {"log1p": True}, {"standardise": {"mean": 1, "std": 2}}], [-5, np.e**3 - 1], [-0.5, 1]),
        ([{"standardise": {"mean": 10, "std": 4}}, {"impute": 0}], [NAN, 14], [0, 1]),
        ([{"impute": 0}, {"standardise": {"mean": 10, "std": 4}}], [NAN, 14], [-2.5, 1]),
    ],
)
def test_steps_in_the_order_written(steps, given, expected):
    """Each step, alone and after others, on one row of a sequence."""
    made = encoder(pipeline(*steps)).encode(block([[[x] for x in given]]))["x"][0, :, 0]
    np.testing.assert_allclose(made, expected, rtol=1e-6, atol=1e-7)


def test_indicators_tell_what_was_measured_before_any_filling():
    """Missing and measured indicators look at the values as they came."""
    fill = [{"forward_fill": True}, {"impute": 0}]
    missing = pipeline(*fill, {"missing_indicator": True}, name="m")
    measured = pipeline({"measured_indicator": True}, *fill, name="o")
    made = encoder(missing, measured).encode(block([[[1, 1], [NAN, NAN]]]))["x"][0]
    assert made.tolist() == [[1, 1, 0, 1], [1, 1, 1, 0]]


WIND = {"kind": "categorical", "levels": {10: "calm", 20: "north", 30: "south"}}


def test_order_of_columns():
    """All values first and then all indicators, or each feature's indicators beside its values."""
    wind = pipeline({"impute": 10}, {"one_hot": True}, {"missing_indicator": True}, name="wind", **WIND)
    temperature = pipeline({"impute": 0}, {"measured_indicator": True}, name="t")
    last, beside = (encoder(wind, temperature, beside=flag) for flag in (False, True))
    names = ["wind: calm", "wind: north", "wind: south", "t", "wind: missing", "t: measured"]
    assert [one.name for one in last.columns["x"]] == names
    assert [one.name for one in beside.columns["x"]] == [*names[:3], "wind: missing", "t", "t: measured"]
    assert [one.role for one in last.columns["x"]] == ["level"] * 3 + ["value"] + ["indicator"] * 2
    assert {one.feature for one in last.columns["x"]} == {"wind", "t"}
    given = block([[[2, 5.5], [NAN, NAN]]])
    assert last.encode(given)["x"][0].tolist() == [[0, 0, 1, 5.5, 0, 1], [1, 0, 0, 0, 1, 0]]
    assert beside.encode(given)["x"][0].tolist() == [[0, 0, 1, 0, 5.5, 1], [1, 0, 0, 1, 0, 0]]


def test_levels_that_are_not_one_hot_are_sent_as_they_stand_in_the_file():
    """Codes of levels become the numbers of the file again, as an Embedding was trained on them."""
    tokens = encoder(pipeline(name="token", **WIND), feature_axis=False, width=2)
    assert tokens.encode(block([[[2], [0]]]))["x"].tolist() == [[30, 10]]


def test_padding_follows_the_transforms():
    """A padded cell holds the padding value in every column, whatever stood there, and is never filled from."""
    features = pipeline({"forward_fill": True}, {"impute": 7}, {"missing_indicator": True})
    given = block([[[99], [NAN], [5]], [[5], [NAN], [99]]], mask=[[False, True, True], [True, True, False]])
    made = encoder(features, padding=-3.0).encode(given)["x"]
    assert made.tolist() == [[[-3, -3], [7, 1], [5, 0]], [[5, 0], [5, 1], [-3, -3]]]


def test_static_inputs():
    """Static features have their own input, with indicators and one-hot levels in the same manner."""
    age = Pipeline.of(StaticSpec(name="age", column="c", transform=({"impute": 50}, {"missing_indicator": True})))
    kind = Pipeline.of(StaticSpec(name="kind", column="k", transform=({"one_hot": True},), **WIND))
    both = encoder(pipeline(), static="s", statics=(age, kind), width=1)
    made = both.encode(block([[[0]], [[0]]], static=[[NAN, 0], [40, 2]]))
    assert made["s"].tolist() == [[50, 1, 0, 0, 1], [40, 0, 0, 1, 0]]
    assert {array.dtype for array in made.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("feature", "given", "message"),
    [
        (pipeline(), [NAN, 1], "'a' is NaN or infinite after its transforms in 1 of 2 places"),
        (pipeline({"forward_fill": True}), [NAN, 1], "'a' is NaN or infinite after its transforms in 1 of 2 places"),
        (pipeline({"log1p": True}), [-1, -2], "'a' is NaN or infinite after its transforms in 2 of 2 places"),
        (pipeline(), [1e300, 1], "'a' is NaN or infinite after its transforms in 1 of 2 places"),
        (pipeline({"one_hot": True}, **WIND), [NAN, 1], "'a' is NaN or infinite after its transforms in 1 of 2 places"),
        (pipeline({"one_hot": True}, **WIND), [0.5, 1], "'a' holds a value that is the code of none of its 3 levels"),
    ],
)
def test_what_cannot_be_sent_is_refused(feature, given, message):
    """NaN or infinity in a real step is an error that names the feature."""
    with pytest.raises(FileFault, match=message):
        encoder(feature).encode(block([[[x] for x in given]]))


def test_it_is_an_encoder():
    """The class has what the protocol of a subject's encoder asks for."""
    made: Encoder = encoder(pipeline())
    assert (made.width, [one.name for one in made.columns["x"]]) == (None, ["a"])


def test_no_rows_give_the_shapes():
    """An empty block is encoded too: its shapes are held against the model's before anything runs."""
    wind = pipeline({"impute": 10}, {"one_hot": True}, **WIND)
    both = encoder(wind, static="s", statics=(pipeline({"missing_indicator": True}, {"impute": 0}),), width=4)
    made = both.encode(Block(np.empty((0, 4, 1)), np.empty((0, 4), dtype=bool), np.empty((0, 1))))
    assert {name: array.shape for name, array in made.items()} == {"x": (0, 4, 3), "s": (0, 2)}
