"""Judging: what passes, what fails, what stays open, and that nothing passes by accident."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from auditor.estimate import Estimate, Exact, Normal, NotEstimable, Perfect, Wilson
from auditor.judge import assess, judge
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.people import Attestation, Bound, Waiver
from auditor.policy import Policy, Requirement, Statistics
from auditor.record import Documentation, Finding, Measured
from auditor.verdict import verdict

MODEL = "ab" * 32
TODAY = datetime.date(2026, 6, 1)
LATER, EARLIER = datetime.date(2027, 1, 1), datetime.date(2026, 1, 1)
DOCUMENTED = Documentation(title="t", measures="m", why="w", blind_to="b")


def normal(value: float, se: float = 0.01, n: int = 1000, **counts: Any) -> Estimate:
    return Estimate(value=value, n=n, method="test", spread=Normal(se=se), **counts)


def requirement(severity: str = "major", name: str = "T-1", **limit: Any) -> Requirement:
    limit = limit or {"at_least": 0.7}
    return Requirement.model_validate(
        {"id": name, "text": "t", "check": "c", "limit": {"quantity": "q", **limit}, "severity": severity}
    )


def entry(quantity: Quantity | None, status: str = "measured", reason: str = "", **unmeasured: str) -> Measured:
    measurement = None
    if status == "measured":
        measurement = Measurement(quantities={} if quantity is None else {"q": quantity}, unmeasured=unmeasured)
    return Measured.model_validate(
        {
            "check": "c",
            "params": {},
            "documentation": DOCUMENTED,
            "meanings": {"q": Meaning(title="q", better="higher")},
            "status": status,
            "reason": reason,
            "measurement": measurement,
        }
    )


def judged(quantity: Quantity, blockers: int = 1, statistics: Statistics | None = None, **limit: Any) -> Finding:
    severity = "blocker" if blockers > 1 else "major"
    return assess(requirement(severity, **limit), "k", entry(quantity), statistics or Statistics(), blockers)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.75, "pass"), (0.71, "inconclusive"), (0.69, "inconclusive"), (0.65, "fail")],
)
def test_a_verdict_rests_on_the_interval(value: float, expected: str) -> None:
    """The same limit and standard error: only a value well to one side of the limit is settled."""
    assert expected == judged(Quantity.of(normal(value)), at_least=0.7).status


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ({"at_least": 0.8}, "pass"),
        ({"at_most": 0.8}, "pass"),
        ({"between": [0.8, 0.8]}, "pass"),
        ({"at_least": 0.81}, "fail"),
    ],
)
def test_limits_are_inclusive(limit: dict[str, Any], expected: str) -> None:
    """A count that is exactly at the limit meets it."""
    exact = Estimate(value=0.8, n=5, method="count", spread=Exact())
    assert expected == judged(Quantity.of(exact), **limit).status


def test_a_value_that_cannot_be_estimated_never_passes() -> None:
    """Zero variance is not certainty."""
    estimate = Estimate(value=1.0, n=1000, method="t", spread=NotEstimable(reason="the sample has zero variance"))
    finding = judged(Quantity.of(estimate), at_least=0.7)
    assert ("inconclusive", "the sample has zero variance") == (finding.status, finding.reason)


def test_what_is_perfect_in_a_sample_can_fail_and_never_passes() -> None:
    """A proxy that is never wrong must not hide; a model that is never wrong has shown no variance."""
    estimate = Estimate(value=1.0, n=1000, method="exact", spread=Perfect(size=400))
    assert "fail" == judged(Quantity.of(estimate), at_most=0.8).status
    finding = judged(Quantity.of(estimate), at_least=0.7)
    assert ("inconclusive", "the sample has zero variance") == (finding.status, finding.reason)


@pytest.mark.parametrize(
    "counts",
    [{"n": 19}, {"n": 1000, "events": 19}, {"n": 1000, "events": 981}, {"n": 1000, "entities": 19}],
)
def test_few_rows_events_or_entities_are_inconclusive(counts: dict[str, int]) -> None:
    """Below 20 of anything that carries the information nothing is judged, however narrow the interval."""
    finding = judged(Quantity.of(normal(0.9, **counts)), at_least=0.7)
    assert "inconclusive" == finding.status
    assert "too few" in finding.reason
    assert "19" in finding.reason


def test_one_failing_part_fails_and_one_open_part_blocks_a_pass() -> None:
    """All parts must pass; the failing one is named first."""
    good, open_, bad = normal(0.9), normal(0.71), normal(0.5)
    finding = judged(Quantity(parts={"a": good, "b": open_, "c": bad}), at_least=0.7)
    assert ("fail", "c") == (finding.status, finding.judged[0].part)
    assert "inconclusive" == judged(Quantity(parts={"a": good, "b": open_}), at_least=0.7).status
    assert "pass" == judged(Quantity(parts={"a": good}), at_least=0.7).status


def test_a_suppressed_part_blocks_a_pass_but_not_a_fail() -> None:
    """A group too small to judge is a visible non-pass, unless the policy limits the parts."""
    parts = {"a": normal(0.9), "b": normal(0.9)}
    quantity = Quantity(parts=parts, unmeasured={"c": "fewer than 10 rows"})
    finding = judged(quantity, at_least=0.7)
    assert ("inconclusive", {"c": "fewer than 10 rows"}) == (finding.status, finding.unjudged)
    assert "pass" == judged(quantity, at_least=0.7, parts=["a", "b"]).status
    assert "fail" == judged(quantity, at_least=0.95).status


def test_a_fail_needs_the_adjusted_interval_outside_a_pass_the_plain_one_inside() -> None:
    """A value 2.2 standard errors off fails alone, but not as one of ten parts; passing is not made easier."""
    off = 0.7 - 0.022
    assert "fail" == judged(Quantity.of(normal(off)), at_least=0.7).status
    many = {f"g{i}": normal(0.9) for i in range(9)} | {"off": normal(off)}
    finding = judged(Quantity(parts=many), at_least=0.7)
    assert ("inconclusive", "off") == (finding.status, finding.judged[0].part)
    assert "10 parts" in finding.judged[0].adjusted
    assert "pass" == judged(Quantity(parts={f"g{i}": normal(0.722) for i in range(10)}), at_least=0.7).status


def test_blockers_are_adjusted_as_a_family() -> None:
    """The same estimate fails as the only blocker, and not as one of twenty."""
    quantity = Quantity.of(normal(0.7 - 0.022))
    assert "fail" == judged(quantity, at_least=0.7).status
    finding = judged(quantity, blockers=20, at_least=0.7)
    assert ("inconclusive", "20 blockers") == (finding.status, finding.judged[0].adjusted)


def test_max_t_lies_between_no_adjustment_and_bonferroni() -> None:
    """Nearly equal parts are nearly one test; independent ones cost as much as Bonferroni asks."""

    def high(correlation: float, multiplicity: str) -> float:
        matrix = tuple(tuple(1.0 if i == j else correlation for j in range(4)) for i in range(4))
        parts = {f"g{i}": normal(0.5) for i in range(4)}
        statistics = Statistics.model_validate({"multiplicity": multiplicity})
        finding = judged(Quantity(parts=parts, correlation=matrix), statistics=statistics, at_least=0.7)
        assert finding.judged[0].high is not None
        return finding.judged[0].high

    alone = 0.5 + 1.959964 * 0.01
    assert alone < high(0.99, "max-t") < high(0.0, "max-t") <= high(0.0, "bonferroni") + 1e-4


def test_on_value_compares_the_value_alone() -> None:
    """The policy may ask so, and the finding says that it did."""
    finding = judged(Quantity.of(normal(0.701)), at_least=0.7, on="value")
    assert ("pass", "the value alone, as the policy asks") == (finding.status, finding.judged[0].method)


def test_needed_rows_would_settle_it() -> None:
    """With that many rows, and the standard error that they bring, the finding is no longer inconclusive."""
    finding = judged(Quantity.of(normal(0.71, se=0.01, n=1000)), at_least=0.7)
    assert finding.needed is not None
    assert finding.needed_in == ""
    assert 1000 < finding.needed
    shrunk = 0.01 * (1000 / finding.needed) ** 0.5
    assert "pass" == judged(Quantity.of(normal(0.71, se=shrunk, n=finding.needed)), at_least=0.7).status
    assert "inconclusive" == judged(Quantity.of(normal(0.71, se=shrunk * 1.01)), at_least=0.7).status


def test_what_was_not_measured_is_no_pass() -> None:
    """An error, a missing quantity, a missing part, a check that has nothing to say: each its own visible status."""
    statistics = Statistics()
    asked = requirement()
    assert "error" == assess(asked, "k", entry(None, "error", "crashed"), statistics, 1).status
    assert "error" == assess(asked, "k", entry(None), statistics, 1).status
    assert "inconclusive" == assess(asked, "k", entry(None, q="no threshold"), statistics, 1).status
    assert "not_applicable" == assess(asked, "k", entry(None, "not_applicable", "regression"), statistics, 1).status
    other = requirement(at_least=0.1, parts=["nobody"])
    quantity = Quantity(parts={"a": normal(0.9)})
    assert "error" == assess(other, "k", entry(quantity), statistics, 1).status


def finding(status: str, severity: str = "blocker", may_not_apply: str = "") -> Finding:
    asked = requirement(severity).model_copy(update={"may_not_apply": may_not_apply})
    return Finding.model_validate({"requirement": asked, "status": status, "reason": ""})


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([finding("pass")], "PASS"),
        ([finding("fail"), finding("error")], "FAIL"),
        ([finding("pass"), finding("inconclusive")], "INCONCLUSIVE"),
        ([finding("pass"), finding("error")], "INCONCLUSIVE"),
        ([finding("pass"), finding("open")], "INCONCLUSIVE"),
        ([finding("pass"), finding("not_applicable")], "INCONCLUSIVE"),
        ([finding("pass"), finding("not_applicable", may_not_apply="no scores")], "PASS"),
        ([finding("pass"), finding("fail", "major")], "CONDITIONAL"),
        ([finding("pass"), finding("error", "major")], "CONDITIONAL"),
        ([finding("pass"), finding("waived")], "CONDITIONAL"),
        ([finding("pass"), finding("fail", "minor")], "PASS"),
        ([finding("pass"), finding("attested")], "PASS"),
        ([finding("not_applicable", may_not_apply="never")], "INCONCLUSIVE"),
        ([], "INCONCLUSIVE"),
    ],
)
def test_the_verdict_follows_from_the_findings(findings: list[Finding], expected: str) -> None:
    """Blockers decide first; a major that is anything but settled makes it conditional; nothing settled is no pass."""
    assert expected == verdict(findings)[0]


def whole(**made: Any) -> tuple[Finding, ...]:
    attested = {"id": "T-2", "text": "t", "attest": {"role": "owner"}, "severity": "blocker"}
    policy = Policy.model_validate(
        {"policy": "p", "version": 1, "title": "t", "requirements": [requirement("blocker"), attested]}
    )
    measured = {"k": entry(Quantity.of(Estimate(value=0.5, n=500, method="w", spread=Wilson(size=500))))}
    return judge(policy, measured, {"T-1": "k"}, bound=Bound(model=MODEL), today=TODAY, **made)


def test_a_waiver_is_seen_and_expires() -> None:
    """A waived fail stays visible with its reason; an expired waiver changes nothing."""
    given = {"requirement": "T-1", "reason": "pilot", "approver": "A", "approved": EARLIER}
    found = whole(waivers=[Waiver.model_validate({**given, "expires": LATER})])[0]
    assert "waived" == found.status
    assert "fail" in found.reason
    assert "fail" == whole(waivers=[Waiver.model_validate({**given, "expires": EARLIER})])[0].status


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "attested"),
        ({"model_sha256": "0" * 64}, "open"),
        ({"role": "intern"}, "open"),
        ({"expires": EARLIER}, "open"),
    ],
)
def test_an_attestation_is_bound_to_model_role_and_date(change: dict[str, Any], expected: str) -> None:
    """A statement about another model, by another role, or too old leaves the requirement open."""
    given = {
        "requirement": "T-2",
        "name": "A",
        "role": "owner",
        "date": EARLIER,
        "statement": "yes",
        "expires": LATER,
        "model_sha256": MODEL,
    }
    assert expected == whole(attestations=[Attestation.model_validate(given | change)])[1].status
    assert "open" == whole()[1].status
