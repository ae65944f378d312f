"""Checks of padding, batch and repetition on real Keras models behind the door, each with a sound twin."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from functools import cache

import pytest
from measuring import judged, run
from subjects import CENTRE, NUMERIC, SPREAD, make_subject

from auditor.checks.behavior.batch import measure as batch
from auditor.checks.behavior.determinism import measure as determinism
from auditor.checks.behavior.padding import measure as padding
from auditor.checks.behavior.worst_case import measure as worst_case
from auditor.loaders.transforms import Pipeline, TableEncoder
from auditor.loaders.variables import Step
from auditor.subject import Subject
from auditor.worker.intake import take_in
from auditor.worker.opening import open_in
from auditor.worker.traffic import Traffic

STEPS = 8


def built(kind: str):
    """A small LSTM: masked or not, of a fixed length or any, with an operation across the batch or none."""
    import keras

    keras.utils.set_random_seed(1)
    given = keras.Input((None if "any length" in kind else STEPS, len(NUMERIC)), name="sequence")
    x = given if "unmasked" in kind else keras.layers.Masking(0.0)(given)
    x = keras.layers.LSTM(8)(x)
    if "drop-out" in kind:
        x = keras.layers.Dropout(0.5)(x, training=True)
    if "across the batch" in kind:
        x = keras.layers.Multiply()([x, keras.layers.Softmax(axis=0)(x)])
    return keras.Model(given, keras.layers.Dense(1, activation="sigmoid")(x))


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory, traffic: Traffic) -> Callable[[str], Subject]:
    """`subject(kind)`: 200 rows of 3 to 8 steps, padded on the right, and that model."""
    folder = tmp_path_factory.mktemp("models")
    steps = [Step.model_validate({"standardise": {"mean": CENTRE[name], "std": SPREAD[name]}}) for name in NUMERIC]
    pipelines = tuple(Pipeline(name, (step,)) for name, step in zip(NUMERIC, steps, strict=True))

    @cache
    def made(kind: str) -> Subject:
        path = folder / f"{kind.replace(' ', '_')}.keras"
        built(kind).save(path)
        model = open_in(traffic, take_in(path, traffic.child.private), time.monotonic())
        encoder = TableEncoder("sequence", pipelines, STEPS, 0.0)
        plain = make_subject(n=200, shortest=3, steps=STEPS, side="right", threshold=0.5, reference=0)
        return dataclasses.replace(plain, model=model, encoder=encoder)

    return made


@pytest.mark.parametrize("length", ["fixed length", "any length"])
def test_padding_that_is_read_is_found(subject, length):
    """Without a mask the score hangs on the empty steps, by their slope or by there being more of them."""
    limit = {"quantity": "padding_read", "at_most": 0.05}
    assert judged(padding, subject(f"unmasked, {length}"), limit) == "fail"
    assert judged(padding, subject(f"masked, {length}"), limit) == "pass"


def test_masked_padding_may_be_on_either_side_but_not_of_another_value(subject):
    """A mask finds the padding wherever it is, by its value."""
    change = run(padding, subject("masked, fixed length")).quantities["score_change"].parts
    assert change["on the other side"].value == pytest.approx(0, abs=1e-5)
    assert change["another value"].value > 1e-3


def test_the_mask_is_turned_off_without_another_value(subject):
    """A model that has a mask then reads the empty steps; one that has none read them before."""
    limit = {"quantity": "score_change", "at_most": 1e-3, "parts": ("mask off",)}
    assert judged(padding, subject("masked, fixed length"), limit) == "fail"
    assert judged(padding, subject("unmasked, fixed length"), limit) == "pass"


def test_an_operation_across_the_batch_is_found(subject):
    """It opens like any other model; scores of the same rows in other company give it away."""
    limit = {"quantity": "largest", "at_most": 0.001}
    assert judged(batch, subject("masked, fixed length, across the batch"), limit) == "fail"
    assert judged(batch, subject("masked, fixed length"), limit) == "pass"


def test_the_rounding_of_a_real_model_is_seen_and_small(subject):
    """The tolerance of a replay is above nothing and far below what a reader could see."""
    measured = run(determinism, subject("masked, fixed length"))
    assert 1e-8 < measured.quantities["tolerance"].parts[""].value < 1e-3
    assert judged(determinism, subject("masked, fixed length"), {"quantity": "same_input", "at_most": 0}) == "pass"


def test_what_works_as_in_training_in_every_plain_call_is_found(subject):
    """Drop-out that a file always asks for, though the auditor's own calls ask for none."""
    for check, quantity in ((determinism, "same_input"), (batch, "largest")):
        limit = {"quantity": quantity, "at_most": 0.001}
        assert judged(check, subject("masked, fixed length, drop-out"), limit) == "fail"
        assert judged(check, subject("masked, fixed length"), limit) == "pass"


def test_the_worst_case_goes_further_than_chance(subject):
    """The slopes of a real model through a real encoder lead somewhere."""
    change = run(worst_case, subject("masked, fixed length")).quantities["score_change"].parts
    assert change["worst case"].value > 2 * change["signs tossed"].value
