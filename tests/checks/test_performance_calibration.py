"""performance.calibration: what is told by class, and what is shown and not judged."""

from __future__ import annotations

import numpy as np
import pytest
from measuring import run
from subjects import make_subject

from auditor.checks.performance import calibration
from auditor.evidence import SCORES
from auditor.measurement import Lines, Table


def shown(measurement, kind):
    return [one for one in measurement.shown if isinstance(one, kind)]


def test_classes_are_as_frequent_as_predicted():
    """Of a calibrated model every interval holds 1; of an overconfident one the slopes do not."""
    sound = run(calibration.measure, make_subject(task="multiclass", n=2000))
    for name in ("slope_by_class", "expected_to_observed_by_class"):
        for estimate in sound.quantities[name].parts.values():
            low, high = estimate.interval(0.99)
            assert low < 1 < high
    wrong = run(calibration.measure, make_subject(task="multiclass", n=2000, overconfident=2.0))
    assert max(e.interval(0.99).high for e in wrong.quantities["slope_by_class"].parts.values()) < 1
    (curves,) = shown(wrong, Lines)
    assert [series.name for series in curves.series] == ["home", "ward", "icu"]


def test_summary_adds_up_and_is_not_judged():
    """Reliability - resolution + uncertainty + within is the Brier score; none of them is a quantity."""
    subject = make_subject(n=1000, overconfident=2.0)
    measured = run(calibration.measure, subject)
    (table,) = shown(measured, Table)
    value = {row[0].removeprefix("Brier score: "): row[1] for row in table.rows}
    brier = float(np.mean((SCORES.produce(subject) - subject.test.y) ** 2))
    total = value["reliability"] - value["resolution"] + value["uncertainty"] + value["within groups"]
    assert total == pytest.approx(brier, abs=1e-9)
    assert value["reliability"] > 0.01
    assert not {"ici", "ece", "reliability"} & set(calibration.measure.quantities)


def test_groups_of_few_rows_are_not_drawn():
    """Fifty groups of 200 rows would be four people each: only the curve is drawn."""
    (curve,) = shown(run(calibration.measure, make_subject(n=200), bins=50), Lines)
    assert [series.name for series in curve.series] == ["smooth curve"]
