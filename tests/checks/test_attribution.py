"""The checks of attributions against what is known of the fake model, and what they say where they cannot tell."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from measuring import run
from scipy import stats
from subjects import make_subject

from auditor.checks.importance.agreement import _told as agreed
from auditor.checks.importance.agreement import measure as agreement
from auditor.checks.importance.attributed import ATTRIBUTIONS
from auditor.checks.importance.attribution import _told as shared
from auditor.checks.importance.attribution import measure as attribution
from auditor.checks.importance.completeness import measure as completeness
from auditor.checks.importance.faithfulness import measure as faithfulness
from auditor.checks.importance.sanity import measure as sanity
from auditor.checks.importance.stability import _moved
from auditor.checks.importance.stability import _told as stable
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


def test_of_one_feature_there_is_nothing_to_compare():
    """A plain reason, instead of figures without variance."""
    alone = Players(("pulse",), np.zeros((3, 1), dtype=int), np.empty(0, dtype=int))
    credit = SimpleNamespace(players=alone, values=np.ones((5, 1)))
    attributed = SimpleNamespace(features=credit, credit=credit, measured=None, question=SimpleNamespace(data=None))
    for check, given in ((agreed, ()), (stable, (stability.params(),)), (shared, (attribution.params(),))):
        with pytest.raises(NotApplicable, match="one feature"):
            check(attributed, *given)


def test_wrong_credit_is_no_better_than_chance():
    """Credit given to the wrong features neither adds up nor tells what the score depends on."""
    wrong, right = (make_subject(n=300, spoiled=spoiled) for spoiled in ("misled", ""))
    assert run(completeness, wrong).quantities["largest_gap"].parts[""].value > 1
    assert run(completeness, right).quantities["largest_gap"].parts[""].value < 1e-3
    gains = [run(faithfulness, subject).quantities["sufficiency"].parts[""].value for subject in (wrong, right)]
    assert gains[0] < 0.05 < gains[1]


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
        (stability, {}, 120 * rows),
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
