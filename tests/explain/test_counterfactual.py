"""The nearest counterfactual of models in which it is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from asking import Formula
from fakes import FakeEncoder
from fewest import CALM, fewest_cells, search_of
from subjects import CENTRE, SPREAD, make_subject

from auditor.dataset import Feature
from auditor.explain.aim import aimed
from auditor.explain.counterfactual import Counterfactual, evaluations, favourable
from auditor.explain.line import Line
from auditor.explain.possible import possible_of
from auditor.explain.smaller import smallest
from auditor.explain.stretches import Stretches
from auditor.explain.turned import Tried, Turning


def subject_of(value, **asked):
    subject = make_subject(**{"task": "regression", "n": 40, "reference": 400, "error": 1.0, **asked})
    return dataclasses.replace(subject, model=Formula(subject.model.truth, value=value), decision=CALM)


def weighted(sequence, mask, static):
    """A recurrent sum whose last step counts most: h <- h / 2 + x, of lactate; age counts a little."""
    h = np.zeros(len(sequence))
    for step in range(sequence.shape[1]):
        h = h / 2 + sequence[:, step, 1]
    return h + 0.01 * static[:, 0]


def turning(subject, rows):
    scores = subject.score(subject.block(subject.test))
    return [row for row in rows if 0.1 < scores[row] < 0.8]


def test_one_cell_of_a_linear_recurrent_model():
    """The last lactate, which counts most, lowered by just what the score is too high: to a rounding of the value."""
    subject = subject_of(weighted)
    search = search_of(subject)
    scores = subject.score(subject.block(subject.test))
    rows = turning(subject, range(40))
    assert len(rows) >= 5
    for row in rows:
        found = search.nearest(row)
        (change,) = found.changes
        needed = scores[row] * SPREAD["lactate"]
        assert (change.feature.name, change.step) == ("lactate", 1)
        assert needed <= change.before - change.after <= needed + 0.02
        assert found.score < 0
        assert change.size == pytest.approx((change.before - change.after) / search.possible[1].mad, rel=1e-6)


@pytest.mark.parametrize(("most", "turned"), [(1.5, "lactate"), (0.0, "heart rate")])
def test_what_is_too_strange_at_first_may_be_smallest_in_the_end(most, turned):
    """Lactate counts twice as much; as low as it may go it is too strange, and by less not, unless it may not move."""
    subject = subject_of(lambda x, mask, static: x[:, -1, 0] / 2 + x[:, -1, 1])
    scores = subject.score(subject.block(subject.test))
    row, possible = min(turning(subject, range(40)), key=lambda at: scores[at]), possible_of(subject.reference)
    line = Line(subject, subject.test, row, possible)
    stretches, names = Stretches.cells(line, 99), [feature.name for feature in line.features]
    moved = [
        next(at for at in range(len(stretches)) if line.kind[stretches.last[at]] == names.index(name))
        for name in ("heart rate", "lactate")
    ]
    assert [line.kind[stretches.last[at]] for at in moved] == [0, 1]
    cell = stretches.last[moved[1]]

    def like(data, _):
        values = data.values.reshape(len(data), line.length, -1)[:, -1, 1]
        return values >= line.own[cell] - most * scores[row] * SPREAD["lactate"] - 1e-6

    states = np.repeat(line.own[None], 2, axis=0)
    states[np.arange(2), stretches.last[moved]] = stretches.room(line.own[None])[0][0, moved]
    search = Turning(stretches, line.scores(line.own[None]), aimed(line.scores(line.own[None]), CALM), like, 4)
    used = np.arange(len(stretches)) == np.array(moved)[:, None]
    near = search._near(Tried(states, line.scores(states), used))
    assert np.array_equal(near.used, used)
    state, _ = smallest(search, near)
    assert [change.feature.name for change in line.changes(state)] == [turned]


def test_two_cells_where_one_is_not_enough():
    """A score that only falls when two features fall: no single cell does it, and both are named."""
    subject = subject_of(lambda x, mask, static: 0.2 + np.maximum(x[:, -1, 0], x[:, -1, 1]))
    rows = [
        r for r in range(40) if (subject.encoder.encode(subject.block(subject.test))["sequence"][r, -1, :2] > 0).all()
    ]
    for row in rows:
        found = search_of(subject).nearest(row)
        assert [(change.feature.name, change.step) for change in found.changes] == [("heart rate", 1), ("lactate", 1)]
    assert rows
    assert search_of(subject, most=1).nearest(rows[0]) is None


def test_what_nobody_can_change_is_left_alone():
    """Where the score is age alone and age is immutable, there is none; where it may change, age it is."""
    subject = subject_of(lambda x, mask, static: static[:, 0])
    row = int(np.argmax(subject.test.static[:, 0] > CENTRE["age"] + 3))
    assert [change.step for change in search_of(subject).nearest(row).changes] == [None]
    fixed = (dataclasses.replace(subject.test.static_features[0], immutable=True),)
    subject = dataclasses.replace(subject, test=dataclasses.replace(subject.test, static_features=fixed))
    assert search_of(subject).nearest(row) is None


def test_stays_within_reference_ranges_usual_steps_and_the_domain():
    """What is found occurs in the reference, moves no faster than it does, and is like it; or nothing is found."""
    subject = subject_of(weighted, error=0.3)
    rows = turning(subject, range(40))
    search = search_of(subject, loose=False)
    low, high = search.possible[1].jump
    assert any(search.nearest(row) for row in rows)
    for row in rows:
        line = Line(subject, subject.test, row, search.possible)
        for change in found.changes if (found := search.nearest(row)) else ():
            assert search.possible[1].low <= change.after <= search.possible[1].high
            values = line.own[: 3 * line.length].reshape(-1, 3)[:, 1].copy()
            own = np.diff(values)
            values[line.length - change.step] = change.after
            if len(found.changes) == 1:
                assert (np.diff(values) >= np.minimum(own, low) - 1e-4).all()
                assert (np.diff(values) <= np.maximum(own, high) + 1e-4).all()
    assert search_of(subject, like=lambda data, row: np.zeros(len(data), dtype=bool)).nearest(rows[0]) is None


def test_other_way_round():
    """A row on the favourable side is told what would have turned the decision against it."""
    subject = subject_of(weighted)
    scores = subject.score(subject.block(subject.test))
    row = int(np.flatnonzero((scores < 0) & (scores > -0.5))[0])
    found = search_of(subject).nearest(row)
    assert found.changes[0].after > found.changes[0].before
    assert not favourable(np.array([found.score]), CALM)[0]


def test_rows_that_are_hard():
    """No step, nothing measured, a score that is NaN: no counterfactual, no crash; and never more rows than planned."""
    subject = subject_of(weighted, masked=1, missing=0.2)
    empty = dataclasses.replace(subject.test, values=np.full_like(subject.test.values, np.nan))
    nothing = dataclasses.replace(subject, test=empty)
    nan = subject_of(lambda x, mask, static: np.full(len(x), np.nan))
    assert search_of(nan).nearest(3) is None
    for one in (subject, nothing):
        for row in (0, 1, 2):
            before = one.model.evaluations
            found = search_of(one).nearest(row)
            assert found is None or isinstance(found, Counterfactual)
            assert one.model.evaluations - before <= evaluations(19, 3, 7, 0, 4)


def test_codes_and_whole_numbers_stay_what_they_are():
    """A level changes to another level, a count to another count."""
    subject = subject_of(lambda x, mask, static: x[:, -1, 4] - 0.5 + 0.1 * x[:, -1, 0], coded=True)
    plain = FakeEncoder(tuple(f.name for f in subject.test.features), ("age",), CENTRE, SPREAD)
    subject = dataclasses.replace(subject, encoder=plain)
    whole = dataclasses.replace(
        subject,
        **{name: dataclasses.replace(data, values=np.round(data.values)) for name, data in
           (("test", subject.test), ("reference", subject.reference))},
    )  # fmt: skip
    possible = possible_of(whole.reference)
    assert possible[0].decimals == 0
    assert list(possible[4].choices) == [0, 1, 2]
    for row in range(10):
        found = search_of(whole).nearest(row)
        for change in found.changes if found else ():
            assert change.after == round(change.after)


def levelled(sequence, mask, static):
    """The mean of the last three heart rates and half of that of lactate."""
    return sequence[:, -3:, 0].mean(1) + sequence[:, -3:, 1].mean(1) / 2 - 0.5


def lowering(line):
    """(1, cells): minus the slope of `levelled` by each cell."""
    per = {0: 1 / 3, 1: 1 / 6}
    slope = np.array([per.get(k, 0.0) / list(SPREAD.values())[k] for k in line.kind])
    slope[: 3 * (line.length - 3)] = 0
    return -slope[None]


def test_against_every_combination():
    """A model of levels that hardly change from step to step: few cells where few do, at most one more than the fewest;
    and where four do not, whole stretches, so that nobody goes without.
    """
    subject = subject_of(levelled, error=0.1)
    scores, search = subject.score(subject.block(subject.test)), search_of(subject, loose=False)
    rows = [row for row in range(40) if scores[row] > 0][:12]
    alone = 0
    for row in rows:
        found = search.nearest(row)
        line = Line(subject, subject.test, row, search.possible)
        fewest = fewest_cells(line, lowering(line), scores[[row]])
        assert found.score < 0
        assert fewest <= len(found.changes)
        if found.stretches:
            assert fewest > 2
            features = {change.feature.name for change in found.changes}
            assert features <= {"heart rate", "lactate"}
            assert len(found.changes) > len(features)
        else:
            alone += 1
            assert len(found.changes) <= min(4, fewest + 1)
    assert 0 < alone < len(rows)


def test_a_stretch_moves_by_as_much():
    """The shape of the course stays; only where it meets the end of the range it is cut."""
    subject = subject_of(levelled, error=0.1)
    line = Line(subject, subject.test, 0, possible_of(subject.reference))
    courses = Stretches.courses(line, 100)
    assert [int(one.sum()) for one in courses.members] == [6, 3, 2] * 3
    own = line.own[courses.members[0]]
    (state,) = courses.moved(line.own[None], np.array([0]), own[-1:] - 5.0)
    assert list(state[courses.members[0]] - own) == pytest.approx([-5.0] * 6)
    assert line.usual(state[None]).all()
    (least,) = courses.moved(line.own[None], np.array([0]), np.array([-1e6]))
    assert set(least[courses.members[0]]) == {line.lowest[0]}


def test_many_levels_are_thinned():
    """A vocabulary is not tried word by word in every cell: never more rows than planned, which is not many."""
    subject = subject_of(lambda x, mask, static: 1.0 + 0 * x[:, -1, 0], coded=True)
    search = search_of(subject)
    words = dataclasses.replace(search.possible[4], choices=np.arange(3000.0))
    search = dataclasses.replace(search, possible=(*search.possible[:4], words, search.possible[5]))
    assert search.nearest(0) is None
    assert subject.model.evaluations <= evaluations(31, 5, 7, 3000, 4) < 20_000


def test_what_is_possible():
    """Ranges, decimals, jumps within rows only, and a unit even where most values are the same."""
    subject = make_subject(n=50, reference=200, steps=5)
    data = subject.reference
    values = np.round(np.tile(np.arange(5.0), 200), 0)[:, None] * [1.0, 0.1, 0.0] + [0, 0, 7.0]
    data = dataclasses.replace(data, values=values, features=(Feature("a", high=3.0), Feature("b"), Feature("c")))
    a, b, c, age = possible_of(data)
    assert (a.low, a.high, a.decimals, a.jump) == (0.0, 3.0, 0, (1.0, 1.0))  # from row to row it falls by four
    assert (b.decimals, list(b.choices)) == (1, [0.0, 0.1, 0.2, 0.3, 0.4])
    assert (c.mad, c.jump) == (1.0, (0.0, 0.0))
    assert age.jump == (-np.inf, np.inf)
    assert list(a.written(np.array([1.4, 9.0]))) == [1.0, 3.0]
