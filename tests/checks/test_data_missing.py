"""What was not measured."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from subjects import make_subject

from auditor.checks.data import missing
from auditor.checks.data.seen import Seen
from auditor.checks.data.shares import difference, estimated, share
from auditor.kernels.rates import rate
from auditor.sampling import Sampling


def without(subject, rows, steps, feature=1):
    """The test data with a feature not measured at these steps of these rows (all of 6 steps)."""
    cells = subject.test.values.reshape(-1, 6, subject.test.values.shape[1]).copy()
    cells[np.ix_(rows, steps, [feature])] = np.nan
    return dataclasses.replace(
        subject, test=dataclasses.replace(subject.test, values=cells.reshape(-1, cells.shape[2]))
    )


def parts(measurement, name):
    return {key: one.value for key, one in measurement.quantities[name].parts.items()}


def test_shares_are_counts_of_cells():
    """Steps 0 and 5 of 30 of 120 rows: 60 of 720 cells, of which one half lies in the last quarter."""
    measured = run(missing.measure, without(make_subject(n=120), range(30), [0, 5]))
    assert parts(measured, "missing") == {"heart rate": 0.0, "lactate": 60 / 720, "sodium": 0.0, "age": 0.0}
    blocks = parts(measured, "missing_by_block")
    assert blocks["lactate, first quarter"] == 30 / 120  # six steps are cut into 1, 2, 1 and 2
    assert blocks["lactate, second quarter"] == 0.0
    assert blocks["lactate, last quarter"] == 30 / 240


def test_static_features_count_once_a_row():
    """Age is missing in 12 of 120 rows."""
    subject = make_subject(n=120)
    static = subject.test.static.copy()
    static[:12] = np.nan
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, static=static))
    assert parts(run(missing.measure, subject), "missing")["age"] == 0.1


def test_differences_are_those_of_the_shares():
    """Test less reference; with the outcome less without it; each group less the others."""
    subject = make_subject(n=400, missing=0.1)
    dead, women = subject.test.y == 1, subject.test.groups["sex"].codes == 0
    measured = run(missing.measure, subject)
    absent = np.isnan(subject.test.values.reshape(400, 6, 3))
    reference = np.isnan(subject.reference.values)
    assert parts(measured, "missing_change")["lactate"] == pytest.approx(
        absent[:, :, 1].mean() - reference[:, 1].mean()
    )
    by_outcome = absent[dead, :, 1].mean() - absent[~dead, :, 1].mean()
    assert parts(measured, "missing_by_outcome")["lactate"] == pytest.approx(by_outcome)
    whole = absent.reshape(400, -1).sum(1)
    assert parts(measured, "missing_by_group")["sex: female"] == pytest.approx(
        whole[women].mean() / 19 - whole[~women].mean() / 19
    )


def test_one_cell_a_row_is_a_rate():
    """With one cell in each row, share and interval are those of a rate."""
    hit, among = np.arange(8000) % 7 == 0, np.arange(8000) < 6000
    sampling = Sampling(None, "rows", 8000)
    stat = share(hit.astype(int), np.ones(8000, int), among)
    assert stat.value == rate(hit, among).value
    assert stat.influence == pytest.approx(rate(hit, among).influence)
    assert estimated(sampling, stat).interval(0.95) == pytest.approx(sampling.rate(hit, among).interval(0.95), abs=1e-4)
    other = share(hit.astype(int), np.ones(8000, int), ~among)
    assert difference(sampling, stat, other).interval(0.95) == pytest.approx(
        sampling.difference(hit, among, ~among).interval(0.95), abs=1e-4
    )


def test_cells_of_a_row_are_not_independent():
    """Where a row is measured wholly or not at all, 10 cells a row tell no more than one."""
    gone = np.arange(300) % 5 == 0
    sampling, everyone = Sampling(None, "rows", 300), np.ones(300, bool)
    one, ten = (estimated(sampling, share(gone * k, np.full(300, k), everyone)) for k in (1, 10))
    assert ten.interval(0.95) == pytest.approx(one.interval(0.95))


def test_nothing_missing_is_not_certainty():
    """Complete data pass a wide limit, and no limit of zero width: the interval has a length."""
    subject = make_subject(n=400)
    assert judged(missing.measure, subject, {"quantity": "missing_by_outcome", "between": (-0.1, 0.1)}) == "pass"
    assert judged(missing.measure, subject, {"quantity": "missing_by_outcome", "between": (0.0, 0.0)}) == "inconclusive"


def test_nothing_missing_in_groups_of_entities():
    """Where nothing is missing in any group, a group's share is known by all of its entities, not by one of them."""
    subject = make_subject(n=400)
    data = dataclasses.replace(subject.test, cluster=np.repeat(np.arange(200), 2), cluster_kind="entities")
    subject = dataclasses.replace(subject, test=data)
    assert judged(missing.measure, subject, {"quantity": "missing_by_group", "between": (-0.1, 0.1)}) == "pass"
    assert (
        judged(missing.measure, subject, {"quantity": "missing_by_group", "between": (-0.01, 0.01)}) == "inconclusive"
    )


def test_an_outcome_of_few_is_suppressed():
    """With 9 deaths nothing is told by outcome."""
    subject = make_subject(n=400)
    test = dataclasses.replace(subject.test, y=(np.arange(400) < 9).astype(float))
    measured = run(missing.measure, dataclasses.replace(subject, test=test))
    assert measured.unmeasured == {
        "missing_by_outcome": "fewer than 10 rows have the outcome, or have it not; suppressed"
    }


def test_a_row_is_cut_from_its_end():
    """Steps that the model does not see do not count; a row of one step has it in the last quarter."""
    subject = make_subject(n=50, shortest=1, steps=6)
    seen = Seen(subject.test, subject.test.stops - 1, subject.test.stops)
    assert np.diff(seen.cuts(4), axis=0).sum(1).tolist() == [0, 0, 0, 50]
    assert seen.lines().sum() == 50
    assert seen.back(1).tolist() == [-1] * 50
