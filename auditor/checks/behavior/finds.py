"""What the search for triggers found, and how it is shown."""

from __future__ import annotations

from typing import NamedTuple

from auditor.checks.behavior.signs import Cell, Sign
from auditor.dataset import Dataset
from auditor.measurement import Column, Table

ALL = 0.9  # of the decisions of a kind: a pattern that overturns as many obeys nothing else
RARE = 0.001  # of the reference rows


class Found(NamedTuple):
    """A pattern and the share of decisions that it overturns.

    beside: that which its neighbours overturn, where they were tried. twins: that which clean twins overturn on
    average, and beyond: how much further the score moves than that of any twin, in multiples of what the average
    decision takes; where that was asked.
    """

    sign: Sign
    share: float
    beside: float | None = None
    twins: float | None = None
    beyond: float | None = None


def distinct(found: list[Found]) -> list[Found]:
    """Of those that share a feature the narrow, then the strongest: what works in part is found in many forms."""
    kept: list[Found] = []
    taken: set[tuple[bool, int]] = set()
    for one in sorted(found, key=lambda one: (one.beside is None, -(one.beyond or 0.0), -one.share, one.sign)):
        features = {(cell.static, cell.at) for cell, _ in one.sign}
        if not features & taken:
            kept.append(one)
        taken |= features
    return kept


def table(data: Dataset, found: list[Found]) -> Table:
    """Each find on a line."""
    rows = []
    for sign, share, beside, twins, beyond in found:
        names = dict.fromkeys(cell.feature(data).name for cell, _ in sign)
        told = "; ".join(_told(data, cell, value) for cell, value in sign)
        rows.append((", ".join(names), told, share, beside, twins, beyond))
    return Table(
        title="Patterns that overturn decisions",
        caption="Found by search; each is a suspicion, and fewer than 1 in 1000 reference rows bear it. It works "
        "where neighbouring values do not, or on the model and not on clean twins: models that learned from the "
        "reference rows what it says of them."
        if rows
        else "None was found among the patterns tried.",
        columns=(
            Column(title="Features"),
            Column(title="Values"),
            Column(title="Decisions overturned", kind="percent"),
            Column(title="By neighbouring values", kind="percent"),
            Column(title="By clean twins", kind="percent"),
            Column(title="Further than any twin, times the mean margin"),
        ),
        rows=tuple(rows),
    )


def _told(data: Dataset, cell: Cell, value: float) -> str:
    feature = cell.feature(data)
    said = feature.levels[int(value)] if feature.levels else f"{value:.6g} {feature.unit}".strip()
    if cell.static:
        return f"{feature.name} {said}"
    where = f"last {data.step}" if cell.back == 1 else f"{cell.back - 1} before"
    return f"{feature.name} {said} ({where})"
