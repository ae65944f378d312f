"""What every bias check shows: a table of the groups, and dots for the groups and for how they differ."""

from __future__ import annotations

import math
from collections.abc import Mapping

from auditor.checks.bias.contrasts import ByGroup
from auditor.estimate import Estimate
from auditor.measurement import Axis, Bars, Cell, Column, Quantity, Table

_LEVEL = 0.95  # of intervals that are drawn; the judge makes its own
_POWER = 0.8
_MOST = 40  # dots that a reader can still tell apart

Row = tuple[Cell | tuple[float | None, float | None], ...]


def table(title: str, statistic: str, groups: ByGroup, digits: int = 3, unit: str = "") -> Table:
    """Every group with its rows, statistic, interval and detectable difference; suppressed ones by name only."""
    rows: list[Row] = [
        (name, part.n, part.value, _ends(part), detectable(part, groups.others(name)))
        for name, part in groups.parts.items()
    ]
    rows += [(f"{name} (not compared)", part.n, part.value, _ends(part), None) for name, part in groups.aside.items()]
    rows += [(f"{name}: {why}", None, None, None, None) for name, why in groups.unmeasured.items()]
    return Table(
        title=title,
        caption="Intervals hold with 95 % each. The detectable difference is the smallest from the other groups "
        "together that data of this size would tell from none in 4 of 5 audits: a smaller true one may go unseen.",
        columns=(
            Column(title="Group"),
            Column(title="Rows", kind="count"),
            Column(title=statistic, kind="number", digits=digits, unit=unit),
            Column(title="95 % interval", kind="interval", digits=digits, unit=unit),
            Column(title="Detectable difference", kind="number", digits=digits, unit=unit),
        ),
        rows=tuple(rows),
    )


def detectable(part: Estimate, others: list[Estimate]) -> float | None:
    """The minimum detectable difference of a group from all others together, at 80 % power (Bloom 1995).

    (z + z_power) times the standard error of the difference, where z is the normal quantile of a two-sided 95 %
    interval. Standard errors are half the length of the 95 % intervals over z; the others' precisions add up. None
    where an interval is unbounded, or nothing is there to compare with.
    """
    from scipy import stats

    half = _half(part)
    precision = sum(1 / other**2 for other in map(_half, others) if 0 < other < math.inf)
    if not math.isfinite(half) or precision == 0:
        return None
    z, power = float(stats.norm.ppf((1 + _LEVEL) / 2)), float(stats.norm.ppf(_POWER))
    return (1 + power / z) * math.sqrt(half**2 + 1 / precision)


def dots(title: str, caption: str, axis: str, parts: Mapping[str, Estimate], reference: float | None = None) -> Bars:
    """A dot and its interval for each part; where they are many, the ones farthest from the reference."""
    drawn = dict(parts)
    if len(parts) > _MOST:
        least = 0.0 if reference is None else reference
        far = sorted(parts, key=lambda name: -abs(parts[name].value - least))[:_MOST]
        drawn = {name: parts[name] for name in far}
        caption += f" The {_MOST} farthest of {len(parts)} are drawn."
    ends = [_ends(part) for part in drawn.values()]
    return Bars(
        title=title,
        caption=f"{caption} Lines are unadjusted 95 % intervals.",
        labels=tuple(drawn),
        values=tuple(part.value for part in drawn.values()),
        low=tuple(low for low, _ in ends),
        high=tuple(high for _, high in ends),
        axis=Axis(title=axis),
        points=True,
        reference=reference,
    )


def shown(
    groups: ByGroup, gaps: Mapping[str, Quantity | None], statistic: str, attribute: str, says: str
) -> tuple[Table | Bars, ...]:
    """The table, the dots of the groups, and those of each way to compare them.

    gaps: how they are compared, in words -> what was found. says: what a reader sees when groups are alike.
    """
    if not groups.parts and not groups.unmeasured:
        return ()
    pieces: list[Table | Bars] = [table(f"{statistic} by {attribute}: table", statistic, groups)]
    if groups.parts:
        pieces.append(dots(f"{statistic} by {attribute}", says, statistic, groups.parts))
    for words, found in gaps.items():
        if found is not None and found.parts:
            even = 1.0 if words.startswith("Ratio") else 0.0
            caption = f"At {even:g} two groups are alike; each dot compares one group with another."
            pieces.append(dots(f"{words} by {attribute}", caption, words, found.parts, even))
    return tuple(pieces)


def _ends(part: Estimate) -> tuple[float | None, float | None]:
    low, high = part.interval(_LEVEL)
    return low if math.isfinite(low) else None, high if math.isfinite(high) else None


def _half(part: Estimate) -> float:
    low, high = part.interval(_LEVEL)
    return (high - low) / 2
