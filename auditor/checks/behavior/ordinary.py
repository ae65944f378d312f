"""What ordinary values do to the decisions of a model, and what that leads one to expect of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from auditor.checks.behavior.gaps import from_end
from auditor.checks.behavior.signs import Cell, Sign, Stage
from auditor.dataset import Block, Dataset, Floats

_USUAL = (0.001, 0.02, 0.25, 0.5, 0.75, 0.98, 0.999)  # quantiles between which a value is ordinary
_EDGES = (0.001, 0.01, 0.99, 0.999)  # further ones that are tried
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

    def share(self, sign: Sign) -> float:
        """The share of rows that bear a sign already."""
        held = np.ones(len(self.static), dtype=bool)
        for cell, value in sign:
            held &= np.abs(self.column(cell) - value) <= _WITHIN * float(np.ptp(self.pool(cell)))
        return float(held.mean())

    def borne(self, sign: Sign, most: int, rng: np.random.Generator) -> list[Sign]:
        """The same cells as some of the rows have them, where all of them are known."""
        columns = np.stack([self.column(cell) for cell, _ in sign], axis=1)
        rows = np.flatnonzero(np.isfinite(columns).all(axis=1))
        picked = np.sort(rng.permutation(rows)[:most])
        cells = [cell for cell, _ in sign]
        return [tuple(zip(cells, map(float, columns[row]), strict=True)) for row in picked]


@dataclass(frozen=True, eq=False)
class Values:
    """What a feature is tried at, ascending. usual: which of them are ordinary; scale: as the model is sent them."""

    tried: Floats
    usual: Floats
    ends: tuple[float, float]
    scale: Floats

    @classmethod
    def of(cls, stage: Stage, cell: Cell, pool: Floats, *, numeric: bool) -> Values:
        """Quantiles of its values, or all of them, where they are few."""
        distinct, number = np.unique(pool, return_counts=True)
        usual = np.unique(np.quantile(pool, _USUAL))
        if not numeric:
            order = np.argsort(-number, kind="stable")
            rest = order[_FREQUENT:]
            kept = np.sort([*order[:_FREQUENT], *rest[:: max(1, len(rest) // _SELDOM)]]).astype(int)
            distinct, number = distinct[kept], number[kept]
            usual = distinct[number >= _USUAL[0] * len(pool)]
        few = len(distinct) <= _FEW or not numeric
        tried = distinct if few else np.unique([*np.quantile(pool, _EDGES), distinct[0], distinct[-1]])
        tried = np.union1d(tried, usual)
        low, high = np.quantile(pool, _EDGES[0]), np.quantile(pool, _EDGES[-1])
        ends = (float(low), float(high)) if high > low else (float(distinct[0]), float(distinct[-1]))
        tried = np.union1d(tried, ends) if numeric else tried
        return cls(tried, usual, ends, _sent(stage, cell, tried) if numeric else tried)


def _sent(stage: Stage, cell: Cell, tried: Floats) -> Floats:
    """The values as the encoder scales them, where it keeps their order; or else as they are."""
    one = stage.some(slice(0, 1))
    inputs = stage.subject.encoder.encode(one.bearing([((cell, float(value)),) for value in tried]))
    name = cell.feature(stage.subject.test).name
    for port, columns in stage.subject.encoder.columns.items():
        for number, column in enumerate(columns):
            sent = np.asarray(inputs[port], dtype=float)
            if column.feature == name and column.role == "value" and sent.ndim in (2, 3):
                scaled = sent[:, number] if sent.ndim == 2 else sent[:, int(one.place[0, 0]), number]
                return scaled if (np.diff(scaled) >= 0).all() and np.ptp(scaled) > 0 else tried
    return tried


@dataclass(frozen=True, eq=False)
class Ordinary:
    """What ordinary values of single cells do to the margin of the rows of a stage."""

    stage: Stage
    known: Known
    cells: Sequence[Cell]
    _expected: dict[tuple[Cell, float], float] = field(default_factory=dict)

    @cached_property
    def values(self) -> dict[tuple[bool, int], Values]:
        """By feature: whether it is static, and its column. Features with one value only are left out."""
        found: dict[tuple[bool, int], Values] = {}
        for cell in self.cells:
            key, pool = (cell.static, cell.at), self.known.pool(cell)
            if key not in found and len(pool) and np.ptp(pool) > 0:
                numeric = cell.feature(self.known.data).kind == "numeric"
                found[key] = Values.of(self.stage, Cell(cell.static, min(cell.back, 1), cell.at), pool, numeric=numeric)
        return found

    @cached_property
    def _measured(self) -> dict[Cell, Floats]:
        """The mean drop of the margin at each ordinary value."""
        cells = [cell for cell in self.cells if (cell.static, cell.at) in self.values]
        signs: list[Sign] = [
            ((cell, float(value)),) for cell in cells for value in self.values[cell.static, cell.at].usual
        ]
        drops, found, at = self.stage.drops(signs).mean(axis=1), {}, 0
        for cell in cells:
            size = len(self.values[cell.static, cell.at].usual)
            found[cell], at = drops[at : at + size], at + size
        return found

    def _nearest(self, cell: Cell) -> Floats:
        """What was measured there, or of the same feature at the nearest step."""
        if cell not in self._measured:
            cell = min((c for c in self._measured if c[::2] == cell[::2]), key=lambda one: abs(one.back - cell.back))
        return self._measured[cell]

    def expected(self, sign: Sign) -> float:
        """The drop of the margin that ordinary values lead one to expect: of each cell what speaks for it, in sum."""
        return sum(self._of(cell, value) for cell, value in sign)

    def _of(self, cell: Cell, value: float) -> float:
        if (cell, value) not in self._expected:
            self._expected[cell, value] = max(0.0, self._extended(cell, value))
        return self._expected[cell, value]

    def _extended(self, cell: Cell, value: float) -> float:
        """Between ordinary values by interpolation, beyond them along the steeper of the last slope and the whole."""
        values = self.values[cell.static, cell.at]
        done, usual = self._nearest(cell), np.interp(values.usual, values.tried, values.scale)
        if cell.feature(self.known.data).kind != "numeric":
            return float(done[values.usual == value][0]) if value in values.usual else float(done.max(initial=0.0))
        x = float(np.interp(value, values.tried, values.scale))
        if usual[0] <= x <= usual[-1] or len(usual) < 2:
            return float(np.interp(x, usual, done))
        if x < usual[0]:
            x, usual, done = -x, -usual[::-1], done[::-1]
        middle = len(usual) // 2 if len(usual) > 2 else 0
        slopes = [(done[-1] - done[at]) / max(usual[-1] - usual[at], 1e-9) for at in (middle, -2)]
        return float(done[-1] + max(slopes) * (x - usual[-1]))
