"""What is shown of the decisions: classes, what is taken for what, other thresholds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from auditor.checks.cells import square
from auditor.checks.performance.charts import dots, upright
from auditor.checks.performance.rates import Rates
from auditor.dataset import Floats, Integers
from auditor.estimate import Estimate
from auditor.measurement import Axis, Column, Heatmap, Lines, Series, Shown, Table

_POINTS = 101
_HEADS = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "Positive predictive value",
    "npv": "Negative predictive value",
    "f1": "F1",
    "alarm_rate": "Share predicted as it",
}


def by_class(of_members: Mapping[str, Estimate], of_chosen: Mapping[str, Estimate]) -> list[Shown]:
    """Sensitivity and positive predictive value of each class."""
    shown: list[Shown] = []
    if of_members:
        caption = "A class on the left is missed most often."
        axis = Axis(title="Share of its members that are predicted as such", low=0, high=1)
        shown.append(dots("Sensitivity of each class", caption, of_members, axis))
    if of_chosen:
        caption = "A class on the left is predicted wrongly most often."
        axis = Axis(title="Share of those predicted as such that are of the class", low=0, high=1)
        shown.append(dots("Positive predictive value of each class", caption, of_chosen, axis))
    return shown


def against_rest(classes: list[str], found: Mapping[str, Rates]) -> Table:
    """Every rate of each class in one table; blank where it is not told."""
    return Table(
        title="Each class against the rest",
        caption="What a class would be as the outcome, where being predicted as it is the alarm. Blank where the rate "
        "is among too few rows. Intervals are in the tables of single quantities.",
        columns=(Column(title="Class"), *(Column(title=_HEADS[name], kind="number") for name in found)),
        rows=tuple(
            (name, *(rates.estimates[name].value if name in rates.estimates else None for rates in found.values()))
            for name in classes
        ),
    )


def confusion(truth: Integers, chosen: Integers, classes: list[str], smallest: int) -> Heatmap:
    """Shares of each true class by predicted class."""
    counts = np.array([np.bincount(chosen[truth == code], minlength=len(classes)) for code in range(len(classes))])
    return Heatmap(
        title="Predicted class by true class",
        caption="Shares of each row: the diagonal is predicted rightly, the rest shows what is taken for what. "
        "Cells of few people are left blank, and others from which these would follow.",
        rows=tuple(classes),
        columns=tuple(classes),
        values=square(counts, smallest),
        value=Axis(title="Share of the true class", low=0, high=1),
        row_title="True class",
        column_title="Predicted class",
    )


def sweep(event: NDArray[np.bool_], scores: Floats, threshold: float, smallest: int) -> Lines:
    """What the rates would be at other thresholds; nothing is drawn where a rate would rest on few rows."""
    at = np.unique(np.append(np.linspace(0, 1, _POINTS), threshold))
    cases, everyone = np.sort(scores[event]), np.sort(scores)
    at = at[len(everyone) - np.searchsorted(everyone, at, side="left") >= smallest]
    found = len(cases) - np.searchsorted(cases, at, side="left")
    alarms = len(everyone) - np.searchsorted(everyone, at, side="left")
    drawn = {
        "sensitivity": found / len(cases),
        "positive predictive value": found / np.maximum(alarms, 1),
        "alarm rate": alarms / len(scores),
    }
    lines = [Series(name=name, x=tuple(at.tolist()), y=tuple(y.tolist())) for name, y in drawn.items() if len(at) > 1]
    return Lines(
        title="Decisions at other thresholds",
        caption="What a lower threshold finds, and what it costs in alarms; the upright line is the operating "
        f"threshold, {threshold:g}.",
        x=Axis(title="Threshold", low=0, high=1),
        y=Axis(title="Share of rows", low=0, high=1),
        series=(*lines, upright("operating threshold", threshold, 0.0, 1.0)),
    )
