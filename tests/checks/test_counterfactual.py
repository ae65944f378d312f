"""Whether decisions can be turned: against models in which it is known."""

from __future__ import annotations

import dataclasses

import pytest
from measuring import judged, run
from subjects import make_subject

from auditor.checks.importance.counterfactual import measure
from auditor.errors import NotApplicable

ENOUGH = {"quantity": "found", "at_least": 0.6}


def by_age(*, immutable: bool):
    """The score is age alone."""
    subject = make_subject(n=300, reference=300, weights={"age": 1.0}, auroc=0.9)
    features = (dataclasses.replace(subject.test.static_features[0], immutable=immutable),)
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, static_features=features))


def test_decisions_that_nobody_can_turn_fail():
    """A score made of what nobody can change fails; its twin, in which it can be changed, passes with one cell."""
    assert judged(measure, by_age(immutable=True), ENOUGH, rows=20) == "fail"
    assert judged(measure, by_age(immutable=False), ENOUGH, rows=20) == "pass"
    said = run(measure, by_age(immutable=False), rows=12).quantities
    assert said["found"].parts[""].value == said["few"].parts[""].value == 1.0
    assert said["cells"].parts[""].value == 1.0
    nothing = run(measure, by_age(immutable=True), rows=12)
    assert nothing.quantities["found"].parts[""].value == 0.0
    assert nothing.unmeasured == dict.fromkeys(("cells", "change"), "no counterfactual was found")


def test_levels_that_hardly_change():
    """A sound model of what stays as it is from step to step: hardly a single cell will do, and nobody goes without."""
    subject = make_subject(n=200, reference=300, error=0.1)
    said = run(measure, subject, rows=10).quantities
    assert said["found"].parts[""].value == 1.0
    assert said["few"].parts[""].value <= said["in_cells"].parts[""].value < 0.8
    assert said["cells"].parts[""].value > 3


def test_needs_a_decision_and_rows_against_it():
    """Without a threshold, with classes, or with hardly anybody on the unfavourable side, there is no such question."""
    for asked in ({"threshold": None}, {"task": "multiclass"}):
        with pytest.raises(NotApplicable, match="no decision threshold"):
            run(measure, make_subject(n=60, **asked))
    with pytest.raises(NotApplicable, match="fewer than 10 rows are on the unfavourable side"):
        run(measure, make_subject(n=60, threshold=0.9999))


def test_without_enough_reference_it_says_what_it_could_not_ask():
    """No domain from a few rows, no ranges from none: both are told."""
    few = run(measure, make_subject(n=100, reference=50), rows=5)
    assert [note[:20] for note in few.notes] == ["Whether changed rows"]
    none = run(measure, make_subject(n=100, reference=0), rows=5)
    assert "There are no reference rows" in none.notes[0]


def test_small_counts_are_not_shown():
    """Features changed in fewer rows than a cell may have are left out."""
    said = run(measure, make_subject(n=400, reference=400), rows=5)
    assert said.shown == ()
