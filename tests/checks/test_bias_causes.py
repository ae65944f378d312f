"""Bias checks on causes: what the model does with the attribute itself, and with what stands in for it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from fakes import FakeModel
from measuring import judged, run
from sklearn.metrics import roc_auc_score
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.dataset import Feature, Group
from auditor.errors import NotApplicable
from auditor.model import Layer

FLIP, PROXY = CATALOGUE["bias.counterfactual_flip"], CATALOGUE["bias.proxy"]
USES = {"coded": True, "weights": {"heart rate": 1.0, "ventilated": 1.0}}


def test_flips_are_those_of_the_formula():
    """Setting a binary input moves the score as the model's own formula says, in the rows that had the other level."""
    subject = make_subject(n=600, **USES)
    data, truth = subject.test, subject.model.truth
    said = run(FLIP, subject, attribute="ventilated").quantities
    block = subject.block(data)
    at = [feature.name for feature in data.features].index("ventilated")
    before, last = subject.score(block), block.values[:, -1, at]
    values = block.values.copy()
    values[:, :, at] = 1.0
    after = truth.score(subject.encoder.encode(block.with_values(values)))
    other = last == 0
    assert said["flipped"].parts["yes"].value == pytest.approx(((before >= 0.3) != (after >= 0.3))[other].mean())
    assert said["score_change"].parts["yes"].value == pytest.approx((after - before)[other].mean())
    assert said["score_change_size"].parts["yes"].value == pytest.approx(np.abs(after - before)[other].mean())
    assert said["flipped"].parts["yes"].n == int(other.sum())


def test_an_input_that_is_not_used_changes_nothing():
    """No score moves, which is known no better than the rows allow."""
    part = run(FLIP, make_subject(n=400, coded=True), attribute="ward").quantities["score_change_size"].parts["other"]
    low, high = part.interval(0.95)
    assert part.value == 0
    assert low < 0 < high < 0.02


def test_a_rare_level_cannot_be_counted():
    """Where three rows have a level, their number shows in no count."""
    subject = make_subject(n=300, **USES)
    data = subject.test
    at = [feature.name for feature in data.features].index("ventilated")
    values = data.values.copy()
    values[:, at] = 0.0
    for row in range(3):
        values[data.starts[row] : data.stops[row], at] = 1.0
    rare = dataclasses.replace(subject, test=dataclasses.replace(data, values=values))
    flipped = run(FLIP, rare, attribute="ventilated").quantities["flipped"]
    assert {name: part.n for name, part in flipped.parts.items()} == {"yes": 300}
    assert list(flipped.unmeasured) == ["no"]


def test_only_an_input_with_levels_can_be_changed():
    """A group that the model does not see, and a number, are told as such."""
    subject = make_subject(n=100)
    with pytest.raises(NotApplicable, match="'sex' is no input of the model"):
        run(FLIP, subject, attribute="sex")
    with pytest.raises(NotApplicable, match="'age' is a number"):
        run(FLIP, subject, attribute="age")


def test_a_static_attribute_is_changed_too():
    """An attribute that stands once a row, such as sex."""
    subject = make_subject(n=300, weights={"heart rate": 1.0, "age": 1.0})
    data = subject.test
    above = (data.static[:, :1] > 60).astype(float)
    coded = dataclasses.replace(
        data, static=above, static_features=(Feature("age", "binary", levels=("young", "old")),)
    )
    said = run(FLIP, dataclasses.replace(subject, test=coded), attribute="age").quantities["score_change"].parts
    assert said["old"].value > 0 > said["young"].value


def told_apart(subject, by):
    """The subject whose men have another heart rate, by so many standard deviations, and whose model is recurrent."""
    data = subject.test
    male = np.repeat(data.groups["sex"].codes == 1, data.lengths)
    values = data.values.copy()
    values[male, 0] += by * 12.0
    model = Recurrent(subject.model.truth)
    return dataclasses.replace(subject, model=model, test=dataclasses.replace(data, values=values))


