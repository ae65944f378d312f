"""The check of measurement noise against what is known of the fake model."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from scipy import stats
from subjects import SPREAD, make_subject, truth_of

from auditor.checks.behavior.measurement_error import measurement_errors
from auditor.checks.behavior.noise import measure as noise
from auditor.dataset import Feature

N = 3000


def weight_of_noise(subject):
    """Standard deviation of the index under noise of the size of the error of measurement."""
    truth = truth_of(subject)
    return truth.error * np.sqrt((truth.weights**2).sum())


def parts(measurement, quantity):
    return {part: estimate.value for part, estimate in measurement.quantities[quantity].parts.items()}


def covers(estimate, truth):
    low, high = estimate.interval(0.999)
    return low <= truth <= high


def test_error_of_measurement_is_recovered():
    """The error is estimated in original units, each feature its own."""
    subject = make_subject(n=N, error=0.2)
    known, unknown = measurement_errors(subject, subject.test)
    assert {name: known[name].sd for name in known} == pytest.approx(
        {name: 0.2 * SPREAD[name] for name in ("heart rate", "lactate", "sodium")}, rel=0.05
    )
    assert list(unknown) == ["age"]


def test_a_linear_model_moves_as_far_as_its_weights_say():
    """E|change| of a linear score under normal noise of size m e is 10 m e |w| sqrt(2 / pi)."""
    subject = make_subject(task="regression", n=N)
    measured = run(noise, subject, multiples=[0.5, 2])
    expected = 10 * weight_of_noise(subject) * np.sqrt(2 / np.pi)
    assert parts(measured, "score_change") == pytest.approx({"0.5 ×": 0.5 * expected, "2 ×": 2 * expected}, rel=0.05)


def test_rise_of_the_error_is_that_of_added_variance():
    """Noise of the score adds its variance to the squared error: sqrt(residual^2 + (10 m e |w|)^2) - residual."""
    subject = make_subject(task="regression", n=N, residual=5.0)
    estimate = run(noise, subject).quantities["loss"].parts["2 ×"]
    assert covers(estimate, np.hypot(5.0, 10 * 2 * weight_of_noise(subject)) - 5.0)


@pytest.mark.parametrize("fragile", [False, True])
def test_drop_of_the_auroc_is_that_of_two_normals(fragile):
    """Noise widens both normals of the index: the area becomes Phi(delta / sqrt(2 (1 + v)))."""
    subject = make_subject(n=N, auroc=0.85, fragile=fragile)
    delta, v = truth_of(subject).shift, weight_of_noise(subject) ** 2
    expected = stats.norm.cdf(delta / np.sqrt(2)) - stats.norm.cdf(delta / np.sqrt(2 * (1 + v)))
    assert covers(run(noise, subject).quantities["loss"].parts["1 ×"], expected)


def test_values_stay_in_their_plausible_range_and_gaps_stay_gaps():
    """Whatever noise is drawn, no value leaves the declared range that was in it, and no missing cell gets a value."""
    subject = make_subject(n=300, missing=0.3)
    heart = Feature("heart rate", low=79.0, high=81.0)
    seen = []
    encode = subject.encoder.encode

    class Spy:
        width = None
        columns = subject.encoder.columns

        def encode(self, block):
            seen.append(block.values)
            return encode(block)

    data = dataclasses.replace(subject.test, features=(heart, *subject.test.features[1:]))
    run(noise, dataclasses.replace(subject, test=data, encoder=Spy()))
    true = subject.block(data).values
    inside = (true[:, :, 0] >= 79) & (true[:, :, 0] <= 81)
    every = np.concatenate(seen).reshape(-1, *true.shape)
    assert len(every) == 1 + 9 + 3  # scores, three multiples of three draws, three features alone
    assert all(np.array_equal(np.isnan(values), np.isnan(true)) for values in every)
    assert all((values[:, :, 0][inside] >= 79).all() and (values[:, :, 0][inside] <= 81).all() for values in every)


def test_classes_and_constant_features_get_no_noise_and_this_is_told():
    """A class is not a little more or less; a value measured once has no known error."""
    notes = " ".join(run(noise, make_subject(coded=True)).notes)
    assert all(name in notes for name in ("ventilated", "ward", "age"))


def test_a_record_that_mostly_repeats_itself_is_taken_as_exact():
    """Missed payments are events and not errors: such a feature gets no noise, and this is told."""
    subject = make_subject(n=400)
    values = subject.test.values.copy()
    values[:, 0] = np.repeat(np.arange(400) % 7, 6) + (np.arange(2400) % 6 >= 4) * 3
    data = dataclasses.replace(subject.test, values=values)
    known, unknown = measurement_errors(subject, data)
    assert list(known) == ["lactate", "sodium"]
    assert "heart rate" in unknown
    assert "No noise on heart rate: stays the same" in " ".join(
        run(noise, dataclasses.replace(subject, test=data)).notes
    )


def test_measurements_far_apart_count_only_where_there_are_no_nearer_ones():
    """A drift adds to the change over many steps, so that neighbouring steps are preferred; gaps serve otherwise."""
    subject = make_subject(n=400, error=0.2)
    values = subject.test.values.copy().reshape(400, 6, 3)
    values[:, :, 0] += 50 * np.arange(6) * np.where(np.arange(400) % 2, 1, -1)[:, None]
    values[:200, 1:5, 0] = np.nan  # the first half is measured at the first and the last step only
    values[200:, :4, 0] = np.nan  # of the rest only neighbouring steps are
    values[:, 1:5, 1] = np.nan
    known, _ = measurement_errors(subject, dataclasses.replace(subject.test, values=values.reshape(-1, 3)))
    assert (known["heart rate"].pairs, known["lactate"].pairs, known["sodium"].pairs) == (200, 400, 2000)


def test_flips_agree_with_counting_by_hand():
    """The share of flips under a huge noise comes near that of unrelated decisions."""
    subject = make_subject(n=N, fragile=True)
    score = subject.score(subject.block(subject.test))
    above = (score >= 0.3).mean()
    share = parts(run(noise, subject, multiples=[100], draws=1), "flipped")["100 ×"]
    # Under so much noise the score is 0 or 1 by the toss of a coin.
    assert share == pytest.approx(0.5 * above + 0.5 * (1 - above), abs=0.04)


def test_planted_fault_and_sound_twin():
    """A model that reads nothing but error of measurement fails; its twin with the same AUROC passes."""
    for limit in (
        {"quantity": "flipped", "at_most": 0.1, "parts": ["1 ×"]},
        {"quantity": "score_change", "at_most": 0.06, "parts": ["1 ×"]},
        {"quantity": "loss", "at_most": 0.03, "parts": ["1 ×"]},
    ):
        assert judged(noise, make_subject(n=N, fragile=True), limit) == "fail"
        assert judged(noise, make_subject(n=N), limit) == "pass"


def test_no_flip_at_all_is_a_bound_and_not_a_certainty():
    """Where no decision flips, the interval still reaches as far as so few rows allow."""
    subject = make_subject(n=500)
    estimate = run(noise, subject, multiples=[1e-9]).quantities["flipped"].parts["1e-09 ×"]
    assert estimate.value == 0
    assert estimate.interval(0.95) == pytest.approx((0, 3.8415 / (500 + 3.8415)), abs=1e-4)


def test_a_sample_is_drawn_by_entity_and_told():
    """With fewer rows asked for than there are, whole entities are drawn, and the record says so."""
    sampled = run(noise, make_subject(n=1000, rows_per_entity=4), rows=200).sampled
    assert (sampled.n, sampled.of, sampled.how) == (200, 1000, "at random, whole entities")


def test_a_declared_error_is_used_as_declared():
    """What the data specification declares stands, also where nothing is measured twice; 0 means an exact value."""
    subject = make_subject(n=400)
    features = [
        dataclasses.replace(one, error=error)
        for one, error in zip(subject.test.features, (2.5, 0.0, None), strict=True)
    ]
    statics = [dataclasses.replace(one, error=1.5) for one in subject.test.static_features]
    data = dataclasses.replace(subject.test, features=tuple(features), static_features=tuple(statics))
    known, unknown = measurement_errors(subject, data)
    assert {name: known[name].sd for name in ("age", "heart rate")} == {"age": 1.5, "heart rate": 2.5}
    assert known["age"].pairs is None
    assert unknown == {"lactate": "declared to be exact"}
    table = run(noise, dataclasses.replace(subject, test=data)).shown[-1]
    assert {row[0]: row[3] for row in table.rows}["age"] == "declared"


def test_noise_on_a_static_feature_moves_the_score():
    """A declared error of a value that is measured once is noise like any other: E|change| = 10 e |w| sqrt(2 / pi)."""
    subject = make_subject(task="regression", n=N, weights={"age": 1.0})
    exact = tuple(dataclasses.replace(one, error=0.0) for one in subject.test.features)
    age = tuple(dataclasses.replace(one, error=4.0) for one in subject.test.static_features)
    data = dataclasses.replace(subject.test, features=exact, static_features=age)
    moved = parts(run(noise, dataclasses.replace(subject, test=data), multiples=[1]), "score_change")["1 ×"]
    expected = 10 * 4.0 / SPREAD["age"] * float(truth_of(subject).static[0, 0]) * np.sqrt(2 / np.pi)
    assert moved == pytest.approx(expected, rel=0.05)
