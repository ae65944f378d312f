"""What is expected of a score when one feature changes, and rows with that change."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, FiniteFloat

from auditor.checks.behavior.stack import Disturb
from auditor.checks.names import NameOf
from auditor.dataset import Block, Dataset, Feature, Floats
from auditor.errors import NotApplicable
from auditor.estimate import Frozen

Direction = Literal["raises", "lowers", "changes nothing"]


class Expectation(Frozen):
    """One expectation: what more of a feature does to the score."""

    feature: Annotated[str, NameOf("feature")] = Field(description="A feature of the model's inputs.")
    does: Direction = Field(
        default="raises",
        description="What more of it does to the score: `raises` it or leaves it, `lowers` it or leaves it, or "
        "`changes nothing`. Of a feature with levels only the last can be asked; each level is then set in turn.",
    )
    step: Annotated[FiniteFloat, Field(gt=0)] | None = Field(
        default=None, description="How much more, in the feature's unit: a change that could well be."
    )
    last: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="At how many last steps it is changed; by default at every step."
    )

    @property
    def name(self) -> str:
        """In words, as a part of a measurement."""
        more = "another" if self.step is None else f"{self.step:g} more"
        steps = "" if self.last is None else f" at the last {self.last} steps" if self.last > 1 else " at the last step"
        says = {"raises": "does not lower", "lowers": "does not raise", "changes nothing": "does not change"}
        return f"{more} {self.feature}{steps} {says[self.does]} the score"


def place(data: Dataset, name: str) -> tuple[Feature, int, bool]:
    """The feature, its column, and whether it is static. Raises NotApplicable where the data have no such feature."""
    for features, static in ((data.features, False), (data.static_features, True)):
        for at, feature in enumerate(features):
            if feature.name == name:
                return feature, at, static
    known = ", ".join(feature.name for feature in (*data.features, *data.static_features))
    raise NotApplicable(f"the data have no feature '{name}'; they have: {known}")


def changes(data: Dataset, expected: Expectation) -> list[Disturb]:
    """Rows with the change: one more step of a number, or each level of a class in turn.

    A value stays within its plausible range. Raises NotApplicable where the expectation cannot be asked of the feature.
    """
    feature, at, static = place(data, expected.feature)
    if feature.levels or feature.kind != "numeric":
        codes = range(len(feature.levels) or 2)
        if expected.does != "changes nothing":
            raise NotApplicable(f"'{feature.name}' has levels, which are not more or less of it")
        return [_put(at, static, expected.last, functools.partial(np.full_like, fill_value=code)) for code in codes]
    if expected.step is None:
        raise NotApplicable(f"'{feature.name}' is a number, so the expectation needs a step")
    step = expected.step
    high = np.inf if feature.high is None else feature.high
    return [_put(at, static, expected.last, lambda known: np.minimum(known + step, np.maximum(known, high)))]


def _put(at: int, static: bool, last: int | None, become: Callable[[Floats], Floats]) -> Disturb:
    def disturb(block: Block, rng: np.random.Generator) -> Block:
        values: Floats = (block.static if static else block.values).copy()
        changed = become(values[..., at])
        if static or last is None:
            values[..., at] = np.where(np.isnan(values[..., at]), np.nan, changed)
        else:
            count = np.cumsum(block.mask[:, ::-1], axis=1)[:, ::-1]
            inside = block.mask & (count <= last) & ~np.isnan(values[..., at])
            values[..., at] = np.where(inside, changed, values[..., at])
        return block.with_static(values) if static else block.with_values(values)

    return disturb
