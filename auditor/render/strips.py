"""Where an interval, its value and its limit stand on a small axis that all parts of a finding share."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.policy import Limit
from auditor.record import Judged
from auditor.render.view import Strip

_MARGIN = 0.08  # of the span, left free on both sides


@dataclass(frozen=True)
class Ruler:
    """An axis from `low` to `high` and the limit on it."""

    low: float
    high: float
    limit: Limit

    @classmethod
    def over(cls, judged: tuple[Judged, ...], limit: Limit) -> Ruler | None:
        """The axis that holds every interval and the limit; None where all of it is one number.

        It does not begin below zero where nothing on it is: a count or a share has nothing there.
        """
        ends = [number for one in judged for number in (one.value, one.low, one.high) if number is not None]
        ends += [bound for bound in (limit.low, limit.high) if bound is not None]
        low, high = min(ends), max(ends)
        if low == high:
            return None
        room = _MARGIN * (high - low)
        return cls(low - room if low < 0 else max(0.0, low - room), high + room, limit)

    def at(self, number: float) -> float:
        """Percent of the width, from the left."""
        return 100 * min(1.0, max(0.0, (number - self.low) / (self.high - self.low)))

    def strip(self, judged: Judged, alternative: str) -> Strip:
        """One estimate on this axis."""
        left = 0.0 if judged.low is None else self.at(judged.low)
        right = 100.0 if judged.high is None else self.at(judged.high)
        zone = 0.0 if self.limit.low is None else self.at(self.limit.low)
        zone_end = 100.0 if self.limit.high is None else self.at(self.limit.high)
        return Strip(
            zone=(_percent(zone), _percent(zone_end - zone)),
            limits=tuple(_percent(self.at(b)) for b in (self.limit.low, self.limit.high) if b is not None),
            left=_percent(left),
            width=_percent(right - left),
            dot=_percent(self.at(judged.value)),
            open_left=judged.low is None,
            open_right=judged.high is None,
            alternative=alternative,
        )


def _percent(share: float) -> str:
    return f"{share:.2f}%"
