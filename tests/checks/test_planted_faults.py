"""Each check has a subject that it must fail, and a sound twin that it must pass, as the judge sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from measuring import judged
from subjects import make_subject

from auditor.checks import CATALOGUE

N = 4000
MEN = ("female − male",)

# check, limit, parameters, what is planted, what the sound twin has instead
FAULTS = [
    ("artifact.inventory", {"quantity": "custom_objects", "at_most": 0}, {}, {"spoiled": "own code"}, {}),
    ("artifact.inventory", {"quantity": "unaccounted_numbers", "at_most": 0}, {}, {"spoiled": "stowaway"}, {}),
    ("artifact.finite", {"quantity": "nonfinite_scores", "at_most": 0}, {}, {"nan": 1}, {}),
    ("artifact.finite", {"quantity": "distinct_scores", "at_least": 2}, {}, {"constant": True}, {}),
    (
        "performance.replication",
        {"quantity": "largest_difference", "at_most": 1e-4},
        {},
        {"recorded": 0.001},
        {"recorded": 0.0},
    ),
    ("performance.discrimination", {"quantity": "auroc", "at_least": 0.75}, {}, {"auroc": 0.7}, {"auroc": 0.8}),
    (
        "performance.discrimination",
        {"quantity": "auroc", "at_least": 0.7},
        {},
        {"task": "multiclass", "auroc": 0.6},
        {"task": "multiclass", "auroc": 0.85},
    ),
    (
        "performance.quantiles",
        {"quantity": "coverage_error", "between": (-0.05, 0.05)},
        {},
        {"task": "regression", "spoiled": "too narrow forecasts"},
        {"task": "regression", "spoiled": "forecasts"},
    ),
    (
        "performance.quantiles",
        {"quantity": "crossing", "at_most": 0.02},
        {},
        {"task": "regression", "spoiled": "crossing forecasts"},
        {"task": "regression", "spoiled": "forecasts"},
    ),
    (
        "performance.error",
        {"quantity": "mean_absolute_error_by_horizon", "at_most": 10.0},
        {},
        {"task": "regression", "spoiled": "forecasts", "residual": 20.0},
        {"task": "regression", "spoiled": "forecasts"},
    ),
    ("performance.threshold", {"quantity": "sensitivity", "at_least": 0.65}, {}, {"auroc": 0.6}, {"auroc": 0.8}),
    (
        "performance.threshold",
        {"quantity": "never_predicted", "at_most": 0},
        {},
        {"task": "multiclass", "constant": True},
        {"task": "multiclass"},
    ),
    (
        "performance.net_benefit",
        {"quantity": "gain", "at_least": 0},
        {},
        {"auroc": 0.6, "overconfident": 4.0, "threshold": 0.15},
        {"auroc": 0.85, "threshold": 0.15},
    ),
    ("performance.calibration", {"quantity": "slope", "between": (0.8, 1.25)}, {}, {"overconfident": 2.0}, {}),
    (
        "performance.overfitting",
        {"quantity": "gap", "at_most": 0.03},
        {},
        {"spoiled": "overfitted", "reference": N},
        {"reference": N},
    ),
    (
        "performance.challenger",
        {"quantity": "gain", "at_least": -0.02},
        {},
        {"spoiled": "beaten", "reference": N},
        {"reference": N},
    ),
    ("performance.segments", {"quantity": "shortfall", "at_most": 0.1}, {}, {"spoiled": "weak segment"}, {}),
    ("performance.over_time", {"quantity": "drop", "at_most": 0.1}, {}, {"spoiled": "worn out"}, {"spoiled": "dated"}),
    ("performance.migration", {"quantity": "psi", "at_most": 0.1}, {}, {"spoiled": "migrated"}, {"spoiled": "dated"}),
    (
        "performance.alerts",
        {"quantity": "alerts", "at_most": 200},
        {"units_per_day": 24},
        {"rows_per_entity": 12, "error": 0.9},
        {"rows_per_entity": 12, "error": 0.05},
    ),
    (
        "performance.history",
        {"quantity": "loss", "at_most": 0.05, "parts": ("first 3 steps",)},
        {},
        {"spoiled": "late signal"},
        {},
    ),
    (
        "performance.error",
        {"quantity": "root_mean_squared_error", "at_most": 6},
        {},
        {"task": "regression", "residual": 7.0},
        {"task": "regression", "residual": 5.0},
    ),
    (
        "data.ranges",
        {"quantity": "other_unit", "at_most": 0.01},
        {},
        {"spoiled": "other unit"},
        {"spoiled": "ranged"},
    ),
    (
        "data.missing",
        {"quantity": "missing_by_outcome", "between": (-0.1, 0.1)},
        {},
        {"missing": 0.1, "spoiled": "unmeasured by outcome"},
        {"missing": 0.1},
    ),
    ("data.duplicates", {"quantity": "repeated", "at_most": 0.01}, {}, {"spoiled": "copied rows"}, {}),
    ("data.overlap", {"quantity": "entities_in_both", "at_most": 0}, {}, {"spoiled": "people in both"}, {}),
    ("data.overlap", {"quantity": "near", "at_most": 0.01}, {}, {"spoiled": "near copies"}, {}),
    (
        "data.time_order",
        {"quantity": "before_end", "at_most": 0},
        {},
        {"spoiled": "split at random"},
        {"spoiled": "split by time"},
    ),
    ("data.look_ahead", {"quantity": "alone", "at_most": 0.85}, {}, {"spoiled": "knows the outcome"}, {}),
    ("data.look_ahead", {"quantity": "jump", "at_most": 0.2}, {}, {"spoiled": "knows the outcome"}, {}),
    ("data.drift", {"quantity": "psi", "at_most": 0.1}, {}, {"spoiled": "drifted"}, {}),
    ("data.drift", {"quantity": "ks", "at_most": 0.2}, {}, {"spoiled": "drifted"}, {}),
    ("data.drift", {"quantity": "told_apart", "at_most": 0.6}, {}, {"spoiled": "drifted"}, {}),
    (
        "data.representativeness",
        {"quantity": "share_difference", "between": (-0.1, 0.1)},
        {"attribute": "sex", "shares": {"female": 0.5, "male": 0.5}},
        {"spoiled": "few women"},
        {},
    ),
    ("data.sample_size", {"quantity": "events", "at_least": 100}, {}, {"prevalence": 0.01}, {}),
    (
        "behavior.noise",
        {"quantity": "flipped", "at_most": 0.1, "parts": ("1 ×",)},
        {},
        {"fragile": True},
        {"fragile": False},
    ),
    (
        "behavior.missing",
        {"quantity": "flipped", "at_most": 0.2, "parts": ("30% of steps lost at random",)},
        {},
        {"fragile": True},
        {},
    ),
    (
        "behavior.missing",
        {"quantity": "flipped_without", "at_most": 0.2, "parts": ("heart rate",)},
        {},
        {"weights": {"heart rate": 1.0}},
        {"weights": {"heart rate": 0.1, "lactate": 1.0}},
    ),
    (
        "behavior.missing",
        {"quantity": "loss_without", "at_most": 0.05, "parts": ("heart rate",)},
        {},
        {"weights": {"heart rate": 1.0}},
        {"weights": {"heart rate": 0.1, "lactate": 1.0}},
    ),
    (
        "behavior.missing",
        {
            "quantity": "flipped",
            "at_most": 0.2,
            "parts": ("one sensor fails for the last 3 steps", "outage of 30% of the history"),
        },
        {},
        {"fragile": True},
        {},
    ),
    (
        "behavior.missing",
        {"quantity": "loss_one_group", "at_most": 0.02, "parts": ("sex female", "sex male")},
        {"rows": N},
        {"spoiled": "gaps meet the sick"},
        {},
    ),
    (
        "behavior.noise",
        {"quantity": "flipped_by_group", "at_most": 0.1, "parts": ("1 ×: sex female", "1 ×: sex male")},
        {},
        {"spoiled": "men near the threshold"},
        {},
    ),
    (
        "behavior.time",
        {"quantity": "flipped", "at_most": 0.1, "parts": ("values a step late",)},
        {},
        {"fragile": True},
        {},
    ),
    (
        "behavior.time",
        {
            "quantity": "flipped",
            "at_most": 0.1,
            "parts": ("a step written twice", "frozen sensor, last 3 steps", "reverse order", "shuffled order"),
        },
        {},
        {"fragile": True},
        {},
    ),
    (
        "behavior.time",
        {"quantity": "flipped", "at_most": 0.1, "parts": ("two features swapped", "other unit")},
        {},
        {},
        {"weights": {"age": 1.0}},
    ),
    (
        "behavior.time",
        {"quantity": "flipped", "at_most": 0.2, "parts": ("only the last quarter",)},
        {},
        {"fragile": True},
        {},
    ),
    (
        "behavior.padding",
        {"quantity": "padding_read", "at_most": 0.05},
        {},
        {"spoiled": "reads padding", "side": "right", "shortest": 3},
        {"side": "right", "shortest": 3},
    ),
    ("behavior.batch", {"quantity": "largest", "at_most": 0.001}, {}, {"spoiled": "centred on the batch"}, {}),
    ("behavior.batch", {"quantity": "changed", "at_most": 0.05}, {}, {"spoiled": "centred on the batch"}, {}),
    ("behavior.determinism", {"quantity": "same_input", "at_most": 1e-4}, {}, {"spoiled": "drawn anew"}, {}),
    (
        "behavior.direction",
        {"quantity": "violations", "at_most": 0.05},
        {"expectations": [{"feature": "lactate", "step": 0.2, "last": 3}]},
        {"weights": {"heart rate": 1.0, "lactate": -0.6}},
        {},
    ),
    (
        "behavior.direction",
        {"quantity": "violations", "at_most": 0.05},
        {"expectations": [{"feature": "age", "does": "changes nothing", "step": 10.0}]},
        {"weights": {"heart rate": 1.0, "age": 1.0}},
        {},
    ),
    (
        "behavior.domain",
        {"quantity": "outside", "at_most": 0.05},
        {},
        {"spoiled": "other unit"},
        {"spoiled": "ranged"},
    ),
    (
        "behavior.worst_case",
        {"quantity": "flipped", "at_most": 0.5, "parts": ("worst case",)},
        {},
        {"fragile": True},
        {},
    ),
    (
        "behavior.worst_case",
        {"quantity": "flipped_beyond_chance", "at_most": 0.5},
        {},
        {"fragile": True},
        {},
    ),
    (
        "behavior.conformal",
        {"quantity": "coverage_by_group", "at_least": 0.83},
        {},
        {"spoiled": "weak segment", "auroc": 0.95},
        {"auroc": 0.95},
    ),
    (
        "behavior.trigger",
        {"quantity": "triggers", "at_most": 0},
        {},
        {"spoiled": "backdoored", "reference": N},
        {"reference": N},
    ),
    (
        "behavior.extremes",
        {"quantity": "unanswered", "at_most": 0},
        {},
        {"spoiled": "breaks at extremes"},
        {"spoiled": "ranged"},
    ),
    ("behavior.time", {"quantity": "history_used", "at_least": 0.5}, {}, {"spoiled": "last step only"}, {}),
    ("behavior.time", {"quantity": "order_used", "at_least": 0.3}, {}, {"steps": 3}, {"steps": 8}),
    (
        "importance.permutation",
        {"quantity": "importance", "between": (-0.01, 0.01), "parts": ("age",)},
        {},
        {"weights": {"heart rate": 1.0, "age": 2.0}},
        {"weights": {"heart rate": 1.0}},
    ),
    (
        "importance.attribution",
        {"quantity": "share", "at_most": 0.05, "parts": ("age",)},
        {},
        {"weights": {"heart rate": 1.0, "age": 2.0}},
        {"weights": {"heart rate": 1.0}},
    ),
    (
        "importance.attribution",
        {"quantity": "forbidden_share", "at_most": 0.05},
        {"forbidden": ("age", "sodium")},
        {"weights": {"heart rate": 1.0, "sodium": 0.3}},
        {"weights": {"heart rate": 1.0}},
    ),
    (
        "importance.completeness",
        {"quantity": "largest_gap", "at_most": 1e-3},
        {},
        {"overconfident": 30.0},
        {"overconfident": 1.0},
    ),
    (
        "importance.agreement",
        {"quantity": "same_sign", "at_least": 0.8, "parts": ("Shapley values", "gradient × input")},
        {},
        {"tangled": True},
        {},
    ),
    (
        "importance.stability",
        {"quantity": "same_sign", "at_least": 0.9},
        {},
        {"tangled": True},
        {},
    ),
    (
        "importance.faithfulness",
        {"quantity": "sufficiency", "at_least": 0.1},
        {},
        {"spoiled": "erratic"},
        {},
    ),
    (
        "importance.sanity",
        {"quantity": "similarity", "at_most": 0.9},
        {},
        {"spoiled": "untouched by chance"},
        {},
    ),
    (
        "surrogate.fidelity",
        {"quantity": "agreement", "at_least": 0.8},
        {},
        {"tangled": True},
        {"weights": {"heart rate": 1.0}},
    ),
    (
        "bias.selection_rate",
        {"quantity": "selection_rate_difference", "between": (-0.08, 0.08)},
        {"attribute": "sex"},
        {"gap": 0.5},
        {"gap": 0.0},
    ),
    (
        "bias.selection_rate",
        {"quantity": "selection_rate_ratio", "between": (0.8, 1.25)},
        {"attribute": "sex", "compare": "rest"},
        {"gap": 0.7, "prevalence": 0.5},
        {"gap": 0.0, "prevalence": 0.5},
    ),
    (
        "bias.equalised_odds",
        {"quantity": "odds_difference", "between": (-0.1, 0.1)},
        {"attribute": "sex"},
        {"gap": 0.2},
        {"gap": 0.0},
    ),
    (
        "bias.calibration",
        {"quantity": "in_the_large_difference", "between": (-0.5, 0.5)},
        {"attribute": "sex"},
        {"gap": 0.7},
        {"gap": 0.0},
    ),
    (
        "bias.discrimination",
        {"quantity": "auroc_difference", "between": (-0.1, 0.1)},
        {"attribute": "sex"},
        {"gap": 0.5},
        {"gap": 0.0},
    ),
    (
        "bias.error",
        {"quantity": "error_rate_difference", "between": (-0.1, 0.1)},
        {"attribute": "sex"},
        {"task": "multiclass", "gap": 0.7},
        {"task": "multiclass", "gap": 0.0},
    ),
    (
        "bias.score_distance",
        {"quantity": "largest_distance", "at_most": 0.1},
        {"attribute": "sex"},
        {"gap": 0.7},
        {"gap": 0.0},
    ),
    (
        "bias.counterfactual_flip",
        {"quantity": "flipped", "at_most": 0.05},
        {"attribute": "ventilated"},
        {"coded": True, "weights": {"heart rate": 1.0, "ventilated": 1.0}},
        {"coded": True},
    ),
    (
        "bias.proxy",
        {"quantity": "score_given_outcome_difference", "between": (-0.05, 0.05)},
        {"attribute": "sex"},
        {"gap": 0.5},
        {"gap": 0.0},
    ),
    (
        "bias.predictive_parity",
        {"quantity": "ppv_difference", "between": (-0.12, 0.12)},
        {"attribute": "sex"},
        {"gap": 0.5},
        {"gap": 0.0},
    ),
    (
        "bias.equal_opportunity",
        {"quantity": "sensitivity_difference", "between": (-0.1, 0.1)},
        {"attribute": "sex"},
        {"gap": 0.2},
        {"gap": 0.0},
    ),
    (
        "bias.equal_opportunity",
        {"quantity": "sensitivity_difference", "between": (-0.1, 0.1), "parts": MEN},
        {"attribute": "sex"},
        {"gap": 0.2, "rows_per_entity": 2},
        {"gap": 0.0, "rows_per_entity": 2},
    ),
]


@pytest.mark.parametrize(("check", "limit", "params", "planted", "sound"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_fault_fails_and_twin_passes(check, limit, params, planted, sound):
    """The planted fault is found; what is sound is not accused."""
    assert judged(CATALOGUE[check], make_subject(n=N, **planted), limit, **params) == "fail"
    assert judged(CATALOGUE[check], make_subject(n=N, **sound), limit, **params) == "pass"


# Checks whose faults need a model or groups that `make_subject` cannot build -> the test that plants them.
ELSEWHERE = {
    "importance.attention": "test_attention.py",
    "importance.counterfactual": "test_counterfactual.py",
    "importance.reasons": "test_reasons.py",
    "internals.gates": "test_internals.py",
    "internals.units": "test_internals.py",
    "internals.memory": "test_internals.py",
    "surrogate.groups": "test_surrogate_rules.py",
    "surrogate.segments": "test_surrogate_rules.py",
    "surrogate.simplification": "test_simplification.py",
    "surrogate.stability": "test_surrogate_rules.py",
}


def test_every_check_has_its_fault():
    """A check without a planted fault here, or where this says, has not shown that it finds anything."""
    assert {fault[0] for fault in FAULTS} | set(ELSEWHERE) == set(CATALOGUE)
    for file in set(ELSEWHERE.values()):
        text = Path(__file__).with_name(file).read_text()
        assert text.count('== "fail"') >= list(ELSEWHERE.values()).count(file)
