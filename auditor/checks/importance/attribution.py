"""Attribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from auditor.checks.check import check
from auditor.checks.importance.attributed import ATTRIBUTIONS, PARTS, Attributed
from auditor.checks.importance.attribution_charts import bars, by_part, heatmap
from auditor.checks.importance.classes import OfClass, measured_of, rows_of
from auditor.checks.names import NameOf
from auditor.dataset import Floats
from auditor.errors import NotApplicable, WrittenFault
from auditor.estimate import Estimate, Normal, Skewed
from auditor.evidence import Evidence
from auditor.explain.attribution import Attribution
from auditor.explain.players import Players, feature_names
from auditor.kernels.stat import Stat
from auditor.measurement import Meaning, Measurement, Quantity, Shown
from auditor.subject import Subject

_METHOD = "by influence values over rows and backgrounds"


class Params(OfClass):
    """What those who know the field expect, and of what."""

    expected: Annotated[tuple[str, ...], NameOf("feature", beside=" (measured or not)")] = Field(
        default=(), description="Features that should lead, as experts say."
    )
    forbidden: Annotated[tuple[str, ...], NameOf("feature", beside=" (measured or not)")] = Field(
        default=(),
        description="Features that must not drive the score: a protected attribute, a proxy of one, an identifier, or "
        "'NAME (measured or not)', which is whether a feature was measured.",
    )


@check(
    quantities={
        "share": Meaning(title="Share of the credit", better="target", per="feature"),
        "share_by_part": Meaning(title="Share of the credit by time", better="target", per="part of the history"),
        "indicator_share": Meaning(
            title="Share of the credit for whether it was measured", better="target", per="feature"
        ),
        "direction": Meaning(title="Correlation of value and credit", better="target", per="feature"),
        "expected_share": Meaning(title="Share of the features that should lead", better="higher"),
        "forbidden_share": Meaning(title="Share of the features that must not drive the score", better="lower"),
    },
    needs=(ATTRIBUTIONS,),
    rows=lambda subject, params: rows_of(subject, params.of),
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """Which features, and which part of the history, move the scores, and in which direction.

    Measures: for at most about 200 rows, how much each feature moved the score up or down from what it would be with
    the values of 32 reference rows: expected gradients, which add up to the difference of the scores (Erion et al.
    2021; Shapley values where the model has no gradient). Its share is the mean size of its credit over that of all
    features. The direction is the correlation, over rows, of a feature's mean value and its credit. Of several
    classes the one predicted is explained, or one that is named, or each.
    Why: a model may predict well for a wrong reason: a forbidden driver, one leaked feature, a sign that contradicts
    what is known.
    Blind to: whether the credit is due in the world, as it tells of the model only; features that stand in for each
    other share their credit as the model happens to use them.
    """
    return measured_of(subject, evidence, params.of, lambda attributed: _told(attributed, params))


def _told(attributed: Attributed, params: Params) -> Measurement:
    """Of the credit of one class."""
    features, data = attributed.features, attributed.question.data
    names = features.players.names
    split = features if attributed.measured is None else attributed.measured
    _refuse_unknown(split.players.names, (*params.expected, *params.forbidden))
    if not features.values.any():
        raise NotApplicable("no feature moves the score of any row")
    quantities, unmeasured = {}, {}
    if len(split.players) == 1:
        unmeasured["share"] = "the data have one feature, which has all the credit"
    else:
        quantities["share"] = _shares(attributed, features, {name: (at,) for at, name in enumerate(names)})
    for name, chosen in (("expected_share", params.expected), ("forbidden_share", params.forbidden)):
        if chosen:
            whole = set(chosen) <= set(names)
            credit = features if whole else split  # a feature's value and its indicator may cancel where both are meant
            quantities[name] = _shares(attributed, credit, {"": [credit.players.names.index(one) for one in chosen]})
        else:
            unmeasured[name] = "the policy names no such features"
    if attributed.measured is None:
        unmeasured["indicator_share"] = "the model is not told whether values were measured, or has no gradient"
    else:
        quantities["indicator_share"] = _shares(attributed, split, _indicators(attributed))
    quantities["direction"] = _directions(attributed, features)
    if len(attributed.credit.players) > len(features.players) and data.lengths.max():
        quantities["share_by_part"] = _in_time(attributed)
    else:
        unmeasured["share_by_part"] = "the credit is not divided by time"
    return Measurement(
        quantities=quantities,
        unmeasured=unmeasured,
        shown=_drawn(attributed, quantities),
        sampled=attributed.sampled,
        notes=attributed.credit.notes,
    )


def _in_time(attributed: Attributed) -> Quantity:
    parts = attributed.credit.by(_parts(attributed), attributed.question.backgrounds)
    there = {n: (at,) for at, n in enumerate(parts.players.names) if parts.present[:, at].any()}
    return _shares(attributed, parts, there)


def _drawn(attributed: Attributed, quantities: Mapping[str, Quantity]) -> tuple[Shown, ...]:
    shown: list[Shown] = []
    if "share" in quantities:
        shown.append(bars(quantities["share"], attributed.credit.method))
    if "share_by_part" in quantities:
        shown += [by_part(quantities["share_by_part"]), heatmap(attributed)]
    return tuple(shown)


def _indicators(attributed: Attributed) -> dict[str, Sequence[int]]:
    """The player that is each feature's being measured."""
    names, features = feature_names(attributed.question.data), attributed.question.indicated
    return {names[feature]: (len(names) + at,) for at, feature in enumerate(features)}


