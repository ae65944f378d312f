"""Alerts: how many a clinic would have to answer, and what they find."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from auditor.checks.check import check
from auditor.checks.performance.alert_courses import Courses, Outcomes
from auditor.checks.performance.charts import upright
from auditor.dataset import Dataset, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.sampling import Sampling
from auditor.subject import Subject

_POINTS = 40
_UNTOLD = "the policy does not tell whether a label says that the outcome is there, or that it comes (label, horizon)"
_RATIO = "ratio over people by influence values, log scale"


class Params(Frozen):
    """What the times and the labels of the data mean."""

    units_per_day: float | None = Field(
        default=None,
        gt=0,
        description="How many units of time make a day, where times are numbers (24 for hours); not used for dates.",
    )
    label: Literal["now", "ahead"] | None = Field(
        default=None,
        description="What a row's label says. now: the outcome is there at the time of the row; ahead: it comes after "
        "that time, within the hours that the label looks ahead. Without it no alert is held against the outcome.",
    )
    horizon: float | None = Field(
        default=None,
        gt=0,
        description="With labels that say now: how many hours before the outcome an alert may come and still be of it.",
    )

    @model_validator(mode="after")
    def _horizon_of_now(self) -> Params:
        if (self.label == "now") != (self.horizon is not None):
            raise ValueError("label: now needs a horizon in hours, and nothing else has one")
        return self


@check(
    quantities={
        "alerts": Meaning(title="Alerts per 100 patient-days", better="lower", low=0.0),
        "false_alerts": Meaning(
            title="Share of alerts that no outcome follows in time", better="lower", low=0.0, high=1.0
        ),
        "found": Meaning(
            title="Share of people with the outcome who have an alert in time", better="higher", low=0.0, high=1.0
        ),
        "lead_time": Meaning(
            title="Mean time from the first alert in time to the outcome", better="higher", unit="hours"
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The alerts are few enough to be answered, and come in time.

    Measures: how often someone who is scored again and again passes the decision threshold from below (an alert), per
    100 days under observation; how many of the people with the outcome have an alert in time; how long before, on
    average; and how many alerts no outcome follows in time. In time is an alert that is raised before the outcome, and
    not too long before. Where a row's label says that the outcome is there: at most `horizon` hours before. Where it
    says that the outcome comes: at a row that says so, and the outcome counts as reached at the last of the rows that
    say so without a break. Of several outcomes of a person the first must be found. An alert that comes with the
    outcome, or while it lasts, finds nothing and is not false either. People are counted, not rows.
    Why: a ward answers alerts, not scores. Too many are ignored, and one that comes with the outcome helps nobody.
    Blind to: whether anything could be done in the time left; an alert that was raised too early and stands until the
    outcome, which is told as false; outcomes after a person's last row; alerts that a ward would silence; how often
    people are scored, which is as in the data. Who has the outcome from the first row on could not be warned and is
    told as not found.
    """
    data = subject.test
    if data.task != "binary":
        raise NotApplicable("alerts are of one outcome, and the target is another")
    if subject.decision is None:
        raise NotApplicable("the audit declares no decision threshold")
    scores, threshold = evidence.finite(SCORES), subject.decision.threshold
    courses = Courses.of(data, _days(data, params.units_per_day))
    raised = courses.alerts(scores >= threshold)
    found = _Found(Sampling(None, "entities", courses.people), f"fewer than {subject.smallest_cell}")
    if raised.sum() < subject.smallest_cell:
        found.refuse("alerts", ("alerts", "false_alerts"))
    else:
        rate = found.people.estimate(_rate(courses, raised), scale="log", n=courses.people, method=_RATIO)
        found.quantities["alerts"] = Quantity.of(rate)
    outcomes = _outcomes(courses, data, params)
    shown: tuple[Lines, ...] = ()
    if outcomes is None:
        found.unmeasured = dict.fromkeys(("false_alerts", "found", "lead_time"), _UNTOLD) | found.unmeasured
    else:
        if raised.sum() >= subject.smallest_cell:
            found.quantities["false_alerts"] = Quantity.of(Sampling.of(data).rate(outcomes.idle, raised))
        if outcomes.having.sum() < subject.smallest_cell:
            found.refuse("people have the outcome", ("found", "lead_time"))
        else:
            found.add_lead(outcomes, outcomes.warned(raised), subject.smallest_cell)
            shown = (_curve(courses, outcomes, scores, threshold, subject.smallest_cell),)
    note = f"{courses.people} people were under observation for {courses.days.sum():,.0f} days in all."
    return Measurement(quantities=found.quantities, unmeasured=found.unmeasured, shown=shown, notes=(note,))


