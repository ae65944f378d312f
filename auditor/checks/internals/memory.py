"""How far back a model remembers."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.internals.influence import by_lag
from auditor.checks.sample import sample
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen
from auditor.evidence import Evidence
from auditor.kernels.stat import Stat
from auditor.measurement import Axis, Lines, Meaning, Measurement, Quantity, Series
from auditor.sampling import Sampling
from auditor.subject import Subject

_ID = "internals.memory"
_SHOWN = 0.95
_FEWEST = 20  # rows that reach back so far, below which a step is left out


class Params(Frozen):
    """How far back the model is expected to look."""

    horizon: int = Field(default=1, ge=1, description="The last steps beyond which influence counts as of older steps.")
    rows: int = Field(default=2000, ge=100, description="At most about so many test rows are used, drawn at random.")


def _classes(subject: Subject) -> int:
    return max(1, len(subject.test.target.classes)) if subject.test.task == "multiclass" else 1


@check(
    quantities={
        "beyond": Meaning(
            title="Share of influence from steps older than the horizon", better="target", low=0.0, high=1.0
        ),
        "half_life": Meaning(title="Half-life of influence", better="target", unit="steps", low=0.0),
    },
    rows=lambda subject, params: min(len(subject.test), params.rows) * _classes(subject),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The model remembers as far back as it should.

    Measures: influence of a step: how much the output moves when the inputs of that step move by their standard
    deviation (absolute gradients, summed over inputs). From the influence of the last step, of the one before, and so
    on: the share that comes from steps older than the horizon, and the half-life, by a straight line through the
    logarithm of influence over steps back.
    Why: an LSTM that uses the last step only has not earned its history; one that still hangs on what happened long ago
    may hold a grudge that nobody intended.
    Blind to: influence that is not there for small changes, such as a threshold that is far away; steps that are used
    together; whether influence is right.
    """
    rows, sampled = sample(subject.test, params.rows, subject.rng(_ID, params.model_dump_json()))
    data = subject.test.take(rows)
    influence = by_lag(subject, data)
    counts = (~np.isnan(influence)).sum(axis=0)
    if not np.nansum(influence) > 0:
        raise NotApplicable("no step has an influence on the output")
    sampling, quantities, unmeasured = Sampling.of(data), {}, {}

    if influence.shape[1] > params.horizon:
        quantities["beyond"] = Quantity.of(_beyond(sampling, influence, params.horizon))
    else:
        unmeasured["beyond"] = f"no row has more than {params.horizon} steps"
    reached = influence[:, : _last(counts, len(data))]
    half_life = _half_life(reached)
    if isinstance(half_life, str):
        unmeasured["half_life"] = half_life
    else:
        estimate = sampling.estimate(half_life, n=len(data), method="by influence values, log scale", scale="log")
        quantities["half_life"] = Quantity.of(estimate)
    return Measurement(
        quantities=quantities, unmeasured=unmeasured, shown=(_curve(sampling, reached),), sampled=sampled
    )


def _last(counts: Floats, n: int) -> int:
    """How many steps back at least a tenth of the rows, and 20 of them, reach."""
    return int((counts >= max(_FEWEST, n / 10)).sum()) or 1


def _beyond(sampling: Sampling, influence: Floats, horizon: int) -> Estimate:
    """Sum over old steps over sum over all, a ratio of two means over rows.

    Where it is 0 or 1 in every row, the interval is that of the share of rows in which it would not be.
    """
    old, every = np.nansum(influence[:, horizon:], axis=1), np.nansum(influence, axis=1)
    value = float(old.sum() / every.sum())
    if value in (0.0, 1.0):
        return sampling.rate(old > 0, np.ones(len(old), dtype=bool))
    stat = Stat(value, (old - value * every) / every.mean())
    return sampling.estimate(stat, n=len(old), method="by influence values, logit scale", scale="logit")


def _half_life(influence: Floats) -> Stat | str:
    """Ln 2 over the rate at which log mean influence falls with steps back (ordinary least squares); or why not."""
    means = np.nanmean(influence, axis=0)
    if influence.shape[1] < 3:
        return "fewer than three steps reach back far enough to see a decay"
    if not (means > 0).all():
        return "influence is zero from some step on, so that it has no rate of decay"
    steps = np.arange(len(means)) - (len(means) - 1) / 2
    weights = steps / (steps**2).sum()
    slope = float(weights @ np.log(means))
    if slope >= 0:
        return "influence does not decay with steps back"
    there = ~np.isnan(influence)
    each = np.where(there, influence - means, 0.0) / (there.mean(axis=0) * means)
    return Stat(-math.log(2) / slope, (each @ weights) * math.log(2) / slope**2)


def _curve(sampling: Sampling, influence: Floats) -> Lines:
    total = float(np.nanmean(influence, axis=0).sum())
    points = []
    for column in influence.T:
        there = ~np.isnan(column)
        mean = float(column[there].mean())
        each = np.where(there, column - mean, 0.0) / there.mean()
        estimate = sampling.estimate(Stat(mean / total, each / total), n=int(there.sum()), method="")
        low, high = estimate.interval(_SHOWN)
        points.append((estimate.value, max(low, 0.0), min(high, 1.0)))
    values, lows, highs = zip(*points, strict=True)
    return Lines(
        title="How influence falls with steps back",
        caption="Step 1 is the last one; the band is a 95 % interval. A model that needs history has influence to the "
        "right; a curve that is at zero from step 2 on is that of a model which could do without.",
        x=Axis(title="Steps back"),
        y=Axis(title="Share of influence", low=0.0),
        series=(Series(name="influence", x=tuple(range(1, len(values) + 1)), y=values, low=lows, high=highs),),
    )
