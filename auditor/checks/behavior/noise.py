"""Measurement noise."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field, FiniteFloat

from auditor.checks.behavior.change import Trial, effects, meanings, moved, size_of
from auditor.checks.behavior.change_charts import flips_by_group
from auditor.checks.behavior.measurement_error import measurement_errors
from auditor.checks.behavior.noise_charts import curves, errors_used, one_at_a_time
from auditor.checks.behavior.stack import Draw
from auditor.checks.check import check
from auditor.dataset import Block, Feature, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import SCORES, Evidence
from auditor.measurement import Measurement
from auditor.subject import Subject

_ID = "behavior.noise"
_ALONE = 500  # rows on which each feature is tried alone


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
    n = min(len(subject.test), params.rows)
    return n * len(set(params.multiples)) * params.draws + min(n, _ALONE) * numeric


@check(quantities=meanings("multiple of the measurement error"), needs=(SCORES,), rows=_rows)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Scores and decisions hold when measurements are as noisy as they are in life.

    Measures: how far the score moves, how many decisions flip and how much worse the model predicts, when random noise
    is added to every measured value of the numeric features: half, once and twice (by default) the error of
    measurement, which the data specification declares, or else is estimated from how values vary from one step to the
    next. Values stay within their declared plausible range; what was not measured stays so. With several classes the
    change is half the sum over the classes. All of it overall and in every group that the data declare.
    Why: a second reading of the same person or account would give slightly other values; if it gives another decision,
    the decision rests on chance.
    Blind to: errors that all measurements share, such as a badly set device; wrong classes and swapped rows; errors of
    values that are measured once, or whose record mostly repeats itself, such as a count, unless it is declared. An
    estimate cannot tell a true change between two steps from an error, so that features which truly change fast get
    more noise than they should.
    """
    trial = Trial.of(subject, evidence, params.rows, _ID, params.model_dump_json())
    data, levels = trial.data, sorted(set(params.multiples))
    errors, untouched = measurement_errors(subject, data)
    if not errors:
        reasons = "; ".join(f"{name}: {why}" for name, why in untouched.items())
        raise NotApplicable(f"no feature has an error of measurement that can be estimated ({reasons})")

    def noise(multiple: float, names: Sequence[str], draw: object) -> Draw:
        """A draw is the same for every multiple, so that these are compared like with like."""
        sd = {name: multiple * errors[name].sd for name in names}

        def shaken(block: Block, rng: np.random.Generator) -> Block:
            values = _shaken(block.values, data.features, sd, rng)
            return block.with_values(values).with_static(_shaken(block.static, data.static_features, sd, rng))

        return Draw(shaken, (draw,))

    scores = iter(trial.all_scores([noise(m, list(errors), draw) for m in levels for draw in range(params.draws)]))
    found = effects(trial, {f"{m:g} ×": list(itertools.islice(scores, params.draws)) for m in levels})
    few, bounded = trial.some(_ALONE), data.task != "regression"
    after = few.all_scores([noise(1.0, [name], name) for name in errors])
    alone = {
        name: size_of(few.sampling, moved(few.before, one), bounded=bounded)
        for name, one in zip(errors, after, strict=True)
    }
    return Measurement(
        quantities=found.quantities,
        unmeasured=found.unmeasured,
        shown=(
            *curves(data, found.quantities, levels),
            one_at_a_time(data, alone),
            *flips_by_group(found, "measurement noise"),
            errors_used(data, errors),
        ),
        sampled=trial.sampled,
        notes=(*(f"No noise on {name}: {why}." for name, why in untouched.items()), *found.notes),
    )


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
