"""Drift from the reference to the test data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.data.both import Both
from auditor.checks.data.distributions import MEASURES, Numbers, compared
from auditor.checks.data.drift_charts import chance_table, charts
from auditor.checks.data.known import known
from auditor.checks.data.seen import Seen
from auditor.checks.data.two_samples import told_apart
from auditor.checks.sample import both_sampled, sample
from auditor.checks.summaries import summaries
from auditor.dataset import Dataset, Floats
from auditor.estimate import Estimate, Frozen
from auditor.evidence import REFERENCE_SCORES, SCORES, Evidence
from auditor.measurement import Meaning, Measurement, Quantity, Sampled
from auditor.subject import Subject

_ID = "data.drift"
_RECENT = 3  # last steps in a mean that the classifier sees


class Params(Frozen):
    """How many rows the classifier sees."""

    rows: int = Field(
        default=10_000, ge=200, description="At most about so many reference rows, and test rows, for the classifier."
    )


@check(
    quantities={
        "psi": Meaning(title="Population stability index", better="lower", per="feature", low=0.0),
        "ks": Meaning(
            title="Largest distance of the distribution functions", better="lower", per="feature", low=0.0, high=1.0
        ),
        "shift": Meaning(
            title="Mean shift of the distribution (Wasserstein), in reference standard deviations",
            better="lower",
            per="feature",
            low=0.0,
        ),
        "told_apart": Meaning(
            title="Area under the ROC curve of a classifier of test and reference", better="lower", low=0.0, high=1.0
        ),
    },
    needs=(SCORES, REFERENCE_SCORES),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The test data are of the population that the model was made for.

    Measures: how far the test data are from the reference data, for the last known value of each feature and for the
    score: the population stability index over tenths of the reference (not measured is a bin of its own), the largest
    distance of the two distribution functions (Kolmogorov and Smirnov), and the area between them (Wasserstein) in
    standard deviations of the reference. A table tells the chance of such a distance where nothing has changed (the
    p-value: it heeds that rows of one entity are alike, and is adjusted for the number of features by Holm 1979). It is
    shown and never judged: it is large where a sample is small, so that a limit on it would be passed by knowing
    little, and with many rows it is small for changes that do not matter. The distances have intervals instead. And how
    well boosted trees tell test from reference rows by summaries of the whole sequence, on rows of entities that they
    were not fitted on (0.5: not at all; within one long series it looks a little too easy, since neighbours in time are
    alike).
    Why: a model is only known to work on what it was made for. Drift of the score changes how many people are acted on.
    Blind to: a change in what leads to the outcome while features stay as they are; features that are not in the data.
    """
    both = Both.of(subject)
    sampling = both.sampling
    scores = (evidence.finite(REFERENCE_SCORES), evidence.finite(SCORES))
    numbers = [*_features(subject, both), *_scores(subject, np.concatenate(scores))]
    quantities, chances = compared(numbers, both.is_test, sampling, subject.smallest_cell)
    apart, sampled = _classifier(subject, both, params)
    unmeasured = {name: "nothing could be compared" for name in MEASURES if name not in quantities}
    if apart is None:
        unmeasured["told_apart"] = "too few rows to fit a classifier and to test it"
    else:
        quantities["told_apart"] = Quantity.of(apart)
    curves = {one.name: one.values for one in numbers if one.name.startswith("score")}
    shown = (*charts(quantities, curves, both.is_test), *chance_table(quantities, chances))
    return Measurement(quantities=quantities, unmeasured=unmeasured, shown=shown, sampled=sampled)


def _features(subject: Subject, both: Both) -> Iterator[Numbers]:
    """The last known value of each feature, and the static ones."""
    pieces = [list(known(Seen.of(subject, data), (0,))) for data in (both.reference, both.test)]
    if len(pieces[0]) != len(pieces[1]):  # one of them has no step at all: there is nothing to compare
        pieces = [[one for one in piece if one.back is None] for piece in pieces]
    for before, after in zip(*pieces, strict=True):
        values = np.concatenate([before.values, after.values])
        yield Numbers(before.feature.name, values, before.feature.kind == "categorical")


def _scores(subject: Subject, scores: Floats) -> Iterator[Numbers]:
    if scores.ndim == 1:
        yield Numbers("score", scores, False)
    else:
        for name, column in zip(subject.test.target.classes, scores.T, strict=False):
            yield Numbers(f"score: {name}", column, False)


def _classifier(subject: Subject, both: Both, params: Params) -> tuple[Estimate | None, Sampled | None]:
    rng = subject.rng(_ID, params.model_dump_json())
    parts: list[Dataset] = []
    told: list[Sampled | None] = []
    for data in (both.reference, both.test):
        rows, how = sample(data, params.rows, rng)
        parts.append(data.take(rows))
        told.append(how)
    some = Both(parts[0], parts[1], np.arange(len(parts[0]) + len(parts[1])) >= len(parts[0]))
    columns = [summaries(subject, data, _RECENT)[0] for data in parts]
    if columns[0].shape[1] != columns[1].shape[1]:
        return None, None
    return told_apart(np.concatenate(columns), some.is_test, some.sampling, rng), both_sampled(
        test=told[1], reference=told[0]
    )