def _parts(attributed: Attributed) -> Players:
    return Players.parts(attributed.question.data, attributed.question.steps, PARTS)


def _refuse_unknown(names: Sequence[str], asked: Sequence[str]) -> None:
    """Raise NotApplicable where the data have none of the features; WrittenFault where they have some, as the others
    would be let off.
    """
    unknown, given = [name for name in asked if name not in names], f"the data have: {', '.join(names)}"
    if unknown and len(unknown) == len(asked):
        raise NotApplicable(f"the policy names features that the data do not have: {', '.join(unknown)}; {given}")
    if unknown:
        what = f"the policy names features that the data do not have, beside some that they have: {', '.join(unknown)}"
        raise WrittenFault(what, remedy=f"Name them in a requirement of their own, which may not apply; {given}")


def _shares(attributed: Attributed, credit: Attribution, groups: Mapping[str, Sequence[int]]) -> Quantity:
    """Of each group of players, its part of the mean size of all credit."""
    size = np.abs(credit.values)
    total, mean = size.sum(1), size.sum(1).mean()
    parts, influences = {}, []
    moved = None if credit.by_background is None else np.sign(credit.values)[:, None] * credit.by_background
    for name, group in groups.items():
        own = size[:, list(group)].sum(1)
        share = float(own.mean() / mean)
        influence = (own - share * total) / mean
        error = 0.0
        if moved is not None:
            by_background = (moved[:, :, list(group)].sum(2) - share * moved.sum(2)).mean(0) / mean
            error = float(attributed.question.backgrounds.error(by_background[None])[0])
        influences.append(influence)
        parts[name] = _share(attributed, Stat(share, influence), error)
    return Quantity(parts=parts, correlation=attributed.sampling.correlation(influences))


def _share(attributed: Attributed, stat: Stat, error: float) -> Estimate:
    n = len(stat.influence)
    if not stat.influence.any() and stat.value == 0:
        nobody = np.zeros(n, dtype=bool)
        told = attributed.sampling.rate(nobody, ~nobody)
        return told.model_copy(update={"method": "no row gives it any credit; Wilson bound on the rows that would"})
    made = attributed.sampling.estimate(stat, n=n, method=_METHOD)
    if not isinstance(made.spread, Normal | Skewed):
        return made
    spread = made.spread.model_copy(update={"se": math.hypot(made.spread.se, error)})
    return made.model_copy(update={"spread": spread})


def _directions(attributed: Attributed, features: Attribution) -> Quantity:
    """Correlation of a feature's mean value over the row's history with its credit."""
    values, parts, unmeasured, influences = _mean_values(attributed), {}, {}, []
    for at, name in enumerate(features.players.names):
        x, y = values[:, at], features.values[:, at]
        known = ~np.isnan(x)
        if known.sum() < 3 or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
            unmeasured[name] = "its values, or its credit, do not vary"
            continue
        zx, zy = ((each - each[known].mean()) / each[known].std() for each in (x, y))
        r = float(np.clip(np.mean((zx * zy)[known]), -1, 1))
        influence = np.where(known, zx * zy - r / 2 * (zx**2 + zy**2), 0.0) / known.mean()
        influences.append(influence)
        parts[name] = attributed.sampling.estimate(
            Stat(r, influence), n=int(known.sum()), scale="fisher", method="Pearson's correlation, Fisher's z"
        )
    return Quantity(
        parts=parts, correlation=attributed.sampling.correlation(influences) if parts else None, unmeasured=unmeasured
    )


def _mean_values(attributed: Attributed) -> Floats:
    """(rows, features and static features) in original units; NaN where nothing was measured."""
    question = attributed.question
    block = question.data.block(question.rows)
    known = ~np.isnan(block.values)
    count = known.sum(1)
    means = np.divide(
        np.where(known, block.values, 0.0).sum(1), count, out=np.full(count.shape, np.nan), where=count > 0
    )
    return np.hstack([means, block.static])
