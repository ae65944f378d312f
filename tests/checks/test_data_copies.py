"""Rows that occur twice, within a data set and across the split."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from spoiled import SPOILED
from subjects import make_subject

from auditor.checks.data import duplicates, overlap
from auditor.checks.data.digests import digests
from auditor.checks.data.near import Side, near_copies
from auditor.checks.data.seen import Seen
from auditor.checks.data.space import Points, apart


def value(measurement, name, part=""):
    return measurement.quantities[name].parts[part].value


def test_digests_are_equal_where_rows_are():
    """What a row holds decides alone: not where its lines lie, not the sign of a zero, not which NaN."""
    subject = make_subject(n=50, shortest=3)
    test = subject.test
    test.values[:5, 0], test.values[5:9, 1] = 0.0, np.nan
    twin = dataclasses.replace(test, values=test.values.copy())
    twin.values[:5, 0], twin.values[5:9, 1] = -0.0, -np.float64("nan")
    twin = dataclasses.replace(
        twin, values=np.concatenate([np.ones((7, 3)), twin.values]), starts=test.starts + 7, stops=test.stops + 7
    )
    first, second = (digests(Seen(data, data.starts, data.stops)) for data in (test, twin))
    assert first.tolist() == second.tolist()
    assert len(set(first.tolist())) == 50


@pytest.mark.parametrize("change", ["cell", "order of steps", "order of features", "static", "one step less"])
def test_digests_differ_where_rows_do(change):
    """Any cell, their order, and the length of a row."""
    test = make_subject(n=1).test
    values, static, starts = test.values.copy(), test.static.copy(), test.starts.copy()
    if change == "cell":
        values[3, 1] = np.nextafter(values[3, 1], 0)
    elif change == "order of steps":
        values = values[[0, 1, 2, 4, 3, 5]]
    elif change == "order of features":
        values = values[:, [1, 0, 2]]
    elif change == "static":
        static += 1
    else:
        starts = starts + 1
    other = dataclasses.replace(test, values=values, static=static, starts=starts)
    first, second = (digests(Seen(data, data.starts, data.stops)) for data in (test, other))
    assert first[0] != second[0]


def test_repeats_are_counted():
    """20 of 400 rows hold what the row before holds; each pair with two outcomes conflicts."""
    subject = SPOILED["copied rows"](make_subject(n=400))
    measured = run(duplicates.measure, subject)
    assert value(measured, "repeated", "test") == pytest.approx(20 / 400)
    assert value(measured, "repeated", "reference") == 0.0
    y = subject.test.y.reshape(20, 20)
    assert value(measured, "conflicting", "test") == 2 * np.mean(y[:, 18] != y[:, 19]) / 20


def test_rows_without_a_measurement_are_no_copies():
    """What holds nothing is equal to nothing; it does not count as a row."""
    subject = make_subject(n=400)
    values = subject.test.values.copy()
    values[: 50 * 6] = np.nan
    measured = run(
        duplicates.measure, dataclasses.replace(subject, test=dataclasses.replace(subject.test, values=values))
    )
    estimate = measured.quantities["repeated"].parts["test"]
    assert (estimate.value, estimate.n) == (0.0, 350)


def test_shared_people_and_copies_are_counted():
    """100 of 400 people, and 100 of 400 rows, exact or nearly so; each is seen by its own number only."""
    sound = run(overlap.measure, make_subject(n=400))
    people = run(overlap.measure, make_subject(n=400, spoiled="people in both"))
    near = run(overlap.measure, make_subject(n=400, spoiled="near copies"))
    names = ("entities_in_both", "identical", "near")
    assert [value(sound, name) for name in names] == [0.0, 0.0, 0.0]
    assert [value(people, name) for name in names] == [0.25, 0.0, 0.0]
    assert [value(near, name) for name in names] == [0.0, 0.0, 0.25]


def test_without_a_named_entity_nothing_is_claimed():
    """Rows that are numbered through share nobody by construction, which proves nothing."""
    subject = make_subject(n=100)
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, entities_declared=False))
    measured = run(overlap.measure, subject)
    assert measured.unmeasured == {"entities_in_both": "the data specification names no entity"}


def test_near_copies_are_those_of_all_pairs():
    """Against the comparison of every pair: none is wrongly found, and at least 95 of 100 are."""
    rng = np.random.default_rng(3)
    base = rng.random((800, 40)).astype(np.float32)
    asked = rng.random((600, 40)).astype(np.float32)
    size = np.linspace(0.001, 0.02, 300)
    asked[:300] = base[:300] + size[:, None] * rng.choice([-1, 1], (300, 40))
    measured = rng.random((800, 40)) < 0.7
    here = np.concatenate([measured[:300], rng.random((300, 40)) < 0.7])
    first, second = Points(base * measured, measured), Points(asked * here, here)

    def side(points):
        return Side(len(points.at), lambda rows: Points(points.at[rows], points.measured[rows]))

    found = near_copies(side(first), side(second), 40, 0.01, rng)
    every = np.array(
        [
            apart(first, Points(np.tile(second.at[i], (800, 1)), np.tile(here[i], (800, 1)))).min() <= 0.01
            for i in range(600)
        ]
    )
    assert every.sum() == pytest.approx(142, abs=2)
    assert not (found & ~every).any()
    assert found.sum() >= 0.95 * every.sum()


def test_what_one_lacks_sets_rows_apart():
    """Of two cells that either has, one differs by 0.1 and one is measured in one row only: root of (0.01 + 1) / 2."""
    one = Points(np.array([[0.3, 0.5, 0.0]], np.float32), np.array([[True, True, False]]))
    other = Points(np.array([[0.4, 0.0, 0.0]], np.float32), np.array([[True, False, False]]))
    assert apart(one, other)[0] == pytest.approx(np.sqrt(1.01 / 2))
    nothing = Points(np.zeros((1, 3), np.float32), np.zeros((1, 3), bool))
    assert apart(nothing, nothing)[0] == np.inf
