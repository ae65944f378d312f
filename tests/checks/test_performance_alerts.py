"""performance.alerts and performance.migration: what happens to people over time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from subjects import make_subject

from auditor.checks.performance import alerts, migration
from auditor.checks.performance.alert_courses import Courses
from auditor.errors import NotApplicable


def small_ward():
    """Three people scored every hour: the second is never alarmed, the third alarmed twice, with the outcome at 3 h."""
    data = make_subject(n=12, rows_per_entity=4).test
    entity, time = np.repeat([0, 1, 2], 4), np.tile(np.arange(4.0), 3)
    y = np.zeros(12)
    y[10:] = 1
    above = np.array([1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1], dtype=bool)
    courses = Courses.of(dataclasses.replace(data, entity=entity, index_time=time, y=y), time / 24)
    return courses, above


def test_an_alert_is_a_passage_from_below():
    """Staying above is one alert; falling and rising again is two."""
    courses, above = small_ward()
    assert courses.sums(courses.alerts(above)).tolist() == [1, 0, 2]


def test_days_count_the_last_hour_too():
    """Four scorings an hour apart are four hours under observation."""
    assert small_ward()[0].days == pytest.approx([4 / 24] * 3)


def test_lead_is_from_the_first_alert_to_the_outcome():
    """The third person is warned three hours before; the others have no outcome."""
    courses, above = small_ward()
    lead = courses.lead(courses.alerts(above))
    assert lead[2] * 24 == pytest.approx(3)
    assert np.isnan(lead[:2]).all()


def test_alerts_are_counted_per_100_patient_days():
    """The rate is a ratio of sums, and its interval is over people."""
    measured = run(alerts.measure, make_subject(n=2400, rows_per_entity=12), units_per_day=24)
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
    assert run(alerts.measure, as_dates).quantities == run(alerts.measure, subject, units_per_day=24).quantities


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
