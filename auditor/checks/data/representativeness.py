"""The test data against the population."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat, field_validator

from auditor.checks.check import check
from auditor.checks.groups import Grouping, Groups
from auditor.checks.names import NameOf
from auditor.checks.performance.charts import dots
from auditor.errors import NotApplicable
from auditor.estimate import Estimate, Frozen, Mover, NotEstimable, Wilson
from auditor.evidence import Evidence
from auditor.kernels.cells import UNKNOWN
from auditor.kernels.rates import rate
from auditor.measurement import Axis, Bars, Column, Meaning, Measurement, Quantity, Table
from auditor.sampling import Sampling
from auditor.subject import Subject

_KNOWN = 1e15  # rows behind a population's share, which is known: its own interval is shorter than 1e-7
_ROUNDING = 1e-6
Mask = NDArray[np.bool_]


class Params(Frozen):
    """The population."""

    attribute: Annotated[str, NameOf("group")] = Field(
        description="The group attribute, as the data specification names it."
    )
    shares: dict[str, FiniteFloat] = Field(
        min_length=1,
        description="The share of each level in the population that the model is for, as in {female: 0.5}.",
    )

    @field_validator("shares")
    @classmethod
    def _are_shares(cls, shares: dict[str, float]) -> dict[str, float]:
        if min(shares.values()) < 0 or sum(shares.values()) > 1 + _ROUNDING:
            raise ValueError("shares are not below 0, and their sum is not above 1")
        return shares


@check(
    quantities={
        "share_difference": Meaning(
            title="Share of the test rows less share of the population",
            better="target",
            per="level of the attribute",
            low=-1.0,
            high=1.0,
        )
    }
)
def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
    """The test data hold the groups of the population that the model is for.

    Measures: for each level of a group attribute, its share among the test rows whose level is known, less its share of
    the population as the policy states it; the intervals are judged together. Where a level is too small to be told,
    another is counted with it, as a note says, in the data and in the population.
    Why: what is found on other people need not hold for these. A group that is hardly in the data is hardly tested.
    Blind to: attributes that are not recorded; people of one group who are unlike the others of that group; whether
    the stated shares are right.
    """
    groups = Groups.of(subject, Grouping(attribute=params.attribute))
    if unknown := sorted(set(params.shares) - set(groups.members)):
        raise NotApplicable(f"'{params.attribute}' has no level {', '.join(unknown)}")
    compared, joined = groups.counted()
    # Rows of unknown level of which nothing is told stay among all, so that their number does not show.
    among = ~compared.aside.get(UNKNOWN, np.zeros(len(subject.test), dtype=bool))
    sampling = Sampling.of(subject.test)
    rows = {level: members for level, members in compared.rows.items() if level in params.shares}
    unmeasured = dict(compared.suppressed)
    unmeasured |= dict.fromkeys(sorted(set(compared.rows) - set(rows)), "no population share is given")
    found = {level: sampling.rate(members, among) for level, members in rows.items()}
    population = {
        level: sum(params.shares.get(one, 0.0) for one in {level} | joined.get(level, frozenset())) for level in found
    }
    parts = {level: _less(one, population[level]) for level, one in found.items()}
    if not parts and not unmeasured:
        raise NotApplicable(f"no row has a level of '{params.attribute}'")
    influences = [rate(members, among).influence for members in rows.values()]
    return Measurement(
        quantities={
            "share_difference": Quantity(
                parts=parts,
                correlation=sampling.correlation(influences) if len(parts) > 1 else None,
                unmeasured=unmeasured,
            )
        },
        shown=_shown(params.attribute, found, population, parts),
        notes=compared.notes,
    )


def _less(share: Estimate, population: float) -> Estimate:
    """The share less one that is known: MOVER with a second interval of no length."""
    if isinstance(share.spread, NotEstimable):
        return share.model_copy(update={"value": share.value - population})
    assert isinstance(share.spread, Wilson)  # noqa: S101 - what `Sampling.rate` gives
    spread = Mover(first_value=share.value, first=share.spread, second_value=population, second=Wilson(size=_KNOWN))
    method = f"{share.method}, less a share that is known"
    return share.model_copy(update={"value": share.value - population, "spread": spread, "method": method})


def _shown(
    attribute: str, found: dict[str, Estimate], population: dict[str, float], parts: dict[str, Estimate]
) -> tuple[Bars | Table, ...]:
    if not parts:
        return ()
    caption = "Right of zero: more of them in the data than in the population."
    axis = Axis(title="Share of the test rows less share of the population")
    table = Table(
        title=f"Shares by {attribute}: table",
        caption="Shares of the test rows whose level is known, and of the population as the policy states it.",
        columns=(
            Column(title=attribute.capitalize()),
            Column(title="Share of the test rows", kind="percent"),
            Column(title="Share of the population", kind="percent"),
        ),
        rows=tuple((level, one.value, population[level]) for level, one in found.items()),
    )
    return (dots(f"Shares by {attribute}", caption, parts, axis, 0.0), table)
