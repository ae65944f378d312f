"""A data set of sequences, ragged and in original units. Rows are windows into shared lines, never copies of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]
Task = Literal["binary", "multiclass", "regression"]
Side = Literal["left", "right"]


@dataclass(frozen=True)
class Feature:
    """What one measured variable is. A categorical one holds codes: code i means `levels[i]`.

    low, high: the plausible range in `unit` (None: not declared). error: standard deviation of its measurement error in
    `unit` (None: not declared; 0: the value is exact). immutable: nobody can change it, so that "had it been otherwise"
    helps nobody.
    """

    name: str
    kind: Literal["numeric", "binary", "categorical"] = "numeric"
    unit: str = ""
    description: str = ""
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    error: float | None = None
    immutable: bool = False


@dataclass(frozen=True, eq=False)
class Group:
    """An attribute of the rows: `codes[row]` is an index into `levels`, -1 where unknown."""

    name: str
    levels: tuple[str, ...]
    codes: Integers


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows, padded to a common length, in original units.

    values: (rows, steps, features), NaN where not measured or padded. mask: (rows, steps), True at real steps.
    static: (rows, static features).
    """

    values: Floats
    mask: NDArray[np.bool_]
    static: Floats

    def __len__(self) -> int:
        return len(self.values)

    def with_values(self, values: Floats) -> Block:
        """The same rows with other values."""
        return dataclasses.replace(self, values=values)

    def with_static(self, static: Floats) -> Block:
        """The same rows with other static values."""
        return dataclasses.replace(self, static=static)


@dataclass(frozen=True)
class Target:
    """What is predicted. classes: names in the order of the model's outputs (binary: negative, positive)."""

    name: str
    unit: str = ""
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows in the order (entity, index time, digest); every array below has one entry a row unless it says otherwise.

    values: (lines, features), original units, NaN = not measured. Row i is lines starts[i] up to stops[i].
    y: float targets, or class codes. targets: (rows, horizons), where forecasts are declared; `y` is the column of the
    primary one. horizons: their names. entity: codes. cluster: codes of what is independent: the entity, or a block of
    time where there is one series; None where each row is its own. recorded: the developer's own scores, if given.
    dropped: how many rows or entities were left out on loading, by reason. entities_declared: whether the specification
    names an entity; without it, codes say nothing about who is in two data sets. step: what one step is, in the
    singular, as a person says it: month, hour.
    """

    name: str
    task: Task
    target: Target
    features: tuple[Feature, ...]
    values: Floats
    starts: Integers
    stops: Integers
    y: Floats
    entity: Integers
    index_time: NDArray[np.generic]
    groups: Mapping[str, Group]
    static_features: tuple[Feature, ...] = ()
    static: Floats = field(default_factory=lambda: np.empty((0, 0)))
    targets: Floats | None = None
    horizons: tuple[str, ...] = ()
    cluster: Integers | None = None
    cluster_kind: Literal["rows", "entities", "time blocks"] = "rows"
    weight: Floats | None = None
    recorded: Floats | None = None
    recorded_tolerance: float = 1e-4
    side: Side = "left"
    dropped: Mapping[str, int] = field(default_factory=dict)
    entities_declared: bool = True
    step: str = "step"

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> Integers:
        """Real steps of each row."""
        return self.stops - self.starts

    def targets_known(self) -> NDArray[np.bool_]:
        """(rows,) whether the target of every horizon is known."""
        every = self.y[:, None] if self.targets is None else self.targets
        return np.asarray(~np.isnan(every).any(axis=1))

    def block(self, rows: Integers | slice | None = None, width: int | None = None) -> Block:
        """Rows padded to `width` steps (default: the longest among them), padding on the data set's side.

        Rows longer than `width` keep their last steps, as a model that sees a limited history would.
        """
        pick = np.arange(len(self))[slice(None) if rows is None else rows]
        lengths = self.lengths[pick]
        steps = int(lengths.max(initial=1)) if width is None else width
        position = np.arange(steps)
        kept = np.minimum(lengths, steps)[:, None]
        lead = steps - kept if self.side == "left" else np.zeros_like(kept)
        mask = (position >= lead) & (position < lead + kept)
        line = self.stops[pick][:, None] - kept + position - lead
        if mask.all():  # nothing is padded: a tenth of the time
            values = self.values.take(line, axis=0).astype(float, copy=False)
        else:
            values = np.full((len(pick), steps, len(self.features)), np.nan)
            values[mask] = self.values[line[mask]]
        static = self.static[pick].astype(float) if self.static_features else np.empty((len(pick), 0))
        return Block(values, mask, static)

    def take(self, rows: Integers) -> Dataset:
        """The data set of these rows only; the lines are shared."""
        per_row = ("starts", "stops", "y", "targets", "entity", "index_time", "static", "cluster", "weight", "recorded")
        kept = {
            name: getattr(self, name)[rows]
            for name in per_row
            if getattr(self, name) is not None and (name != "static" or self.static_features)
        }
        groups = {name: dataclasses.replace(group, codes=group.codes[rows]) for name, group in self.groups.items()}
        return dataclasses.replace(self, groups=groups, **kept)
