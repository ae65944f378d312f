"""The layout tensor: arrays of an .npz file."""

from __future__ import annotations

import io

import numpy as np
import pytest

from auditor.errors import FileFault

NAN = np.nan
X = np.arange(24.0).reshape(3, 4, 2)
ARRAYS = {"x": X, "y": np.array([0, 1, 0]), "n": np.array([4, 2, 0]), "who": np.array(["c", "b", "a"])}
TENSOR = {
    "layout": "tensor",
    "features": [{"name": "second", "index": 1}, {"name": "first", "index": 0}],
    "inputs": {"sequence": {"input": "x", "length": "longest", "side": "right"}},
}


def npz(**arrays: np.ndarray) -> bytes:
    """An .npz file in memory."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **(ARRAYS | arrays))
    return stream.getvalue()


def test_features_by_index_and_real_steps_by_length(load):
    """Features are taken by index, padding in the file is dropped, rows without a step are counted."""
    arrays = {"values": "x", "lengths": "n", "entity": "who"}
    test = load({"d.npz": npz()}, **TENSOR, arrays=arrays).test
    expected = [[[9, 8], [11, 10], [NAN, NAN], [NAN, NAN]], [[1, 0], [3, 2], [5, 4], [7, 6]]]
    np.testing.assert_array_equal(expected, test.block().values)
    assert (test.y.tolist(), dict(test.dropped)) == ([1, 0], {"rows without a step": 1})
    assert test.values.shape == (6, 2)


def test_a_file_padded_on_the_other_side(load):
    """The file's side of padding may differ from the model's."""
    arrays = {"values": "x", "lengths": "n", "entity": "who", "padded": "left"}
    test = load({"d.npz": npz()}, **TENSOR, arrays=arrays).test
    np.testing.assert_array_equal([[13, 12], [15, 14], [NAN, NAN], [NAN, NAN]], test.block().values[0])


def test_arrays_name_target_entity_and_time(load):
    """The target may be named under arrays; groups and statics name arrays with one entry a row."""
    arrays = {"values": "x", "target": "y", "entity": "who", "time": "n"}
    groups = [{"name": "who", "column": "who", "levels": ["a", "b"]}]
    test = load({"d.npz": npz()}, **TENSOR, arrays=arrays, target={"positive": 1}, groups=groups).test
    assert (test.y.tolist(), test.index_time.tolist()) == ([0, 1, 0], [0, 2, 4])
    assert test.groups["who"].codes.tolist() == [0, 1, -1]


def test_a_matrix_of_recorded_scores(load):
    """An array with one column a class is read column by column."""
    scores = np.array([[0.1, 0.9], [0.6, 0.4], [0.5, 0.5]])
    classes = {"column": "y", "classes": {0: "no", 1: "yes"}}
    sections = {"task": "multiclass", "output": {"kind": "class_probabilities"}, "target": classes}
    recorded = {"columns": ["pd[0]", "pd[1]"]}
    arrays = {"values": "x", "entity": "who"}
    test = load({"d.npz": npz(pd=scores)}, **TENSOR, arrays=arrays, recorded_score=recorded, **sections).test
    assert test.recorded.tolist() == scores[::-1].tolist()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (npz()[:-40], "d.npz: is not an .npz file, or not all of it"),
        (b"PK", "d.npz: is not an .npz file, or not all of it"),
        (npz(y=np.array([{}, 1, 2], dtype=object)), "d.npz: 'y' holds Python objects, which are not unpickled"),
        (npz(x=X[0]), "d.npz: 'x' is float64 of shape (4, 2)\n    Give numbers of shape (rows, steps, features)."),
        (npz(x=X[:, :, :1]), "d.npz: 'second' is index 1, and the array has 1 features (0 to 0)"),
        (npz(n=np.array([4, 5, 1])), "d.npz: 'n' holds 5, which is no number of steps from 0 to 4"),
        (npz(y=np.array([1])), "d.npz: 'y' has shape (1,), and there are 3 rows"),
        (npz(x=np.where(X == 13, np.inf, X)), "d.npz, row 2, step 3: column 'second': 'inf' is infinite or too large"),
        (
            npz(x=X[:0], y=X[:0, 0, 0], n=X[:0, 0, 0], who=X[:0, 0, 0]),
            "dataset.yaml: there are no test rows (the files",
        ),
    ],
)
def test_refused_arrays(load, tmp_path, content, expected):
    """Truncated files, pickled objects, wrong shapes, infinity: refused with what is wrong."""
    with pytest.raises(FileFault) as caught:
        load({"d.npz": content}, **TENSOR, arrays={"values": "x", "lengths": "n"})
    assert str(caught.value).replace(f"{tmp_path}/", "")[: len(expected)] == expected


def test_what_inflates_beyond_reason_is_refused(load, monkeypatch):
    """A small file that would become something huge is refused before it is inflated."""
    monkeypatch.setattr("auditor.loaders.arrays._HARMLESS", 10**6)
    with pytest.raises(FileFault, match=r"d\.npz: [\d,]+ bytes would become 8,\d{3},\d{3}: refused"):
        load({"d.npz": npz(bomb=np.zeros((3, 10**6 // 3)))}, **TENSOR, arrays={"values": "x"})
