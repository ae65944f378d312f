"""Attributions of models with several classes: of one that is named, of each, of the one predicted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from subjects import make_subject

from auditor.checks.importance.agreement import measure as agreement
from auditor.checks.importance.attributed import ATTRIBUTIONS, ask, attribute
from auditor.checks.importance.attribution import measure as attribution
from auditor.checks.importance.classes import attributed_of
from auditor.checks.importance.completeness import measure as completeness
from auditor.checks.importance.faithfulness import measure as faithfulness
from auditor.checks.importance.sanity import measure as sanity
from auditor.checks.importance.stability import measure as stability
from auditor.errors import WrittenFault
from auditor.evidence import Evidence
from auditor.explain.explained import Explained
from auditor.explain.occlusion import occlusion
from auditor.explain.players import Players

SUBJECT = make_subject(task="multiclass", n=90, reference=90, steps=3)
CLASSES = SUBJECT.test.target.classes
CHECKS = (attribution, completeness, agreement, stability, faithfulness, sanity)


def test_each_class_is_told_as_if_it_were_asked_for_alone():
    """The same shares, under the name of the class; without a name it is the class predicted."""
    classes = SUBJECT.test.target.classes
    each = run(attribution, SUBJECT, of="each").quantities["share"].parts
    for name in classes:
        alone = run(attribution, SUBJECT, of=name).quantities["share"].parts
        assert alone
        for feature, estimate in alone.items():
            assert estimate == each[f"{name}: {feature}"]
    default = run(attribution, SUBJECT).quantities["share"].parts
    assert default == run(attribution, SUBJECT, of="predicted").quantities["share"].parts
    assert any(abs(default[f].value - each[f"{classes[-1]}: {f}"].value) > 1e-3 for f in default)


def test_every_row_is_explained_for_the_class_that_is_predicted():
    """Row by row what that class's own attribution gives, against the same backgrounds."""
    evidence = Evidence({ATTRIBUTIONS.name: ATTRIBUTIONS.produce(SUBJECT)})
    found = attributed_of(SUBJECT, evidence, "predicted")[""]
    scores = SUBJECT.score(SUBJECT.block(SUBJECT.test, found.question.rows))
    np.testing.assert_allclose(found.credit.score, scores.max(1), atol=1e-9)
    assert len(np.unique(scores.argmax(1))) > 1
    assert np.abs(found.credit.gap).max() < 1e-2
    last = attribute(*ask(SUBJECT))
    own = scores.argmax(1) == len(SUBJECT.test.target.classes) - 1
    np.testing.assert_allclose(found.credit.values[own], last.credit.values[own], atol=1e-6)


def test_what_cannot_be_explained_is_refused():
    """A class that there is not, and classes where there are none."""
    with pytest.raises(WrittenFault, match="'absent' is nothing of this model"):
        run(attribution, SUBJECT, of="absent")
    with pytest.raises(WrittenFault, match="'each' is nothing"):
        run(attribution, make_subject(n=40, reference=40), of="each")


def test_classes_are_within_the_plan():
    """Each class costs what one costs."""
    evidence = Evidence({ATTRIBUTIONS.name: ATTRIBUTIONS.produce(SUBJECT)})
    for each in CHECKS:
        for of in ("each", "predicted"):
            before, params = SUBJECT.model.evaluations, each.params(of=of)
            each.measure(SUBJECT, evidence, params)
            assert SUBJECT.model.evaluations - before <= each.rows(SUBJECT, params)


@pytest.mark.parametrize("each", CHECKS, ids=lambda each: each.id)
def test_what_is_judged_of_a_class_is_of_that_class(each):
    """By default each row's own class, in one part; of each class, parts that are named by it and differ."""
    own, named = run(each, SUBJECT), run(each, SUBJECT, of="each")
    for name, quantity in own.quantities.items():
        every = named.quantities[name].parts
        assert {f"{c}: {part}" if part else c for c in CLASSES for part in quantity.parts} <= set(every)
        values = {round(estimate.value, 9) for estimate in every.values()}
        assert len(values) > 1 or values == {1.0}


def test_another_method_gives_each_row_its_own_class():
    """Row by row what the method gives for that class, in the order of the rows, though they are of unlike length."""
    subject = make_subject(task="multiclass", n=90, reference=90, shortest=3, steps=5)
    found = ATTRIBUTIONS.produce(subject)
    players = Players.features(found.question.data, found.question.steps)
    mixed = found.by(lambda asked: occlusion(asked, players))
    assert len(np.unique(found.columns)) > 1
    for column in np.unique(found.columns):
        question = dataclasses.replace(found.question, explained=Explained.of(subject, int(column)))
        here = found.columns == column
        np.testing.assert_allclose(mixed.values[here], occlusion(question, players).values[here], atol=1e-9)
