"""performance.error: how far off single predictions are."""

from __future__ import annotations

import numpy as np
import pytest
from measuring import run
from subjects import make_subject

from auditor.checks.performance import error
from auditor.evidence import SCORES
from auditor.measurement import Table


def tables(subject):
    return [shown for shown in run(error.measure, subject).shown if isinstance(shown, Table)]


def test_distances_are_quantiles_of_the_absolute_error():
    """Up to the share beyond which ten rows lie; no table tells the error of fewer people."""
    subject = make_subject(task="regression", n=300)
    distance = np.abs(subject.test.y - SCORES.produce(subject))
    (table,) = tables(subject)
    assert [row[0] for row in table.rows] == [0.5, 0.8, 0.9, 0.95]
    assert [row[1] for row in table.rows] == pytest.approx([np.quantile(distance, row[0]) for row in table.rows])
    assert tables(make_subject(task="regression", n=15)) == []


def test_intervals_hold_the_truth():
    """The error that was drawn has this standard deviation, and no bias."""
    measured = run(error.measure, make_subject(task="regression", n=2000, residual=5.0)).quantities
    truth = {"root_mean_squared_error": 5.0, "mean_absolute_error": 5.0 * (2 / np.pi) ** 0.5, "mean_error": 0.0}
    for name, true in truth.items():
        low, high = measured[name].parts[""].interval(0.99)
        assert low < true < high
