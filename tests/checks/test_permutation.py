"""Permutation importance against what is known of the fake model."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from scipy import stats
from subjects import make_subject, truth_of

from auditor.checks.importance.permutation import measure as permutation
from auditor.errors import NotApplicable
from auditor.explain.donors import donors, given

N = 2000


def variance_of(subject, at):
    """The share of the index's variance that feature number `at` brings."""
    truth = truth_of(subject)
    weights = truth.weights[:, at, 0]
    return (1 - truth.error**2) * weights.sum() ** 2 + truth.error**2 * (weights**2).sum()


def covers(estimate, truth):
    low, high = estimate.interval(0.999)
    return low <= truth <= high


def test_rise_of_the_error_is_that_of_twice_the_variance():
    """A feature of another row adds its variance twice: sqrt(residual^2 + 2 v) - residual."""
    subject = make_subject(task="regression", n=N, residual=5.0)
    parts = run(permutation, subject).quantities["importance"].parts
    for at, name in enumerate(("heart rate", "lactate")):
        assert covers(parts[name], np.hypot(5.0, 10 * np.sqrt(2 * variance_of(subject, at))) - 5.0)


@pytest.mark.parametrize("rows_per_entity", [1, 4])
def test_drop_of_the_auroc_is_that_of_a_mixture(rows_per_entity):
    """The given part of the index is of class 1 by the prevalence: the area is one of three normals mixed."""
    subject = make_subject(n=N, prevalence=0.4, rows_per_entity=rows_per_entity)
    delta, mixed = truth_of(subject).shift, 0.4 * 0.6
    parts = run(permutation, subject).quantities["importance"].parts
    for at, name in enumerate(("heart rate", "lactate")):
        own = delta * variance_of(subject, at)
        areas = stats.norm.cdf((delta - own + np.array([0, own, -own])) / np.sqrt(2))
        expected = stats.norm.cdf(delta / np.sqrt(2)) - np.array([1 - 2 * mixed, mixed, mixed]) @ areas
        assert covers(parts[name], expected)


def test_the_interval_is_neither_too_wide_nor_too_narrow():
    """Over many samples the standard error is the standard deviation of the estimates (a row gives and takes)."""
    values, errors = [], []
    for seed in range(60):
        subject = make_subject(task="regression", n=200, steps=3, reference=0, seed=seed)
        part = run(permutation, subject, blocks=1).quantities["importance"].parts["heart rate"]
        values.append(part.value)
        errors.append(part.spread.se)
    # The standard deviation of 60 values is known to about 9 %.
    assert np.mean(errors) / np.std(values, ddof=1) == pytest.approx(1, abs=0.27)


def test_what_is_not_used_is_bounded_and_not_certain():
    """A feature that changes nothing has importance 0, with Wilson's bound for the rarer outcome."""
    subject = make_subject(n=N, prevalence=0.3)
    estimate = run(permutation, subject).quantities["importance"].parts["sodium"]
    rarer = int(subject.test.y.sum())
    assert estimate.value == 0
    assert estimate.interval(0.95) == pytest.approx(np.array([-1, 1]) * 3.8415 / (rarer + 3.8415), abs=1e-6)


@pytest.mark.parametrize("side", ["left", "right"])
def test_steps_are_counted_from_the_end_whatever_the_padding(side):
    """The model looks at the last three steps, so that only their blocks matter, in ragged rows too."""
    subject = make_subject(n=N, shortest=3, steps=9, side=side)
    measured = run(permutation, subject, blocks=3)
    parts = measured.quantities["importance_by_step"].parts
    assert list(parts) == ["last 3 steps", "steps 4-6 from the end", "steps 7-9 from the end"]
    assert [round(part.value, 12) for part in parts.values()][1:] == [0, 0]
    # All features at the steps that matter: nothing is left of the ranking, nor of the statics, which do not count.
    assert covers(parts["last 3 steps"], 0.3)
    heat = measured.shown[-1]
    assert heat.columns == ("t-9…t-7", "t-6…t-4", "t-3…t-1")
    assert heat.rows[:2] == ("heart rate", "lactate")
    assert heat.values[0][:2] == (0, 0)
    assert heat.values[0][2] == pytest.approx(0.2, abs=0.1)


