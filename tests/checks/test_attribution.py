"""The checks of attributions against what is known of the fake model, and what they say where they cannot tell."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from scipy import stats
from subjects import make_subject

from auditor.checks.importance.agreement import measure as agreement
from auditor.checks.importance.alike import ranked
from auditor.checks.importance.attributed import ATTRIBUTIONS
from auditor.checks.importance.attribution import _told as shared
from auditor.checks.importance.attribution import measure as attribution
from auditor.checks.importance.completeness import measure as completeness
from auditor.checks.importance.faithfulness import measure as faithfulness
from auditor.checks.importance.sanity import measure as sanity
from auditor.checks.importance.stability import _moved
from auditor.checks.importance.stability import measure as stability
from auditor.dataset import Feature
from auditor.errors import NotApplicable, WrittenFault
from auditor.evidence import Evidence
from auditor.explain.players import Players
from auditor.kernels.ranks import rank_correlations


def covers(estimate, truth):
    low, high = estimate.interval(0.999)
    return low <= truth <= high


def test_shares_are_those_of_the_weights():
    """Features of equal spread in a linear model: mean sizes of credit are as their standard deviations are."""
    subject = make_subject(task="regression", n=400, weights={"heart rate": 1.0, "lactate": 0.5, "age": 1.5})
    parts = run(attribution, subject, expected=("age",)).quantities
    own = np.array([1.0, 0.5, 0.0]) * np.sqrt(9 * (1 - 0.09) + 3 * 0.09)  # three steps
    sizes = dict(zip(("heart rate", "lactate", "sodium", "age"), [*own, 1.5], strict=True))
    for name, size in sizes.items():
        assert covers(parts["share"].parts[name], size / sum(sizes.values()))
    assert parts["expected_share"].parts[""].value == parts["share"].parts["age"].value


def test_parts_of_the_history_and_directions():
    """Only the last three steps count; a weight below zero is a direction below zero; what does not vary has none."""
    subject = make_subject(task="regression", n=300, steps=6, weights={"heart rate": 1.0, "lactate": -0.6})
    said = run(attribution, subject).quantities
    shares = said["share_by_part"].parts
    assert [name for name, each in shares.items() if each.value > 0.2] == [
        "step 3 from the end", "step 2 from the end", "last step",
    ]  # fmt: skip
    assert said["direction"].parts["heart rate"].interval(0.99).low > 0.9
    assert said["direction"].parts["lactate"].interval(0.99).high < -0.9
    assert set(said["direction"].unmeasured) == {"sodium", "age"}


def test_refusals():
    """A feature that is not there, a score that does not vary, a model without weights: each with its reason."""
    subject = make_subject(n=60)
    with pytest.raises(NotApplicable, match="features that the data do not have: heart; the data have: heart rate,"):
        run(attribution, subject, forbidden=("heart",))
    with pytest.raises(WrittenFault, match="do not have, beside some that they have: heart"):
        run(attribution, subject, forbidden=("heart", "age"))
    with pytest.raises(NotApplicable, match="same for every row"):
        run(completeness, make_subject(n=60, constant=True))
    bare = dataclasses.replace(subject.model.description, layers=())
    model = type("Bare", (type(subject.model),), {"description": bare})(**vars(subject.model))
    with pytest.raises(NotApplicable, match="no layer with weights"):
        run(sanity, dataclasses.replace(subject, model=model))


def test_of_one_feature_the_parts_of_its_history_are_compared():
    """Its own share says nothing, its course does; credit that is not divided by time has nothing to compare."""
    subject = make_subject(n=60, steps=6)
    whole, data = ATTRIBUTIONS.produce(subject), subject.test
    cells = Players.cells(whole.question.data, whole.question.steps, 6)
    pulse = np.flatnonzero([name.startswith("heart rate") for name in cells.names])
    alone = dataclasses.replace(
        data, features=data.features[:1], values=data.values[:, :1], static_features=(), static=data.static[:, :0]
    )
    question = dataclasses.replace(whole.question, data=alone)
    credit = dataclasses.replace(
        whole.credit,
        players=Players.cells(alone, question.steps, 6),
        values=whole.credit.values[:, pulse],
        present=whole.credit.present[:, pulse],
        by_background=whole.credit.by_background[:, :, pulse],
    )
    one = dataclasses.replace(whole, question=question, credit=credit)
    names, own = ranked(one)
    assert (6, own.shape) == (len(names), (len(question.rows), 6))
    np.testing.assert_allclose(own, credit.values)
    said = shared(one, attribution.params())
    assert "one feature" in said.unmeasured["share"]
    assert 0.9 < sum(part.value for part in said.quantities["share_by_part"].parts.values()) < 1.1
    undivided = credit.by(Players.features(alone, question.steps), question.backgrounds)
    with pytest.raises(NotApplicable, match="one feature"):
        ranked(dataclasses.replace(one, credit=undivided))


def test_slopes_that_leave_out_much_give_way():
    """Where the score jumps, as here where it is told other slopes, coalitions say what moved it, and why they do."""
    wrong, right = (ATTRIBUTIONS.produce(make_subject(n=60, spoiled=spoiled)).credit for spoiled in ("misled", ""))
    assert ("Shapley values", "expected gradients") == (wrong.method, right.method)
    assert "its slopes leave out" in wrong.notes[-1]
    assert np.abs(wrong.gap).max() < 1e-9


def test_a_model_without_slopes_is_explained_by_coalitions():
    """Also one whose inputs are numbers; the reason is what the model says."""
    subject = make_subject(n=60, spoiled="without slopes")
    credit = ATTRIBUTIONS.produce(subject).credit
    assert "Shapley values" == credit.method
    assert "cannot be differentiated by its inputs (its score jumps)" in credit.notes[-1]


def test_wrong_credit_is_no_better_than_chance():
    """Credit given to the wrong features neither adds up nor tells what the score depends on."""
    subject = make_subject(n=300)
    right, values = ATTRIBUTIONS.produce(subject), {}
    moved = dataclasses.replace(right.credit, values=1.5 * np.roll(right.credit.values, 6, axis=1), by_background=None)
    for name, credit in (("wrong", moved), ("right", right.credit)):
        evidence = Evidence({ATTRIBUTIONS.name: dataclasses.replace(right, credit=credit)})
        for check, quantity in ((completeness, "largest_gap"), (faithfulness, "sufficiency")):
            said = check.measure(subject, evidence, check.params())
            values[name, quantity] = said.quantities[quantity].parts[""].value
    assert values["wrong", "largest_gap"] > 0.1
    assert values["right", "largest_gap"] < 1e-3
    assert values["wrong", "sufficiency"] < 0.05 < values["right", "sufficiency"]


def test_noise_stays_where_values_can_be():
    """Within the plausible range, or within what was measured; what was not measured and codes stay as they are."""
    rng = np.random.default_rng(0)
    values = np.column_stack([rng.exponential(1.0, 400), rng.exponential(1.0, 400), rng.integers(0, 3, 400)])
    values[::7, 0] = np.nan
    features = (Feature("amount", low=0.0), Feature("share"), Feature("code", kind="categorical"))
    moved = _moved(values, features, 1.0, np.random.default_rng(1))
    np.testing.assert_array_equal(np.isnan(moved), np.isnan(values))
    np.testing.assert_array_equal(moved[:, 2], values[:, 2])
    assert 0 == np.nanmin(moved[:, 0]) < 1 < np.nanmax(moved[:, 0])
    assert values[:, 1].min() == moved[:, 1].min()
    assert values[:, 1].max() == moved[:, 1].max()
    assert 0.3 < np.std(moved[:, 1] - values[:, 1]) < 1.1


def test_what_is_planned_is_kept():
    """No check takes more evaluations than it planned, and none plans for rows that it will not explain."""
    subject = make_subject(n=1500, steps=4, reference=300)
    evidence = Evidence({ATTRIBUTIONS.name: ATTRIBUTIONS.produce(subject)})
    rows = 200 * 32
    for check, settings, most in (
        (agreement, {}, 40 * rows),
        (agreement, {"rows": 20}, 4 * rows),
        (faithfulness, {}, 40 * rows),
        (sanity, {}, 60 * rows),
        (stability, {}, 1200 * rows),
    ):
        before, params = subject.model.evaluations, check.params(**settings)
        check.measure(subject, evidence, params)
        assert subject.model.evaluations - before <= check.rows(subject, params) < most, check.id


def test_rank_correlations_are_spearmans():
    """Ties included; a row of one value has none."""
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 4, (20, 6)).astype(float), rng.standard_normal((20, 6))
    one[0] = 2.0
    found = rank_correlations(one, other)
    assert np.isnan(found[0])
    expected = [stats.spearmanr(a, b).statistic for a, b in zip(one[1:], other[1:], strict=True)]
    np.testing.assert_allclose(found[1:], expected, atol=1e-12)
