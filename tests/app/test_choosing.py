"""Which rows are explained."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from subjects import make_subject

from auditor.app.choosing import chosen
from auditor.evidence import scores_of
from auditor.loaders.reasons import vague

EVERY = ("worst_errors", "borderline", "typical", "one_per_group")


def rows_of(kind, subject, count=3):
    scores = scores_of(subject, subject.test)
    return scores, [row for row, why in chosen(subject, scores, [kind], count).items()]


def test_worst_errors_and_borderline():
    """The largest distance of score and outcome; the smallest distance of score and threshold."""
    subject = make_subject(n=200)
    scores, rows = rows_of("worst_errors", subject)
    assert sorted(np.argsort(-np.abs(subject.test.y - scores))[:3]) == rows
    scores, rows = rows_of("borderline", subject)
    assert sorted(np.argsort(np.abs(scores - 0.3))[:3]) == rows


def test_borderline_between_classes():
    """Of several classes the rows whose first and second class are nearest to each other, and why is told so."""
    subject = make_subject(task="multiclass", n=200)
    scores = scores_of(subject, subject.test)
    found = chosen(subject, scores, ["borderline"], 3)
    ordered = np.sort(scores, axis=1)
    assert sorted(np.argsort(ordered[:, -1] - ordered[:, -2])[:3]) == list(found)
    assert set(found.values()) == {("nearest to another class",)}


def test_an_entity_is_chosen_once_for_a_reason():
    """Of an entity with several rows only the first one in order."""
    subject = make_subject(n=200, rows_per_entity=10)
    _, rows = rows_of("worst_errors", subject, count=5)
    assert len({subject.test.entity[row] for row in rows}) == len(rows) == 5


def test_one_of_every_group_that_is_large_enough():
    """A row of each level; a level with fewer people than may be told of has none."""
    subject = make_subject(n=200)
    codes = subject.test.groups["sex"].codes.copy()
    codes[:] = 1
    codes[:5] = 0
    sex = dataclasses.replace(subject.test.groups["sex"], codes=codes)
    groups = {"sex": sex, "region": subject.test.groups["region"]}
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, groups=groups))
    why = [one for each in chosen(subject, scores_of(subject, subject.test), EVERY[3:], 1).values() for one in each]
    assert sorted(why) == ["region: east", "region: north", "region: south", "sex: male"]


@pytest.mark.parametrize(
    "asked", [{"task": "multiclass"}, {"task": "regression"}, {"reference": 0}, {"n": 3}, {"nan": 2}]
)
def test_every_kind_of_subject(asked):
    """Whatever the task: rows with a finite score, each with why; what does not apply chooses nobody."""
    subject = make_subject(**{"n": 120, **asked})
    scores = scores_of(subject, subject.test)
    found = chosen(subject, scores, EVERY, 2)
    assert found
    assert all(np.isfinite(scores[row]).all() and why for row, why in found.items())
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("sentence", "is_vague"),
    [
        ("You did not meet our internal standards for credit.", True),
        ("Your score was too low for this product.", True),
        ("Other reasons.", True),
        ("Payments on your card were late in one of the last six months.", False),
        ("您最近六个月中有一次还款逾期。", False),
    ],
)
def test_vague_sentences(sentence, is_vague):
    """What regulators call insufficient is vague; a sentence of another language is not held to English words."""
    assert vague(sentence) is is_vague