@pytest.mark.parametrize("rows_per_entity", [1, 3])
def test_givers_are_of_another_entity_and_as_long(rows_per_entity):
    """Padding stays, nobody gives to himself, and among rows of one length everybody gives once."""
    data = make_subject(n=300, shortest=3, rows_per_entity=rows_per_entity).test
    giver = donors(data, np.random.default_rng(0))
    assert (data.lengths[giver] == data.lengths).all()
    assert (data.entity[giver] != data.entity).all()
    assert sorted(giver) == list(range(300))


def test_a_row_of_a_length_of_its_own_takes_from_a_longer_one():
    """It gets the last steps of it; the longest row, which has no giver, is left out, and this is told."""
    subject = make_subject(n=300)
    starts = subject.test.starts.copy()
    starts[0] += 2
    starts[1:] -= np.where(np.arange(1, 300) == 7, 1, 0)  # row 7 begins one line earlier, in row 6
    data = dataclasses.replace(subject.test, starts=starts)
    giver = donors(data, np.random.default_rng(0))
    assert data.lengths[0] == 4
    assert data.lengths[giver[0]] > 4
    assert giver[7] == -1
    gift = given(data, np.array([0]), giver)
    last = data.block(giver[:1]).values[0, -4:]
    assert np.array_equal(gift.block().values[0], last)
    sampled = run(permutation, dataclasses.replace(subject, test=data)).sampled
    assert (sampled.n, sampled.of) == (299, 300)


def test_nobody_to_give_is_not_applicable():
    """All rows of one person: there is nobody to take from, and this is no zero."""
    subject = make_subject(n=50, rows_per_entity=50)
    with pytest.raises(NotApplicable, match="no row could be given"):
        run(permutation, subject)


def test_planted_fault_and_sound_twin():
    """A model that relies on a feature it must not rely on fails; its twin with the same AUROC passes."""
    faulty = make_subject(n=N, weights={"heart rate": 1.0, "lactate": 0.6, "sodium": 0.8, "age": 2.4})
    sound = make_subject(n=N)
    for name in ("sodium", "age"):
        limit = {"quantity": "importance", "between": (-0.01, 0.01), "parts": [name]}
        assert judged(permutation, faulty, limit) == "fail"
        assert judged(permutation, sound, limit) == "pass"


def test_planted_fault_in_time():
    """A model that must not look at old steps alone: the limit on the last block finds out."""
    limit = {"quantity": "importance_by_step", "at_least": 0.05, "parts": ["last 3 steps"]}
    assert judged(permutation, make_subject(n=N), limit, blocks=2) == "pass"
    old = make_subject(n=N)
    truth = dataclasses.replace(
        truth_of(old), weights=np.roll(np.pad(truth_of(old).weights, ((0, 3), (0, 0), (0, 0))), 3, 0)
    )
    old.model.truth = truth
    assert judged(permutation, old, limit, blocks=2) == "fail"


def test_among_similar_rows_a_stand_in_loses_its_importance():
    """Of two features that tell the same, each keeps little: a similar row has nearly the same value."""
    subject = make_subject(n=1000, weights={"heart rate": 1.0})
    values = subject.test.values.copy()
    values[:, 1] = 2.0 + 0.4 * (values[:, 0] - 80.0) / 12.0  # lactate repeats the heart rate
    twin = dataclasses.replace(subject, test=dataclasses.replace(subject.test, values=values))
    alone, among = (
        run(permutation, twin, repeats=1, among=among).quantities["importance"].parts["heart rate"].value
        for among in ("all", "similar")
    )
    assert among < alone / 3
    independent = run(permutation, subject, repeats=1, among="similar").quantities["importance"].parts["heart rate"]
    assert independent.value == pytest.approx(alone, abs=0.04)
