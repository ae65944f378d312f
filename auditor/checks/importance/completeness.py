"""Completeness."""

from __future__ import annotations

import numpy as np

from auditor.checks.check import check
from auditor.checks.importance.attributed import ATTRIBUTIONS, Attributed
from auditor.checks.importance.classes import OfClass, measured_of, rows_of
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Exact
from auditor.evidence import Evidence
from auditor.measurement import Column, Meaning, Measurement, Quantity, Table
from auditor.subject import Subject


class Params(OfClass):
    """Which class, where there are several."""


@check(
    quantities={
        "largest_gap": Meaning(title="Largest gap of a row", better="lower"),
        "explained": Meaning(title="Share of the scores' differences that is explained", better="higher"),
    },
    needs=(ATTRIBUTIONS,),
    rows=lambda subject, params: rows_of(subject, params.of),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The credit of a row adds up to its score.

    Measures: for the rows of importance.attribution, the difference between the sum of a row's credit and what it must
    be: its score less the mean score of the backgrounds. The gap is told as a share of the standard deviation of these
    scores; the share explained is one less the sum of all gaps over the sum of all differences.
    Why: credit that does not add up has left something out, and nobody can say what.
    Blind to: whether the credit is given to the right features; see importance.faithfulness.
    """
    return measured_of(subject, evidence, params.of, _told)


def _told(attributed: Attributed) -> Measurement:
    """Of the credit of one class, or of each row's own."""
    credit = attributed.credit
    spread = float(np.std(credit.score))
    if spread == 0:
        raise NotApplicable("the score is the same for every row that was explained")
    gaps, due = np.abs(credit.gap), np.abs(credit.score - credit.base)
    n = len(credit)
    largest = Estimate(value=float(gaps.max()) / spread, n=n, method="of these rows", spread=Exact())
    share = Estimate(value=1 - float(gaps.sum() / due.sum()), n=n, method="of these rows", spread=Exact())
    told = [("median", float(np.median(gaps))), ("largest", float(gaps.max()))]
    table = Table(
        title="Gaps between credit and score",
        caption=f"In the unit of what is explained ({credit.unit or 'the score'}); {credit.method}.",
        columns=(Column(title="Gap of a row"), Column(title="Size", kind="number", digits=8)),
        rows=tuple(told),
    )
    return Measurement(
        quantities={"largest_gap": Quantity.of(largest), "explained": Quantity.of(share)},
        shown=(table,),
        sampled=attributed.sampled,
        notes=credit.notes,
    )
