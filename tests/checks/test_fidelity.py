"""The tree that stands in for the model."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from measuring import judged, run
from sklearn.metrics import r2_score, roc_auc_score
from subjects import CENTRE, SPREAD, make_subject

from auditor.checks.summaries import summaries
from auditor.checks.surrogate.fidelity import measure as fidelity
from auditor.checks.surrogate.tree import fit, folds
from auditor.dataset import Dataset, Feature, Target
from auditor.errors import NotApplicable

ONE = {"heart rate": 1.0}


@dataclasses.dataclass(frozen=True)
class Step:
    """A model that is itself a tree: 0.8 where the mean heart rate of the last 3 steps is above a limit, else 0.2."""

    limit: float
    inner: object

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def evaluate(self, inputs, batch=None):
        assert batch is None
        rate = CENTRE["heart rate"] + SPREAD["heart rate"] * inputs["sequence"][:, -3:, 0].mean(axis=1)
        return {"output": np.where(rate > self.limit, 0.8, 0.2)[:, None]}


def by_hand(*rows, **features):
    """A data set of these rows, each a list of steps, each a tuple of values."""
    lengths = np.array([len(row) for row in rows])
    stops = np.cumsum(lengths)
    n = len(rows)
    return Dataset(
        name="by hand",
        task="binary",
        target=Target("y"),
        features=features["features"],
        values=np.array([step for row in rows for step in row], dtype=float),
        starts=stops - lengths,
        stops=stops,
        y=np.zeros(n),
        entity=np.arange(n),
        index_time=np.zeros(n),
        groups={},
    )


def test_only_frequent_levels_of_many_are_summarised():
    """The same ones for every data set of a model: those that the reference has most."""
    words = (Feature("word", kind="categorical", levels=tuple(f"w{code}" for code in range(1000))),)
    common = by_hand(*[[(code,)] * (999 - code) for code in range(900, 990)], features=words)
    subject = dataclasses.replace(make_subject(n=10), reference=common)
    names = summaries(subject, by_hand([(3.0,), (901.0,)], features=words), 3)[1]
    told = [one.level for one in names if one.name == "word, last"]
    assert [f"w{code}" for code in range(900, 924)] == told


def test_summaries_are_what_a_person_would_say():
    """Last value, means, slope, extremes, how often and how long ago: computed by hand, in original units."""
    nan = np.nan
    features = (Feature("lactate", unit="mmol/L"), Feature("ward", kind="categorical", levels=("a", "b")))
    data = by_hand(
        [(1.0, 0), (nan, 0), (3.0, 1), (2.0, 1), (nan, 1)],
        [(4.0, nan)],
        [(nan, 1), (nan, nan)],
        features=features,
    )
    x, names = summaries(make_subject(n=10), data, 3)
    told = {f"{s.name} {s.level}".strip(): x[:, at].tolist() for at, s in enumerate(names)}
    expected = {
        "lactate: last value": [2, 4, nan],
        "lactate: steps since the last measurement": [1, 0, nan],
        "lactate: mean of the last 3 steps": [2.5, 4, nan],
        "lactate: slope over the last 3 steps": [-1, nan, nan],
        "lactate: mean": [2, 4, nan],
        "lactate: share of steps measured": [0.6, 1, 0],
        "lactate: slope": [np.polyfit([0, 2, 3], [1, 3, 2], 1)[0], nan, nan],
        "lactate: lowest value": [1, 4, nan],
        "lactate: highest value": [3, 4, nan],
        "ward, last a": [0, nan, 0],
        "ward: share of steps 'a'": [0.4, nan, 0],
        "ward, last b": [1, nan, 1],
        "ward: share of steps 'b'": [0.6, nan, 1],
        "number of steps": [5, 1, 2],
    }
    assert list(told) == list(expected)
    for name, column in expected.items():
        assert told[name] == pytest.approx(column, nan_ok=True), name


def test_summaries_tell_what_a_step_is_and_count_where_zero_parts_good_from_bad():
    """Months in arrears; a rate an hour; what was never measured is not none."""
    data = by_hand(
        [(2.0,), (0.0,), (3.0,), (-1.0,)],
        [(np.nan,), (np.nan,)],
        features=(Feature("delay", unit="months", low=-2, high=9),),
    )
    x, names = summaries(make_subject(n=10), dataclasses.replace(data, step="month"), 3)
    told = {str(s.name): (s.unit, x[:, at].tolist()) for at, s in enumerate(names)}
    assert told["delay: number of months above 0"] == ("", pytest.approx([2, np.nan], nan_ok=True))
    assert told["delay: last month measured"] == ("months", pytest.approx([-1, np.nan], nan_ok=True))
    assert told["delay: slope over the last 3 months"] == (
        "months per month",
        pytest.approx([-0.5, np.nan], nan_ok=True),
    )
    assert told["number of months"] == ("", [4, 2])
    assert not any("step" in name for name in told)


def test_right_padding_changes_no_summary():
    """The same rows, padded on the other side, are told in the same words."""
    left, right = (make_subject(n=100, shortest=3, steps=9, missing=0.3, side=side) for side in ("left", "right"))
    one, other = summaries(left, left.test, 3)[0], summaries(right, right.test, 3)[0]
    assert np.allclose(one, other, equal_nan=True, rtol=1e-5)


@pytest.mark.parametrize("reference", [0, 600])
def test_a_model_that_is_a_tree_is_found_again(reference):
    """One question with its limit in original units, and full fidelity on rows that were not seen."""
    subject = make_subject(n=1500, reference=reference)
    subject = dataclasses.replace(subject, model=Step(84.0, subject.model))
    measured = run(fidelity, subject)
    assert measured.quantities["r2"].parts[""].value > 0.98
    root = measured.shown[0].root
    asked = re.fullmatch(r"heart rate: mean of the last 3 steps at most ([\d.]+) beats/min", root.text)
    assert float(asked[1]) == pytest.approx(84, abs=0.5)
    assert (root.yes.yes, root.no.yes) == (None, None)
    assert (root.yes.value, root.no.value) == pytest.approx((0.2, 0.8))
    assert measured.quantities["agreement"].parts[""].value > 0.99


def test_r2_and_gain_are_those_of_the_held_out_rows():
    """The check's figures are scikit-learn's and counts by hand on the rows that the tree has not seen."""
    subject = make_subject(n=1000)
    measured = run(fidelity, subject, max_depth=1)
    x, names = summaries(subject, subject.test, 3)
    root = measured.shown[0].root
    column = next(at for at, s in enumerate(names) if root.text.startswith(s.name + " at most"))
    limit = float(re.search(r"at most ([\d.]+)", root.text)[1])
    guess = np.where(x[:, column] <= limit, root.yes.value, root.no.value)
    score = subject.score(subject.block(subject.test))
    assert measured.quantities["r2"].parts[""].value == pytest.approx(r2_score(score, guess), abs=2e-3)
    alike = (guess >= 0.3) == (score >= 0.3)
    assert measured.quantities["agreement"].parts[""].value == pytest.approx(alike.mean(), abs=2e-3)
    gain = alike.mean() - (score < 0.3).mean()
    assert measured.quantities["agreement_gain"].parts[""].value == pytest.approx(gain, abs=2e-3)
    assert measured.quantities["auroc"].parts[""].value == pytest.approx(roc_auc_score(score >= 0.3, guess), abs=2e-3)


def test_cut_tree_is_the_tree_grown_to_that_depth():
    """Growing deep and cutting gives what growing to the depth gives, so that one fit serves all depths."""
    subject = make_subject(n=800)
    x, names = summaries(subject, subject.test, 3)
    y = subject.score(subject.block(subject.test))[:, None]
    parts = folds(np.arange(800), np.random.default_rng(0))
    deep, _ = fit(x, y, names, parts, deepest=5, smallest=16, seed=1)
    for depth in (1, 2, 3, 4):
        flat, _ = fit(x, y, names, parts, deepest=depth, smallest=16, seed=1)
        assert np.allclose(
            dataclasses.replace(deep, depth=depth).scores(x), dataclasses.replace(flat, depth=depth).scores(x)
        )


def test_every_row_obeys_exactly_one_rule_and_gets_its_score():
    """Rules in words, levels and gaps among them, are the tree: read back as conditions, they sort rows alike."""
    subject = make_subject(n=900, coded=True, missing=0.7, tangled=True)
    x, names = summaries(subject, subject.test, 3)
    y = np.nan_to_num(x[:, [0]]) + 5 * np.nan_to_num(x[:, [[s.level for s in names].index("medicine")]], nan=2.0)
    tree, _ = fit(x, y, names, folds(np.arange(900), np.random.default_rng(0)), deepest=4, smallest=18, seed=1)
    held = {}
    for leaf in tree.leaves():
        inside = np.ones(len(x), dtype=bool)
        for condition in leaf.path:
            column = x[:, names.index(condition.summary)].astype(float)
            measured = (column > condition.low) & (column <= condition.high)
            inside &= np.where(np.isnan(column), condition.missing, measured)
        held[leaf.node] = inside
    assert (np.sum(list(held.values()), axis=0) == 1).all()
    found = tree.leaf_of(x)
    assert all((found[inside] == node).all() for node, inside in held.items())
    words = " ".join(str(condition) for leaf in tree.leaves() for condition in leaf.path)
    assert "ward, last: not medicine" in words
    assert "or not measured" in words


def test_no_leaf_is_smaller_than_the_smallest_cell():
    """A rule about fewer people than may be shown is not made."""
    subject = dataclasses.replace(make_subject(n=500, reference=200), smallest_cell=30)

    def sizes(node):
        return [node.n] if node.yes is None else sizes(node.yes) + sizes(node.no)

    assert min(sizes(run(fidelity, subject).shown[0].root)) >= 30


def test_without_reference_no_entity_is_on_both_sides():
    """Half of the entities teach, the other half judge; the record says so."""
    measured = run(fidelity, make_subject(n=800, reference=0, rows_per_entity=4))
    assert (measured.sampled.n, measured.sampled.of) == (400, 800)
    assert measured.quantities["r2"].parts[""].entities == 100


def test_too_few_rows_to_learn_from_is_not_applicable():
    """No tree is made from 99 rows."""
    with pytest.raises(NotApplicable, match="learnt from 99 rows"):
        run(fidelity, make_subject(n=500, reference=99))


def test_planted_fault_and_sound_twin():
    """A model that no small tree can follow fails; one that follows the mean of the last steps passes."""
    for limit in (
        {"quantity": "r2", "at_least": 0.7},
        {"quantity": "agreement", "at_least": 0.8},
        {"quantity": "agreement_gain", "at_least": 0.1},
    ):
        assert judged(fidelity, make_subject(n=2000, tangled=True), limit) == "fail"
        assert judged(fidelity, make_subject(n=2000, weights=ONE), limit) == "pass"


def test_the_decisions_of_the_model_are_followed_each_by_itself():
    """Of the rows on either side of the threshold, the share on which the tree is on that side too; together all."""
    found = run(fidelity, make_subject(n=1500)).quantities
    sides = found["agreement_by_class"].parts
    assert ["below the threshold", "at or above the threshold"] == list(sides)
    together = sum(part.value * part.n for part in sides.values()) / 1500
    assert found["agreement"].parts[""].value == pytest.approx(together)
    classes = run(fidelity, make_subject(n=1500, task="multiclass")).quantities["agreement_by_class"].parts
    assert {"home", "ward", "icu"} >= set(classes)


def test_a_decision_of_few_rows_is_suppressed_with_the_next():
    """Else the number of the few would be that of all rows less that of the others."""
    subject = make_subject(n=600, prevalence=0.2)
    scores = np.sort(subject.score(subject.block(subject.test)))
    rare = subject.decision.model_copy(update={"threshold": float(scores[-5])})
    told = run(fidelity, dataclasses.replace(subject, decision=rare)).quantities["agreement_by_class"]
    assert ({}, 2) == (told.parts, len(told.unmeasured))


def test_rules_that_never_say_the_rare_decision_fail():
    """A tree of a fast wave follows one side and hardly the other; of a plain model it follows both."""
    limit = {"quantity": "agreement_by_class", "at_least": 0.6}
    assert judged(fidelity, make_subject(n=3000, tangled=True), limit) == "fail"
    assert judged(fidelity, make_subject(n=3000, weights=ONE), limit) == "pass"
