"""Real models behind the door: credit adds up, paddings and masks are left alone, several columns are told apart."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.errors import WrittenFault
from auditor.explain.expected_gradients import expected_gradients
from auditor.explain.explained import Explained
from auditor.explain.players import Players
from auditor.explain.shapley import shapley

SMOOTH = ("lstm", "masked_bidirectional")


@pytest.mark.parametrize("name", SMOOTH)
def test_credit_adds_up_in_float32(name, asked_of_keras):
    """At the default tolerance, to 1e-6 of a probability; padded cells get nothing, and the features' sums agree."""
    question = asked_of_keras(name)
    cells = expected_gradients(question, Players.cells(question.data, question.steps), keep=True)
    assert np.abs(cells.gap).max() <= 1e-6
    assert not cells.values[~cells.present].any()
    assert not any("did not reach" in note for note in cells.notes)
    features = Players.features(question.data, question.steps)
    shares = shapley(question, features)
    assert np.abs(shares.gap).max() <= 1e-6
    agree = np.corrcoef(cells.by(features, question.backgrounds).values.ravel(), shares.values.ravel())[0, 1]
    assert agree > 0.9  # two definitions, of the same model


def test_a_class_of_several_is_explained_by_its_column(asked_of_keras):
    """The credit of all classes of a softmax sums to nothing; a column that is not there is refused."""
    question = asked_of_keras("softmax", rows=4)
    features, total = Players.features(question.data, question.steps), 0.0
    for column in range(4):
        asked = dataclasses.replace(question, explained=Explained.of(question.subject, column))
        total = total + expected_gradients(asked, features).values
    assert np.abs(total).max() < 1e-6
    for column in (None, 4):
        with pytest.raises(WrittenFault, match="has 4 columns"):
            Explained.of(question.subject, column)
