"""How many more rows would settle what is open: neither too few nor far too many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.enough import growth, inside, outside, too_few
from auditor.estimate import Estimate, Normal, NotEstimable, Perfect, Wilson
from auditor.judge import assess
from auditor.measurement import Measurement, Quantity
from auditor.policy import Limit, Requirement, Statistics
from auditor.record import Documentation, Finding, Measured

PLAIN, WIDE = 1.96, 2.7  # critical values: of an interval that passes, and of one that fails


def normal(value: float, rows: float, **counts: int) -> Estimate:
    spread = Normal(se=0.01 * (1000 / rows) ** 0.5)
    return Estimate(value=value, n=int(rows), method="test", spread=spread, **counts)


def wilson(value: float, rows: float) -> Estimate:
    return Estimate(value=value, n=int(rows), method="Wilson", spread=Wilson(size=rows))


def limit(**bounds: Any) -> Limit:
    return Limit(quantity="q", **bounds)


GROWING: dict[str, tuple[Callable[[float], Estimate], Limit]] = {
    "inside": (lambda k: normal(0.71, 1000 * k), limit(at_least=0.7)),
    "outside": (lambda k: normal(0.69, 1000 * k), limit(at_least=0.7)),
    "between": (lambda k: normal(0.02, 100 * k), limit(between=(-0.05, 0.05))),
    "a rate": (lambda k: wilson(0.12, 100 * k), limit(at_most=0.1)),
    "no events among few": (lambda k: wilson(0.0, 30 * k), limit(at_most=0.05)),
    "few non-events": (
        lambda k: normal(0.9, 1000 * k, events=int(1000 * k) - int(15 * k)),
        limit(at_least=0.7),
    ),
}


def settled(estimate: Estimate, asked: Limit) -> bool:
    bounds = estimate.spread.bounds
    passes, fails = inside(bounds(estimate.value, PLAIN), asked), outside(bounds(estimate.value, WIDE), asked)
    return not too_few(estimate) and (passes or fails)


@pytest.mark.parametrize("case", GROWING)
def test_so_many_rows_settle_it_and_fewer_do_not(case: str) -> None:
    """One in a hundred more is enough, one in a hundred less is not."""
    grown, asked = GROWING[case]
    times = growth(grown(1), asked, PLAIN, WIDE)
    assert times is not None
    assert [True, False] == [settled(grown(share * times), asked) for share in (1.01, 0.99)]


@pytest.mark.parametrize(
    ("estimate", "asked"),
    [
        (Estimate(value=1.0, n=400, method="exact", spread=Perfect(size=200)), limit(at_least=0.7)),
        (normal(0.7, 1000), limit(at_least=0.7)),
        (
            Estimate(value=1.0, n=9, method="t", spread=NotEstimable(reason="no variance")),
            limit(at_least=0, on="value"),
        ),
        (normal(0.9, 1000, events=0), limit(at_least=0.7)),
    ],
    ids=["no variance", "at the limit", "not estimable", "no events"],
)
def test_nothing_is_advised_where_no_number_of_rows_is_known_to_do(estimate: Estimate, asked: Limit) -> None:
    """More of the same says nothing there."""
    assert growth(estimate, asked, PLAIN, WIDE) is None


def judged(parts: dict[str, Estimate]) -> Finding:
    asked = {"id": "T-1", "text": "t", "check": "c", "limit": limit(at_least=0.7), "severity": "major"}
    about = Documentation(title="t", measures="m", why="w", blind_to="b")
    measurement = Measurement(quantities={"q": Quantity(parts=parts)})
    entry = Measured(check="c", params={}, documentation=about, meanings={}, status="measured", measurement=measurement)
    return assess(Requirement.model_validate(asked), "k", entry, Statistics(), 1)


def test_the_rows_are_those_of_the_part_that_would_fail() -> None:
    """Where a value lies outside of its limit, its part comes first, and its rows would make the finding fail."""
    parts = {"near": normal(0.701, 1000), "inside": normal(0.75, 60), "outside": normal(0.69, 1000)}
    found = judged(parts)
    assert ("outside", "outside") == (found.needed_in, found.judged[0].part)
    assert found.needed is not None
    assert "fail" == judged(parts | {"outside": normal(0.69, found.needed)}).status
    assert "near" == judged({part: one for part, one in parts.items() if part != "outside"}).needed_in
