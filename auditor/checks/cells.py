"""Counts as shares, without those of few people."""

from __future__ import annotations

from auditor.dataset import Integers


def shares(counts: Integers, smallest: int) -> tuple[float | None, ...]:
    """The share of each count (k,) in their sum; None where a count is above zero and below `smallest`.

    Where one alone would be withheld, the next smallest is as well, or it would follow from the others.
    """
    hidden = [at for at, count in enumerate(counts) if 0 < count < smallest]
    others = [at for at, count in enumerate(counts) if count >= smallest]
    if len(hidden) == 1 and others:
        hidden.append(min(others, key=lambda at: int(counts[at])))
    total = max(1, int(counts.sum()))
    return tuple(None if at in hidden else float(count) / total for at, count in enumerate(counts))
