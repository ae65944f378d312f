"""SHAP and LIME agree with our own numbers where they should, and say what to install where they are not there."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from asking import asked_of, formula, recurrent, recurrent_slopes
from subjects import make_subject

from auditor.errors import WrittenFault
from auditor.explain.libraries import kernel_shap, lime, permutation_shap
from auditor.explain.players import Players
from auditor.explain.shapley import shapley


@pytest.mark.filterwarnings("ignore::Warning")  # of the libraries: theirs to change
def test_second_opinions_agree():
    """On a recurrent formula: SHAP's kernel and orders with exact values of features."""
    question = formula(recurrent, recurrent_slopes, rows=4, count=4, shortest=3)
    players = Players.features(question.data, question.steps)
    ours = shapley(question, players)
    np.testing.assert_allclose(kernel_shap(question, players).values, ours.values, atol=1e-6)
    orders = permutation_shap(question, players, permutations=60)
    np.testing.assert_allclose(orders.values, ours.values, atol=0.05 * np.abs(ours.values).max())
    assert np.abs(orders.gap).max() < 1e-6


@pytest.mark.filterwarnings("ignore::Warning")
def test_lime_finds_the_cells_that_count():
    """Heart rate and lactate in the last three steps: LIME's weights rank them above all others, on the same grid."""
    question = asked_of(make_subject(n=40, steps=6, reference=200), count=100, rows=3)
    found = lime(question, Players.cells(question.data, question.steps), samples=1500).on_grid()
    counts = np.abs(found[:, 3:, 0]).mean()
    assert counts > 4 * np.abs(found[:, :3]).mean()
    assert counts > 4 * np.abs(found[:, :, 2]).mean()


@pytest.mark.parametrize(("method", "library"), [(kernel_shap, "shap"), (permutation_shap, "shap"), (lime, "lime")])
def test_a_library_that_is_not_there(method, library, monkeypatch):
    """The error says which one, and how to get it."""
    question = asked_of(make_subject(n=20, reference=20), rows=1)
    monkeypatch.setitem(sys.modules, "lime.lime_tabular" if library == "lime" else library, None)
    with pytest.raises(WrittenFault) as caught:
        method(question, Players.features(question.data, question.steps))
    assert f"a second opinion needs the library {library}, which is not installed" in str(caught.value)
    assert "pip install 'auditor[explain]'" in str(caught.value)
