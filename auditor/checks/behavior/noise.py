"""Measurement noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from auditor.checks.behavior.measurement_error import measurement_errors
from auditor.checks.behavior.noise_charts import curves, errors_used, one_at_a_time
from auditor.checks.check import check
from auditor.checks.outcome import decided
from auditor.checks.quality import Quality
from auditor.checks.sample import sample
from auditor.dataset import Dataset, Feature, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen, Wilson
from auditor.evidence import SCORES, Evidence
from auditor.kernels.stat import Stat, row_mean
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.sampling import Sampling
from auditor.subject import Subject

_ID = "behavior.noise"
_PER = "multiple of the measurement error"


class Params(Frozen):
    """How much noise, and how often."""

    multiples: tuple[Annotated[FiniteFloat, Field(gt=0, le=100)], ...] = Field(
        default=(0.5, 1.0, 2.0),
        min_length=1,
        max_length=10,
        description="Noise in multiples of each feature's own measurement error.",
    )
    draws: int = Field(
        default=3, ge=1, le=100, description="How often noise is drawn anew; every row averages over it."
    )
    rows: int = Field(default=5000, ge=100, description="At most about so many test rows are used, drawn at random.")


def _rows(subject: Subject, params: Params) -> int:
    variables = (*subject.test.features, *subject.test.static_features)
    numeric = sum(feature.kind == "numeric" for feature in variables)
    return min(len(subject.test), params.rows) * (len(set(params.multiples)) * params.draws + numeric)


@check(
    quantities={
        "score_change": Meaning(title="Mean absolute change of the score", better="lower", per=_PER),
        "flipped": Meaning(title="Share of decisions that flip", better="lower", per=_PER),
        "loss": Meaning(title="Loss of predictive quality", better="lower", per=_PER),
    },
    needs=(SCORES,),
    rows=_rows,
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Scores and decisions hold when measurements are as noisy as they are in life.

    Measures: how far the score moves, how many decisions flip and how much worse the model predicts, when random noise
    is added to every measured value of the numeric features: half, once and twice (by default) the error of
    measurement, which the data specification declares, or else is estimated from how values vary from one step to the
    next. Values stay within their declared plausible range; what was not measured stays so. With several classes the
    change is half the sum over the classes.
    Why: a second reading of the same person or account would give slightly other values; if it gives another decision,
    the decision rests on chance.
    Blind to: errors that all measurements share, such as a badly set device; wrong classes and swapped rows; errors of
    values that are measured once, or whose record mostly repeats itself, such as a count, unless it is declared. An
    estimate cannot tell a true change between two steps from an error, so that features which truly change fast get
    more noise than they should.
    """
    key = (_ID, params.model_dump_json())
    rows, sampled = sample(subject.test, params.rows, subject.rng(*key, "rows"))
    data, before = subject.test.take(rows), evidence.finite(SCORES)[rows]
    errors, untouched = measurement_errors(subject, data)
    if not errors:
        reasons = "; ".join(f"{name}: {why}" for name, why in untouched.items())
        raise NotApplicable(f"no feature has an error of measurement that can be estimated ({reasons})")
    if np.ptp(before, axis=0).max() == 0:
        raise NotApplicable("the score is the same for every row, so there is nothing for noise to change")
    sampling, levels = Sampling.of(data), sorted(set(params.multiples))

    def noised(multiple: float, names: Sequence[str], draw: object) -> Floats:
        """Scores under noise; a draw is the same for every multiple, so that these are compared like with like."""
        return _noised(subject, data, {name: multiple * errors[name].sd for name in names}, subject.rng(*key, draw))

    after = {_part(m): [noised(m, list(errors), draw) for draw in range(params.draws)] for m in levels}
    moved = {part: row_mean(np.mean([_moved(before, s) for s in draws], axis=0)) for part, draws in after.items()}

    def change(stat: Stat) -> Estimate:
        return sampling.estimate(stat, scale="log", n=len(data), method="mean over rows, log scale")

    quantities = {"score_change": _quantity(sampling, moved, change)}
    unmeasured: dict[str, str] = {}
    _flipped(subject, sampling, before, after, quantities, unmeasured)
    try:
        quality = Quality.of(data)
    except NotApplicable as nothing:
        unmeasured["loss"] = nothing.reason
    else:
        losses = {part: quality.loss(before, draws) for part, draws in after.items()}
        quantities["loss"] = _quantity(sampling, losses, quality.estimate)
    alone = {name: row_mean(_moved(before, noised(1.0, [name], name))) for name in errors}
    return Measurement(
        quantities=quantities,
        unmeasured=unmeasured,
        shown=(
            *curves(data, quantities, levels),
            one_at_a_time(data, {name: change(stat) for name, stat in alone.items()}),
            errors_used(data, errors),
        ),
        sampled=sampled,
        notes=tuple(f"No noise on {name}: {why}." for name, why in untouched.items()),
    )


