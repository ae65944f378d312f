"""performance.calibration: what is told by class, and what is shown and not judged."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from sklearn import metrics
from sklearn.calibration import calibration_curve
from subjects import make_subject

from auditor.checks.performance import calibration
from auditor.evidence import SCORES
from auditor.kernels import calibration as kernel
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


def test_figures_of_others_by_class():
    """The Brier score and groups of each class as in scikit-learn; each as the binary check has it; the plain means."""
    subject = make_subject(task="multiclass", n=900, overconfident=1.5)
    y, scores = subject.test.y, SCORES.produce(subject)
    measured = run(calibration.measure, subject)
    table = {row[0]: row[1:] for row in shown(measured, Table)[0].rows}
    for code, name in enumerate(subject.test.target.classes):
        event, p = y == code, scores[:, code]
        brier = metrics.brier_score_loss(event, p)
        told = {of: one.parts[name].value for of, one in measured.quantities.items() if of.endswith("_by_class")}
        assert told == pytest.approx(
            {
                "slope_by_class": kernel.recalibration(event, p)[1].value,
                "intercept_by_class": kernel.in_the_large(event, p).value,
                "expected_to_observed_by_class": p.sum() / event.sum(),
                "brier_by_class": brier,
            }
        )
        observed, predicted = calibration_curve(event, p, n_bins=10, strategy="quantile")
        _, error, reliability, resolution, uncertainty, within = table[name]
        assert error == pytest.approx(np.abs(observed - predicted).mean(), abs=1e-3)
        assert reliability - resolution + uncertainty + within == pytest.approx(brier, abs=1e-12)
    for name in ("slope", "expected_to_observed"):
        each = [part.value for part in measured.quantities[f"{name}_by_class"].parts.values()]
        assert measured.quantities[f"macro_{name}"].parts[""].value == pytest.approx(np.mean(each))


def test_a_mean_over_classes_rests_on_the_entities_of_the_one_that_has_the_fewest():
    """Not on all entities: where one class comes from few patients, the judge must see that."""
    quantities = run(calibration.measure, make_subject(task="multiclass", n=400, rows_per_entity=4)).quantities
    for name in ("slope", "expected_to_observed"):
        each = [part.entities for part in quantities[f"{name}_by_class"].parts.values()]
        assert quantities[f"macro_{name}"].parts[""].entities == min(each) < 100


def test_a_class_of_few_rows_is_suppressed():
    """Of six rows of a class nothing is told, nor a mean over classes."""
    subject = make_subject(task="multiclass", n=400)
    keep = np.flatnonzero((subject.test.y != 2) | (np.cumsum(subject.test.y == 2) <= 6))
    measured = run(calibration.measure, dataclasses.replace(subject, test=subject.test.take(keep)))
    reason = "there are fewer than 10 rows of this class; suppressed"
    by_class = [one for name, one in measured.quantities.items() if name.endswith("_by_class")]
    assert [one.unmeasured for one in by_class] == [{"icu": reason}] * 4
    assert measured.unmeasured["macro_slope"] == "no mean over classes without icu"
    assert [row[0] for row in shown(measured, Table)[0].rows] == ["home", "ward"]


def test_the_curve_of_a_number_shows_what_the_slope_tells():
    """Of predictions that are 5 too low the curve lies 5 above the diagonal, which its band then does not hold."""
    subject = make_subject(task="regression", n=600)
    (sound,) = shown(run(calibration.measure, subject), Lines)
    curve, points = sound.series
    assert np.mean([low <= x <= high for x, low, high in zip(curve.x, curve.low, curve.high, strict=True)]) > 0.8
    assert (points.style, len(points.x)) == ("points", 10)
    moved = dataclasses.replace(subject, test=dataclasses.replace(subject.test, y=subject.test.y + 5))
    (wrong,) = shown(run(calibration.measure, moved), Lines)
    assert min(low - x for x, low in zip(wrong.series[0].x, wrong.series[0].low, strict=True)) > 0
    assert np.subtract(wrong.series[0].y, curve.y) == pytest.approx(5)
    assert "days (integrated calibration index" in wrong.caption


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
