"""performance.segments: what a search finds is confirmed elsewhere, and a search does not cry wolf."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from subjects import make_subject

from auditor.checks.performance import segments
from auditor.checks.performance.segment_search import Trial, weakest
from auditor.errors import NotApplicable
from auditor.evidence import Evidence
from auditor.measurement import Table
from auditor.sampling import Sampling


def changed(subject, **what):
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, **what))


def test_the_weak_segment_is_found_by_name():
    """In the south the model knows nothing; there it promises far more than it keeps."""
    measured = run(segments.measure, make_subject(n=2000, spoiled="weak segment"))
    first = next(iter(measured.quantities["shortfall"].parts))
    assert first == "region: south"
    assert measured.quantities["shortfall"].parts[first].interval(0.95).low > 0.15


def test_rows_that_are_alike_are_no_fault():
    """A middle quarter of the main feature is harder to rank, but the scores say so themselves."""
    measured = run(segments.measure, make_subject(n=3000))
    gaps = measured.quantities["gap"].parts
    assert max(estimate.interval(0.95).low for estimate in gaps.values()) > 0.05
    assert max(estimate.interval(0.99).low for estimate in measured.quantities["shortfall"].parts.values()) < 0


def test_a_search_does_not_cry_wolf():
    """Of twelve sound models none is failed, although the worst of some eighty segments is told."""
    limit = {"quantity": "shortfall", "at_most": 0.05}
    statuses = [judged(segments.measure, make_subject(n=1000, seed=seed, reference=0), limit) for seed in range(12)]
    assert statuses.count("fail") == 0


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_other_tasks_are_estimable(task):
    """Every segment told has an interval, also where the measure has one stratum only."""
    measured = run(segments.measure, make_subject(task=task, n=1200))
    assert all(e.spread.estimable for quantity in measured.quantities.values() for e in quantity.parts.values())
    assert set(measured.unmeasured) == {"mean_error" if task == "multiclass" else "shortfall"}


def test_numbers_told_are_those_of_the_other_half():
    """Rows that confirm are not those that were searched, and both are told."""
    measured = run(segments.measure, make_subject(n=1000, rows_per_entity=4))
    assert measured.sampled.n == 500
    assert "searched on 500 rows" in measured.notes[0]
    table = next(shown for shown in measured.shown if isinstance(shown, Table))
    assert [row[0] for row in table.rows] == list(measured.quantities["gap"].parts)


def test_groups_of_which_few_are_left_over_are_not_searched():
    """Six rows of the north would follow from those of the others that are told."""
    subject = make_subject(n=1000, spoiled="weak segment")
    region = subject.test.groups["region"]
    codes = np.where(region.codes == 0, 1, region.codes)
    codes[::170] = 0
    groups = subject.test.groups | {"region": dataclasses.replace(region, codes=codes)}
    measured = run(segments.measure, changed(subject, groups=groups))
    assert not [name for quantity in measured.quantities.values() for name in quantity.parts if "region" in name]
    assert "Groups by region are not searched: one with fewer than 10 rows could be derived." in measured.notes


def test_too_few_rows_to_search_and_to_confirm():
    """Few rows, or few people, are not halved."""
    for asked in ({"n": 300}, {"n": 1000, "rows_per_entity": 50}):
        with pytest.raises(NotApplicable, match="one half is searched"):
            run(segments.measure, make_subject(**asked))


@pytest.mark.parametrize("score", [1.0, 0.45])
def test_scores_that_promise_nothing(score):
    """Every score is the same, as of a model that is sent values in another unit: no promise was kept, and none passes.
    What can be told is.
    """
    subject = make_subject(n=1000)
    ones = Evidence({need.name: np.full(len(subject.test), score) for need in segments.measure.needs})
    measured = segments.measure.measure(subject, ones, segments.measure.params())
    assert "as where every score is the same" in measured.unmeasured["shortfall"]
    assert "mean_error" in measured.quantities


def test_a_segment_in_which_every_score_is_the_same_keeps_no_promise():
    """Told where the half that confirms it has one score only."""
    subject = make_subject(n=1000)
    scores = subject.score(subject.block(subject.test))
    trial = Trial(subject.test, scores, Sampling.of(subject.test), np.arange(1000) < 500, 10)
    named = {"late": np.arange(1000) >= 400}
    flat = dataclasses.replace(trial, scores=np.where(trial.searched, scores, 0.45))
    assert weakest(named, trial.searched, flat.shortfall, 1) == ["late"]
    found = flat.quantity(flat.within(flat.shortfall), ["late"], named)
    assert (dict(found.parts), list(found.unmeasured)) == ({}, ["late"])
    assert "the same score" in found.unmeasured["late"]
