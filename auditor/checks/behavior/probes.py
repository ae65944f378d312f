"""Rows that have one decision, and how many of them lose it when they end in a pattern."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.change import Trial
from auditor.checks.behavior.patterns import Pattern, flipping
from auditor.dataset import Block, Floats, Integers
from auditor.errors import NotApplicable
from auditor.subject import Subject


@dataclass(frozen=True, eq=False)
class Probe:
    """Rows that now have one decision. of: their class; block: as the model sees them."""

    trial: Trial
    of: int
    rows: Integers

    @property
    def block(self) -> Block:
        """The rows."""
        return self.trial.subject.block(self.trial.data, self.rows)

    def flipped(self, tried: list[Pattern]) -> Floats:
        """(patterns,) the share of the rows that get another decision."""
        if not tried:
            return np.empty(0)

        def flips(scores: Floats, times: int) -> NDArray[np.bool_]:
            return np.asarray(_decision(self.trial.subject, scores) != self.of)

        return np.asarray(flipping(self.trial.subject, self.block, tried, flips).mean(axis=1))


def _decision(subject: Subject, scores: Floats) -> Integers:
    if scores.ndim == 2:
        return np.asarray(scores.argmax(axis=1))
    if subject.decision is None:
        raise NotApplicable("the audit declares no decision threshold")
    return np.asarray(scores >= subject.decision.threshold).astype(int)


def probes_of(trial: Trial, most: int, among: NDArray[np.bool_] | None = None) -> list[Probe]:
    """For each decision some rows (of those `among`) that have it, drawn at random, where there are enough."""
    given, probes = _decision(trial.subject, trial.before), []
    for of in np.unique(given):
        rows = np.flatnonzero((given == of) if among is None else (given == of) & among)
        drawn = trial.subject.rng(*trial.key, "probe", int(of)).permutation(rows)[:most]
        if len(drawn) >= most // 2:
            probes.append(Probe(trial, int(of), drawn))
    if not probes:
        raise NotApplicable(f"fewer than {most // 2} rows of any decision")
    return probes