def _part(multiple: float) -> str:
    return f"{multiple:g} ×"


def _noised(subject: Subject, data: Dataset, sd: dict[str, float], rng: np.random.Generator) -> Floats:
    """Scores of rows whose measured values of some features got noise of a standard deviation, in original units."""
    scores = []
    for rows in subject.chunks(data):
        block = subject.block(data, rows)
        values = _shaken(block.values, data.features, sd, rng)
        static = _shaken(block.static, data.static_features, sd, rng)
        scores.append(subject.score(block.with_values(values).with_static(static)))
    return np.concatenate(scores)


def _shaken(true: Floats, features: Sequence[Feature], sd: dict[str, float], rng: np.random.Generator) -> Floats:
    """Values (rows, ..., features) with noise on the features that have a standard deviation, within their range."""
    values = true.copy()
    for at, feature in enumerate(features):
        if feature.name in sd:
            exact = true[..., at]
            low = np.minimum(exact, -np.inf if feature.low is None else feature.low)
            high = np.maximum(exact, np.inf if feature.high is None else feature.high)
            values[..., at] = np.clip(exact + sd[feature.name] * rng.standard_normal(exact.shape), low, high)
    return values


def _moved(before: Floats, after: Floats) -> Floats:
    change = np.abs(after - before)
    return change if change.ndim == 1 else np.asarray(change.sum(axis=1) / 2)


def _quantity(sampling: Sampling, stats: dict[str, Stat], estimate: Callable[[Stat], Estimate]) -> Quantity:
    correlation = sampling.correlation([stat.influence for stat in stats.values()])
    return Quantity(parts={part: estimate(stat) for part, stat in stats.items()}, correlation=correlation)


def _flipped(
    subject: Subject,
    sampling: Sampling,
    before: Floats,
    after: dict[str, list[Floats]],
    quantities: dict[str, Quantity],
    unmeasured: dict[str, str],
) -> None:
    decision = subject.decision
    try:
        chosen = before.argmax(axis=1) if before.ndim == 2 else decided(subject, before)
    except NotApplicable as nothing:
        unmeasured["flipped"] = nothing.reason
        return

    def changed(scores: Floats) -> NDArray[np.bool_]:
        if decision is None or scores.ndim == 2:
            return np.asarray(scores.argmax(axis=1) != chosen)
        return np.asarray((scores >= decision.threshold) != chosen)

    stats = {part: row_mean(np.mean([changed(scores) for scores in draws], axis=0)) for part, draws in after.items()}
    quantities["flipped"] = _quantity(sampling, stats, lambda stat: _share(sampling, stat))


def _share(sampling: Sampling, stat: Stat) -> Estimate:
    """A mean of one share per row, by Wilson on its effective size; draws of one row never count as rows."""
    share, n = stat.influence + stat.value, len(stat.influence)
    whole = sampling.rate(share > 0.5, np.ones(n, dtype=bool))
    variance = float(sampling.covariance([stat.influence])[0, 0])
    if not isinstance(whole.spread, Wilson) or variance <= 0:
        return whole.model_copy(update={"value": stat.value})
    size = min(stat.value * (1 - stat.value) / variance, float(n))
    return whole.model_copy(update={"value": stat.value, "spread": Wilson(size=size, df=whole.spread.df)})
