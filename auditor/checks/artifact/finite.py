"""Finite weights and scores."""

from __future__ import annotations

import math

import numpy as np

from auditor.checks.check import check
from auditor.dataset import Floats
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.subject import Subject


class Params(Frozen):
    """None."""


@check(
    quantities={
        "nonfinite_weights": Meaning(title="Weights that are NaN or infinite", better="lower", low=0.0),
        "nonfinite_scores": Meaning(title="Test rows whose score is NaN or infinite", better="lower", low=0.0),
        "distinct_scores": Meaning(
            title="Different scores among the test rows, to five digits", better="higher", low=0.0
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model answers with numbers, and not always with the same one.

    Measures: how many weights and how many scores of test rows are not finite numbers, and how many different scores
    the model gives, to five digits: what differs by less is rounding.
    Why: a model whose training diverged can be saved, loaded and deployed without an error; it then answers with NaN,
    or with one constant.
    Blind to: inputs that are not in the test data.
    """
    scores = evidence[SCORES].reshape(len(subject.test), -1)
    finite = np.isfinite(scores).all(axis=1)
    counts = {
        "nonfinite_weights": (subject.model.description.nonfinite_weights, subject.model.description.parameters),
        "nonfinite_scores": (int((~finite).sum()), len(scores)),
        "distinct_scores": (len(np.unique(_rounded(scores[finite]), axis=0)), len(scores)),
    }
    made = {name: Quantity.of(_count(value, of)) for name, (value, of) in counts.items()}
    return Measurement(quantities=made)


def _rounded(scores: Floats) -> Floats:
    """To five digits of the largest score."""
    largest = float(np.abs(scores).max(initial=0.0))
    return np.round(scores, 4 - math.floor(math.log10(largest))) if largest > 0 else scores


def _count(value: int, of: int) -> Estimate:
    return Estimate(value=value, n=of, method="a count", spread=Exact())
