"""performance.challenger: a fair fight on the same rows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from sklearn import metrics
from subjects import make_subject

from auditor.checks.performance import challenger
from auditor.checks.performance.challengers import fitted
from auditor.checks.summaries import summaries
from auditor.errors import NotApplicable
from auditor.evidence import SCORES
from auditor.measurement import Sampled


def gains(subject, **params):
    return run(challenger.measure, subject, **params).quantities["gain"].parts


def test_gain_is_paired_and_of_the_same_rows():
    """Model less challenger, each as scikit-learn measures it; much surer than two unpaired areas would be."""
    subject = make_subject(n=500, reference=500)
    x, _ = summaries(subject, subject.reference, 3)
    held, _ = summaries(subject, subject.test, 3)
    rivals = fitted(subject.reference, x, held, 0)
    y, model = subject.test.y, SCORES.produce(subject)
    found = gains(subject)
    apart = metrics.roc_auc_score(y, model) - metrics.roc_auc_score(y, rivals["logistic regression"])
    assert found["over logistic regression"].value == pytest.approx(apart, abs=1e-9)
    assert found["over logistic regression"].spread.se < 0.5 * 0.02


def test_the_best_possible_score_is_not_beaten():
    """The simulated model is the likelihood ratio; no challenger is better beyond chance."""
    for estimate in gains(make_subject(n=1500, reference=1500)).values():
        assert estimate.interval(0.99).high > 0


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_other_tasks(task):
    """Classes and numbers have challengers of their own; the model knows the truth and is not worse."""
    found = gains(make_subject(task=task, n=800, reference=800))
    name = "ridge" if task == "regression" else "logistic"
    assert [part.split()[1] for part in found] == [name, "boosted"]
    assert all(estimate.interval(0.99).high > 0 for estimate in found.values())


def test_a_class_that_the_reference_lacks():
    """It gets the chance 0 from the challengers, and columns stay in their places."""
    subject = make_subject(task="multiclass", n=600, reference=600)
    learn = subject.reference.take(np.flatnonzero(subject.reference.y != 1))
    subject = dataclasses.replace(subject, reference=learn)
    assert len(gains(subject)) == 2
    x, _ = summaries(subject, learn, 3)
    for scores in fitted(learn, x, x, 0).values():
        assert scores.shape == (len(learn), 3)
        assert not scores[:, 1].any()


def test_summaries_that_tell_nothing():
    """Nothing measured, or always the same: the challengers guess the base rate, and the model is better."""
    subject = make_subject(n=400, reference=400)
    flat = dataclasses.replace(subject.reference, values=np.full_like(subject.reference.values, np.nan))
    learn = dataclasses.replace(flat, static=np.zeros_like(flat.static), static_features=())
    x = np.full((400, 3), np.nan)
    for scores in fitted(learn, x, x, 0).values():
        assert scores == pytest.approx(np.full(400, learn.y.mean()), abs=1e-6)


def test_too_little_to_learn_from():
    """No reference, few rows, or few with the outcome: said, not fitted."""
    for asked, words in (
        ({"reference": 0}, "no reference rows"),
        ({"reference": 60}, "fewer than 100"),
        ({"reference": 150, "prevalence": 0.05}, "fewer than 20 reference rows have another outcome"),
    ):
        with pytest.raises(NotApplicable, match=words):
            run(challenger.measure, make_subject(**asked))


def test_sample_is_declared():
    """More rows than asked for are not used, and that is told."""
    measured = run(challenger.measure, make_subject(n=900, reference=800), rows=300)
    how = "test rows, at random; 300 of 800 reference rows, at random"
    assert measured.sampled == Sampled(n=300, of=900, how=how)
    assert "learnt from 300 reference rows" in measured.notes[0]
    alone = run(challenger.measure, make_subject(n=250, reference=800), rows=300).sampled
    assert alone == Sampled(n=300, of=800, how="reference rows, at random; all test rows")
