"""The nearest change that leads to another class, of models in which it is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from fewest import fewest_cells, search_of
from subjects import SPREAD, make_subject

from auditor.errors import WrittenFault
from auditor.explain.counterfactual import evaluations
from auditor.explain.line import Line


def leads(subject, line, to):
    """(classes - 1, cells): the slopes by each cell of the log-odds of a class against each other one."""
    truth = subject.model.truth
    slope = np.zeros((3, len(line.own)))
    last = line.length - 1 - np.arange(3)
    for feature in range(3):
        slope[:, 3 * last + feature] = truth.gain * truth.weights[:, feature].T / list(SPREAD.values())[feature]
    return np.delete(slope[to] - slope, to, axis=0)


def test_of_classes_against_every_combination():
    """Of three classes every other one is reached, with the fewest cells or one more; any other is no farther."""
    subject = make_subject(task="multiclass", n=40, reference=400, error=0.6)
    scores = subject.score(subject.block(subject.test))
    search = dataclasses.replace(search_of(subject, loose=False), decision=None)
    turned, alone = set(), 0
    for row in range(5):
        own, line = int(scores[row].argmax()), Line(subject, subject.test, row, search.possible)
        nearest = search.nearest(row)
        for to in {0, 1, 2} - {own}:
            before = subject.model.evaluations
            found = search.nearest(row, to)
            assert subject.model.evaluations - before <= evaluations(19, 3, 7, 0, 4)
            (then,) = line.scores(changed(line, found)[None])
            assert (int(then.argmax()), found.to) == (to, to)
            assert found.score == pytest.approx(then.max())
            needed = -np.delete(np.log(scores[row, to] / scores[row]), to)
            fewest = fewest_cells(line, leads(subject, line, to), needed)
            assert fewest <= len(found.changes)
            assert nearest.stretches <= found.stretches
            if not found.stretches:
                turned.add((own, to))
                assert len(nearest.changes) <= len(found.changes) <= min(4, fewest + 1)
                alone += 1
    assert alone >= 6
    assert len(turned) >= 3


def changed(line, found):
    """The row with the changes that were found."""
    state = line.own.copy()
    names = [feature.name for feature in line.features]
    for change in found.changes:
        at = names.index(change.feature.name)
        state[-1 if change.step is None else (line.length - change.step) * 3 + at] = change.after
    return state


def test_no_class_is_turned_to_itself():
    """Whoever asks what would make a row what it is asks nothing; nor is there a way to a class that never leads."""
    subject = make_subject(task="multiclass", n=40, reference=100)
    search = dataclasses.replace(search_of(subject), decision=None)
    own = int(subject.score(subject.block(subject.test))[0].argmax())
    with pytest.raises(WrittenFault, match="the one that is predicted"):
        search.nearest(0, own)
    equal = dataclasses.replace(subject, model=dataclasses.replace(subject.model, constant=True))
    assert dataclasses.replace(search, subject=equal).nearest(0) is None  # a draw is nobody's lead
