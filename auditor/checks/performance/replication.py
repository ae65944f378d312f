"""Replication of the developer's scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auditor.checks.check import check
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.subject import Subject

_BINS = 40
_MOST = 0.01  # of the standard deviation of the scores: a tolerance beyond it would accept other scores
_ROUNDING = 1e-6


class Params(Frozen):
    """None: the tolerance is declared with the recorded scores, in the data specification."""


@check(
    quantities={
        "largest_difference": Meaning(title="Largest difference from the recorded score", better="lower", low=0.0),
        "beyond_tolerance": Meaning(
            title="Share of rows that differ by more than the tolerance", better="lower", low=0.0, high=1.0
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The scores computed here are the scores that the developer recorded.

    Measures: the difference between the score of this model on these data and the score in the developer's own file,
    row by row. The tolerance is the one declared with the data, but at most a hundredth of the scores' spread.
    Why: nothing else detects swapped columns, a wrong scaler, a wrong class index or another version of the model.
    Blind to: an error that the developer made as well.
    """
    recorded = subject.test.recorded
    if recorded is None:
        raise NotApplicable("implementation not replicated: the data give no recorded_score")
    scores = evidence.finite(SCORES).reshape(len(recorded), -1)
    given = recorded.reshape(len(recorded), -1)
    known = np.atleast_1d(np.isfinite(given).all(axis=1))
    if not known.any():
        raise NotApplicable("implementation not replicated: no row has a recorded score")
    if given.shape != scores.shape:
        raise NotApplicable(f"{given.shape[1]} recorded scores a row, but the model gives {scores.shape[1]}")
    difference = np.abs(scores - given).max(axis=1)[known]
    declared, most = subject.test.recorded_tolerance, max(_ROUNDING, _MOST * float(scores.std()))
    tolerance = min(declared, most)
    n = int(known.sum())
    notes = [f"The tolerance declared with the data is {declared:g}."]
    if tolerance < declared:
        notes.append(f"That is more than a hundredth of the scores' standard deviation; {tolerance:.2g} was used.")
    if n < len(known):
        notes.append(f"{len(known) - n} of {len(known)} rows have no recorded score.")
    return Measurement(
        quantities={
            "largest_difference": _exact(float(difference.max()), n),
            "beyond_tolerance": _exact(float((difference > tolerance).mean()), n),
        },
        shown=(_curve(difference, tolerance),),
        notes=tuple(notes),
    )


def _exact(value: float, n: int) -> Quantity:
    method = "every row compared; no sampling"
    return Quantity.of(Estimate(value=value, n=n, method=method, spread=Exact()))


def _curve(difference: NDArray[np.float64], tolerance: float) -> Lines:
    at = np.linspace(0, 1, _BINS + 1)
    return Lines(
        title="Differences from the recorded scores",
        caption="The curve is to stay below the declared tolerance over all rows.",
        x=Axis(title="Share of rows, from the smallest difference to the largest", low=0, high=1),
        y=Axis(title="Absolute difference", low=0),
        series=(
            Series(name="difference", x=tuple(at), y=tuple(np.quantile(difference, at))),
            Series(name="tolerance", x=(0.0, 1.0), y=(tolerance, tolerance)),
        ),
    )
