"""Finite weights and scores."""

from __future__ import annotations

import numpy as np

from auditor.checks.check import check
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.subject import Subject


class Params(Frozen):
    """None."""


@check(
    quantities={
        "nonfinite_weights": Meaning(title="Weights that are NaN or infinite", better="lower"),
        "nonfinite_scores": Meaning(title="Test rows whose score is NaN or infinite", better="lower"),
        "distinct_scores": Meaning(title="Different scores among the test rows", better="higher"),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model answers with numbers, and not always with the same one.

    Measures: how many weights and how many scores of test rows are not finite numbers, and how many different scores
    the model gives.
    Why: a model whose training diverged can be saved, loaded and deployed without an error; it then answers with NaN,
    or with one constant.
    Blind to: inputs that are not in the test data.
    """
    scores = evidence[SCORES].reshape(len(subject.test), -1)
    finite = np.isfinite(scores).all(axis=1)
    counts = {
        "nonfinite_weights": (subject.model.description.nonfinite_weights, subject.model.description.parameters),
        "nonfinite_scores": (int((~finite).sum()), len(scores)),
        "distinct_scores": (len(np.unique(scores[finite], axis=0)), len(scores)),
    }
    made = {name: Quantity.of(_count(value, of)) for name, (value, of) in counts.items()}
    return Measurement(quantities=made)


def _count(value: int, of: int) -> Estimate:
    return Estimate(value=value, n=of, method="a count", spread=Exact())
