"""What a model's output may be, by the kind that is declared."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from subjects import make_subject

from auditor.errors import FileFault
from auditor.subject import Output, check_output

RNG = np.random.default_rng(0)
SHARES = RNG.dirichlet((1, 1, 1), 200)


class Says:
    """A model that puts out what it is told to."""

    def __init__(self, raw):
        self.raw = raw

    def evaluate(self, inputs, batch=None):
        return {"output": self.raw[: len(inputs["mask"])]}


def tried(kind, raw, task="binary"):
    subject = make_subject(n=200, task=task)
    check_output(dataclasses.replace(subject, model=Says(np.asarray(raw, float)), output=Output(kind=kind)))


@pytest.mark.parametrize(
    ("kind", "raw", "told"),
    [
        ("probability", RNG.standard_normal((200, 1)), "200 rows get numbers outside 0 to 1"),
        ("probability", np.vstack([np.full((199, 1), 0.5), [[1.01]]]), "1 of 200 rows get numbers outside 0 to 1"),
        ("probability", SHARES, "the output has 3 columns, but its kind 'probability' means one number a row"),
        ("probability", np.full((200, 2), 0.9), "the columns do not sum to 1"),
        ("logit", RNG.random((200, 1)), "all of 200 rows get a number between 0 and 1"),
        ("value", SHARES, "the output has 3 columns, but its kind 'value' means one number a row"),
    ],
)
def test_an_output_of_another_kind_is_refused(kind, raw, told):
    """Logits are no probabilities, probabilities are no logits, three numbers are not one."""
    with pytest.raises(FileFault, match=told):
        tried(kind, raw)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (SHARES[:, :2] / SHARES[:, :2].sum(1, keepdims=True), "declare 3 classes .*, the model gives 2"),
        (np.full((200, 3), 0.9), "the columns do not sum to 1"),
        (RNG.standard_normal((200, 3)), "numbers outside 0 to 1"),
    ],
)
def test_classes_are_probabilities_that_sum_to_1(raw, told):
    with pytest.raises(FileFault, match=told):
        tried("class_probabilities", raw, "multiclass")


@pytest.mark.parametrize(
    ("kind", "raw", "task"),
    [
        ("probability", np.append(RNG.random((199, 1)), [[np.nan]], axis=0), "binary"),
        ("probability", SHARES[:, :2] / SHARES[:, :2].sum(1, keepdims=True), "binary"),
        ("logit", RNG.standard_normal((200, 1)), "binary"),
        ("class_probabilities", SHARES.astype(np.float16), "multiclass"),
        ("class_logits", RNG.standard_normal((200, 3)), "multiclass"),
        ("value", 1000 * RNG.random((200, 1)), "regression"),
    ],
)
def test_an_output_of_its_kind_is_taken(kind, raw, task):
    """Rounding is forgiven, and NaN is counted by a check of its own."""
    tried(kind, raw, task)
