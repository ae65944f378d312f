"""Sequences of tokens: one categorical feature a step, sent as whole numbers to an Embedding."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.errors import FileFault

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


def test_a_token_that_is_not_declared_is_refused(load):
    with pytest.raises(FileFault, match="9"):
        load({"notes.csv": NOTES.replace("b,1,2,1", "b,1,9,1")}, **described())
