"""performance.discrimination: known areas, and the figures of scikit-learn and SciPy."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import run
from scipy import stats
from sklearn import metrics
from subjects import make_subject

from auditor.checks.performance import discrimination
from auditor.evidence import SCORES, Evidence


def test_intervals_hold_the_truth():
    """The area is as simulated, Gini and the distance follow from it."""
    measured = run(discrimination.measure, make_subject(n=3000, auroc=0.8))
    z = stats.norm.ppf(0.8) / 2**0.5
    for name, true in {"auroc": 0.8, "gini": 0.6, "ks": 2 * stats.norm.cdf(z) - 1}.items():
        low, high = measured.quantities[name].parts[""].interval(0.99)
        assert low < true < high


def test_gini_is_the_area_in_other_words():
    """Its interval is twice that of the area, less one."""
    measured = run(discrimination.measure, make_subject(n=300, rows_per_entity=3))
    area = measured.quantities["auroc"].parts[""].interval(0.95)
    gini = measured.quantities["gini"].parts[""].interval(0.95)
    assert gini == pytest.approx([2 * end - 1 for end in area], abs=1e-12)


def test_figures_of_others():
    """Average precision as in scikit-learn, the distance as in SciPy."""
    subject = make_subject(n=400)
    y, score = subject.test.y == 1, SCORES.produce(subject)
    measured = run(discrimination.measure, subject)
    precision = measured.quantities["average_precision"].parts[""].value
    assert precision == pytest.approx(metrics.average_precision_score(y, score), abs=1e-12)
    distance = stats.ks_2samp(score[y], score[~y]).statistic
    assert measured.quantities["ks"].parts[""].value == pytest.approx(distance, abs=1e-12)


def test_classes_and_their_mean():
    """Each class against the rest, and the plain mean, as in scikit-learn."""
    subject = make_subject(task="multiclass", n=400)
    y, scores = subject.test.y.astype(int), SCORES.produce(subject)
    measured = run(discrimination.measure, subject)
    for name, oracle in (("auroc", metrics.roc_auc_score), ("average_precision", metrics.average_precision_score)):
        each = [oracle(y == code, scores[:, code]) for code in range(3)]
        parts = measured.quantities[f"{name}_by_class"].parts
        assert [part.value for part in parts.values()] == pytest.approx(each, abs=1e-12)
        assert measured.quantities[name].parts[""].value == pytest.approx(sum(each) / 3, abs=1e-12)
    area = [measured.quantities[name].parts[""] for name in ("auroc", "gini")]
    assert area[1].interval(0.9) == pytest.approx([2 * end - 1 for end in area[0].interval(0.9)], abs=1e-12)
    for part, code in (("home", 0), ("ward", 1), ("icu", 2)):
        score, gini = scores[:, code], measured.quantities["gini_by_class"].parts[part].value
        assert gini == pytest.approx(2 * metrics.roc_auc_score(y == code, score) - 1, abs=1e-12)
        distance = measured.quantities["ks_by_class"].parts[part].value
        assert distance == pytest.approx(stats.ks_2samp(score[y == code], score[y != code]).statistic, abs=1e-12)
    assert "see ks_by_class" in measured.unmeasured["ks"]


def test_a_class_that_is_told_apart_without_a_fault():
    """Nothing says how sure an area of 1 is: no interval, its reason in words of its own, and no pass."""
    subject = make_subject(n=400)
    measured = discrimination.measure.measure(
        subject, Evidence({SCORES.name: subject.test.y * 0.5}), discrimination.Params()
    )
    area = measured.quantities["auroc"].parts[""]
    assert (1.0, "all rows are ranked rightly, so that no interval can be made") == (area.value, area.spread.reason)


def test_a_class_of_few_rows_is_suppressed():
    """Of six rows of a class nothing is told, not even that they are six, nor a mean over classes."""
    subject = make_subject(task="multiclass", n=400)
    keep = np.flatnonzero((subject.test.y != 2) | (np.cumsum(subject.test.y == 2) <= 6))
    measured = run(discrimination.measure, dataclasses.replace(subject, test=subject.test.take(keep)))
    reason = "there are fewer than 10 rows of this class; suppressed"
    assert all(one.unmeasured == {"icu": reason} for one in measured.quantities.values())
    assert set(measured.unmeasured) == {"auroc", "gini", "average_precision", "ks"}
    assert [series.name for series in measured.shown[0].series] == ["home", "ward"]
