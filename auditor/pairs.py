"""Two rates of one sample held against one another: their difference and their ratio."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Koopman, Mover, NotEstimable, Spread, Wilson

Contrast = TypeVar("Contrast", Mover, Koopman)


class Joint(NamedTuple):
    """How two estimates vary together. df: of what is compared; None where rows are independent. kind: of clusters."""

    correlation: float
    df: float | None
    kind: str


def difference(one: Estimate, other: Estimate, joint: Joint) -> Estimate:
    """`one - other` by MOVER (Newcombe 1998; Zou and Donner 2008) with the correlation of the two rates.

    n, events and entities are those of the side that rests on less, which limits the knowledge of a difference.
    """
    spread = _spread(Mover, one, other, joint)
    return _estimate(one.value - other.value, one, other, spread, "MOVER of two Wilson intervals", joint.kind)


def ratio(one: Estimate, other: Estimate, joint: Joint) -> Estimate:
    """`one / other` by Koopman's (1984) score interval on the sizes of the two Wilson intervals.

    Where the second rate is 0 the interval has no upper end, and the value is that with half a hit and half a miss
    added to each side (Walter 1975), as its method says. Raises NotApplicable where both are 0.
    """
    if one.value == 0 == other.value:
        raise NotApplicable("both rates are 0, so they have no ratio")
    method = "score interval of a ratio (Koopman)"
    if other.value > 0:
        value = one.value / other.value
    else:
        value = (one.value * one.n + 0.5) / (one.n + 1) / (0.5 / (other.n + 1))
        method += ", value with half a row added as the lower rate is 0"
    spread = _spread(Koopman, one, other, joint)
    return _estimate(value, one, other, spread, method, joint.kind)


def limiting(one: Estimate, other: Estimate) -> Estimate:
    """The side that rests on less, which is what limits the knowledge of a difference."""

    def fewest(estimate: Estimate) -> int:
        events = estimate.n if estimate.events is None else min(estimate.events, estimate.n - estimate.events)
        return min(estimate.n, events)

    return min(one, other, key=fewest)


def fewest_entities(one: Estimate, other: Estimate) -> int | None:
    """The independent entities of the side that has fewer; None where rows are independent."""
    return min((side.entities for side in (one, other) if side.entities is not None), default=None)


def _spread(kind: type[Contrast], one: Estimate, other: Estimate, joint: Joint) -> Contrast | NotEstimable:
    first, second = one.spread, other.spread
    if isinstance(first, NotEstimable):
        return first
    if isinstance(second, NotEstimable):
        return second
    assert isinstance(first, Wilson)  # noqa: S101 - a rate has no other spread
    assert isinstance(second, Wilson)  # noqa: S101 - same
    return kind(
        first_value=one.value,
        first=first,
        second_value=other.value,
        second=second,
        correlation=joint.correlation,
        contrast_df=joint.df,
    )


def _estimate(value: float, one: Estimate, other: Estimate, spread: Spread, method: str, kind: str) -> Estimate:
    entities = fewest_entities(one, other)
    if spread.df is not None:
        who = f" ({entities} {kind})" if entities is not None else ""
        method += f" on effective sample sizes, t with {spread.df:.3g} degrees of freedom{who}"
    return Estimate(value=value, n=limiting(one, other).n, entities=entities, method=method, spread=spread)
