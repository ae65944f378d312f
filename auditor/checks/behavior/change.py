"""What a disturbance does to the scores of the same rows: how far they move, how many decisions flip, what is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from auditor.checks.behavior.parts import Levels, level_parts
from auditor.checks.behavior.stack import Disturb, Draw, stacked
from auditor.checks.outcome import decided
from auditor.checks.quality import Quality
from auditor.checks.sample import sample
from auditor.dataset import Dataset, Floats, Integers
from auditor.errors import FileFault, ModelFault, NotApplicable
from auditor.estimate import Estimate, Mover, Wilson
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import Stat, minus, row_mean
from auditor.measurement import Meaning, Quantity, Sampled
from auditor.sampling import Sampling
from auditor.subject import Subject

Mask = NDArray[np.bool_]
After = Mapping[str, Sequence[Floats]]
"""Name of a disturbance -> scores under it, one array for each time that it was drawn."""

TITLES = {
    "score_change": "Mean absolute change of the score",
    "flipped": "Share of decisions that flip",
    "loss": "Loss of predictive quality",
}


def meanings(per: str) -> dict[str, Meaning]:
    """The quantities that `effects` gives: one part for each disturbance, and one for each group under each of them."""
    whole = {name: _meaning(name, title, per) for name, title in TITLES.items()}
    parts = {f"{name}_by_group": _meaning(name, f"{of}, by group", f"{per} and group") for name, of in TITLES.items()}
    return whole | parts


def _meaning(name: str, title: str, per: str) -> Meaning:
    low, high = None if name == "loss" else 0.0, 1.0 if name == "flipped" else None
    return Meaning(title=title, better="lower", per=per, low=low, high=high)


@dataclass(frozen=True, eq=False)
class Trial:
    """The rows that are disturbed. picked: which of the test rows they are; before: their clean scores."""

    subject: Subject
    picked: Integers
    data: Dataset
    before: Floats
    sampling: Sampling
    sampled: Sampled | None
    key: tuple[object, ...]

    @classmethod
    def of(cls, subject: Subject, evidence: Evidence, most: int, *key: object, among: Integers | None = None) -> Trial:
        """About `most` test rows (of those `among`), drawn by the key.

        Raises NotApplicable where all of them have the same score.
        """
        given = subject.test if among is None else subject.test.take(among)
        picked, sampled = sample(given, most, subject.rng(*key, "rows"))
        if among is not None:
            picked = among[picked]
            how = f"{sampled.how if sampled else 'all'}, of the {len(among)} rows that this can be asked of"
            sampled = (
                sampled if len(among) == len(subject.test) else Sampled(n=len(picked), of=len(subject.test), how=how)
            )
        before, data = evidence.finite(SCORES)[picked], subject.test.take(picked)
        if not len(before) or np.ptp(before, axis=0).max() == 0:
            raise NotApplicable("the score is the same for every row, so there is nothing that could change it")
        return cls(subject, picked, data, before, Sampling.of(data), sampled, key)

    def some(self, most: int) -> Trial:
        """About `most` of these rows, for what has to be done many times."""
        rows, _ = sample(self.data, most, self.subject.rng(*self.key, "some"))
        data = self.data.take(rows)
        return dataclasses.replace(
            self, picked=self.picked[rows], data=data, before=self.before[rows], sampling=Sampling.of(data)
        )

    @cached_property
    def levels(self) -> tuple[Levels, Levels]:
        """The groups among these rows: those with enough rows, and those with enough of either outcome."""
        return level_parts(self.subject, self.picked)

    def scores(self, disturb: Disturb, *draw: object, data: Dataset | None = None) -> Floats:
        """Scores of the rows (of `data`, where it holds the same rows otherwise) under a disturbance.

        draw: what the random stream hangs on besides the key.
        """
        return self.all_scores([Draw(disturb, draw, data)])[0]

    def all_scores(self, draws: Sequence[Draw]) -> list[Floats]:
        """Scores of the rows under each disturbance, many of them in one call of the model."""
        return stacked(self.subject, self.data, draws, self.key)

    def attempts(self, kinds: Mapping[str, Draw]) -> tuple[dict[str, list[Floats]], dict[str, str]]:
        """Scores under each disturbance, drawn once; and for each that could not be scored the reason."""
        try:
            return {name: [scores] for name, scores in zip(kinds, self.all_scores([*kinds.values()]), strict=True)}, {}
        except ModelFault:
            raise
        except FileFault as fault:
            if len(kinds) == 1:
                return {}, dict.fromkeys(kinds, f"rows disturbed so could not be scored: {fault}")
        after: dict[str, list[Floats]] = {}
        refused: dict[str, str] = {}
        for name, draw in kinds.items():  # one of them cannot be scored, which the others do not suffer for
            found, why = self.attempts({name: draw})
            after |= found
            refused |= why
        return after, refused

    def flips(self) -> Callable[[Floats], Mask]:
        """Tells which of these rows get another decision. Raises NotApplicable where nothing is decided."""
        if self.before.ndim == 2:
            chosen = self.before.argmax(axis=1)
            return lambda scores: np.asarray(scores.argmax(axis=1) != chosen)
        above, decision = decided(self.subject, self.before), self.subject.decision
        assert decision is not None  # noqa: S101 - `decided` refuses a subject without one
        return lambda scores: np.asarray((scores >= decision.threshold) != above)


@dataclass
class Effects:
    """What was found, by quantity; as a measurement takes it."""

    quantities: dict[str, Quantity] = field(default_factory=dict)
    unmeasured: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def effects(trial: Trial, after: After, refused: Mapping[str, str] = MappingProxyType({})) -> Effects:
    """Every quantity of `meanings`, or why it could not be measured.

    refused: disturbances without scores, and why.
    """
    if not after:
        why = "; ".join(refused.values()) or "there is nothing to disturb"
        return Effects(unmeasured=dict.fromkeys(meanings(""), why))
    found, (levels, events) = Effects(), trial.levels
    found.notes = tuple(dict.fromkeys((*levels.notes, *events.notes)))
    sizes = {part: np.mean([moved(trial.before, scores) for scores in draws], axis=0) for part, draws in after.items()}
    _add(found, "score_change", sizes, levels, trial.sampling, _size(trial))
    try:
        flips = trial.flips()
    except NotApplicable as nothing:
        found.unmeasured |= dict.fromkeys(("flipped", "flipped_by_group"), nothing.reason)
    else:
        shares = {part: np.mean([flips(scores) for scores in draws], axis=0) for part, draws in after.items()}
        _add(found, "flipped", shares, levels, trial.sampling, share)
    _losses(found, trial, after, events)
    for name in TITLES:
        if refused and name in found.quantities:
            found.quantities[name] = found.quantities[name].model_copy(update={"unmeasured": dict(refused)})
    return found


def moved(before: Floats, after: Floats) -> Floats:
    """(rows,): by how much each score differs; of several classes half the sum over them."""
    change = np.abs(after - before)
    return change if change.ndim == 1 else np.asarray(change.sum(axis=1) / 2)


def share(sampling: Sampling, values: Floats) -> Estimate:
    """The mean of one share per row, (n,), by Wilson on its effective size; draws of one row never count as rows."""
    stat, n = row_mean(values), len(values)
    whole = sampling.rate(values > 0.5, np.ones(n, dtype=bool))
    variance = float(sampling.covariance([stat.influence])[0, 0])
    if not isinstance(whole.spread, Wilson) or variance <= 0:
        return whole.model_copy(update={"value": stat.value})
    size = min(stat.value * (1 - stat.value) / variance, float(n))
    return whole.model_copy(update={"value": stat.value, "spread": Wilson(size=size, df=whole.spread.df)})


def size_of(sampling: Sampling, values: Floats, *, bounded: bool) -> Estimate:
    """The mean of one size per row, (n,) at or above 0, on the log scale.

    bounded: that no size is above 1; where all are 0 the mean is then at most the share of rows that would not be.
    """
    none = None if values.any() else sampling.rate(values > 0, np.ones(len(values), dtype=bool))
    if bounded and none is not None and isinstance(none.spread, Wilson):
        spread = Mover(first_value=0.0, first=none.spread, second_value=0.0, second=none.spread)
        method = f"no score changed; {none.method} bound on the share that would"
        return Estimate(value=0.0, n=len(values), entities=none.entities, method=method, spread=spread)
    return sampling.estimate(row_mean(values), scale="log", n=len(values), method="mean over rows, log scale")


def _size(trial: Trial) -> Callable[[Sampling, Floats], Estimate]:
    return partial(size_of, bounded=trial.data.task != "regression")


def _add(
    found: Effects,
    name: str,
    values: Mapping[str, Floats],
    levels: Levels,
    sampling: Sampling,
    estimate: Callable[[Sampling, Floats], Estimate],
) -> None:
    """A quantity whose parts are means of one value per row, (rows,), and the same by group."""
    correlation = sampling.correlation([row_mean(one).influence for one in values.values()])
    parts = {part: estimate(sampling, one) for part, one in values.items()}
    found.quantities[name] = Quantity(parts=parts, correlation=correlation)
    inside = {level: (rows, sampling.only(rows)) for level, rows in levels.rows.items()}
    grouped = {
        f"{part}: {level}": estimate(own, values[part][rows])
        for part in values
        for level, (rows, own) in inside.items()
    }
    _grouped(found, name, grouped, {f"{part}: {level}": why for part in values for level, why in levels.small.items()})


def _losses(found: Effects, trial: Trial, after: After, levels: Levels) -> None:
    try:
        quality = Quality.of(trial.data)
    except NotApplicable as nothing:
        found.unmeasured |= dict.fromkeys(("loss", "loss_by_group"), nothing.reason)
        return
    clean = quality.stat(trial.before)
    losses = {part: _loss(quality, clean, draws) for part, draws in after.items()}
    found.quantities["loss"] = Quantity(
        parts={part: quality.estimate(stat, trial.before) for part, stat in losses.items()},
        correlation=quality.sampling.correlation([stat.influence for stat in losses.values()]),
    )
    grouped, none = {}, {f"{part}: {level}": why for part in after for level, why in levels.small.items()}
    for level, rows in levels.rows.items():
        try:
            own = Quality.of(trial.data.take(np.flatnonzero(rows)))
        except NotApplicable as nothing:
            none |= {f"{part}: {level}": nothing.reason for part in after}
            continue
        clean = own.stat(trial.before[rows])
        for part, draws in after.items():
            loss = _loss(own, clean, [scores[rows] for scores in draws])
            grouped[f"{part}: {level}"] = own.estimate(loss, trial.before[rows])
    _grouped(found, "loss", grouped, none)


def _loss(quality: Quality, clean: Stat, draws: Sequence[Floats]) -> Stat:
    """As `Quality.loss`, where what there is without a disturbance is known already; the draws' strata are the same."""
    values, influences = zip(*((one.value, one.influence) for one in map(quality.stat, draws)), strict=True)
    together = influences[0] if len(draws) == 1 else np.mean(influences, axis=0)
    return minus(clean, Stat(float(np.mean(values)), together, clean.strata))


def _grouped(found: Effects, name: str, parts: dict[str, Estimate], unmeasured: dict[str, str]) -> None:
    if parts or unmeasured:
        found.quantities[f"{name}_by_group"] = Quantity(parts=parts, unmeasured=unmeasured)
    else:
        found.unmeasured[f"{name}_by_group"] = "the data declare no groups"
