"""Features that know the outcome."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from scipy import stats
from sklearn.metrics import roc_auc_score
from subjects import make_subject

from auditor.checks.data import look_ahead
from auditor.checks.data.known import known, positions
from auditor.checks.data.seen import Seen
from auditor.dataset import Feature


def parts(measurement, name):
    return measurement.quantities[name].parts


def with_values(subject, change):
    values = subject.test.values.copy()
    change(values.reshape(len(subject.test), 6, -1))
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, values=values))


def test_areas_are_those_of_scikit_learn():
    """Of every feature and step, in the direction in which it is above one half."""
    subject = make_subject(n=400)
    cells, y = subject.test.values.reshape(400, 6, 3), subject.test.y
    alone = parts(run(look_ahead.measure, subject), "alone")
    for at, name in enumerate(("heart rate", "lactate", "sodium")):
        for words, step in (("last step", 5), ("1 step before", 4), ("4 steps before", 1)):
            area = roc_auc_score(y, cells[:, step, at])
            assert alone[f"{name}, {words}"].value == pytest.approx(max(area, 1 - area), abs=1e-12)
    assert len(alone) == 3 * len(positions(6, 400)) + 1


def test_the_value_known_at_a_step_is_the_last_measured_one():
    """Later values do not count, and what was never measured is not known."""

    def change(cells):
        cells[0, :, 1] = [1.0, np.nan, 2.0, np.nan, 3.0, np.nan]
        cells[1, :, 1] = np.nan

    seen = Seen.of(*(subject := with_values(make_subject(n=2), change), subject.test))
    found = {one.name: one.values for one in known(seen, positions(6, 9))}
    assert [found[f"lactate, {when}"][0] for when in ("last step", "1 step before", "2 steps before")] == [
        3.0,
        3.0,
        2.0,
    ]
    assert found["lactate, 4 steps before"][0] == 1.0
    assert np.isnan(found["lactate, last step"][1])


def test_a_feature_that_is_the_outcome_fails():
    """A perfect ranking has no variance; it is judged all the same, by the number of pairs that were never wrong."""

    def change(cells):
        cells[:, 5, 2] = subject.test.y

    subject = make_subject(n=400)
    leaking = with_values(subject, change)
    perfect = parts(run(look_ahead.measure, leaking), "alone")["sodium, last step"]
    low, high = perfect.interval(0.95)
    assert (perfect.value, high) == (1.0, 1.0)
    assert 0.95 < low < 1.0
    assert judged(look_ahead.measure, leaking, {"quantity": "alone", "at_most": 0.9}) == "fail"
    assert judged(look_ahead.measure, subject, {"quantity": "alone", "at_most": 0.9}) == "pass"


def test_a_leak_at_any_late_step_fails():
    """Also where later values hide it: what was known three steps before the end."""

    def change(cells):
        cells[:, 2, 2] = subject.test.y

    subject = make_subject(n=400)
    assert judged(look_ahead.measure, with_values(subject, change), {"quantity": "alone", "at_most": 0.9}) == "fail"


def test_a_category_of_many_levels_knows_nothing_of_outcomes_it_has_nothing_to_do_with():
    """Ordered by its own rows, each of 200 levels of noise would know half of the outcomes."""
    subject = make_subject(n=400, reference=0)
    coded = Feature("word", kind="categorical", levels=tuple(str(code) for code in range(200)))
    values = np.random.default_rng(1).integers(0, 200, (len(subject.test.values), 1)).astype(float)
    test = dataclasses.replace(subject.test, features=(coded,), values=values)
    found = parts(run(look_ahead.measure, dataclasses.replace(subject, test=test)), "alone")
    assert all(found[f"word, {when}"].interval(0.95).low <= 0.5 for when in ("last step", "1 step before"))
    assert found["word, last step"].value < 0.6


def test_constant_features_know_nothing():
    """Exactly one half, which is a fact, and no jump."""
    measured = run(look_ahead.measure, make_subject(n=400, flat=True))
    assert {one.value for one in parts(measured, "alone").values()} == {0.5}
    assert judged(look_ahead.measure, make_subject(n=400, flat=True), {"quantity": "jump", "at_most": 0.2}) == "pass"


def test_explained_is_the_squared_correlation():
    """Of a target that is a number; and the interval is that of Fisher's z."""
    subject = make_subject(n=2000, task="regression")
    heart_rate = subject.test.values[5::6, 0]
    one = parts(run(look_ahead.measure, subject), "explained")["heart rate, last step"]
    r = np.corrcoef(heart_rate, subject.test.y)[0, 1]
    assert one.value == pytest.approx(r**2, abs=1e-12)
    low, high = stats.pearsonr(heart_rate, subject.test.y).confidence_interval(0.95)
    assert one.interval(0.95) == pytest.approx((low**2, high**2), abs=0.01)


def test_every_class_has_its_own():
    """With several classes: each against the rest, at the last two steps."""
    alone = parts(run(look_ahead.measure, make_subject(n=400, task="multiclass")), "alone")
    assert "icu: lactate, 1 step before" in alone
    assert len(alone) == 3 * (3 * 2 + 1)


def test_a_class_that_is_too_rare_is_told():
    """9 rows of one class: its areas are not measured, which no limit passes."""
    subject = make_subject(n=400, task="multiclass")
    y = np.where(np.arange(400) < 9, 2.0, np.arange(400) % 2)
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, y=y))
    unmeasured = run(look_ahead.measure, subject).quantities["alone"].unmeasured
    assert unmeasured == {"icu": "fewer than 10 rows have this outcome, or have it not; suppressed"}
    assert judged(look_ahead.measure, subject, {"quantity": "alone", "at_most": 1.0}) == "inconclusive"
