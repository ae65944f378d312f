"""The parts of a Brier score: their sum, their lack of bias, and the calibration error that is only shown."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.errors import NotApplicable
from auditor.kernels.calibration import brier, quantile_bins
from auditor.kernels.decomposition import brier_parts, expected_calibration_error


def sample(seed: int, n: int = 300):
    rng = np.random.default_rng(seed)
    p = rng.random(n)
    return rng.random(n) < p**1.5, p


@pytest.mark.parametrize("seed", range(3))
def test_parts_sum_to_the_score(seed: int) -> None:
    """Reliability - resolution + uncertainty + within is the Brier score, also after the correction."""
    event, p = sample(seed)
    parts = brier_parts(event, p, quantile_bins(p, 10))
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert brier(event, p).value == pytest.approx(total, abs=1e-12)


def test_parts_of_a_few_values_by_hand() -> None:
    """Two values of the score, each in a bin: the textbook's parts with Ferro and Fricker's terms."""
    event = np.array([1, 0, 0, 0, 1, 1, 1, 0], dtype=bool)
    p = np.repeat([0.2, 0.7], 4)
    parts = brier_parts(event, p, np.repeat([0, 1], 4))
    noise = 0.25 * 0.75 / 3
    expected = (0.05**2 - noise, 0.25**2 - noise + 0.25 / 7, 0.25 * 8 / 7, 0.0)
    assert expected == pytest.approx((parts.reliability, parts.resolution, parts.uncertainty, parts.within), abs=1e-12)


def test_reliability_of_a_calibrated_score_is_zero_on_average() -> None:
    """The correction takes away what small bins add."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(400):
        p = np.repeat(np.linspace(0.1, 0.9, 10), 8)
        found.append(brier_parts(rng.random(80) < p, p, np.repeat(np.arange(10), 8)).reliability)
    assert np.mean(found) == pytest.approx(0, abs=3 * np.std(found) / 20)
    assert np.std(found) / 20 < 0.001


def test_expected_calibration_error_by_hand() -> None:
    """The bins' distances, weighted by their rows."""
    event = np.array([1, 0, 0, 0, 1, 1], dtype=bool)
    p = np.array([0.2, 0.2, 0.2, 0.2, 0.7, 0.9])
    expected = (4 * 0.05 + 2 * 0.2) / 6
    assert expected == pytest.approx(expected_calibration_error(event, p, np.array([0, 0, 0, 0, 1, 1])), abs=1e-12)


def test_one_row_has_no_parts() -> None:
    """A single row cannot tell calibration."""
    with pytest.raises(NotApplicable, match="fewer than two rows"):
        brier_parts(np.array([True]), np.array([0.5]), np.array([0]))
