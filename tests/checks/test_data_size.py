"""How much there is, and from when."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from spoiled import split_by_time
from subjects import make_subject

from auditor.checks.data import sample_size, time_order
from auditor.checks.groups import Grouping, Groups
from auditor.dataset import Group
from auditor.errors import NotApplicable


def values(measurement, name):
    return {key: one.value for key, one in measurement.quantities[name].parts.items()}


def with_outcome(subject, y):
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, y=np.asarray(y, dtype=float)))


def test_counts_are_counts():
    """Rows, people, outcomes, and both outcomes in each group."""
    subject = make_subject(n=400, rows_per_entity=4)
    y, women = subject.test.y == 1, subject.test.groups["sex"].codes == 0
    measured = run(sample_size.measure, subject)
    assert [values(measured, name)[""] for name in ("rows", "entities", "events")] == [400, 100, y.sum()]
    assert values(measured, "non_events")[""] == 400 - y.sum()
    assert values(measured, "events_by_group")["sex: female"] == (y & women).sum()
    assert values(measured, "non_events_by_group")["sex: male"] == (~y & ~women).sum()


def test_the_share_is_that_of_people():
    """Four rows of each person are no more than one: the interval is that of 100 people."""
    four = run(sample_size.measure, make_subject(n=400, rows_per_entity=4)).quantities["prevalence"].parts[""]
    low, high = four.interval(0.95)
    assert four.entities == 100
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(four.value * (1 - four.value) / 100), rel=0.1)


def test_outcomes_of_all_rows_are_no_group():
    """They stand beside every estimate, and are told here too, however few; by group they are suppressed."""
    few = with_outcome(make_subject(n=400), np.arange(400) < 3)
    measured = run(sample_size.measure, few)
    assert [values(measured, name)[""] for name in ("events", "non_events", "prevalence")] == [3, 397, 3 / 400]
    assert judged(sample_size.measure, few, {"quantity": "events", "at_least": 4}) == "fail"
    classes = with_outcome(make_subject(n=400, task="multiclass"), np.repeat([0, 1, 2], [5, 95, 300]))
    assert sorted(values(run(sample_size.measure, classes), "events").values()) == [5, 95, 300]


def test_a_group_is_told_in_both_numbers_or_none():
    """3 of 50 people in the north have the outcome: neither number of the north is told."""
    region = np.repeat([0, 1], [50, 350])
    subject = with_outcome(make_subject(n=400), (np.arange(400) < 3) | (np.arange(400) > 300))
    groups = {"region": Group("region", ("north", "south"), region)}
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, groups=groups))
    measured = run(sample_size.measure, subject)
    for name in ("events_by_group", "non_events_by_group"):
        assert "region: north" not in values(measured, name)
        assert "suppressed" in measured.quantities[name].unmeasured["region: north"]


def test_a_few_of_unknown_group_hide_nobody_else():
    """6 of 400 people have no sex written down. What is left over of all is the same number, of which at least 10 have
    the outcome, and 10 have not.
    """
    subject = make_subject(n=400)
    sex = subject.test.groups["sex"]
    codes = np.where(np.isin(np.arange(400), [3, 50, 101, 202, 303, 399]), -1, sex.codes)
    events = np.random.default_rng(0).random(400) < 0.5
    groups = {"sex": dataclasses.replace(sex, codes=codes)}
    subject = with_outcome(dataclasses.replace(subject, test=dataclasses.replace(subject.test, groups=groups)), events)
    measured = run(sample_size.measure, subject)
    told = {name: values(measured, name) for name in ("events_by_group", "non_events_by_group")}
    assert set(told["events_by_group"]) == {"sex: female", "sex: male"}
    left = [events.sum() - sum(told["events_by_group"].values())]
    left.append((~events).sum() - sum(told["non_events_by_group"].values()))
    whole = Groups.of(subject, Grouping(attribute="sex")).among().rows
    assert sum(left) == 400 - sum(int(rows.sum()) for rows in whole.values())
    assert min(left) >= 10
    assert 40 <= sum(left) <= 50


def test_order_in_time_is_counted():
    """10 of 100 test rows are not later than the last reference row."""
    subject = split_by_time(make_subject(n=100, reference=60))
    earlier = subject.test.index_time.copy()
    earlier[:9], earlier[9] = subject.reference.index_time[5], subject.reference.index_time[-1]
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, index_time=earlier))
    measured = run(time_order.measure, subject)
    assert (values(measured, "before_end"), values(measured, "straddling")) == ({"": 0.1}, {"": 0.0})


def test_windows_over_the_boundary_are_counted():
    """Windows of 6 lines, one a line: the 5 first of the test hold lines of the reference."""
    subject = split_by_time(make_subject(n=95, reference=100))
    lines = np.concatenate([subject.reference.values[:105], subject.test.values[:95]])
    parts = {}
    for name, data, begin in (("reference", subject.reference, 0), ("test", subject.test, 100)):
        starts = np.arange(len(data)) + begin
        parts[name] = dataclasses.replace(data, values=lines, starts=starts, stops=starts + 6)
    measured = run(time_order.measure, dataclasses.replace(subject, **parts))
    assert values(measured, "straddling")[""] == pytest.approx(5 / 95)


def test_times_without_a_common_clock_are_not_compared():
    """Hours since admission say nothing about who came first; the policy must say that numbers are of one clock."""
    subject = make_subject(n=100, rows_per_entity=4)
    with pytest.raises(NotApplicable, match="no dates"):
        run(time_order.measure, subject)
    assert values(run(time_order.measure, subject, one_clock=True), "before_end") == {"": 1.0}
    with pytest.raises(NotApplicable, match="same time"):
        run(time_order.measure, make_subject(n=100), one_clock=True)
