"""What the values of a feature may be, as reference rows show it: ranges, usual steps, and the unit of a change."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.dataset import Dataset, Feature, Floats

_TAIL = 0.01  # of the reference's values on either side that count as strange
_JUMP_TAIL = 0.005  # of the differences between one measurement and the next
_DECIMALS = (-6, 4)  # to which values are told: to millions at least, to ten-thousandths at most
_WRITTEN = 0.99  # of the values that so many decimals must tell exactly


@dataclass(frozen=True, eq=False)
class Possible:
    """What one feature may be.

    choices: (k,) values that do occur, from low to high, about evenly by rank; all levels of a coded feature. low,
    high: the range of all but the strangest values, within what is plausible. mad: median absolute deviation, the unit
    of a change (Wachter, Mittelstadt and Russell 2018); 1 for a change of level. jump: lowest and highest usual
    difference from one measurement to the next. decimals: with which values are told (-2: in hundreds); None where they
    are codes.
    """

    choices: Floats
    low: float
    high: float
    mad: float
    jump: tuple[float, float]
    decimals: int | None

    def written(self, values: Floats) -> Floats:
        """Values as they could have been measured: to the feature's decimals, within its range."""
        if self.decimals is None:
            return values
        return np.clip(np.round(values, self.decimals), self.low, self.high)


def possible_of(data: Dataset, count: int = 7) -> tuple[Possible, ...]:
    """Of each feature and then of each static feature. count: how many choices of a numeric one are kept."""
    linked = _linked(data)
    moving = [
        _possible(feature, data.values[:, at], _jumps(data.values[:, at], linked), count)
        for at, feature in enumerate(data.features)
    ]
    fixed = [
        _possible(feature, data.static[:, at].astype(float), np.empty(0), count)
        for at, feature in enumerate(data.static_features)
    ]
    return (*moving, *fixed)


def _possible(feature: Feature, values: Floats, jumps: Floats, count: int) -> Possible:
    known = np.sort(values[~np.isnan(values)].astype(float))
    anywhere = (-np.inf, np.inf)
    if not len(known):
        return Possible(np.empty(0), np.nan, np.nan, 1.0, anywhere, None)
    if feature.kind != "numeric":
        codes = np.unique(known)
        return Possible(codes, float(codes[0]), float(codes[-1]), 1.0, anywhere, None)
    decimals = _decimals(known, _spread(known))
    kept = known[
        (known >= (-np.inf if feature.low is None else feature.low))
        & (known <= (np.inf if feature.high is None else feature.high))
    ]
    if not len(kept):
        return Possible(np.empty(0), np.nan, np.nan, 1.0, anywhere, decimals)
    low, high = np.quantile(kept, (_TAIL, 1 - _TAIL), method="nearest")
    shares = np.linspace(_TAIL, 1 - _TAIL, count)
    choices = np.unique(np.round(np.quantile(kept, shares, method="nearest"), decimals))
    jump = np.quantile(jumps, (_JUMP_TAIL, 1 - _JUMP_TAIL), method="nearest") if len(jumps) else anywhere
    return Possible(choices, float(low), float(high), _spread(kept), (float(jump[0]), float(jump[1])), decimals)


def _spread(known: Floats) -> float:
    """The median absolute deviation; the mean one where most values are the same, 1 where all are."""
    away = np.abs(known - np.median(known))
    return float(np.median(away)) or float(away.mean()) or 1.0


def _decimals(known: Floats, spread: float) -> int:
    """The fewest decimals with which nearly all values are written exactly, as far as single precision tells; or that
    tell a tenth of the spread, for means of several measurements are written with more than anybody needs.
    """
    enough = max(0, 1 - math.floor(math.log10(spread)))
    near = 1e-6 * np.maximum(np.abs(known), 1.0)
    last = min(_DECIMALS[1], enough)
    for decimals in range(_DECIMALS[0], last):
        if (np.abs(np.round(known, decimals) - known) <= near).mean() >= _WRITTEN:
            return decimals
    return last


def _linked(data: Dataset) -> NDArray[np.integer]:
    """(lines + 1,): how many lines before each are not followed by the next one within a row."""
    cover = np.zeros(len(data.values) + 1, dtype=np.int64)
    some = data.lengths > 0
    np.add.at(cover, data.starts[some], 1)
    np.add.at(cover, data.stops[some] - 1, -1)
    return np.concatenate([[0], np.cumsum(np.cumsum(cover[:-1]) <= 0)])


def _jumps(column: Floats, breaks: NDArray[np.integer]) -> Floats:
    """The differences between one measured value and the next in the same row."""
    at = np.flatnonzero(~np.isnan(column))
    together = breaks[at[1:]] == breaks[at[:-1]]
    return np.asarray(np.diff(column[at].astype(float))[together])
