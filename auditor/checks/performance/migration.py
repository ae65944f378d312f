"""Score migration: whether the scores of later periods are spread as those of the first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from auditor import shift
from auditor.checks.cells import shares
from auditor.checks.check import check
from auditor.checks.periods import ONE_CLOCK, periods
from auditor.dataset import Dataset, Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen
from auditor.evidence import SCORES, Evidence
from auditor.kernels import drift
from auditor.measurement import Axis, Heatmap, Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]


class Params(Frozen):
    """How finely time and scores are cut, and what the times mean."""

    periods: int = Field(default=4, ge=2, le=24, description="Periods (vintages) of about equally many rows.")
    bands: int = Field(default=10, ge=3, le=20, description="Bands of the score, equally frequent in the first period.")
    one_clock: bool = Field(default=False, description=ONE_CLOCK)


@check(
    quantities={
        "psi": Meaning(
            title="Population stability index against the first period",
            better="lower",
            per="period after the first",
            low=0.0,
        ),
        "moved": Meaning(
            title="Share of people who move two bands or more from first to last period",
            better="lower",
            low=0.0,
            high=1.0,
        ),
    },
    needs=(SCORES,),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Scores of later periods are spread as those of the first.

    Measures: the population stability index of the score in each later period against the first, over bands that are
    equally frequent in the first; and, where people have rows in both the first and the last period, how many of them
    move by two bands or more between their last scores in each. With several classes: of the score of the last class.
    Why: prices, provisions and cut-offs are set for the population that was; when scores drift, or people jump between
    bands, these no longer fit, long before outcomes show it.
    Blind to: whether the change is right, since a population that became riskier should score higher; changes within a
    band; changes before the first and after the last test row.
    """
    data, scores = subject.test, evidence.finite(SCORES)
    score = scores[:, -1] if scores.ndim == 2 else scores
    named = periods(data, params.periods, params.one_clock)
    told = {name: rows for name, rows in named.items() if rows.sum() >= subject.smallest_cell}
    if len(told) < 2:
        raise NotApplicable(f"fewer than two periods have {subject.smallest_cell} rows or more")
    first, *later = told.values()
    edges = drift.quantile_edges(score[first], params.bands)
    bins, sampling = drift.binned(score, edges), Sampling.of(data)
    parts, unmeasured = {}, dict.fromkeys(named.keys() - told.keys(), "too few rows; suppressed")
    for name, rows in list(told.items())[1:]:
        try:
            parts[name] = _index(sampling, bins, first, rows)
        except NotApplicable as error:
            unmeasured[name] = error.reason
    moved = _moved(data, bins, first, later[-1], subject.smallest_cell)
    quantities = {"psi": Quantity(parts=parts, unmeasured=unmeasured)}
    if isinstance(moved, Estimate):
        quantities["moved"] = Quantity.of(moved)
    return Measurement(
        quantities=quantities,
        unmeasured={} if isinstance(moved, Estimate) else {"moved": moved},
        shown=(_shares(bins, edges, told, subject.smallest_cell),),
    )


def _index(sampling: Sampling, bins: Integers, first: Mask, rows: Mask) -> Estimate:
    both = first | rows
    kept = np.unique(bins[both], return_inverse=True)[1]
    return shift.stability_index(sampling.only(both), kept, rows[both])


def _moved(data: Dataset, bins: Integers, first: Mask, last: Mask, smallest: int) -> Estimate | str:
    """The rate of people who move, each counted once; or why there is none."""
    people, codes = np.unique(data.entity, return_inverse=True)
    before, after = (np.full(len(people), -1) for _ in range(2))
    before[codes[first]] = bins[first]  # rows are in the order of time, so a person's last one stays
    after[codes[last]] = bins[last]
    both = (before >= 0) & (after >= 0)
    if int(both.sum()) < smallest:
        return f"fewer than {smallest} people have rows in both the first and the last period"
    far = np.abs(after - before) >= 2
    return Sampling(None, "entities", int(both.sum())).rate(far[both], np.ones(int(both.sum()), dtype=bool))


def _shares(bins: Integers, edges: Floats, told: dict[str, Mask], smallest: int) -> Heatmap:
    """Shares of the rows of each period by band."""
    counts = [np.bincount(bins[rows], minlength=len(edges) + 1) for rows in told.values()]
    return Heatmap(
        title="Scores by period",
        caption="Each line is one period; a population that stays the same has the same share in a band all the way "
        "down. Bands of few rows are left blank.",
        rows=tuple(told),
        columns=tuple(_bands(edges)),
        values=tuple(shares(row, smallest) for row in counts),
        value=Axis(title="Share of the period's rows", low=0),
        row_title="Period",
        column_title="Band of the score",
    )


def _bands(edges: Floats) -> list[str]:
    ends = [f"{edge:.3g}" for edge in edges.tolist()]
    return [f"≤ {ends[0]}", *(f"≤ {end}" for end in ends[1:]), f"> {ends[-1]}"] if ends else ["all"]
