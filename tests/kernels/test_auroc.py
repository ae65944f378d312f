"""Ranking against scikit-learn, and against DeLong's definitions written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from auditor.errors import NotApplicable
from auditor.kernels.auroc import auroc, average_precision, gini
from auditor.kernels.stat import minus
from auditor.sampling import Sampling


def ranked(seed: int, n: int = 90, decimals: int = 1):
    """Outcomes and two correlated scores with ties."""
    rng = np.random.default_rng(seed)
    event = rng.random(n) < 0.35
    first = np.round(rng.normal(size=n) + event, decimals)
    return event, first, np.round(first + rng.normal(size=n), decimals)


def delong(event, scores) -> np.ndarray:
    """The covariance of areas, from all pairs (DeLong, DeLong and Clarke-Pearson 1988, equations 4 to 6)."""
    v10, v01 = [], []
    for score in scores:
        pair = (score[event][:, None] > score[~event]) + 0.5 * (score[event][:, None] == score[~event])
        v10.append(pair.mean(axis=1))
        v01.append(pair.mean(axis=0))
    return np.cov(v10) / event.sum() + np.cov(v01) / (~event).sum()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("decimals", [0, 1, 12])
def test_values_are_those_of_scikit_learn(seed: int, decimals: int) -> None:
    """Area and average precision, with many ties and with none."""
    event, score, _ = ranked(seed, decimals=decimals)
    assert roc_auc_score(event, score) == pytest.approx(auroc(event, score).value, abs=1e-12)
    assert average_precision_score(event, score) == pytest.approx(average_precision(event, score).value, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_variance_is_delong(seed: int) -> None:
    """The standard error of independent rows is DeLong's, also of a paired difference."""
    event, first, second = ranked(seed)
    expected = delong(event, [first, second])
    rows = Sampling(None, "rows", len(event))
    area = rows.estimate(auroc(event, first), n=90, method="DeLong")
    assert np.sqrt(expected[0, 0]) == pytest.approx(area.spread.se, abs=1e-12)
    paired = rows.estimate(minus(auroc(event, first), auroc(event, second)), n=90, method="DeLong")
    contrast = np.array([1, -1])
    assert np.sqrt(contrast @ expected @ contrast) == pytest.approx(paired.spread.se, abs=1e-12)


def test_logit_scale() -> None:
    """On the logit scale the standard error is divided by A(1 - A), and the interval stays within 0 and 1."""
    event, score, _ = ranked(0)
    rows, area = Sampling(None, "rows", 90), auroc(event, score)
    plain = rows.estimate(area, n=90, method="DeLong").spread.se
    logit = rows.estimate(area, n=90, scale="logit", method="DeLong")
    assert plain / (area.value * (1 - area.value)) == pytest.approx(logit.spread.se, abs=1e-12)
    assert 0 < logit.interval(0.9999).low < logit.interval(0.9999).high < 1


def test_strictly_monotone_change_of_score() -> None:
    """Only the order of scores counts."""
    event, score, _ = ranked(1)
    one, other = auroc(event, score), auroc(event, np.exp(3 * score) - 7)
    assert one.value == other.value
    assert np.array_equal(one.influence, other.influence)


def test_pairs_counted_by_hand() -> None:
    """Every order of a small sample agrees with counting pairs by hand."""
    event = np.array([True, True, False, False, False])
    for order in itertools.permutations(range(5)):
        score = np.array(order, dtype=float)
        wins = sum(score[i] > score[j] for i in (0, 1) for j in (2, 3, 4))
        assert wins / 6 == pytest.approx(auroc(event, score).value, abs=1e-15)


@pytest.mark.parametrize("kernel", [auroc, average_precision])
@pytest.mark.parametrize("event", [np.zeros(4, bool), np.ones(4, bool), np.zeros(0, bool)])
def test_one_outcome_is_not_applicable(kernel, event) -> None:
    """Without both outcomes there is no ranking, and no number."""
    with pytest.raises(NotApplicable):
        kernel(event, np.arange(len(event), dtype=float))


def test_hanley_mcneil_published() -> None:
    """Ratings of 109 images: an area of 0.893 (Hanley and McNeil 1982, table I)."""
    normal, abnormal = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)
    score = np.concatenate([np.repeat(np.arange(1.0, 6), counts) for counts in (normal, abnormal)])
    event = np.arange(109) >= 58
    assert round(auroc(event, score).value, 3) == 0.893


def test_gini_on_fishers_scale_is_the_area_on_the_logit_scale() -> None:
    """Twice the area less one, and so are the ends of its interval."""
    event, score, _ = ranked(2)
    rows = Sampling(None, "rows", 90)
    area = rows.estimate(auroc(event, score), n=90, scale="logit", method="DeLong").interval(0.95)
    of_gini = rows.estimate(gini(event, score), n=90, scale="fisher", method="DeLong").interval(0.95)
    assert (2 * area.low - 1, 2 * area.high - 1) == pytest.approx(of_gini, abs=1e-12)
