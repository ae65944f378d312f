"""Sequences of tokens: one categorical feature a step, sent as whole numbers to an Embedding."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.errors import FileFault, WrittenFault

WORDS = {1: "fever", 2: "cough", 7: "pain"}
NOTES = """\
visit,time,word,admitted
a,1,1,0
a,2,7,0
b,1,2,1
c,1,7,0
c,2,7,0
c,3,2,0
"""


def described(**more):
    token = {"name": "word", "column": "word", "kind": "categorical", "levels": WORDS}
    return {
        "layout": "long",
        "entity": "visit",
        "time": "time",
        "step": "word",
        "features": [token],
        "target": {"column": "admitted", "positive": 1},
        "inputs": {"sequence": {"input": "tokens", "length": 3, "feature_axis": False, **more}},
    }


def test_tokens_are_sent_as_the_codes_of_the_file(load):
    """(rows, steps) of the codes as they stand in the file, padded with 0, so that an Embedding may mask it."""
    opened = load({"notes.csv": NOTES}, **described())
    sent = opened.encoder.encode(opened.test.block(width=3))
    np.testing.assert_array_equal([[0, 1, 7], [0, 0, 2], [7, 7, 2]], sent["tokens"])
    assert ("fever", "cough", "pain") == opened.test.features[0].levels
    assert "word" == opened.test.step


def test_a_range_of_codes_stands_for_a_vocabulary(load):
    """Of any length that vocabularies have: "0..49999" is a level for each whole number."""
    spec = described()
    spec["features"][0]["levels"] = "0..49999"
    opened = load({"notes.csv": NOTES.replace("c,3,2,0", "c,3,40000,0")}, **spec)
    levels = opened.test.features[0].levels
    assert (50_000, "0", "49999") == (len(levels), levels[0], levels[-1])
    assert [7, 7, 40_000] == opened.encoder.encode(opened.test.block(width=3))["tokens"][2].tolist()


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        ("9..1", "two rising numbers"),
        ("0..999999", "at most 200,000"),
        ("0..99999999999", "at most 200,000"),
        ("0...5", "is no range of whole numbers"),
        ("a..z", "is no range of whole numbers"),
    ],
)
def test_what_is_no_range_is_refused(load, levels, told):
    """With its place in the specification, and what it lacks."""
    spec = described()
    spec["features"][0]["levels"] = levels
    with pytest.raises(WrittenFault, match=rf":\d+:\d+: .*{told}"):
        load({"notes.csv": NOTES}, **spec)


def test_a_token_that_is_not_declared_is_refused(load):
    with pytest.raises(FileFault, match="9"):
        load({"notes.csv": NOTES.replace("b,1,2,1", "b,1,9,1")}, **described())
