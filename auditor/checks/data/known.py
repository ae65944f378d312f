"""What was known of a row at some steps before its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from auditor.checks.data.seen import Seen
from auditor.dataset import Feature, Floats

_NEAR, _MANY = 12, 100_000


@dataclass(frozen=True, eq=False)
class Known:
    """values: (rows,) of one feature, NaN where it was not measured up to then. back: steps before the last one; None
    for a static feature.
    """

    feature: Feature
    back: int | None
    values: Floats

    @property
    def name(self) -> str:
        """The feature and the step in words."""
        if self.back is None:
            return self.feature.name
        return f"{self.feature.name}, {when(self.back)}"


def when(back: int) -> str:
    """A step in words, counted from the last one."""
    return "last step" if back == 0 else f"{back} step{'s' if back > 1 else ''} before"


def positions(longest: int, rows: int) -> tuple[int, ...]:
    """The last twelve steps, and those 16, 32, ... before the last, within the longest row; of very many rows the last
    one and those 1, 2, 4, 8, ... before it.
    """
    near = range(_NEAR if rows <= _MANY else 1)
    far = (2**power for power in range(20))
    return tuple(back for back in (*near, *(back for back in far if back not in near)) if back < max(1, longest))


def known(seen: Seen, backs: tuple[int, ...]) -> Iterator[Known]:
    """The last measured value of every feature up to each of the steps; and the static features."""
    data = seen.data
    last = np.full((len(data), len(data.features)), np.nan)
    for back in range(int(seen.lengths.max(initial=0)) - 1, -1, -1):
        at = seen.back(back)
        fresh = data.values[at]
        last = np.where((at >= 0)[:, None] & ~np.isnan(fresh), fresh, last)
        if back in backs:
            for column, feature in enumerate(data.features):
                yield Known(feature, back, last[:, column])
    for column, feature in enumerate(data.static_features):
        yield Known(feature, None, data.static[:, column].astype(float))
