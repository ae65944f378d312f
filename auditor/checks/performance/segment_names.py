"""Segments of the rows that a person can name by one property."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from auditor.checks.summaries import Summary, summaries
from auditor.checks.surrogate.tree import Condition
from auditor.dataset import Dataset, Floats, Group
from auditor.subject import Subject

Mask = NDArray[np.bool_]
_QUARTERS = (0.25, 0.5, 0.75)
_FEWEST_OF_OUTCOME = 30  # rows of each outcome where it is searched: fewer would rarely leave enough to confirm it


def told_apart(data: Dataset, searched: Mask, smallest: int) -> tuple[list[Group], tuple[str, ...]]:
    """The attributes whose levels may be told; and a note of each that is left out.

    Where a level, or the rows of unknown level, are fewer than `smallest` in a half, they would be what is left of it.
    """
    told: list[Group] = []
    left: list[Group] = []
    for group in data.groups.values():
        counts = [np.bincount(group.codes[half] + 1) for half in (searched, ~searched)]
        small = any(((count > 0) & (count < smallest)).any() for count in counts)
        (left if small else told).append(group)
    why = f"are not searched: one with fewer than {smallest} rows could be derived"
    return told, tuple(f"Groups by {group.name} {why}." for group in left)


def segments(
    subject: Subject, data: Dataset, groups: Iterable[Group], searched: Mask, last_steps: int
) -> dict[str, Mask]:
    """Every segment by its name: (rows,) who is in it. searched: the rows from which the quarters are cut.

    Levels of each of the groups; of each summary in original units its quarters, its levels, and where it was not
    measured; the length of the history is one of the summaries.
    """
    named: dict[str, Mask] = {}
    for group in groups:
        named |= {f"{group.name}: {level}": group.codes == code for code, level in enumerate(group.levels)}
    x, columns = summaries(subject, data, last_steps)
    for at, summary in enumerate(columns):
        for condition, rows in _parts(summary, x[:, at].astype(float), searched):
            named.setdefault(condition, rows)
    return named


def _parts(summary: Summary, values: Floats, searched: Mask) -> Iterator[tuple[str, Mask]]:
    known = ~np.isnan(values)
    if (~known).any():
        yield f"{summary.name}: not measured", ~known
    if summary.level:
        yield str(Condition(summary, low=0.5)), values == 1
        return
    if not (known & searched).any():
        return
    edges = np.unique(np.quantile(values[known & searched], _QUARTERS))
    bounds = [-np.inf, *edges.tolist(), np.inf]
    for low, high in pairwise(bounds):
        with np.errstate(invalid="ignore"):
            yield str(Condition(summary, low=low, high=high)), (values > low) & (values <= high)


def eligible(data: Dataset, named: Mapping[str, Mask], searched: Mask, smallest: int) -> dict[str, Mask]:
    """The segments with at least `smallest` rows within and without on either half, and enough of each outcome."""
    event = data.y == 1 if data.task == "binary" else None
    kept = {}
    for name, rows in named.items():
        enough = all((side & half).sum() >= smallest for side in (rows, ~rows) for half in (searched, ~searched))
        if enough and event is not None:
            inside = rows & searched
            enough = min((inside & event).sum(), (inside & ~event).sum()) >= _FEWEST_OF_OUTCOME
        if enough:
            kept[name] = rows
    return kept
