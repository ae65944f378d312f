"""Whether a sample is enough to judge a number against a limit, and how many more rows would be."""

from __future__ import annotations

from auditor.estimate import Estimate, Interval, Perfect
from auditor.policy import Limit

FEWEST = 20  # rows, events, non-events and entities below which an interval is not trusted
_HALVINGS = 40


def too_few(estimate: Estimate) -> str:
    """Of what there is too little to trust an interval, in words; empty where there is enough of everything."""
    word, fewest = _fewest(estimate)
    return "" if fewest >= FEWEST else f"too few {word}: {fewest}, and {FEWEST} are the least that is judged"


def _fewest(estimate: Estimate) -> tuple[str, int]:
    """Of what there is least, and how many."""
    counts = {"rows": estimate.n}
    if estimate.events is not None:
        counts |= {"events": estimate.events, "non-events": estimate.n - estimate.events}
    if estimate.entities is not None:
        counts["independent entities"] = estimate.entities
    return min(counts.items(), key=lambda item: item[1])


def inside(interval: Interval, limit: Limit) -> bool:
    """That the interval lies within the limit."""
    return (limit.low is None or interval.low >= limit.low) and (limit.high is None or interval.high <= limit.high)


def outside(interval: Interval, limit: Limit) -> bool:
    """That the whole interval lies beyond the limit."""
    return (limit.low is not None and interval.high < limit.low) or (
        limit.high is not None and interval.low > limit.high
    )


def growth(estimate: Estimate, limit: Limit, unadjusted: float, widened: float) -> float | None:
    """How many times the rows would settle the part if they were like these; None where no number would.

    k times the rows narrow an interval as a critical value does that is the root of k smaller: exactly for normal,
    Wilson's, MOVER and Koopman's intervals, nearly for the others. A pass takes the unadjusted interval, a fail the
    widened one; `unadjusted`, `widened`: their critical values.
    """
    fewest = _fewest(estimate)[1]
    if fewest == 0 or not estimate.spread.estimable:
        return None
    counts = FEWEST / fewest
    if limit.on == "value":
        return counts
    passing = inside(Interval(estimate.value, estimate.value), limit)
    if passing and isinstance(estimate.spread, Perfect):
        return None
    settled, critical = (inside, unadjusted) if passing else (outside, widened)
    if settled(estimate.spread.bounds(estimate.value, critical), limit):
        return counts
    low, high = 0.0, critical  # of the critical values that would settle it
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if settled(estimate.spread.bounds(estimate.value, middle), limit) else (low, middle)
    return max(counts, (critical / low) ** 2) if low > 0 else None
