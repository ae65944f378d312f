"""performance.threshold: rates at the operating threshold, of known truth and against scikit-learn."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from measuring import judged, run
from scipy import stats
from sklearn import metrics
from subjects import make_subject

from auditor.checks.cells import square
from auditor.checks.performance import threshold
from auditor.errors import NotApplicable
from auditor.evidence import SCORES
from auditor.measurement import Heatmap, Table


def value(measurement, name, part=""):
    return measurement.quantities[name].parts[part].value


def test_intervals_hold_the_truth():
    """At the prevalence as threshold, sensitivity and specificity of the simulated score are both Phi(delta / 2)."""
    subject = make_subject(n=5000, auroc=0.8, prevalence=0.3, threshold=0.3)
    measured, truth = run(threshold.measure, subject), stats.norm.cdf(stats.norm.ppf(0.8) / np.sqrt(2))
    rates = {"sensitivity": truth, "specificity": truth}
    rates["alarm_rate"] = 0.3 * truth + 0.7 * (1 - truth)
    rates["ppv"] = 0.3 * truth / rates["alarm_rate"]
    rates["npv"] = 0.7 * truth / (1 - rates["alarm_rate"])
    for name, true in rates.items():
        low, high = measured.quantities[name].parts[""].interval(0.999)
        assert low < true < high


def test_rates_are_those_of_scikit_learn():
    """The same counts, whoever counts them."""
    subject = make_subject(n=500)
    y, chosen = subject.test.y == 1, SCORES.produce(subject) >= 0.3
    measured = run(threshold.measure, subject)
    assert value(measured, "sensitivity") == pytest.approx(metrics.recall_score(y, chosen), abs=1e-12)
    assert value(measured, "specificity") == pytest.approx(metrics.recall_score(~y, ~chosen), abs=1e-12)
    assert value(measured, "ppv") == pytest.approx(metrics.precision_score(y, chosen), abs=1e-12)
    assert value(measured, "npv") == pytest.approx(metrics.precision_score(~y, ~chosen), abs=1e-12)
    assert value(measured, "f1") == pytest.approx(metrics.f1_score(y, chosen), abs=1e-12)
    assert value(measured, "mcc") == pytest.approx(metrics.matthews_corrcoef(y, chosen), abs=1e-12)


def test_classes_are_those_of_scikit_learn():
    """Per class and macro, the same figures."""
    subject = make_subject(task="multiclass", n=600)
    y, chosen = subject.test.y, SCORES.produce(subject).argmax(axis=1)
    measured = run(threshold.measure, subject)
    (right, alarms), (misses, found) = np.moveaxis(metrics.multilabel_confusion_matrix(y, chosen), 0, 2)
    expected = {
        "sensitivity": metrics.recall_score(y, chosen, average=None),
        "specificity": right / (right + alarms),
        "ppv": metrics.precision_score(y, chosen, average=None),
        "npv": right / (right + misses),
        "f1": metrics.f1_score(y, chosen, average=None),
        "alarm_rate": (found + alarms) / len(y),
    }
    for name, of in expected.items():
        told = [part.value for part in measured.quantities[f"{name}_by_class"].parts.values()]
        assert told == pytest.approx(of.tolist(), abs=1e-12)
        if name != "alarm_rate":
            assert value(measured, f"macro_{name}") == pytest.approx(of.mean(), abs=1e-12)
    (table,) = (shown for shown in measured.shown if isinstance(shown, Table))
    assert [row[1:] for row in table.rows] == [pytest.approx(of) for of in np.array([*expected.values()]).T]
    assert value(measured, "mcc") == pytest.approx(metrics.matthews_corrcoef(y, chosen), abs=1e-12)
    assert value(measured, "macro_sensitivity") == pytest.approx(metrics.balanced_accuracy_score(y, chosen), abs=1e-12)
    macro = metrics.precision_score(y, chosen, average="macro")
    assert value(measured, "macro_ppv") == pytest.approx(macro, abs=1e-12)
    assert value(measured, "macro_f1") == pytest.approx(metrics.f1_score(y, chosen, average="macro"), abs=1e-12)
    assert value(measured, "accuracy") == pytest.approx(metrics.accuracy_score(y, chosen), abs=1e-12)


def test_a_class_that_is_never_predicted_is_seen():
    """It is counted, named, found in no member, and keeps the mean predictive value from being told."""
    subject = make_subject(task="multiclass", constant=True)
    measured = run(threshold.measure, subject)
    assert value(measured, "never_predicted") == 2
    assert measured.notes == ("Never predicted: ward, icu.",)
    assert value(measured, "sensitivity_by_class", "icu") == 0
    assert not measured.quantities["f1_by_class"].parts["icu"].spread.estimable
    assert measured.unmeasured["mcc"] == "all rows are decided alike"
    assert measured.quantities["ppv_by_class"].unmeasured["icu"] == "there are no rows that are predicted as this class"
    assert "icu" in measured.unmeasured["macro_ppv"]
    limit = {"quantity": "sensitivity_by_class", "at_least": 0.1}
    assert judged(threshold.measure, subject, limit) == "fail"


def test_rates_among_few_rows_are_suppressed():
    """Three alarms are told as fewer than ten, and a limit on their predictive value is not passed."""
    subject = make_subject(n=300)
    third = float(np.sort(SCORES.produce(subject))[-3])
    subject = dataclasses.replace(subject, decision=subject.decision.model_copy(update={"threshold": third}))
    measured = run(threshold.measure, subject)
    reason = "there are fewer than 10 rows at or above the threshold; suppressed"
    assert measured.unmeasured == measured.unmeasured | dict.fromkeys(("ppv", "f1", "mcc"), reason)
    assert judged(threshold.measure, subject, {"quantity": "ppv", "at_least": 0.0}) == "inconclusive"


def test_a_class_of_few_rows_is_suppressed():
    """Of six rows of a class neither a rate nor F1 is told, nor a mean over classes that has them in it."""
    subject = make_subject(task="multiclass", n=400)
    keep = np.flatnonzero((subject.test.y != 2) | (np.cumsum(subject.test.y == 2) <= 6))
    measured = run(threshold.measure, dataclasses.replace(subject, test=subject.test.take(keep)))
    reason = "there are fewer than 10 rows of this class; suppressed"
    for name in ("sensitivity", "f1"):
        assert measured.quantities[f"{name}_by_class"].unmeasured == {"icu": reason}
        assert measured.unmeasured[f"macro_{name}"] == f"icu: {reason}"
    assert measured.unmeasured["mcc"] == "there are fewer than 10 rows of one of the classes; suppressed"
    (table,) = (shown for shown in measured.shown if isinstance(shown, Table))
    assert [row[0] for row in table.rows if None in row] == ["icu"]


def test_small_cells_of_the_confusion_are_blank():
    """No cell of fewer than ten people is drawn, nor one that follows from the others of its row."""
    subject = make_subject(task="multiclass", n=200, auroc=0.97)
    y, chosen = subject.test.y.astype(int), SCORES.produce(subject).argmax(axis=1)
    counts = metrics.confusion_matrix(y, chosen)
    (drawn,) = (shown for shown in run(threshold.measure, subject).shown if isinstance(shown, Heatmap))
    for row, of in zip(drawn.values, counts, strict=True):
        blank = [cell is None for cell in row]
        assert all(hidden for hidden, count in zip(blank, of, strict=True) if 0 < count < 10)
        assert sum(blank) != 1


def test_no_cell_of_the_confusion_follows_from_the_rates_of_classes():
    """The sums of rows and columns and the diagonal are told as rates: of what is blank none is the only solution."""
    counts = np.array([[100, 3, 40, 25], [25, 120, 30, 0], [20, 30, 90, 41], [17, 16, 14, 80]])
    drawn = square(counts, 10)
    blank = np.array([[cell is None for cell in row] for row in drawn])
    assert blank[0, 1]
    assert blank.sum() == 4, "a rectangle"
    assert set(blank.sum(axis=0)) | set(blank.sum(axis=1)) == {0, 2}
    assert not blank.diagonal().any()
    assert drawn[2][0] == 20 / 181
    three = square(counts[:3, :3], 10)
    assert [[cell is None for cell in row] for row in three] == (~np.eye(3, dtype=bool)).tolist()


@pytest.mark.parametrize("seed", range(20))
def test_a_blank_cell_can_be_another_number(seed):
    """For each there are other counts with the same sums of rows and columns."""
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(3, 8))
    drawn = square(rng.poisson(rng.choice([3, 12, 30, 80], (classes, classes))), 10)
    cells = [(i, j) for i, row in enumerate(drawn) for j, cell in enumerate(row) if cell is None and i != j]
    sums = np.zeros((2 * classes, len(cells)))
    for at, (i, j) in enumerate(cells):
        sums[[i, classes + j], at] = 1
    for at in range(len(cells)):
        assert np.linalg.matrix_rank(np.delete(sums, at, axis=1)) == np.linalg.matrix_rank(sums)


def test_a_number_has_no_threshold():
    """A regression is told so."""
    with pytest.raises(NotApplicable, match=r"performance\.error"):
        run(threshold.measure, make_subject(task="regression"))
