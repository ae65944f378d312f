"""Explanations of rows that are easy, and of rows that are hard."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from recurrent import recurrent_subject
from subjects import make_subject

from auditor.app.local import Case, Explainer
from auditor.checks.internals.traces import traced
from auditor.errors import FileFault
from auditor.explain.told import Changed, Course, Explanation, Push, Variable
from auditor.loaders.reasons import Letter, Reasons, Sentences
from auditor.render.course import drawings
from auditor.render.explanation import explanation_page
from auditor.render.letter import letter_page
from auditor.render.personal import changes_text
from auditor.render.words import words


def explained(subject, rows=(0,), reasons=None):
    against = subject.test if subject.reference is None else subject.reference
    cases = [Case(row, f"p{row}", salted=False, why=()) for row in rows]
    return Explainer(subject, against, "test", reasons, "en").explain(cases)


def sentences(**of):
    return Reasons("en", Letter(), {name.replace("_", " "): Sentences(**one) for name, one in of.items()})


def against_threshold(subject):
    scores = subject.score(subject.block(subject.test))
    return [int(row) for row in np.argsort(-scores)]


def test_pushes_are_those_of_the_linear_model():
    """A weighted sum: each feature's push is its weight times the distance from the comparison rows; all add up."""
    subject = make_subject(task="regression", n=60, reference=200, weights={"heart rate": 1.0, "age": 1.0})
    (told,) = explained(subject)
    pushes = {push.feature: push.value for push in told.pushes}
    assert sum(pushes.values()) == pytest.approx(told.score - told.base)
    assert pushes["lactate"] == pytest.approx(0.0)
    by_step = next(push.by_step for push in told.pushes if push.feature == "heart rate")
    assert sum(by_step) == pytest.approx(pushes["heart rate"])
    assert by_step[:-3] == pytest.approx([0.0] * (len(by_step) - 3))
    assert told.decision is None
    assert told.favourable is None


def test_reasons_push_to_the_bad_side_only():
    """A score that is bad when high: the features that raised it, in the words of `up`, one reason for one code."""
    subject = make_subject(n=60, reference=200, weights={"heart rate": 1.0, "lactate": 1.0})
    coded = "0 not looked at, 1 as it should be, 2 to 4 out of bounds by so many grades"
    told_so = tuple(dataclasses.replace(one, description=coded) for one in subject.test.features)
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, features=told_so))
    row = against_threshold(subject)[0]
    vitals = {"code": "V", "up": "Your heart and blood tests were out of range."}
    (told,) = explained(subject, [row], sentences(heart_rate=vitals, lactate=vitals))
    (reason,) = told.notice.reasons
    assert (reason.code, reason.sentence, set(reason.features)) == ("V", vitals["up"], {"heart rate", "lactate"})
    assert told.notice.complete
    assert vitals["up"] in letter_page(told)
    assert "This is the main reason for the score." in letter_page(told)
    strongest = next(push.feature for push in told.pushes)
    assert f"{strongest}, by step, the latest last: " in letter_page(told)
    assert all(coded in page for page in (letter_page(told), explanation_page(told)))
    lowest = against_threshold(subject)[-1]
    (good,) = explained(subject, [lowest], sentences(heart_rate=vitals, lactate=vitals))
    assert letter_page(good) == ""
    assert "no reasons are owed" in explanation_page(good)


def test_a_reason_without_its_sentence_is_told_and_no_letter_is_written():
    """The strongest feature has a sentence for `down` only: flagged on the page, and no letter."""
    subject = make_subject(n=60, reference=200, weights={"heart rate": 1.0})
    (told,) = explained(subject, against_threshold(subject)[:1], sentences(heart_rate={"code": "H", "down": "Slow."}))
    assert not told.notice.complete
    assert letter_page(told) == ""
    assert "has no sentence" in explanation_page(told)


HARD = {
    "shorter than the window": {"shortest": 3, "steps": 8},
    "without a step": {"masked": 60},
    "not measured": {"missing": 0.9},
    "codes, right padding": {"coded": True, "side": "right", "missing": 0.3},
    "classes": {"task": "multiclass"},
    "no reference": {"reference": 0},
    "the same score for all": {"constant": True},
    "many steps": {"steps": 20},
    "no decision": {"threshold": None},
}


@pytest.mark.parametrize("case", HARD)
def test_hard_rows_have_a_page(case):
    """Whatever the row: an explanation that adds up, survives its file, and can be set."""
    subject = make_subject(**{"n": 60, "reference": 150, **HARD[case]})
    if case == "without a step":  # at least some that can be compared with
        subject = dataclasses.replace(subject, reference=make_subject(n=150).test)
    (told,) = explained(subject)
    assert Explanation.model_validate_json(told.model_dump_json()) == told
    assert told.base + sum(push.value for push in told.pushes) + told.rest == pytest.approx(told.score, abs=1e-9)
    page = explanation_page(told)
    assert "What moved the score" in page
    assert ">nan" not in page


def test_a_row_like_every_comparison_row():
    """Where all rows are the same nothing moved the score, and the page says so."""
    subject = make_subject(n=60, reference=150, flat=True)
    (told,) = explained(subject)
    assert all(push.value == pytest.approx(0.0) for push in told.pushes)
    assert "No feature moved the score" in explanation_page(told)


def test_a_score_that_is_nan_is_refused():
    """There is nothing to explain; which row it was is told."""
    with pytest.raises(FileFault, match="NaN or infinite"):
        explained(make_subject(n=60, nan=1))


