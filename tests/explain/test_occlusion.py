"""Occlusion and donors: closed forms, whole numbers, and groups of similar rows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from asking import additive, additive_slopes, formula, recurrent, recurrent_slopes, sent
from subjects import make_subject

from auditor.explain.donors import donors, similar
from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.occlusion import occlusion
from auditor.explain.players import Players


def test_without_interactions_occlusion_is_what_a_cell_adds():
    """It then agrees with expected gradients, by cell, by feature and by part of the history."""
    question = formula(additive, additive_slopes, shortest=3)
    for players in (
        Players.cells(question.data, question.steps),
        Players.features(question.data, question.steps),
        Players.parts(question.data, question.steps, 3),
        Players.cells(question.data, question.steps, 2),
    ):
        path = expected_gradients(question, players, tolerance=1e-10)
        np.testing.assert_allclose(occlusion(question, players).values, path.values, atol=1e-8)


def test_occlusion_is_the_score_lost():
    """With interactions: the row's score less the mean score with the feature of every background."""
    question = formula(recurrent, recurrent_slopes, rows=5)
    found = occlusion(question, Players.features(question.data, question.steps))
    inputs, against = sent(question)
    for row in range(5):
        mixed = {name: np.repeat(array[row : row + 1], 8, axis=0) for name, array in inputs.items()}
        mixed["sequence"][:, :, 1] = against[row]["sequence"][:, :, 1]
        lost = found.score[row] - question.subject.model.evaluate(mixed)["output"].mean()
        assert found.values[row, 1] == pytest.approx(lost, abs=1e-12)
    assert not found.adds_up


@pytest.mark.parametrize("rows_per_entity", [1, 3])
def test_donors_stay_within_their_group(rows_per_entity):
    """A row takes from a row of the same code, of another entity, and of its length."""
    data = make_subject(n=300, shortest=5, rows_per_entity=rows_per_entity).test
    codes = np.arange(300) // 100
    giver = donors(data, np.random.default_rng(0), codes)
    assert (giver >= 0).all()
    assert (codes[giver] == codes).all()
    assert (data.entity[giver] != data.entity).all()


def test_similar_rows_have_similar_values():
    """A feature that another one tells hardly varies within a group; one that none tells varies as in all rows."""
    data = make_subject(n=400, auroc=0.5001).test
    values = data.values.copy()
    values[:, 1] = values[:, 0] / 10
    data = dataclasses.replace(data, values=values)
    means = np.add.reduceat(values, data.starts) / data.lengths[:, None]
    for name, at, most, least in (("lactate", 1, 0.3, 0), ("sodium", 2, 1.1, 0.8)):
        codes = similar(data, name, 30)
        assert np.bincount(codes).min() >= 30
        inside = np.sqrt(np.mean([means[codes == code, at].var() for code in np.unique(codes)]))
        assert least < inside / means[:, at].std() < most
