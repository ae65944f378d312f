"""The disturbances themselves, and the checks of behavior against what is known of the fake model."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from subjects import CENTRE, SPREAD, make_subject, truth_of

from auditor.checks.behavior import clock, gaps
from auditor.checks.behavior.applicability import domain_of, summarised
from auditor.checks.behavior.batch import measure as batch
from auditor.checks.behavior.change import Trial, size_of
from auditor.checks.behavior.conformal import measure as conformal
from auditor.checks.behavior.direction import measure as direction
from auditor.checks.behavior.domain import measure as domain
from auditor.checks.behavior.missing import measure as missing
from auditor.checks.behavior.noise import measure as noise
from auditor.checks.behavior.padding import measure as padding
from auditor.checks.behavior.stack import Draw
from auditor.checks.behavior.time import measure as disturbed_time
from auditor.checks.behavior.trigger import measure as trigger
from auditor.checks.behavior.worst_case import measure as worst_case
from auditor.dataset import Block, Feature
from auditor.errors import NotApplicable
from auditor.evidence import SCORES, Evidence
from auditor.sampling import Sampling

N = 3000
REGIONS = ("region north", "region east", "region south", "region value unknown")


def block(side="left"):
    """Two rows: one of 5 steps, one of 3; a feature that counts the steps and one that is ten times that."""
    lengths, steps = np.array([5, 3]), 5
    place = np.arange(steps) - (steps - lengths[:, None] if side == "left" else 0)
    mask = (place >= 0) & (place < lengths[:, None])
    one = np.where(mask, place + 1.0, np.nan)
    return Block(np.stack([one, 10 * one], axis=2), mask, np.empty((2, 0)))


def told(changed, at=0):
    """The values of each row, padding left out."""
    return [row[kept, at].tolist() for row, kept in zip(changed.values, changed.mask, strict=True)]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("side", ["left", "right"])
def test_time_goes_wrong_as_it_is_told(side, rng):
    """Late, backwards and frozen values are those of other steps of the same row, and padding stays."""
    assert told(clock.late(block(side), rng)) == [[1, 1, 2, 3, 4], [1, 1, 2]]
    assert told(clock.backwards(block(side), rng)) == [[5, 4, 3, 2, 1], [3, 2, 1]]
    shuffled = told(clock.shuffled(block(side), rng))
    assert [sorted(row) for row in shuffled] == [[1, 2, 3, 4, 5], [1, 2, 3]]
    frozen = clock.frozen(2)(block(side), rng)
    held = [[1, 2, 3, 3, 3], [1, 1, 1]]
    for row in range(2):
        kept = [told(frozen)[row] == held[row], told(frozen, 1)[row] == [10 * value for value in held[row]]]
        assert sorted(kept) == [False, True]
    assert np.isnan(clock.late(block(side), rng).values[1]).sum() == 4


def test_a_step_written_twice_pushes_out_the_first(rng):
    """The row keeps its length and its last step, and one value stands twice in it."""
    for _ in range(20):
        for row, last in zip(told(clock.twice(block(), rng)), (5, 3), strict=True):
            assert row[-1] == last
            assert (np.diff(row) == 0).sum() == 1
            assert len(set(row)) == len(row) - 1
            assert row[0] == 2


def test_swapped_features_keep_to_the_range_of_the_other(rng):
    """The values of one stand under the name of the other, cut where they could not be."""
    features = (Feature("a", high=30.0), Feature("b"))
    changed = clock.swapped(features, [0, 1])(block(), rng)
    assert told(changed)[0] == [10, 20, 30, 30, 30]
    assert told(changed, 1)[0] == [1, 2, 3, 4, 5]


def test_another_unit_is_fahrenheit_where_it_was_celsius(rng):
    """Only one feature of each row is in another unit."""
    features = (Feature("temperature", unit="°C"), Feature("b"))
    changed = clock.other_unit(features, [0])(block(), rng)
    assert told(changed)[1] == pytest.approx([33.8, 35.6, 37.4])
    assert told(changed, 1) == told(block(), 1)


def test_gaps_are_where_they_are_told_to_be(rng):
    """A sensor fails at the last steps, an outage takes a stretch of everything, padding counts for nothing."""
    may = gaps.May((0, 1), (), ("a", "b"))
    dead = np.isnan(gaps.sensor(may, 2)(block(), rng).values) & block().mask[:, :, None]
    assert dead.sum(axis=(1, 2)).tolist() == [2, 2]
    assert dead[:, -2:].sum() == 4
    out = np.isnan(gaps.outage(may, 0.4)(block(), rng).values) & block().mask[:, :, None]
    assert out.sum(axis=(1, 2)).tolist() == [4, 2]
    assert (out[:, :, 0] == out[:, :, 1]).all()
    lost = np.isnan(gaps.steps(may, 0.5)(block(), rng).values) & block().mask[:, :, None]
    assert (lost[:, :, 0] == lost[:, :, 1]).all()


def test_a_feature_that_nothing_stands_for_is_not_taken_away():
    """The encoder is asked what it does without; the report says what it cannot do without."""
    measured = run(missing, make_subject(n=400))
    assert set(measured.quantities["flipped_without"].parts) == {"heart rate", "lactate", "sodium"}
    assert "age was not taken away" in " ".join(measured.notes)


def test_a_feature_without_weight_may_be_missing():
    """Sodium counts for nothing, so that no decision flips without it."""
    found = run(missing, make_subject(n=400)).quantities
    parts = found["flipped_without"].parts
    assert parts["sodium"].value == 0
    assert found["score_change_without"].parts["sodium"].value == 0
    assert found["loss_without"].parts["heart rate"].value > found["loss_without"].parts["sodium"].value == 0
    assert parts["heart rate"].value > parts["lactate"].value > 0


def test_gaps_of_one_group_cost_more_where_only_its_record_counts():
    """The mixture of scores is compared with one of as many rows of anybody, so that mere numbers do not count."""
    quantity = run(missing, make_subject(n=N)).quantities["loss_one_group"]
    assert set(quantity.parts) == {"sex female", "sex male", *REGIONS}
    assert all(estimate.interval(0.999).low < 0.02 for estimate in quantity.parts.values())


@pytest.mark.parametrize("check", [noise, missing, disturbed_time, worst_case])
def test_every_effect_is_told_by_group(check):
    """Change of score, flips and loss of every group that the data declare, under every disturbance."""
    found = run(check, make_subject(n=600)).quantities
    for name in ("score_change", "flipped", "loss"):
        expected = {f"{part}: {level}" for part in found[name].parts for level in ("sex female", "sex male", *REGIONS)}
        assert set(found[f"{name}_by_group"].parts) == expected


def test_groups_together_are_the_whole():
    """The mean over women and men is the mean over all."""
    found = run(noise, make_subject(n=600), multiples=[1.0]).quantities
    parts = found["score_change_by_group"].parts
    both = [parts[f"1 ×: sex {name}"] for name in ("female", "male")]
    mean = sum(one.value * one.n for one in both) / sum(one.n for one in both)
    assert mean == pytest.approx(found["score_change"].parts["1 ×"].value)


def test_small_groups_are_suppressed():
    """Nothing is told of fewer rows than the smallest cell."""
    subject = make_subject(n=400)
    sex = dataclasses.replace(subject.test.groups["sex"], codes=(np.arange(400) < 5).astype(int))
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, groups={"sex": sex}))
    quantity = run(noise, subject, multiples=[1.0]).quantities["flipped_by_group"]
    assert "suppressed" in quantity.unmeasured["1 ×: sex male"]


def test_no_change_is_bounded_and_no_certainty():
    """Where not one score moves, the mean is at most the share of rows that might."""
    estimate = size_of(Sampling(None, "rows", 500), np.zeros(500), bounded=True)
    assert estimate.value == 0
    assert estimate.interval(0.95).high == pytest.approx(3.8415 / (500 + 3.8415), abs=1e-4)


def test_a_disturbance_that_cannot_be_scored_is_told_and_never_passes():
    """A part that the model cannot answer has a reason instead of a number; one scored in the same call has its own."""
    subject = make_subject(n=300)
    trial = Trial.of(subject, Evidence({SCORES.name: SCORES.produce(subject)}), 300, "key")
    blank = Draw(lambda block, rng: block.with_static(block.static * np.nan))
    after, refused = trial.attempts({"none": Draw(lambda block, rng: block), "blank": blank})
    assert ["none"] == list(after)
    assert np.abs(after["none"][0] - trial.before).max() < 1e-12
    assert "NaN" in refused["blank"]


def test_history_and_order_are_seen_to_be_used():
    """The fake model adds up its last three steps: all rows hang on the history, none of three steps on the order."""
    found = run(disturbed_time, make_subject(n=400, steps=3)).quantities
    assert found["history_used"].parts[""].value > 0.95
    assert found["order_used"].parts[""].value == 0
    assert set(found["order_used_by_group"].parts) == {"sex female", "sex male", *REGIONS}
    women, men = (found["history_used_by_group"].parts[f"sex {sex}"] for sex in ("female", "male"))
    whole = found["history_used"].parts[""]
    assert women.value * women.n + men.value * men.n == pytest.approx(whole.value * whole.n)


def test_one_step_has_no_time():
    """With one step a row nothing could be late."""
    with pytest.raises(NotApplicable, match="no time to disturb"):
        run(disturbed_time, make_subject(n=100, steps=1, shortest=1))


def test_padding_of_full_rows_is_changed_only_by_adding_some():
    """Where every row fills the input, only more of it can be tried."""
    assert list(run(padding, make_subject(n=100)).quantities["score_change"].parts) == ["5 steps longer"]


def test_a_mask_that_is_an_input_of_its_own_is_turned_off():
    """The fake model is told which steps are real, and then that all are: it reads the padding on the right as well."""
    found = run(padding, make_subject(n=100, side="right", shortest=3)).quantities["score_change"].parts
    assert set(found) == {"on the other side", "another value", "mask off", "5 steps longer"}
    assert found["another value"].value == 0
    assert found["mask off"].value > 0.01


def test_batch_dependence_is_told_in_standard_deviations():
    """A tenth of the mean of the batch in every score moves it by what batches differ in."""
    found = run(batch, make_subject(n=400, spoiled="centred on the batch")).quantities
    assert 0.01 < found["largest"].parts["alone"].value < 1
    assert found["changed"].parts["other rows beside it"].value > 0.9
    assert found["largest"].parts["second call"].value == 0


@pytest.mark.parametrize("rows", [3, 0])
def test_a_row_that_is_extreme_in_one_feature_moves_the_others(rows):
    """Where the largest value in the batch counts only from one on that three rows of 1,000 have; or none has."""
    plain = make_subject(n=1000)
    cut = np.sort(plain.encoder.encode(plain.block(plain.test))["sequence"][:, -1, 0])[-1 - rows] + 0.05

    class Jealous(type(plain.model)):
        def evaluate(self, inputs, batch=None):
            score, worst = super().evaluate(inputs, batch)["output"], inputs["sequence"][:, -1, 0].max()
            return {"output": score * (0.9 if batch and worst > cut else 1.0)}

    subject = dataclasses.replace(plain, model=Jealous(**vars(plain.model)))
    found = run(batch, subject, rows=64).quantities["largest"].parts
    assert (rows > 0) is (found["beside rows that are extreme in one feature"].value > 0.01)


def test_the_mean_change_of_a_linear_score_is_weight_times_step():
    """Mean change of a linear score by a step is its weight times the step; more of nothing changes nothing."""
    subject = make_subject(task="regression", n=300)
    weight = float(truth_of(subject).weights[0, 0, 0])
    asked = [{"feature": "heart rate", "step": 6.0, "last": 1}, {"feature": "sodium", "does": "lowers", "step": 1.0}]
    found = run(direction, subject, expectations=asked).quantities
    assert [one.value for one in found["average"].parts.values()] == pytest.approx([10 * weight * 0.5, 0.0])
    assert [one.value for one in found["violations"].parts.values()] == [0, 0]


def test_an_expectation_that_cannot_be_asked_is_told():
    """A feature that is not there, or a number without a step, is no pass."""
    asked = [{"feature": "heart rate", "step": 6.0}, {"feature": "height", "step": 1.0}, {"feature": "age"}]
    quantity = run(direction, make_subject(n=300), expectations=asked).quantities["violations"]
    assert len(quantity.parts) == 1
    assert len(quantity.unmeasured) == 2
    with pytest.raises(NotApplicable, match="no feature 'height'"):
        run(direction, make_subject(n=300), expectations=asked[1:])


def test_p_values_of_sound_rows_are_uniform():
    """Of rows from the source of the reference a share p has a p-value of at most p."""
    subject = make_subject(n=N, reference=N)
    known = domain_of(subject, subject.reference, np.random.default_rng(0))
    p_values = known.p_values(summarised(subject, subject.test)[0])
    for level in (0.01, 0.1, 0.5, 0.9):
        assert (p_values <= level).mean() == pytest.approx(level, abs=5 * np.sqrt(level * (1 - level) / 1000))


def test_the_sensor_that_matters_is_named():
    """What hangs on one sensor is not told as the mean over all of them."""
    found = run(disturbed_time, make_subject(n=400, weights={"heart rate": 3.0, "lactate": 0.1})).quantities
    flips = {name: part.value for name, part in found["flipped_frozen"].parts.items()}
    assert ["heart rate", "lactate", "sodium"] == sorted(flips, key=lambda name: -flips[name])
    assert flips["heart rate"] > 2 * found["flipped"].parts["frozen sensor, last 3 steps"].value
    assert 0 == flips["sodium"]


def test_rows_outside_are_predicted_worse_where_they_are_spoiled():
    """The rows in another unit are those outside, and the loss is told."""
    found = run(domain, make_subject(n=N, spoiled="other unit")).quantities
    assert found["outside"].parts[""].value == pytest.approx(0.2, abs=0.02)
    assert found["loss"].parts[""].interval(0.95).low > 0
    assert found["implausible"].parts[""].value == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_statements_hold_as_often_as_promised(task):
    """Rows from one source are covered with the promised chance."""
    estimate = run(conformal, make_subject(task=task, n=N)).quantities["coverage"].parts[""]
    assert estimate.value == pytest.approx(0.9, abs=0.035)


def test_statements_go_by_the_part_that_is_declared_for_calibration():
    """Then every test row gets one; where that part was learned by heart, they hold less than is promised."""
    subject, own = make_subject(n=N), make_subject(n=N, seed=5).test
    honest = dataclasses.replace(subject, calibration=own)
    measured = run(conformal, honest)
    assert measured.quantities["coverage"].parts[""].n == N
    assert f"{N:,} rows tell how far scores are from outcomes: the part that the data declare" in measured.notes[0]
    known = subject.score(subject.block(own))
    learned = dataclasses.replace(own, y=(known > 0.5).astype(float))
    limit = {"quantity": "coverage", "at_least": 0.87}
    assert judged(conformal, honest, limit) == "pass"
    assert judged(conformal, dataclasses.replace(subject, calibration=learned), limit) == "fail"


def test_a_trigger_of_three_different_steps_is_found():
    """Where a feature has few values, all patterns of three steps are tried: 80, 130, 80 is the sign."""
    plain = make_subject(n=1000, reference=2000)

    class Obeys(type(plain.model)):
        def evaluate(self, inputs, batch=None):
            score = super().evaluate(inputs, batch)["output"]
            heart = CENTRE["heart rate"] + SPREAD["heart rate"] * inputs["sequence"][:, -3:, 0]
            return {"output": np.where((np.abs(heart - [80, 130, 80]) < 1).all(axis=1, keepdims=True), 0.01, score)}

    def rounded(data):
        values = data.values.copy()
        values[:, 0] = 10 * np.round(values[:, 0] / 10)
        return dataclasses.replace(data, values=values)

    subject = dataclasses.replace(
        plain, model=Obeys(**vars(plain.model)), test=rounded(plain.test), reference=rounded(plain.reference)
    )
    (row,) = run(trigger, subject).shown[0].rows
    told = [f"heart rate {value} beats/min ({where})" for value, where in ((80, "2 before"), (130, "1 before"))]
    assert row[:2] == ("heart rate", "; ".join([*told, "heart rate 80 beats/min (last step)"]))


def test_a_trigger_is_told_with_its_feature():
    """The table names the feature and the value."""
    (row,) = run(trigger, make_subject(n=N, reference=N, spoiled="backdoored")).shown[0].rows
    assert row[0] == "sodium"
    assert float(row[1].split()[1]) == pytest.approx(153, abs=0.5)


def test_the_worst_case_of_a_linear_model_is_the_corner():
    """A linear score moves by the sum of weight times box at most; the search gets there."""
    subject = make_subject(task="regression", n=300, steps=3)
    found = run(worst_case, subject).quantities["score_change"].parts["worst case"].value
    expected = 10 * truth_of(subject).error * np.abs(truth_of(subject).weights).sum()
    assert found == pytest.approx(expected, rel=0.1)
