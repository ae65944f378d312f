"""Permutation importance."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeVar

import numpy as np
from pydantic import Field

from auditor.ahead import ahead
from auditor.checks.check import check
from auditor.checks.importance.permutation_charts import bars, by_step, heatmap
from auditor.checks.quality import Quality
from auditor.checks.sample import sample
from auditor.dataset import Dataset, Floats, Integers
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.explain.donors import donors, given, similar
from auditor.explain.players import feature_names, part_name, parts_of
from auditor.explain.replacing import Change, scores_with
from auditor.kernels.stat import Stat
from auditor.measurement import Meaning, Measurement, Quantity, Sampled, Shown
from auditor.subject import Subject

K = TypeVar("K", bound=Hashable)

_ID = "importance.permutation"
_SIMILAR = 30  # rows that are similar, at least
_MAPPED = 12  # features in the map of features and steps


class Params(Frozen):
    """How many rows, how often, how fine."""

    rows: int = Field(default=2000, ge=100, description="At most about so many test rows are used, drawn at random.")
    repeats: int = Field(default=3, ge=1, le=100, description="How often each row is given values of another row.")
    blocks: int = Field(default=6, ge=1, le=50, description="Into how many blocks of steps the history is divided.")
    among: Literal["all", "similar"] = Field(
        default="all",
        description="Whose values a feature's history is replaced with: any row's, or that of a row that is similar in "
        "the other features, so that what replaces it could have been.",
    )


def _rows(subject: Subject, params: Params) -> int:
    features, static = len(subject.test.features), len(subject.test.static_features)
    runs = params.repeats * (features + static + params.blocks) + min(features, _MAPPED) * params.blocks
    return min(len(subject.test), params.rows) * runs


@check(
    quantities={
        "importance": Meaning(title="Loss without the feature", better="target", per="feature"),
        "importance_by_step": Meaning(title="Loss without the steps", better="target", per="block of steps"),
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """What the predictions would lose without each feature, and without each part of the history.

    Measures: how much worse the model predicts when the whole history of one feature is replaced by that of another row
    of the same length (of another person or account), and when all features are replaced in one block of steps: drop of
    the area under the ROC curve, rise of the root mean squared error, or drop of the share predicted rightly. Whether a
    value was measured moves along with it. Where no other row is as long, a longer one gives its last steps
    (Breiman 2001; Fisher, Rudin and Dominici 2019). Among similar rows: Molnar et al. (2023).
    Why: it shows whether the model relies on something that it should not, or ignores what is known to matter.
    Blind to: features that stand in for each other, since each alone seems to matter little; what a feature does to one
    person; how a model reacts to rows that cannot occur, as replaced rows may be; the direction of an effect.
    """
    before = evidence.finite(SCORES)
    if np.ptp(before, axis=0).max() == 0:
        raise NotApplicable("the score is the same for every row, so there is nothing that it could rely on")
    trial, sampled = _trial(subject, params, before)
    data, blocks = trial.data, _blocks(trial.data, subject.encoder.width, params.blocks)
    names, width = feature_names(data), len(data.features)
    features = {name: Change((at,)) if at < width else Change(static=(at - width,)) for at, name in enumerate(names)}
    everything = tuple(range(len(data.features)))
    steps = {name: Change(values=everything, lags=lags) for name, lags in blocks.items()}
    givers = {name: trial.similar(name) if params.among == "similar" else trial.givers for name in features}
    importance = trial.losses({name: (change, givers[name]) for name, change in features.items()})
    in_time = trial.losses({name: (change, trial.givers) for name, change in steps.items()})
    quantities = {"importance": trial.quantity(importance)}
    shown: list[Shown] = [bars(data, quantities["importance"])]
    if blocks:
        quantities["importance_by_step"] = trial.quantity(in_time)
        order = sorted(range(len(data.features)), key=lambda at: -importance[data.features[at].name].value)[:_MAPPED]
        single = {(at, lags): (Change((at,), lags=lags), trial.givers[:1]) for at in order for lags in blocks.values()}
        found = trial.losses(single)
        cells = [[found[at, lags].value for lags in blocks.values()] for at in order]
        mapped = [data.features[at].name for at in order]
        shown += [by_step(data, quantities["importance_by_step"]), heatmap(data, mapped, list(blocks.values()), cells)]
    return Measurement(
        quantities=quantities,
        unmeasured={} if blocks else {"importance_by_step": "no row has a step"},
        shown=tuple(shown),
        sampled=sampled,
    )


@dataclass(frozen=True, eq=False)
class Trial:
    """Rows whose values are replaced. everyone: the rows drawn; takers: those of them that can be given values.

    givers: for each repeat, the giver of every row of `everyone`. before: the scores of the takers.
    """

    subject: Subject
    everyone: Dataset
    takers: Integers
    givers: tuple[Integers, ...]
    before: Floats
    data: Dataset
    quality: Quality

    def losses(self, asked: Mapping[K, tuple[Change, tuple[Integers, ...]]]) -> dict[K, Stat]:
        """The mean loss by each change over the givers of its repeats, paired with the scores before.

        The model is at work on the next rows while the quality of these scores is computed.
        """
        base = self.quality.stat(self.before)
        changes = ((change, giver) for change, used in asked.values() for giver in used)
        runs = ((given(self.everyone, self.takers, giver), change) for change, giver in changes)
        after = (self.quality.stat(scores) for scores in ahead(scores_with(self.subject, self.data, runs)))
        return {name: self._loss(base, list(islice(after, len(used))), used) for name, (_, used) in asked.items()}

    def _loss(self, base: Stat, after: Sequence[Stat], used: Sequence[Integers]) -> Stat:
        value = base.value - float(np.mean([stat.value for stat in after]))
        return Stat(value, self._influence([base.influence - stat.influence for stat in after], used), base.strata)

    def similar(self, name: str) -> tuple[Integers, ...]:
        """For each repeat, givers that are similar in the other features; where nobody is, the givers of all."""
        alike = similar(self.everyone, name, _SIMILAR)
        found = []
        for repeat, anybody in enumerate(self.givers):
            giver = donors(self.everyone, self.subject.rng(_ID, "similar", name, repeat), alike)
            found.append(np.where(giver >= 0, giver, anybody))
        return tuple(found)

    def quantity(self, losses: dict[str, Stat]) -> Quantity:
        """Losses as estimates, and how they are correlated."""
        correlation = self.quality.sampling.correlation([stat.influence for stat in losses.values()])
        return Quantity(
            parts={name: self.quality.estimate(stat, self.before) for name, stat in losses.items()},
            correlation=correlation,
        )

    def _influence(self, changes: list[Floats], givers: Sequence[Integers]) -> Floats:
        """A row's influence as taker and as giver (Hájek's projection of a mean over pairs), (takers,).

        The chance of the pairing is in both, so that their sum has too large a variance, by that of one repeat's change
        over the number of repeats; the values are scaled down to the rest, at most to half.
        """
        gave = np.zeros((len(changes), len(self.everyone)))
        for row, change, giver in zip(gave, changes, givers, strict=True):
            np.add.at(row, giver[self.takers], change)
        whole = np.mean(changes, axis=0) + gave.mean(axis=0)[self.takers]
        variances = np.diag(self.quality.sampling.covariance([whole, *changes]))
        if variances[0] == 0:
            return np.asarray(whole)
        kept = 1 - float(variances[1:].mean()) / (len(changes) * float(variances[0]))
        return np.asarray(whole * np.sqrt(max(kept, 0.25)))


def _trial(subject: Subject, params: Params, before: Floats) -> tuple[Trial, Sampled | None]:
    key = (_ID, params.model_dump_json())
    rows, sampled = sample(subject.test, params.rows, subject.rng(*key, "rows"))
    everyone = subject.test.take(rows)
    givers = tuple(donors(everyone, subject.rng(*key, "donors", repeat)) for repeat in range(params.repeats))
    takers = np.flatnonzero(givers[0] >= 0)  # whether a row has a giver does not depend on chance
    if len(takers) < 2:
        raise NotApplicable("no row could be given the values of an independent row that is at least as long")
    if len(takers) < len(rows):
        how = (sampled.how + ", " if sampled else "") + "without rows that no other row is long enough for"
        sampled = Sampled(n=len(takers), of=len(subject.test), how=how)
    data = everyone.take(takers)
    return Trial(subject, everyone, takers, givers, before[rows][takers], data, Quality.of(data)), sampled


def _blocks(data: Dataset, width: int | None, number: int) -> dict[str, tuple[int, int]]:
    """Name of each block of steps -> its first and last step counted from the end, the latest first."""
    longest = int(data.lengths.max()) if width is None else min(width, int(data.lengths.max()))
    return {part_name(*lags): lags for lags in reversed(parts_of(longest, number))}
