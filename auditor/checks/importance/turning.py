"""What counterfactuals of test rows are looked for with: what the reference shows, and where the model is at home."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.applicability import domain_of, summarised
from auditor.dataset import Dataset
from auditor.errors import NotApplicable
from auditor.explain.counterfactual import Search, evaluations
from auditor.explain.possible import possible_of
from auditor.subject import Decision, Subject

_LEVEL = 0.01  # p-value below which a row is outside of the domain, as behavior.domain has it by default
_CHOICES = 7  # values of a numeric feature that are tried


def search_of(subject: Subject, decision: Decision | None, cells: int) -> tuple[Search, tuple[str, ...]]:
    """The search for counterfactuals of test rows, and notes on what it could not heed.

    Ranges, steps and units are those of the reference, of the test rows where there is none. decision: None where the
    model predicts classes.
    """
    against = subject.test if subject.reference is None or not len(subject.reference) else subject.reference
    notes = () if against is subject.reference else ("There are no reference rows: ranges are those of the test rows.",)
    possible = possible_of(against, _CHOICES)
    try:
        domain = domain_of(subject, against, subject.rng("behavior.domain", "held out"))
    except NotApplicable as nothing:
        told = f"Whether changed rows are like those the model was made from could not be asked: {nothing.reason}."
        return Search(subject, subject.test, decision, possible, _anything, cells), (*notes, told)

    longest = subject.encoder.width or int(against.lengths.max(initial=1))

    @cache
    def least(row: int) -> float:
        own = summarised(subject, subject.test.take(np.array([row])), longest)[0]
        return min(_LEVEL, float(domain.p_values(own)[0]))

    def like(states: Dataset, row: int) -> NDArray[np.bool_]:
        """Within the domain; a row that is outside itself may not go further out."""
        return np.asarray(domain.p_values(summarised(subject, states, longest)[0]) >= least(row))

    return Search(subject, subject.test, decision, possible, like, cells), notes


def rows_scored(subject: Subject, cells: int) -> int:
    """Model evaluations that the search for one row takes at most."""
    features = (*subject.test.features, *subject.test.static_features)
    steps = subject.encoder.width or int(subject.test.lengths.max(initial=1))
    levels = max(2 * (feature.kind != "numeric") + len(feature.levels) for feature in features)
    count = steps * len(subject.test.features) + len(subject.test.static_features)
    return evaluations(count, len(subject.test.features), _CHOICES, levels, cells)


def _anything(states: Dataset, row: int) -> NDArray[np.bool_]:
    return np.ones(len(states), dtype=bool)
