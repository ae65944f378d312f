"""What checks of disturbances show: every disturbance side by side, and the flips in every group."""

from __future__ import annotations

import math
from collections.abc import Mapping

from auditor.checks.behavior.change import TITLES, Effects
from auditor.checks.quality import WORDS
from auditor.dataset import Dataset
from auditor.estimate import Estimate
from auditor.measurement import Axis, Bars, Heatmap, Shown


def shown(data: Dataset, found: Effects, what: str) -> tuple[Shown, ...]:
    """A chart of each quantity, and flips by group. what: the disturbances in words, as in 'gaps in the record'."""
    charts: list[Shown] = []
    for name, title in TITLES.items():
        if name in found.quantities:
            parts = found.quantities[name].parts
            axis = WORDS[data.task].capitalize() if name == "loss" else title
            unit = data.target.unit if data.task == "regression" and name != "flipped" else ""
            charts.append(bars(f"{title}: {what}", axis, unit, parts))
    return (*charts, *flips_by_group(found, what))


def bars(title: str, axis: str, unit: str, parts: Mapping[str, Estimate]) -> Bars:
    """A dot with its interval for each part, the largest first."""
    order = sorted(parts, key=lambda name: (-parts[name].value, name))
    ends = [parts[name].interval(0.95) for name in order]
    return Bars(
        title=title,
        caption=f"The further to the right, the more the model is upset, most by: {order[0]}. Lines: 95 % intervals.",
        labels=tuple(order),
        values=tuple(parts[name].value for name in order),
        low=tuple(end.low if math.isfinite(end.low) else None for end in ends),
        high=tuple(end.high if math.isfinite(end.high) else None for end in ends),
        axis=Axis(title=axis, unit=unit),
        points=True,
        reference=0.0,
    )


def flips_by_group(found: Effects, what: str) -> tuple[Shown, ...]:
    """A map of disturbances and groups; nothing where no group has enough rows."""
    name = "flipped_by_group" if "flipped_by_group" in found.quantities else "score_change_by_group"
    quantity = found.quantities.get(name)
    if quantity is None or not quantity.parts:
        return ()
    whole = [part for part in found.quantities[name.removesuffix("_by_group")].parts if _of(part, quantity.parts)]
    levels = list(dict.fromkeys(key.removeprefix(f"{part}: ") for part in whole for key in _of(part, quantity.parts)))
    values = tuple(
        tuple(quantity.parts[key].value if (key := f"{part}: {level}") in quantity.parts else None for level in levels)
        for part in whole
    )
    title = TITLES[name.removesuffix("_by_group")]
    return (
        Heatmap(
            title=f"{title} by group: {what}",
            caption="A darker cell means that this group's answers hang more on it; compare the cells of one row.",
            rows=tuple(whole),
            columns=tuple(levels),
            values=values,
            value=Axis(title=title, low=0),
            column_title="Group",
        ),
    )


def _of(part: str, parts: Mapping[str, Estimate]) -> list[str]:
    return [key for key in parts if key.startswith(f"{part}: ")]