def test_a_static_feature_with_the_name_of_another():
    """Age once and age by step: both are told, with their own values, and the static one is marked."""
    subject = make_subject(n=60, reference=150, weights={"heart rate": 1.0, "age": 1.0})

    def renamed(data):
        return dataclasses.replace(data, static_features=(dataclasses.replace(data.static_features[0], name="sodium"),))

    columns = {name: tuple(dataclasses.replace(one, feature="sodium") if one.name == "age" else one for one in of)
               for name, of in subject.encoder.columns.items()}  # fmt: skip
    encoder = type("Renamed", (type(subject.encoder),), {"columns": columns})(**vars(subject.encoder))
    subject = dataclasses.replace(
        subject, test=renamed(subject.test), reference=renamed(subject.reference), encoder=encoder
    )
    (told,) = explained(subject)
    courses = {course.of.name: course for course in told.courses}
    assert courses["sodium (static)"].values == (pytest.approx(float(subject.test.static[0, 0])),)
    assert len(courses["sodium"].values) == 6
    assert "sodium (static)" in {push.feature for push in told.pushes}


def test_a_stretch_is_told_as_one_change():
    """What is moved throughout is one point of the page, with both ranges, and not a point a cell."""
    subject = make_subject(n=200, reference=300, error=0.1)
    told = explained(subject, against_threshold(subject)[:1])[0]
    assert told.otherwise.stretches
    page = explanation_page(told)
    assert page.count("instead of") == len({change.of.name for change in told.otherwise.changes})
    assert "6 measurements (5 steps earlier to latest step)" in page


def test_of_several_classes_the_one_predicted_is_explained():
    """Two rows of different classes: each page tells the score of its own class, and the pushes add up to it."""
    subject = make_subject(task="multiclass", n=90, reference=90, steps=3)
    scores = subject.score(subject.block(subject.test))
    rows = [int(np.flatnonzero(scores.argmax(1) == column)[0]) for column in (0, 1)]
    for row, told, name in zip(rows, explained(subject, rows), ("home", "ward"), strict=True):
        assert (told.explained, told.score) == (name, pytest.approx(scores[row].max()))
        assert sum(push.value for push in told.pushes) == pytest.approx(told.score - told.base, abs=1e-2)
        others = np.argsort(-scores[row])[1:]
        assert [one.name for one in told.rivals] == [subject.test.target.classes[at] for at in others]
        assert [one.score for one in told.rivals] == pytest.approx(scores[row][others])
        assert all(one.otherwise.score > 1 / 3 for one in told.rivals)
    page = explanation_page(told)
    assert f"Predicted is “ward”, with a score of {told.score:.1%}"[:-1] in page.replace("\u202f", "")
    assert "What would have led to another class" in page


def test_times_and_units_are_those_of_the_data():
    """A change is told by month, its unit once, and a count without one; what cannot be told apart is not marked."""
    words_of, decade = words("en"), {"of": Variable(name="arrears", unit="months", decimals=0), "size": 1.0}
    one = Changed(step=3, before=2.0, after=0.0, **decade)
    latest = Changed(step=1, before=5.0, after=0.0, **decade)
    assert changes_text([one], "month", words_of) == "arrears, 2 months earlier: 0 instead of 2\u00a0months"
    both = "arrears, 2 measurements (2 months earlier to latest month): 0 instead of 2 to 5\u00a0months"
    assert changes_text([one, latest], "month", words_of) == both
    counted = latest.model_copy(update={"of": Variable(name="enquiries", unit="count", decimals=0), "step": 2})
    assert changes_text([counted], "month", words_of) == "enquiries, 1 month earlier: 0 instead of 5"


def test_what_the_recurrent_layer_went_through_is_shown():
    """Gates, hidden and cell state of that row alone, by step, as the layer's own equations give them."""
    subject = recurrent_subject()
    row = against_threshold(subject)[0]
    (told,) = explained(subject, [row])
    (run,), _ = traced(subject, subject.test, np.array([row]))
    gates, hidden, cell = told.inside
    assert gates.rows == tuple(run.trace.gates)
    for shown, states in ((hidden, run.trace.hidden), (cell, run.trace.cell)):
        real = states[0][run.mask[0]]
        assert shown.columns == tuple(f"t-{k}" for k in range(len(real), 0, -1))
        assert np.array(shown.values) == pytest.approx(real.T)
    assert np.array(gates.values)[0] == pytest.approx(run.trace.gates[gates.rows[0]][0][run.mask[0]].mean(1))
    assert "Inside the network" in explanation_page(told)


def test_the_courses_drawn_are_those_with_the_most_credit():
    """Measured twice is enough, also where nothing changed; a single value stands in the table with its time."""
    values = {"urea": (30.0, 32.0), "coma": (15.0,) * 9, "pH": (7.55,), "pulse": (80.0, 90.0, 85.0) * 4}
    values |= {"rare": (1.0, 2.0), "weak": (1.0, 2.0, 3.0) * 5}
    pushes = tuple(Push(feature=name, value=0.5**at, error=0.0) for at, name in enumerate(values))
    courses = tuple(
        Course(of=Variable(name=name, decimals=1), static=False, values=known + (None,) * (16 - len(known)), usual=None)
        for name, known in sorted(values.items())
    )
    drawn = list(drawings(SimpleNamespace(steps=16, step="hour", courses=courses, pushes=pushes), words("en")))
    assert [one.title for one in drawn] == ["urea", "coma", "pulse", "rare"]
    assert all(one.y.low < min(one.series[0].y) <= max(one.series[0].y) < one.y.high for one in drawn)
