"""How alike two attributions of the same rows are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from auditor.checks.importance.attributed import PARTS, Attributed, features_of
from auditor.dataset import Floats
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Scale
from auditor.explain.players import Players
from auditor.kernels.ranks import rank_correlations
from auditor.kernels.stat import row_mean
from auditor.measurement import Axis, Bars, Quantity
from auditor.subject import Subject

TOP = 3
"""So many of a row's features lead: their signs are compared."""


def ranked(attributed: Attributed) -> tuple[Players, Floats]:
    """What is put in an order, and its credit (rows, players): features, or the parts of the history of a single one.

    Raises NotApplicable where there is one feature whose credit is not divided by time.
    """
    question, credit = attributed.question, attributed.credit
    players = Players.features(question.data, question.steps)
    if len(players) == 1:
        players = Players.parts(question.data, question.steps, PARTS)
        if len(credit.players) < len(players) or len(players) == 1:
            raise NotApplicable("the data have one feature, so there is no order of features that could differ")
    return players, credit.by(players, question.backgrounds).values


def ranked_at_most(subject: Subject) -> int:
    """How many players are put in an order."""
    return PARTS if features_of(subject) == 1 else features_of(subject)


def ranked_alike(attributed: Attributed, one: Floats, other: Floats) -> Estimate | str:
    """The mean over rows of the rank correlation of the sizes of their features' credit, or why there is none.

    one, other: (rows, features). Sizes that differ by rounding only are ties.
    """
    return averaged(attributed, in_order(one, other), "mean of Spearman's correlations", "identity")


def in_order(one: Floats, other: Floats) -> Floats:
    """(rows,) the rank correlation of the sizes of two credits (rows, players); NaN where one does not vary."""
    sizes = [np.round(np.abs(each) / max(float(np.abs(each).max(initial=0)), 1e-300), 9) for each in (one, other)]
    return rank_correlations(sizes[0], sizes[1])


def signed_alike(attributed: Attributed, one: Floats, other: Floats) -> Estimate | str:
    """How many of the features that lead in `one` have the same sign in `other`: the mean share over rows."""
    top = np.argsort(-np.abs(one), axis=1, kind="stable")[:, :TOP]
    first, second = (np.take_along_axis(np.sign(each), top, 1) for each in (one, other))
    leads = np.abs(np.take_along_axis(one, top, 1)) > 1e-9 * max(float(np.abs(one).max()), 1e-300)
    count = leads.sum(1)
    same = np.divide((leads & (first == second)).sum(1), count, out=np.full(len(one), np.nan), where=count > 0)
    return averaged(attributed, same, f"mean share of the {TOP} leading features", "logit")


def quantity(estimates: Mapping[str, Estimate | str]) -> Quantity:
    """Parts that were measured, and reasons for those that were not."""
    parts = {name: each for name, each in estimates.items() if isinstance(each, Estimate)}
    return Quantity(parts=parts, unmeasured={n: each for n, each in estimates.items() if isinstance(each, str)})


def dots(title: str, caption: str, axis: str, told: Quantity) -> Bars:
    """One dot a part, with its interval."""
    names: Sequence[str] = tuple(told.parts)
    intervals = [told.parts[name].interval(0.95) for name in names]
    return Bars(
        title=title,
        caption=caption + " Bars are 95 % intervals.",
        labels=tuple(names),
        values=tuple(told.parts[name].value for name in names),
        low=tuple(interval.low if math.isfinite(interval.low) else None for interval in intervals),
        high=tuple(interval.high if math.isfinite(interval.high) else None for interval in intervals),
        axis=Axis(title=axis),
        points=True,
    )


def averaged(attributed: Attributed, values: Floats, method: str, scale: Scale) -> Estimate | str:
    """The mean of a number of each row (rows,), NaN left out; or why there is none."""
    known = ~np.isnan(values)
    if not known.any():
        return "no row has features whose credit differs"
    stat = row_mean(values[known]).among(known)
    made = attributed.sampling.estimate(stat, n=int(known.sum()), method=method, scale=scale)
    if values[known].min() == values[known].max() == 1:
        nobody = np.zeros(len(known), dtype=bool)
        bound = attributed.sampling.rate(~nobody, known)
        return bound.model_copy(update={"method": f"{method}: 1 in every row; Wilson bound on the rows where it is"})
    return made
