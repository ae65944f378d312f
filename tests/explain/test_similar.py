"""Similar rows, by what is said of them."""

from __future__ import annotations

import numpy as np

from auditor.explain.similar import nearest


def test_nearest_by_interquartile_ranges():
    """Columns count alike whatever their units; the one that differs most is named; constant ones do not count."""
    rng = np.random.default_rng(0)
    others = np.column_stack([rng.standard_normal(200), 1000 * rng.standard_normal(200), np.full(200, 7.0)])
    own = np.array([0.3, -200.0, 7.0])
    found = nearest(own, others, 5)
    scale = np.subtract(*np.quantile(others[:, :2], (0.75, 0.25), axis=0))
    apart = np.abs(others[:, :2] - own[:2]) / scale
    assert list(found.rows) == list(np.argsort(apart.mean(1))[:5])
    np.testing.assert_allclose(found.distances, np.sort(apart.mean(1))[:5])
    assert list(found.differs) == list(apart[found.rows].argmax(1))


def test_what_was_not_measured():
    """Measured in one of both only: one range apart; in neither: nothing. Nothing is further than five ranges."""
    others = np.array([[np.nan, 0.0], [1.0, 0.0], [2.0, 1e9], [3.0, 1.0], [np.nan, 2.0]])
    found = nearest(np.array([np.nan, 0.0]), others, 5)
    assert list(found.rows)[:2] == [0, 1]
    assert found.distances[0] == 0.0
    assert found.distances[1] == 0.5
    assert found.distances[-1] == (1 + 5) / 2


def test_nothing_to_tell_rows_apart():
    """Where nothing varies all rows are as near as each other."""
    found = nearest(np.array([1.0]), np.ones((4, 1)), 2)
    assert list(found.rows) == [0, 1]
    assert list(found.distances) == [0.0, 0.0]
