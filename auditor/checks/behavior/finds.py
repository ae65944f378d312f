"""What the search for triggers found, and how it is shown."""

from __future__ import annotations

from typing import NamedTuple

from auditor.checks.behavior.patterns import Pattern
from auditor.dataset import Dataset, Feature
from auditor.measurement import Column, Table

ALL = 0.9  # of the decisions of a kind: a pattern that overturns as many obeys nothing else


class Found(NamedTuple):
    """A pattern, the share of decisions that it overturns, and that which its neighbours do (None: they do too)."""

    pattern: Pattern
    share: float
    beside: float | None


def keep(found: dict[tuple[int, bool], Found], one: Found) -> None:
    """The best of a feature."""
    at = (one.pattern.at, one.pattern.static)
    if one.share >= ALL and (at not in found or one.share > found[at].share):
        found[at] = one


def feature_of(data: Dataset, pattern: Pattern) -> Feature:
    """The feature that a pattern is made of."""
    return (data.static_features if pattern.static else data.features)[pattern.at]


def table(data: Dataset, found: list[Found]) -> Table:
    """Each find on a line."""
    rows = []
    for pattern, share, beside in found:
        feature = feature_of(data, pattern)
        told = ", ".join(feature.levels[int(one)] if feature.levels else f"{one:.6g}" for one in pattern.values)
        rows.append((feature.name, told, feature.unit, share, beside))
    return Table(
        title="Patterns that overturn decisions",
        caption="Found by search; each is a suspicion. Fewer than 1 in 1000 reference rows end so. Where nothing is "
        "said of neighbouring values, they overturn decisions too, and all of it against the outcomes in the reference."
        if rows
        else "None was found among the patterns tried.",
        columns=(
            Column(title="Feature"),
            Column(title="Values at the last steps"),
            Column(title="Unit"),
            Column(title="Decisions overturned", kind="percent"),
            Column(title="By neighbouring values", kind="percent"),
        ),
        rows=tuple(rows),
    )
