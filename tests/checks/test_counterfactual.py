"""Whether decisions can be turned: against models in which it is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from subjects import make_subject

from auditor.checks.importance.counterfactual import measure
from auditor.errors import NotApplicable, WrittenFault

ENOUGH = {"quantity": "found", "at_least": 0.6}


def by_age(*, immutable: bool):
    """The score is age alone."""
    subject = make_subject(n=300, reference=300, steps=3, weights={"age": 1.0}, auroc=0.9)
    features = (dataclasses.replace(subject.test.static_features[0], immutable=immutable),)
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, static_features=features))


def test_decisions_that_nobody_can_turn_fail():
    """A score made of what nobody can change fails; its twin, in which it can be changed, passes with one cell."""
    assert judged(measure, by_age(immutable=True), ENOUGH, rows=20) == "fail"
    assert judged(measure, by_age(immutable=False), ENOUGH, rows=20) == "pass"
    said = run(measure, by_age(immutable=False), rows=5).quantities
    assert said["found"].parts[""].value == said["few"].parts[""].value == 1.0
    assert said["cells"].parts[""].value == 1.0
    nothing = run(measure, by_age(immutable=True), rows=5)
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
    """Without a threshold, or with hardly anybody on the unfavourable side, there is no such question."""
    with pytest.raises(NotApplicable, match="no decision threshold"):
        run(measure, make_subject(n=60, threshold=None))
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


def of_classes(*immutable):
    """The ward is told by heart rate, intensive care by lactate, and home by neither being high."""
    subject = make_subject(task="multiclass", n=120, reference=200, steps=3, error=0.6)
    features = tuple(dataclasses.replace(one, immutable=one.name in immutable) for one in subject.test.features)
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, features=features))


def test_a_class_that_nobody_can_be_turned_to_fails():
    """Lactate cannot be changed: hardly anybody is turned to intensive care, and all are to the ward."""
    said = run(measure, of_classes("lactate"), rows=5, of="each").quantities["found"].parts
    assert list(said) == ["home", "ward", "icu"]
    assert said["icu"].value < said["home"].value < said["ward"].value == 1.0  # the few who would be on the ward
    assert judged(measure, of_classes("lactate"), ENOUGH, rows=20, of="icu") == "fail"
    assert judged(measure, of_classes(), ENOUGH, rows=20, of="icu") == "pass"


def test_of_classes_any_row_may_be_turned():
    """By default every row is asked about, and any other class is as good; no threshold is needed."""
    said = run(measure, of_classes(), rows=10)
    assert said.quantities["found"].parts[""].value == 1.0
    assert (said.sampled.n, said.sampled.of, said.sampled.how) == (10, 120, "at random")


def test_a_class_with_few_rows_to_turn_is_not_told_of():
    """A class that nearly all are predicted as leaves few to turn to it: unmeasured, with the reason, and no pass."""
    subject = of_classes()
    counts = np.bincount(subject.score(subject.block(subject.test)).argmax(1), minlength=3)
    most = int(counts.argmax())
    subject = dataclasses.replace(subject, smallest_cell=int(120 - counts[most]) + 1)
    before, params = subject.model.evaluations, measure.params(rows=5, of="each")
    found = run(measure, subject, rows=5, of="each").quantities["found"]
    assert subject.model.evaluations - before <= measure.rows(subject, params) + len(subject.test)
    name = subject.test.target.classes[most]
    assert found.unmeasured == {name: f"fewer than {subject.smallest_cell} rows are predicted otherwise"}
    assert len(found.parts) == 2
    assert judged(measure, subject, ENOUGH, rows=5, of="each") not in ("pass", "fail")


@pytest.mark.parametrize(("subject", "of"), [(make_subject(n=30), "each"), (of_classes(), "predicted")])
def test_a_class_that_there_is_not_is_refused(subject, of):
    """A name that is no class, or any where there are no classes."""
    with pytest.raises(WrittenFault, match=f"'{of}' is nothing that decisions could be turned to"):
        run(measure, subject, of=of)
