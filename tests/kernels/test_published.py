"""Numbers that were published for small tables, and that other programs print for them."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.kernels.auroc import auroc
from auditor.kernels.stat import minus
from auditor.sampling import Sampling

CT = ((33, 6, 6, 11, 2), (3, 2, 2, 11, 33))  # ratings of 58 normal and 51 abnormal images
KG = ((1, 1, 3, 1, 3, 1, 2, 0), (0, 0, 0, 4, 9, 13, 3, 2))  # 10 less the K-G score, 0 to 7
PROTEIN = (  # total protein, at its 22 levels
    (2, 0, 1, 1, 0, 0, 0, 2, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 0),
    (0, 1, 1, 1, 1, 1, 1, 3, 2, 1, 1, 2, 1, 4, 1, 2, 1, 3, 2, 0, 1, 1),
)

# 12 patients without benefit from surgery, then 31 with: albumin and protein in tenths of g/dl, and the K-G score
ALBUMIN = (
    "09 17 25 28 28 29 30 30 33 36 40 42 "
    "16 21 23 26 31 32 32 32 32 33 33 35 35 36 36 37 37 37 37 38 38 38 39 40 41 41 42 43 43 43 45"
)
TOTAL = (
    "40 40 57 48 62 57 47 58 68 67 66 76 "
    "56 48 44 47 66 51 54 58 63 57 63 58 62 57 66 61 67 69 74 57 66 68 68 70 66 82 77 65 70 70 74"
)
SCORE = "5 7 8 6 8 9 8 10 6 4 6 4 5 7 6 6 6 5 4 3 5 6 7 6 5 5 5 5 6 5 5 5 6 7 3 7 5 6 6 4 4 5 5"


def rows(hits: int, n: int, others: int, m: int):
    """The rows of two samples: who is hit, and who is of the first."""
    hit = np.concatenate([np.arange(n) < hits, np.arange(m) < others])
    return Sampling(None, "rows", n + m), hit, np.arange(n + m) < n


@pytest.mark.parametrize(
    ("table", "area", "error"),
    [(CT, 0.8932, 0.0307), (KG, 0.7258, 0.1028), (PROTEIN, 0.6478, 0.1000)],
    ids=["Hanley and McNeil 1982", "DeLong 1988, K-G score of 43 patients", "DeLong 1988, their total protein"],
)
def test_areas_and_their_standard_errors(table, area: float, error: float) -> None:
    """As Stata (roctab) and SAS (the example of PROC LOGISTIC) print them: DeLong, DeLong and Clarke-Pearson (1988)."""
    negatives, positives = table
    score = np.concatenate([np.repeat(np.arange(float(len(side))), side) for side in table])
    event = np.arange(len(score)) >= sum(negatives)
    sampling = Sampling(None, "rows", sum(negatives) + sum(positives))
    estimate = sampling.estimate(auroc(event, score), n=len(score), method="DeLong")
    assert (area, error) == (round(estimate.value, 4), round(estimate.spread.se, 4))


def test_hanley_and_mcneils_standard_error_is_near() -> None:
    """They give 0.032 (1982, table I), from the area alone; DeLong's, from the ratings, differs in the third place."""
    score = np.concatenate([np.repeat(np.arange(5.0), side) for side in CT])
    estimate = Sampling(None, "rows", 109).estimate(auroc(np.arange(109) >= 58, score), n=109, method="DeLong")
    assert 0.893 == round(estimate.value, 3)
    assert 0.032 == pytest.approx(estimate.spread.se, abs=0.0015)


@pytest.mark.parametrize(
    ("test", "difference", "error", "low", "high", "statistic"),
    [(ALBUMIN, 0.0108, 0.0953, -0.1761, 0.1976, 0.0127), (TOTAL, -0.0780, 0.1046, -0.2830, 0.1271, 0.5554)],
    ids=["albumin", "total protein"],
)
def test_paired_differences_of_areas(test, difference, error, low, high, statistic) -> None:
    """Against the K-G score (fewer is better), as SAS prints them: DeLong, DeLong and Clarke-Pearson (1988)."""
    one, other = (np.array(text.split(), dtype=float) for text in (test, SCORE))
    event = np.arange(43) >= 12
    paired = Sampling(None, "rows", 43).estimate(minus(auroc(event, one), auroc(event, -other)), n=43, method="DeLong")
    ends = [paired.value + sign * 1.959964 * paired.spread.se for sign in (-1, 1)]
    chi = (paired.value / paired.spread.se) ** 2
    told = [round(number, 4) for number in (paired.value, paired.spread.se, *ends, chi)]
    assert [difference, error, low, high, statistic] == told


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    """Newcombe (1998), comparison of seven methods, table I, method 3."""
    interval = Sampling(None, "rows", n).rate(np.arange(n) < hits, np.full(n, True)).interval(0.95)
    assert (low, high) == (round(interval.low, 4), round(interval.high, 4))


@pytest.mark.parametrize(
    ("sides", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_differences_of_two_rates(sides, low: float, high: float) -> None:
    """Newcombe (1998), comparison of eleven methods, table II, method 10, a to h."""
    sampling, hit, first = rows(*sides)
    interval = sampling.difference(hit, first, ~first).interval(0.95)
    assert (low, high) == (round(interval.low, 4), round(interval.high, 4))


def test_the_ratio_of_two_rates() -> None:
    """36 of 40 over 16 of 80: 2.94 to 7.15 (Koopman 1984, example 1)."""
    sampling, hit, first = rows(36, 40, 16, 80)
    interval = sampling.ratio(hit, first, ~first).interval(0.95)
    assert (2.94, 7.15) == (round(interval.low, 2), round(interval.high, 2))
