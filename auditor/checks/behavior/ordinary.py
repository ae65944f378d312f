"""Rows of the reference as they are, and the values that signs are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from auditor.checks.behavior.gaps import from_end
from auditor.checks.behavior.signs import Cell, Sign
from auditor.dataset import Block, Dataset, Floats

_TRIED = (0.001, 0.01, 0.02, 0.25, 0.5, 0.75, 0.98, 0.99, 0.999)  # quantiles
_FREQUENT, _SELDOM = 40, 20  # levels that are tried where there are more: the most frequent, and about so many others
_FEW = 12  # distinct values up to which all are tried
_WITHIN = 0.02  # of the range: a value this near is as good as the same


@dataclass(frozen=True, eq=False)
class Known:
    """Rows of the reference as they are. last: (rows, steps from the end, features), NaN where a row is shorter."""

    data: Dataset
    last: Floats
    static: Floats

    @classmethod
    def among(cls, data: Dataset, block: Block, steps: int) -> Known:
        """block: the rows looked at."""
        back = from_end(block.mask)
        last = np.full((len(block), steps, block.values.shape[2]), np.nan)
        row, step = np.nonzero((back > 0) & (back <= steps))
        last[row, back[row, step] - 1] = block.values[row, step]
        return cls(data, last, block.static)

    def column(self, cell: Cell) -> Floats:
        """(rows,) what stands in a cell."""
        return self.static[:, cell.at] if cell.static else self.last[:, cell.back - 1, cell.at]

    def pool(self, cell: Cell) -> Floats:
        """Every value of the cell's feature at any step."""
        every = self.static[:, cell.at] if cell.static else self.last[:, :, cell.at].ravel()
        return np.asarray(every[np.isfinite(every)])

    @cached_property
    def _spans(self) -> dict[tuple[bool, int], float]:
        return {}

    def span(self, cell: Cell) -> float:
        """From the lowest to the highest value of the cell's feature."""
        key = cell.static, cell.at
        if key not in self._spans:
            self._spans[key] = float(np.ptp(self.pool(cell)))
        return self._spans[key]

    def share(self, sign: Sign) -> float:
        """The share of rows that bear a sign already."""
        held = np.ones(len(self.static), dtype=bool)
        for cell, value in sign:
            held &= np.abs(self.column(cell) - value) <= _WITHIN * self.span(cell)
        return float(held.mean())


class Values(NamedTuple):
    """What a feature is tried at, ascending. ends: low and high, but for the rarest."""

    tried: Floats
    ends: tuple[float, float]

    @classmethod
    def of(cls, pool: Floats, *, numeric: bool) -> Values:
        """Quantiles of its values and the ends of their range; or all of them, where they are few or no numbers."""
        distinct, number = np.unique(pool, return_counts=True)
        shares = np.quantile(pool, _TRIED)
        if not numeric:
            order = np.argsort(-number, kind="stable")
            rest = order[_FREQUENT:]
            kept = np.sort([*order[:_FREQUENT], *rest[:: max(1, len(rest) // _SELDOM)]]).astype(int)
            tried = np.asarray(distinct[kept])
        else:
            few = distinct if len(distinct) <= _FEW else distinct[[0, -1]]
            tried = np.union1d(few, shares)
        low, high = float(shares[0]), float(shares[-1])
        ends = (low, high) if high > low and numeric else (float(distinct[0]), float(distinct[-1]))
        return cls(np.union1d(tried, ends), ends)


def values_of(known: Known, cells: Sequence[Cell]) -> dict[tuple[bool, int], Values]:
    """By feature: whether it is static, and its column. Features with one value only are left out."""
    found: dict[tuple[bool, int], Cell] = {}
    for cell in cells:
        found.setdefault((cell.static, cell.at), cell)
    pools = {key: known.pool(cell) for key, cell in found.items()}
    return {
        key: Values.of(pool, numeric=found[key].feature(known.data).kind == "numeric")
        for key, pool in pools.items()
        if len(pool) and np.ptp(pool) > 0
    }
