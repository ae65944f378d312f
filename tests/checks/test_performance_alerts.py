"""performance.alerts and performance.migration: what happens to people over time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from subjects import make_subject

from auditor.checks.performance import alerts, migration
from auditor.checks.performance.alert_courses import Courses, Outcomes
from auditor.errors import NotApplicable

WARD = {"units_per_day": 24, "label": "now", "horizon": 6}


def small_ward():
    """Three people scored every hour: the second is never alarmed, the third twice, and has the outcome from 2 h on."""
    data = make_subject(n=12, rows_per_entity=4).test
    entity, time = np.repeat([0, 1, 2], 4), np.tile(np.arange(4.0), 3)
    event = np.arange(12) >= 10
    above = np.array([1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1], dtype=bool)
    return Courses.of(dataclasses.replace(data, entity=entity, index_time=time), time / 24), above, event


def test_an_alert_is_a_passage_from_below():
    """Staying above is one alert; falling and rising again is two."""
    courses, above, _ = small_ward()
    assert courses.sums(courses.alerts(above)).tolist() == [1, 0, 2]


def test_days_count_the_last_hour_too():
    """Four scorings an hour apart are four hours under observation."""
    assert small_ward()[0].days == pytest.approx([4 / 24] * 3)


def test_where_a_label_says_that_the_outcome_is_there():
    """The third person is warned two hours before it; an alert that comes with it finds nothing and is not false."""
    courses, above, event = small_ward()
    outcomes = Outcomes.now(courses, event, 6 / 24)
    raised = courses.alerts(above)
    assert 24 * outcomes.warned(raised) == pytest.approx([np.nan, np.nan, 2], nan_ok=True)
    assert np.isnan(outcomes.warned(raised & event)).all()
    assert np.flatnonzero(raised & outcomes.idle).tolist() == [0]
    assert np.isnan(Outcomes.now(courses, event, 1 / 24).warned(raised)).all()


def test_where_a_label_says_that_the_outcome_comes():
    """An alert counts where the label says that it comes, an hour before the last such row; before that it is false."""
    courses, above, event = small_ward()
    outcomes = Outcomes.ahead(courses, event)
    raised = courses.alerts(above)
    assert 24 * outcomes.warned(raised) == pytest.approx([np.nan, np.nan, 1], nan_ok=True)
    assert np.flatnonzero(raised & outcomes.idle).tolist() == [0, 8]


def test_the_first_of_several_outcomes_must_be_found():
    """Two outcomes of one person, an alert before the second alone: not found, and not false."""
    time = np.arange(10.0) / 24
    courses = Courses(np.zeros(10, dtype=int), time, np.arange(10) == 0, np.array([10 / 24]))
    event, raised = np.isin(np.arange(10), [1, 2, 7]), np.arange(10) == 5
    for outcomes in (Outcomes.now(courses, event, 6 / 24), Outcomes.ahead(courses, event)):
        assert np.isnan(outcomes.warned(raised)).all()
    assert not Outcomes.now(courses, event, 6 / 24).idle[5]


class Follows:
    """A model that is above the threshold where the first feature is."""

    def __init__(self, model):
        self.model = model

    def __getattr__(self, name):
        return getattr(self.model, name)

    def evaluate(self, inputs, batch=None):
        return {"output": np.where(inputs["sequence"][:, -1, :1] > 0, 0.9, 0.1)}


def ward(above):
    """60 people scored for twelve hours, of whom the first 30 have the outcome in the last one; above: (60, 12)."""
    subject = make_subject(n=720, rows_per_entity=12)
    outcome = np.zeros((60, 12))
    outcome[:30, -1] = 1
    values = subject.test.values.copy()
    values[:, 0] = np.repeat(np.where(above, 90.0, 70.0).ravel(), subject.test.lengths)
    hours = np.tile(np.arange(12.0), 60)
    test = dataclasses.replace(subject.test, y=outcome.ravel(), index_time=hours, values=values)
    return dataclasses.replace(subject, model=Follows(subject.model), test=test)


def alerts_at(sick, well=None):
    """(60, 12) above the threshold from these hours on; those without the outcome (None) never."""
    above = np.zeros((60, 12), dtype=bool)
    above[:30, sick] = True
    if well is not None:
        above[30:, well] = True
    return above


@pytest.mark.parametrize(
    ("above", "found", "false", "lead", "status"),
    [
        (alerts_at(-1), 0.0, 0.0, None, "fail"),
        (alerts_at(slice(8, None)), 1.0, 0.0, 3.0, "pass"),
        (alerts_at(0, 0), 0.0, 1.0, None, "fail"),
        (alerts_at(slice(8, None), 8), 1.0, 0.5, 3.0, "pass"),
    ],
    ids=["with the outcome", "three hours before", "everybody at admission", "one in two is false"],
)
def test_alerts_that_come_in_time(above, found, false, lead, status):
    """Found is who is warned before the outcome, and not too long before; false is what no outcome follows in time."""
    subject = ward(above)
    measured = run(alerts.measure, subject, **WARD)
    told = {name: quantity.parts[""].value for name, quantity in measured.quantities.items()}
    assert (told["found"], told["false_alerts"]) == (found, false)
    assert told.get("lead_time") == (None if lead is None else pytest.approx(lead))
    assert judged(alerts.measure, subject, {"quantity": "found", "at_least": 0.8}, **WARD) == status


def test_without_a_word_on_labels_no_alert_is_held_against_the_outcome():
    """The rate of alerts needs no label; what they find is unmeasured, with the reason, and passes nothing."""
    subject = ward(alerts_at(slice(8, None)))
    measured = run(alerts.measure, subject, units_per_day=24)
    assert set(measured.quantities) == {"alerts"}
    assert set(measured.unmeasured) == {"found", "false_alerts", "lead_time"}
    assert "label" in measured.unmeasured["found"]
    assert judged(alerts.measure, subject, {"quantity": "found", "at_least": 0.8}, units_per_day=24) == "inconclusive"
    for wrong in ({"label": "now"}, {"label": "ahead", "horizon": 6.0}, {"horizon": 6.0}):
        with pytest.raises(ValueError, match="needs a horizon"):
            alerts.Params(**wrong)


def test_alerts_are_counted_per_100_patient_days():
    """The rate is a ratio of sums, and its interval is over people."""
    measured = run(alerts.measure, make_subject(n=2400, rows_per_entity=12), units_per_day=24, label="ahead")
    rate = measured.quantities["alerts"].parts[""]
    assert rate.n == 200
    assert measured.notes == ("200 people were under observation for 100 days in all.",)
    assert rate.value == pytest.approx(measured.quantities["false_alerts"].parts[""].n)
    assert 0 < measured.quantities["lead_time"].parts[""].value <= 11


def test_dates_need_no_unit():
    """Hours as dates give what hours as numbers give."""
    subject = make_subject(n=1200, rows_per_entity=12)
    hours = np.datetime64("2020-01-01", "us") + subject.test.index_time * np.timedelta64(1, "h")
    as_dates = dataclasses.replace(subject, test=dataclasses.replace(subject.test, index_time=hours))
    assert (
        run(alerts.measure, as_dates, label="now", horizon=6).quantities
        == run(alerts.measure, subject, **WARD).quantities
    )


def test_what_alerts_need():
    """Times that mean something, and people who are scored more than once."""
    with pytest.raises(NotApplicable, match="units_per_day"):
        run(alerts.measure, make_subject(n=400, rows_per_entity=4))
    with pytest.raises(NotApplicable, match="two times"):
        run(alerts.measure, make_subject(n=400), units_per_day=24)


def test_scores_that_stay_have_no_migration():
    """Each person's scores are noisy readings of one level: the index is small, and its interval holds little."""
    measured = run(migration.measure, make_subject(n=4000, rows_per_entity=4), one_clock=True)
    assert max(e.interval(0.95).high for e in measured.quantities["psi"].parts.values()) < 0.05


def test_those_who_move_are_counted_once():
    """With much error of measurement people jump between bands; everybody is in first and last period."""
    calm, restless = (
        run(migration.measure, make_subject(n=2000, rows_per_entity=4, error=error), one_clock=True)
        .quantities["moved"]
        .parts[""]
        for error in (0.1, 0.9)
    )
    assert (calm.n, restless.n) == (500, 500)
    assert calm.interval(0.99).high < restless.interval(0.99).low