def _outcomes(courses: Courses, data: Dataset, params: Params) -> Outcomes | None:
    """None where the policy does not tell what a label says."""
    if params.label == "ahead":
        return Outcomes.ahead(courses, data.y == 1)
    return None if params.horizon is None else Outcomes.now(courses, data.y == 1, params.horizon / 24)


class _Found:
    """Collects quantities; those that rest on few people are told with the reason."""

    def __init__(self, people: Sampling, few: str) -> None:
        self.people = people
        self.few = few
        self.quantities: dict[str, Quantity] = {}
        self.unmeasured: dict[str, str] = {}

    def refuse(self, what: str, names: tuple[str, ...]) -> None:
        """That there are too few of something for the quantities named."""
        self.unmeasured |= dict.fromkeys(names, f"{self.few} {what}; suppressed")

    def add_lead(self, outcomes: Outcomes, lead: Floats, smallest: int) -> None:
        """Who with the outcome has an alert in time, and how long before; lead: (people,) days, NaN without one."""
        warned = ~np.isnan(lead)
        self.quantities["found"] = Quantity.of(self.people.rate(warned, outcomes.having))
        if warned.sum() < smallest:
            self.refuse("people with the outcome have an alert", ("lead_time",))
            return
        hours, n = row_mean(24 * lead[warned]), int(warned.sum())
        estimate = self.people.only(warned).estimate(hours, n=n, method="mean over people")
        self.quantities["lead_time"] = Quantity.of(estimate)


def _days(data: Dataset, units_per_day: float | None) -> Floats:
    """(rows,) the time of each row in days."""
    times = data.index_time
    if np.issubdtype(times.dtype, np.datetime64):
        return np.asarray((times - times.min()) / np.timedelta64(1, "D"), dtype=float)
    if units_per_day is None:
        raise NotApplicable("times are numbers, and the policy does not tell how many make a day (units_per_day)")
    return np.asarray(times, dtype=float) / units_per_day


def _rate(courses: Courses, raised: NDArray[np.bool_]) -> Stat:
    """Alerts per 100 days: a ratio of sums over people, with the influence of each (Woodruff 1971)."""
    count = courses.sums(raised)
    value = 100 * float(count.sum() / courses.days.sum())
    return Stat(value, (100 * count - value * courses.days) / courses.days.mean())


def _curve(courses: Courses, outcomes: Outcomes, scores: Floats, threshold: float, smallest: int) -> Lines:
    at = np.unique(np.append(np.quantile(scores, np.linspace(0.02, 1, _POINTS)), threshold))
    rate, found = [], []
    for cut in at.tolist():
        raised = courses.alerts(scores >= cut)
        if raised.sum() >= smallest:
            rate.append(100 * float(raised.sum() / courses.days.sum()))
            found.append(float((~np.isnan(outcomes.warned(raised))).sum() / outcomes.having.sum()))
    now = 100 * float(courses.alerts(scores >= threshold).sum() / courses.days.sum())
    order = np.argsort(found, kind="stable")
    return Lines(
        title="What more alerts find",
        caption="People found against the alerts that it takes, at every threshold; the upright line is the operating "
        "threshold. A very low threshold raises few alerts, since everybody stays above it.",
        x=Axis(title="Alerts per 100 patient-days", low=0),
        y=Axis(title="Share of people with the outcome who have an alert in time", low=0, high=1),
        series=(
            Series(
                name="thresholds", x=tuple(rate[i] for i in order), y=tuple(found[i] for i in order), style="points"
            ),
            upright("operating threshold", now, 0.0, 1.0),
        ),
    )
