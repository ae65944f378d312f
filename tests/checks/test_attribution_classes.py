"""Attributions of models with several classes: of one that is named, of each, of the one predicted."""

from __future__ import annotations

import numpy as np
import pytest
from measuring import run
from subjects import make_subject

from auditor.checks.importance.attributed import ATTRIBUTIONS, ask, attribute
from auditor.checks.importance.attribution import measure as attribution
from auditor.checks.importance.classes import attributed_of
from auditor.errors import WrittenFault
from auditor.evidence import Evidence

SUBJECT = make_subject(task="multiclass", n=90, reference=90, steps=3)


def test_each_class_is_told_as_if_it_were_asked_for_alone():
    """The same shares, under the name of the class; without a name it is the last class."""
    classes = SUBJECT.test.target.classes
    each = run(attribution, SUBJECT, of="each").quantities["share"].parts
    for name in classes:
        alone = run(attribution, SUBJECT, of=name).quantities["share"].parts
        assert alone
        for feature, estimate in alone.items():
            assert estimate == each[f"{name}: {feature}"]
    last = run(attribution, SUBJECT).quantities["share"].parts
    assert last == run(attribution, SUBJECT, of=classes[-1]).quantities["share"].parts
    assert any(abs(last[f].value - each[f"{classes[0]}: {f}"].value) > 1e-3 for f in last)


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
    for of in ("each", "predicted"):
        before, params = SUBJECT.model.evaluations, attribution.params(of=of)
        attribution.measure(SUBJECT, evidence, params)
        assert SUBJECT.model.evaluations - before <= attribution.rows(SUBJECT, params)
