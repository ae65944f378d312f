"""How dataset.yaml tells a variable that the model takes in: what it is, and how it becomes model input."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FiniteFloat,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
)

from auditor.estimate import Frozen

Value = bool | int | FiniteFloat | str
Kind = Literal["numeric", "binary", "categorical"]

_MOST_LEVELS = 200_000  # that a range may stand for: more than any vocabulary has


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] >= pair[1]:
        raise ValueError(f"the first number is to be below the second, not [{pair[0]:g}, {pair[1]:g}]")
    return pair


def _labelled(levels: object) -> object:
    """A list of values is short for a mapping of each to itself, and "0..2999" for a list of whole numbers."""
    if isinstance(levels, str):
        ends = re.fullmatch(r"(-?\d{1,20})\.\.(-?\d{1,20})", levels)
        if ends is None:
            raise ValueError(
                f"'{levels[:60]}' is no range of whole numbers, as in \"0..2999\"; list other values: [a, b]"
            )
        low, high = int(ends[1]), int(ends[2])
        if not low < high < low + _MOST_LEVELS:
            raise ValueError(
                f"{levels} is to be two rising numbers, with at most {_MOST_LEVELS:,} from one to the other"
            )
        levels = list(range(low, high + 1))
    if isinstance(levels, list) and not any(isinstance(one, (list, dict)) for one in levels):
        return {one: str(one) for one in levels}
    return levels


Range = Annotated[tuple[FiniteFloat, FiniteFloat], AfterValidator(_ordered)]
Levels = Annotated[
    dict[Value, str],
    Field(min_length=1),
    BeforeValidator(_labelled, json_schema_input_type=dict[Value, str] | list[Value] | str),
]
Name = Annotated[str, Field(min_length=1)]


class Standardise(Frozen):
    mean: FiniteFloat
    std: PositiveFloat


class Step(Frozen):
    """One step of a transform: exactly one of these."""

    forward_fill: Literal[True] | None = None
    impute: Value | None = None
    clip: Range | None = None
    log1p: Literal[True] | None = None
    standardise: Standardise | None = None
    one_hot: Literal[True] | None = None
    missing_indicator: Literal[True] | None = None
    measured_indicator: Literal[True] | None = None

    @cached_property
    def name(self) -> str:
        """The step's key; "" where it has none or several."""
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        return given[0] if len(given) == 1 else ""


class Measured(Frozen):
    """A variable that the model takes in."""

    name: Name
    kind: Kind = "numeric"
    unit: str = ""
    description: str = ""
    plausible: Range | None = None
    error: NonNegativeFloat | None = None
    levels: Levels | None = None
    immutable: bool = False
    transform: tuple[Step, ...] = ()

    def has(self, step: str) -> bool:
        """Whether the transform has a step of that name."""
        return any(one.name == step for one in self.transform)


class FeatureSpec(Measured):
    """One value a step: `columns` (wide, oldest first), `column` (long) or `index` (tensor)."""

    columns: tuple[Name, ...] | None = None
    column: Name | None = None
    index: NonNegativeInt | None = None


class StaticSpec(Measured):
    """One value a row."""

    column: Name
