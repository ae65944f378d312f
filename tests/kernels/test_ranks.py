"""Rank correlations against scipy, and differences of two parts of a sample against two samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from auditor.kernels.auroc import auroc
from auditor.kernels.disjoint import difference
from auditor.kernels.ranks import rank_correlations
from auditor.sampling import Sampling


@pytest.mark.parametrize("decimals", [0, 1, 9])
def test_rank_correlations_are_those_of_scipy(decimals: int) -> None:
    """Row by row, with ties and without."""
    rng = np.random.default_rng(decimals)
    one, other = np.round(rng.normal(size=(2, 20, 9)), decimals)
    expected = [stats.spearmanr(a, b).statistic for a, b in zip(one, other, strict=True)]
    assert expected == pytest.approx(rank_correlations(one, other).tolist(), abs=1e-12)


def test_a_difference_of_parts_has_both_variances() -> None:
    """Rows that are independent: the area of one part less that of the other, their variances added."""
    rng = np.random.default_rng(1)
    event, score, first = rng.random(400) < 0.3, rng.normal(size=400), np.arange(400) < 150
    both = difference(auroc(event[first], score[first]), first, auroc(event[~first], score[~first]), ~first)
    parts = [
        Sampling(None, "rows", int(rows.sum())).estimate(auroc(event[rows], score[rows]), n=1, method="DeLong")
        for rows in (first, ~first)
    ]
    found = Sampling(None, "rows", 400).estimate(both, n=400, method="DeLong")
    assert parts[0].value - parts[1].value == pytest.approx(found.value, abs=1e-12)
    assert np.hypot(parts[0].spread.se, parts[1].spread.se) == pytest.approx(found.spread.se, abs=1e-12)
