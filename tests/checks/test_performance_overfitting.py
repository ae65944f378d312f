"""performance.overfitting: a gap of two samples, in the measure of each task."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from sklearn import metrics
from subjects import make_subject

from auditor.checks.performance import overfitting
from auditor.errors import NotApplicable
from auditor.evidence import REFERENCE_SCORES, SCORES


def gap(subject):
    return run(overfitting.measure, subject).quantities["gap"].parts[""]


def test_gap_is_the_difference_of_two_areas():
    """Each as in scikit-learn; a sound model's interval holds zero."""
    subject = make_subject(n=900, reference=1500)
    before = metrics.roc_auc_score(subject.reference.y, REFERENCE_SCORES.produce(subject))
    after = metrics.roc_auc_score(subject.test.y, SCORES.produce(subject))
    found = gap(subject)
    assert found.value == pytest.approx(before - after, abs=1e-12)
    assert found.interval(0.99).low < 0 < found.interval(0.99).high
    assert (found.n, found.events) == (900, int(subject.test.y.sum()))


def test_variance_is_the_sum_of_both():
    """The standard error is that of two independent samples, whatever their sizes."""
    subject = make_subject(n=400, reference=1600)
    swapped = dataclasses.replace(subject, test=subject.reference, reference=subject.test)
    one, other = gap(subject), gap(swapped)
    assert one.spread.se == pytest.approx(other.spread.se, rel=1e-12)
    same = dataclasses.replace(subject, reference=subject.test)
    half = gap(same).spread.se / 2**0.5
    twice = gap(dataclasses.replace(subject, test=subject.reference)).spread.se / 2**0.5
    assert one.spread.se == pytest.approx(np.hypot(half, twice), rel=1e-9)


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_other_tasks_have_their_own_measure(task):
    """Accuracy falls, or the error rises: the gap is positive where the test rows are predicted worse."""
    subject = make_subject(task=task, n=800, reference=800, spoiled="overfitted")
    found = gap(subject)
    assert found.interval(0.99).low > 0


def test_repeated_rows_widen_the_interval():
    """Four rows of each person are not four persons."""
    alone, repeated = make_subject(n=800, reference=800), make_subject(n=800, reference=800, rows_per_entity=4)
    assert gap(repeated).spread.se > 1.3 * gap(alone).spread.se
    assert gap(repeated).entities < 200


def test_without_reference():
    """There is nothing to compare with."""
    with pytest.raises(NotApplicable, match="no reference rows"):
        run(overfitting.measure, make_subject(reference=0))
