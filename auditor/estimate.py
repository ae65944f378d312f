"""An estimate: one number with its uncertainty as a confidence distribution."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from auditor.contrast import Koopman, Mover, NoncentralChi2
from auditor.spread import Exact, Frozen, Interval, Normal, NotEstimable, Perfect, Quantiles, Scale, Skewed, Wilson

__all__ = [
    "Better",
    "Estimate",
    "Exact",
    "Frozen",
    "Interval",
    "Koopman",
    "Mover",
    "NoncentralChi2",
    "Normal",
    "NotEstimable",
    "Perfect",
    "Quantiles",
    "Scale",
    "Skewed",
    "Spread",
    "Wilson",
]

Better = Literal["higher", "lower", "target"]
Spread = Annotated[
    Normal | Skewed | Wilson | Mover | Koopman | NoncentralChi2 | Quantiles | Perfect | Exact | NotEstimable,
    Field(discriminator="kind"),
]


class Estimate(Frozen):
    """One number, what it was computed from, and its confidence distribution.

    n: rows it rests on; events: rows with the outcome (None where the idea does not apply); entities: independent
    clusters (None: rows are independent); method: the interval's method in words, with its source.
    """

    value: FiniteFloat
    n: Annotated[int, Field(ge=0)]
    events: Annotated[int, Field(ge=0)] | None = None
    entities: Annotated[int, Field(ge=0)] | None = None
    method: str
    spread: Spread

    def critical(self, level: float) -> float:
        """The two-sided critical value at a level, from Student's t where the spread has degrees of freedom."""
        from scipy import special

        tail = (1 + level) / 2
        df = self.spread.df
        return float(special.ndtri(tail) if df is None else special.stdtrit(df, tail))

    def interval(self, level: float, critical: float | None = None) -> Interval:
        """Two-sided interval at `level` in (0, 1); `critical`, where given, replaces the quantile (max-t)."""
        return self.spread.bounds(self.value, self.critical(level) if critical is None else critical)