class Recurrent(FakeModel):
    """A fake whose last layer but one is an LSTM; its state is the index at each step, of which the last counts."""

    @property
    def description(self):
        told = super().description
        return dataclasses.replace(told, layers=(Layer("memory", "LSTM", (1,), 4), *told.layers))

    def activations(self, inputs, layer):
        assert layer == "memory"
        state = super().activations(inputs, layer)
        steps = inputs["sequence"].shape[1]
        return np.where(np.arange(steps)[:, None] == steps - 1, state[:, None, :], 0.0)


def test_what_stands_in_for_the_attribute_is_found():
    """Trees find a heart rate that differs by sex as well as its mean does; the hidden state carries it on."""
    subject = told_apart(make_subject(n=3000, error=0.3, weights={"heart rate": 1.0}), 1.0)
    measured = run(PROXY, subject, attribute="sex")
    rate = subject.block(subject.test).values[:, :, 0].mean(axis=1)
    best = roc_auc_score(subject.test.groups["sex"].codes, rate)  # sodium and lactate know nothing of sex
    for name in ("told_by_inputs", "told_by_hidden_state"):
        part = measured.quantities[name].parts["male"]
        assert best - 0.05 < part.value < best + 0.02, name
        assert part.interval(0.95).low > 0.6
    shown = next(shown for shown in measured.shown if shown.title.startswith("Single"))
    assert shown.labels[0].startswith("heart rate")
    assert measured.quantities["score_given_outcome_difference"].parts["with the outcome: female − male"].value < -0.1


def test_a_group_that_nothing_tells_is_not_told():
    """Where inputs do not differ by group, people who were not learned from are told no better than by chance."""
    held = []
    for seed in range(12):
        parts = run(PROXY, make_subject(n=500, seed=seed), attribute="sex").quantities["told_by_inputs"].parts
        low, high = parts["male"].interval(0.95)
        held.append(low <= 0.5 <= high)
    assert sum(held) >= 11


def test_people_are_learned_from_or_judged_never_both():
    """Rows of one entity, nearly alike, do not give their sex away: whole entities are held out."""
    subject = make_subject(n=800, rows_per_entity=8, error=0.05)
    part = run(PROXY, subject, attribute="sex").quantities["told_by_inputs"].parts["male"]
    assert part.value < 0.75
    assert part.entities < 100


@pytest.mark.parametrize("rows_per_entity", [1, 4])
def test_a_proxy_that_is_never_wrong_fails(rows_per_entity):
    """It is the worst there is, and has no variance; how far from 1 it can be is told by how many pairs there are."""
    subject = make_subject(n=1200, rows_per_entity=rows_per_entity)
    data = subject.test
    told = dataclasses.replace(data, static=40.0 + 20.0 * data.groups["sex"].codes[:, None])
    limit = {"quantity": "told_by_inputs", "at_most": 0.8}
    perfect = dataclasses.replace(subject, test=told)
    part = run(PROXY, perfect, attribute="sex").quantities["told_by_inputs"].parts["male"]
    low, high = part.interval(0.95)
    assert (part.value, high) == (1.0, 1.0)
    assert 0.95 < low < 1.0
    assert judged(PROXY, perfect, limit, attribute="sex") == "fail"
    assert judged(PROXY, subject, limit, attribute="sex") == "pass"
    assert judged(PROXY, perfect, limit | {"at_most": None, "at_least": 0.5}, attribute="sex") == "inconclusive"


def test_the_attribute_itself_is_no_proxy():
    """An input that is the attribute is left out of what is learned from."""
    subject = make_subject(n=600, coded=True)
    data = subject.test
    at = [feature.name for feature in data.features].index("ventilated")
    codes = data.values[data.stops - 1, at].astype(int)
    groups = {"ventilated": Group("ventilated", ("no", "yes"), codes)}
    told = run(
        PROXY, dataclasses.replace(subject, test=dataclasses.replace(data, groups=groups)), attribute="ventilated"
    )
    assert told.quantities["told_by_inputs"].parts["yes"].value < 0.7
    assert told.unmeasured["told_by_hidden_state"] == "the model has no recurrent layer"
