"""Bias checks on rates: against fairlearn, by hand, and with numbers that are known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from fairlearn import metrics
from measuring import judged, run
from sklearn.metrics import precision_score, recall_score
from subjects import make_subject

from auditor.checks import CATALOGUE
from auditor.errors import NotApplicable

SELECTION, ODDS, PARITY = (
    CATALOGUE[f"bias.{name}"] for name in ("selection_rate", "equalised_odds", "predictive_parity")
)
SEX = {"attribute": "sex"}


@pytest.fixture(scope="module")
def subject():
    return make_subject(n=2000, gap=0.2)


@pytest.fixture(scope="module")
def decided(subject):
    """Outcome, decision and sex in words, as the oracles want them."""
    data = subject.test
    names = np.array(data.groups["sex"].levels)[data.groups["sex"].codes]
    return data.y.astype(int), (subject.score(subject.block(data)) >= 0.3).astype(int), names


def values(measurement, name):
    return {key: part.value for key, part in measurement.quantities[name].parts.items()}


def test_selection_rates_are_fairlearns(subject, decided):
    """Shares, difference and ratio agree; the favourable side is the one that the decision names."""
    y, chosen, sex = decided
    below = run(SELECTION, subject, **SEX)
    frame = metrics.MetricFrame(metrics=metrics.selection_rate, y_true=y, y_pred=1 - chosen, sensitive_features=sex)
    expected = frame.by_group.to_dict()
    assert values(below, "selection_rate") == pytest.approx(expected, abs=1e-12)
    assert values(below, "selection_rate_difference") == pytest.approx(
        {"female − male": expected["female"] - expected["male"]}, abs=1e-12
    )
    assert values(below, "selection_rate_ratio") == pytest.approx(
        {"female − male": expected["female"] / expected["male"]}, abs=1e-12
    )
    above = dataclasses.replace(subject, decision=subject.decision.model_copy(update={"favourable": "above"}))
    assert values(run(SELECTION, above, **SEX), "selection_rate") == pytest.approx(
        {name: 1 - share for name, share in expected.items()}, abs=1e-12
    )


def test_error_rates_are_fairlearns(subject, decided):
    """Both kinds of error in each group; the largest difference is fairlearn's equalised odds difference."""
    y, chosen, sex = decided
    said = run(ODDS, subject, **SEX)
    for name, oracle in (
        ("false_positive_rate", metrics.false_positive_rate),
        ("false_negative_rate", metrics.false_negative_rate),
    ):
        frame = metrics.MetricFrame(metrics=oracle, y_true=y, y_pred=chosen, sensitive_features=sex)
        assert values(said, name) == pytest.approx(frame.by_group.to_dict(), abs=1e-12)
    largest = metrics.equalized_odds_difference(y, chosen, sensitive_features=sex)
    assert max(map(abs, values(said, "odds_difference").values())) == pytest.approx(largest, abs=1e-12)


def test_predictive_values_are_scikit_learns(subject, decided):
    """Precision of each outcome in each group."""
    y, chosen, sex = decided
    said = run(PARITY, subject, **SEX)
    for name, of in (("ppv", 1), ("npv", 0)):
        expected = {s: precision_score(y[sex == s], chosen[sex == s], pos_label=of) for s in ("female", "male")}
        assert values(said, name) == pytest.approx(expected, abs=1e-12)


def test_classes_are_each_held_against_the_rest():
    """With three classes, every rate is told by class and group."""
    subject = make_subject(n=1500, task="multiclass")
    data = subject.test
    predicted = subject.score(subject.block(data)).argmax(axis=1)
    male = data.groups["sex"].codes == 1
    said = run(CATALOGUE["bias.equal_opportunity"], subject, **SEX)
    recall = recall_score(data.y[male], predicted[male], average=None)
    found = values(said, "sensitivity")
    assert [found[f"{name}: male"] for name in data.target.classes] == pytest.approx(list(recall), abs=1e-12)
    assert set(values(run(SELECTION, subject, **SEX), "selection_rate_ratio")) == {
        f"{name}: female − male" for name in data.target.classes
    }


def test_nobody_selected_in_a_group_is_a_ratio_without_an_end():
    """Where one group gets nothing, the ratio has no upper end, and still fails a limit on it."""
    subject = make_subject(n=2000, auroc=0.9)
    sex = subject.test.groups["sex"].codes
    above = subject.score(subject.block(subject.test)) >= 0.3
    kept = np.flatnonzero((sex == 0) | above)  # every man is above, where the unfavourable decisions are
    alone = dataclasses.replace(subject, test=subject.test.take(kept))
    part = run(SELECTION, alone, **SEX).quantities["selection_rate_ratio"].parts["female − male"]
    assert part.interval(0.95).high == np.inf
    assert judged(SELECTION, alone, {"quantity": "selection_rate_ratio", "between": (0.8, 1.25)}, **SEX) == "fail"


def test_without_a_threshold_there_is_no_decision():
    """Nothing is decided where the audit declares no threshold."""
    for check in (SELECTION, ODDS, PARITY):
        with pytest.raises(NotApplicable, match="no decision threshold"):
            run(check, make_subject(n=200, threshold=None), **SEX)
