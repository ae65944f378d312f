"""Drift from the reference to the test data."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from scipy import stats
from subjects import make_subject

from auditor.checks.data import drift
from auditor.checks.data.distributions import Numbers, compared
from auditor.checks.data.two_samples import told_apart
from auditor.dataset import Feature
from auditor.evidence import REFERENCE_SCORES, SCORES, Evidence
from auditor.measurement import Sampled
from auditor.sampling import Sampling

ROWS = np.arange(1000) >= 600  # 600 reference rows, then 400 test rows


def one_number(values, categorical=False, smallest=10):
    number = Numbers("x", np.asarray(values, dtype=float), categorical)
    return compared([number], ROWS, Sampling(None, "rows", 1000), smallest)[0]


def value(found, name):
    return found[name].parts["x"].value


def test_distances_are_those_of_scipy():
    """Kolmogorov and Smirnov's distance, and Wasserstein's in standard deviations of the reference."""
    x = np.random.default_rng(0).normal(0, 3, 1000) + 2 * ROWS
    found = one_number(x)
    before, after = x[~ROWS], x[ROWS]
    assert value(found, "ks") == pytest.approx(stats.ks_2samp(before, after).statistic)
    assert value(found, "shift") == pytest.approx(stats.wasserstein_distance(before, after) / before.std())


def test_stability_index_by_hand():
    """Tenths of the reference: every bin has 60 of its 600 rows; of the test rows one half is in the first bin."""
    x = np.concatenate([np.arange(600), np.repeat([5.0, 595.0], 200)])
    share = np.array([0.1, 0.1])
    other = np.array([200.5, 200.5]) / (400 + 10 * 0.5)
    empty = 0.5 / (400 + 10 * 0.5)
    base = np.full(10, 60.5) / (600 + 10 * 0.5)
    told = np.r_[other, np.full(8, empty)]
    assert share == pytest.approx(base[:2])
    assert value(one_number(x), "psi") == pytest.approx(((base - told) * np.log(base / told)).sum())


def test_what_is_not_measured_is_a_bin_of_its_own():
    """The same values, but a third of the test rows without one: only the index sees it."""
    x = np.tile(np.arange(20.0), 50)
    gone = np.where(ROWS & (np.arange(1000) % 3 == 0), np.nan, x)
    assert value(one_number(gone), "psi") > 0.5
    assert value(one_number(gone), "ks") < 0.01
    assert value(one_number(x), "psi") == 0.0


def test_categories_have_shares_but_no_distance():
    """Their p-value is that of the chi-square test, up to its approximation by the index."""
    rng = np.random.default_rng(1)
    codes = np.where(ROWS, rng.choice(3, 1000, p=(0.42, 0.34, 0.24)), rng.choice(3, 1000, p=(0.4, 0.35, 0.25)))
    number = Numbers("x", codes.astype(float), True)
    found, chances = compared([number], ROWS, Sampling(None, "rows", 1000), 10)
    table = [np.bincount(codes[~ROWS]), np.bincount(codes[ROWS])]
    assert set(found) == {"psi"}
    assert chances["x"] == pytest.approx(stats.chi2_contingency(table).pvalue, rel=0.1)


def test_p_values_are_adjusted_for_their_number():
    """Holm: the smallest of three by 3, the next by 2, and never below the one before."""
    rng = np.random.default_rng(2)
    some = [
        Numbers(name, rng.normal(size=1000) + by * ROWS, False) for name, by in zip("abc", (0.15, 0.16, 0), strict=True)
    ]
    sampling = Sampling(None, "rows", 1000)
    alone = {one.name: compared([one], ROWS, sampling, 10)[1][one.name] for one in some}
    together = compared(some, ROWS, sampling, 10)[1]
    first, second, third = sorted(alone, key=lambda name: alone[name])
    assert together[first] == pytest.approx(min(1, 3 * alone[first]))
    assert together[second] == pytest.approx(max(together[first], min(1, 2 * alone[second])))
    assert together[third] == pytest.approx(max(together[second], alone[third]))


def test_rows_of_one_person_do_not_make_drift():
    """20 people a side with 30 equal rows each: what looks like drift among 600 rows is chance among 20 people."""
    people = np.random.default_rng(5).normal(size=40)
    x, is_test = np.repeat(people, 30), np.arange(1200) >= 600
    number = [Numbers("x", x, False)]
    _, rows = compared(number, is_test, Sampling(None, "rows", 1200), 10)
    _, clustered = compared(number, is_test, Sampling(np.repeat(np.arange(40), 30), "entities", 40), 10)
    assert rows["x"] < 0.01
    assert clustered["x"] > 0.1


def test_many_that_moved_are_seen_to_have_moved():
    """12 features, each moved by two standard deviations: the adjustment does not lift what no draw could reach."""
    values = np.random.default_rng(7).normal(size=(12, 1000)) + 2 * ROWS
    numbers = [Numbers(str(at), row, False) for at, row in enumerate(values)]
    _, chances = compared(numbers, ROWS, Sampling(None, "rows", 1000), 10)
    assert len(chances) == 12
    assert max(chances.values()) < 1e-6


@pytest.mark.parametrize("held", ["one entity", "12 rows", "19 entities"])
def test_a_handful_has_no_p_value_and_passes_nothing(held):
    """However far it moved: chance is not told from change, and the distances that are judged do not pass."""
    few = {"one entity": 400, "12 rows": 12, "19 entities": 19}[held]
    is_test = np.arange(600 + few) >= 600
    codes = np.arange(600 + few) if held != "one entity" else np.where(is_test, 600, np.arange(600 + few))
    sampling = Sampling(codes, "entities", int(codes.max()) + 1) if "entit" in held else Sampling(None, "rows", 612)
    x = np.random.default_rng(8).normal(size=600 + few) + 5 * is_test
    found, chances = compared([Numbers("x", x, False)], is_test, sampling, 10)
    assert chances == {}
    for name in ("ks", "shift"):
        one = found[name].parts["x"]
        fewest = min(one.events, len(x) if one.entities is None else one.entities)
        assert one.spread.kind == "not_estimable" or fewest < 20


def test_p_values_are_shown_and_not_judged():
    """A large one is no evidence that nothing changed, so no limit can be set on it; both samples are told."""
    assert "p_value" not in drift.measure.quantities
    measured = run(drift.measure, make_subject(n=400, spoiled="drifted"), rows=200)
    table, how = measured.shown[-1], "test rows, at random; 200 of 600 reference rows, at random"
    assert measured.sampled == Sampled(n=200, of=400, how=how)
    assert [column.title for column in table.columns][-1] == "p-value"
    assert table.rows[0][0] == "heart rate"
    assert table.rows[0][-1] < 1e-6


def test_few_measured_rows_are_not_compared():
    """9 of 400 test rows: told as such, in every number."""
    x = np.where(ROWS & (np.arange(1000) >= 609), np.nan, np.arange(1000.0))
    found = one_number(x)
    assert {name: set(quantity.unmeasured) for name, quantity in found.items()} == {
        name: {"x"} for name in ("psi", "ks", "shift")
    }


def test_a_drifted_joint_distribution_is_told_apart():
    """Each feature as before, but their correlation turned round: only the classifier sees it."""
    rng = np.random.default_rng(6)
    sign = np.where(np.arange(4000) < 2000, 1, -1)
    first = rng.normal(size=4000)
    x = np.stack([first, 0.9 * sign * first + 0.4 * rng.normal(size=4000)], axis=1)
    sampling = Sampling(None, "rows", 4000)
    turned = told_apart(x, sign < 0, sampling, np.random.default_rng(0))
    sound = told_apart(x[:, :1], sign < 0, sampling, np.random.default_rng(0))
    assert turned.value > 0.8
    low, high = sound.interval(0.95)
    assert low < 0.5 < high
    assert told_apart(x[:2], np.array([True, False]), Sampling(None, "rows", 2), rng) is None


def test_drift_of_the_score_is_seen():
    """The same data, but scores that are higher."""
    subject = make_subject(n=600)
    scores = REFERENCE_SCORES.produce(subject), SCORES.produce(subject)
    evidence = Evidence({"reference scores": scores[0], "scores": scores[1] ** 0.5})
    found = drift.measure.measure(subject, evidence, drift.Params())
    assert found.quantities["ks"].parts["score"].value > 0.2
    assert found.quantities["ks"].parts["lactate"].value < 0.12


def test_constant_features_have_not_drifted():
    """What is the same in every row of both has no drift, which is a fact and can be passed."""
    subject = make_subject(n=400, flat=True)
    limit = {"quantity": "shift", "at_most": 0.1, "parts": ("sodium",)}
    assert judged(drift.measure, subject, limit) == "pass"
    measured = run(drift.measure, subject)
    assert measured.quantities["psi"].parts["sodium"].value == 0.0
    features = (*subject.test.features[:2], Feature("sodium", kind="categorical", levels=("a", "b")))
    coded = {
        name: dataclasses.replace(data, features=features, values=np.abs(data.values) % 1)
        for name, data in (("test", subject.test), ("reference", subject.reference))
    }
    assert run(drift.measure, dataclasses.replace(subject, **coded)).quantities["psi"].parts["sodium"].value == 0.0
