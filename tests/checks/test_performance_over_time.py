"""performance.over_time and performance.history: when the model is right."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from sklearn import metrics
from subjects import make_subject

from auditor.checks.performance import history, migration, over_time
from auditor.checks.periods import periods
from auditor.errors import NotApplicable
from auditor.evidence import SCORES


def dated(subject, times):
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, index_time=np.asarray(times)))


def test_periods_hold_rows_of_one_time_together():
    """About equally many rows in each, named by their first and last day, or by their numbers."""
    data = make_subject(n=100).test
    days = np.datetime64("2020-01-01", "us") + np.arange(100) * np.timedelta64(1, "D")
    named = periods(dataclasses.replace(data, index_time=days), 4, one_clock=False)
    assert [(name, int(rows.sum())) for name, rows in named.items()][:2] == [
        ("2020-01-01 to 2020-01-25", 25),
        ("2020-01-26 to 2020-02-19", 25),
    ]
    numbers = periods(dataclasses.replace(data, index_time=np.repeat([1, 2], [70, 30])), 4, one_clock=True)
    assert {name: int(rows.sum()) for name, rows in numbers.items()} == {"1": 70, "2": 30}


def test_drop_is_the_difference_of_two_areas():
    """The area of the first period less that of each later one, as in scikit-learn."""
    subject = dated(make_subject(n=900), np.arange(900) % 3)
    y, scores, time = subject.test.y, SCORES.produce(subject), subject.test.index_time
    areas = [metrics.roc_auc_score(y[time == t], scores[time == t]) for t in range(3)]
    found = run(over_time.measure, subject, periods=3, one_clock=True).quantities["drop"].parts
    assert [e.value for e in found.values()] == pytest.approx([areas[0] - areas[1], areas[0] - areas[2]], abs=1e-12)


def test_people_in_both_periods_are_heeded():
    """Whose rows are in two periods makes their difference surer than that of different people."""
    same = dated(make_subject(n=2000, rows_per_entity=2), np.arange(2000) % 2)
    others = dated(same, np.arange(2000) // 1000)
    error = [
        run(over_time.measure, s, periods=2, one_clock=True).quantities["drop"].parts["1"].spread.se
        for s in (same, others)
    ]
    assert error[0] < 0.8 * error[1]


def test_one_time_is_no_period():
    """Where all rows have the same time it is said."""
    with pytest.raises(NotApplicable, match="same time"):
        run(over_time.measure, make_subject(n=200))


def test_numbers_are_no_dates():
    """Hours since admission say how long and not when: without a word of the policy there are no periods."""
    for check in (over_time, migration):
        with pytest.raises(NotApplicable, match="one clock"):
            run(check.measure, make_subject(n=400, rows_per_entity=4))


@pytest.mark.parametrize("keep", ["first", "last"])
def test_the_simulated_model_needs_three_steps(keep):
    """It looks at three steps; with fewer it predicts worse, with more no better."""
    found = run(history.measure, make_subject(n=1500, error=0.9), keep=keep).quantities["loss"].parts
    assert list(found) == [f"{keep} {k} step{'s' if k > 1 else ''}" for k in range(1, 6)]
    assert found[f"{keep} 1 step"].interval(0.99).low > 0
    if keep == "last":
        assert [found[f"last {k} steps"].value for k in (3, 4, 5)] == [0, 0, 0]
    else:
        assert abs(found["first 3 steps"].value) < found["first 1 step"].value


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_score_that_ranks_nothing_has_nothing_to_lose(task):
    """The same score for all loses nothing with less history: no variance, and no pass; a perfect one may pass."""
    limit = {"quantity": "loss", "at_most": 0.05, "parts": ("last 3 steps",)}
    constant = make_subject(n=400, task=task, constant=True)
    loss = run(history.measure, constant).quantities["loss"].parts["first 1 step"]
    assert (loss.value, loss.spread.kind) == (0.0, "not_estimable")
    assert "the same score" in loss.spread.reason
    assert judged(history.measure, constant, limit, keep="last") == "inconclusive"
    assert judged(history.measure, make_subject(n=400, task=task), limit, keep="last") == "pass"


def test_one_step_is_no_history():
    """There is nothing to leave out."""
    with pytest.raises(NotApplicable, match="more than one step"):
        run(history.measure, make_subject(steps=1, shortest=1))
