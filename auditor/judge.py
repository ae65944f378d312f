"""Judging: measurements against the limits of a policy. The only comparisons with a limit in the program.

A requirement passes when the unadjusted interval of every part lies inside the limit (intersection-union test, Berger
1982). It fails when some part's interval, widened for the number of parts (max-t or Bonferroni) and, for a blocker, for
the number of blockers (Bonferroni), lies outside. Anything else is inconclusive. Too few rows are never a pass.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from auditor.enough import growth, inside, outside, too_few
from auditor.estimate import Estimate, Exact, Interval, NotEstimable, Perfect
from auditor.kernels.maxt import critical_value
from auditor.measurement import Quantity, part_of
from auditor.people import Attestation, Bound, Waiver
from auditor.policy import Limit, Policy, Requirement, Statistics
from auditor.record import Finding, Judged, Measured, Status
from auditor.stated import attested, joined_duty, waived
from auditor.yamlfile import nearest

_MOST_ROWS = 10**9  # a needed number of rows beyond this is no advice


@dataclass(frozen=True)
class Widening:
    """What an interval is adjusted for: the critical value by degrees of freedom, and the words that say so."""

    level: float
    parts: int
    critical: float | None
    words: str

    def of(self, estimate: Estimate) -> float:
        """The critical value that an estimate takes."""
        return estimate.critical(self.level) if self.critical is None else self.critical


def judge(
    policy: Policy,
    measured: Mapping[str, Measured],
    keys: Mapping[str, str],
    *,
    bound: Bound,
    today: datetime.date,
    waivers: Iterable[Waiver] = (),
    attestations: Iterable[Attestation] = (),
    owner: str = "",
) -> tuple[Finding, ...]:
    """A finding for each requirement of the policy, in its order.

    keys: requirement id -> key of its measurement in `measured`; bound: what waivers and attestations are to be about;
    today: the date they are held to; owner: of the model, who under `separate` may not waive.
    """
    blockers = sum(_uncertain(r, measured[keys[r.id]]) for r in policy.measured() if r.severity == "blocker")
    excused = {waiver.requirement: waiver for waiver in waivers}
    stated = {attestation.requirement: attestation for attestation in attestations}
    attesting = [attestation.name for attestation in stated.values()]
    findings = []
    for requirement in policy.requirements:
        if requirement.attest:
            finding = attested(requirement, stated.get(requirement.id), bound, policy, today)
        else:
            key = keys[requirement.id]
            finding = assess(requirement, key, measured[key], policy.statistics, blockers)
        waiver = excused.get(requirement.id)
        joined = joined_duty(waiver, policy, owner, attesting) if waiver else ""
        findings.append(waived(finding, waiver, bound.model, policy, today, joined))
    return tuple(findings)


def assess(requirement: Requirement, key: str, entry: Measured, statistics: Statistics, blockers: int) -> Finding:
    """One requirement against its measurement. blockers: how many requirements of that severity are tested together."""

    def unmeasured(status: Status, reason: str) -> Finding:
        return Finding(requirement=requirement, status=status, reason=reason, measured=key)

    if entry.status == "error" or (entry.measurement is None and entry.status == "measured"):
        return unmeasured("error", entry.reason or "the check gave no measurement")
    if entry.measurement is None:
        return unmeasured("not_applicable", entry.reason)
    limit = requirement.limit
    if limit is None:
        return unmeasured("error", "the requirement has no limit")
    quantity = entry.measurement.quantities.get(limit.quantity)
    if quantity is None:
        known = entry.measurement.unmeasured.get(limit.quantity)
        return (
            unmeasured("inconclusive", known) if known else unmeasured("error", f"the check gave no {limit.quantity}")
        )
    have = sorted({*quantity.parts, *quantity.unmeasured})
    for part in limit.parts or ():
        if part_of(part, have) is None:
            return unmeasured("error", f"there is no part '{part}'. {nearest(part, have)}")
    return _compared(requirement, key, _covered(quantity, limit), statistics, blockers)


def _uncertain(requirement: Requirement, entry: Measured) -> bool:
    """That a requirement is judged on intervals of a sample, so that it can fail by chance."""
    limit = requirement.limit
    if limit is None or limit.on == "value" or entry.measurement is None:
        return False
    quantity = entry.measurement.quantities.get(limit.quantity)
    return quantity is not None and any(not isinstance(e.spread, Exact) for e in quantity.parts.values())


def _covered(quantity: Quantity, limit: Limit) -> Quantity:
    if limit.parts is None:
        return quantity
    named = {part_of(part, (*quantity.parts, *quantity.unmeasured)) for part in limit.parts}
    at = [i for i, part in enumerate(quantity.parts) if part in named]
    matrix = quantity.correlation
    return Quantity(
        parts={part: estimate for part, estimate in quantity.parts.items() if part in named},
        correlation=None if matrix is None else tuple(tuple(matrix[i][j] for j in at) for i in at),
        unmeasured={part: why for part, why in quantity.unmeasured.items() if part in named},
    )


def _compared(requirement: Requirement, key: str, quantity: Quantity, statistics: Statistics, blockers: int) -> Finding:
    limit = requirement.limit
    assert limit is not None  # noqa: S101 - `assess` refuses a requirement without one
    family = max(1, blockers) if requirement.severity == "blocker" else 1
    widening = _widening(quantity, statistics, family)
    judged = [_part(part, estimate, limit, statistics.level, widening) for part, estimate in quantity.parts.items()]
    order = {"fail": 0, "inconclusive": 1, "pass": 2}
    judged.sort(key=lambda one: (order[one.status], _margin(one, limit)))
    status: Literal["pass", "fail", "inconclusive"] = judged[0].status if judged else "inconclusive"
    if status == "pass" and quantity.unmeasured:
        status = "inconclusive"
    open_parts = {one.part: quantity.parts[one.part] for one in judged if one.status == "inconclusive"}
    grown = {
        part: growth(estimate, limit, estimate.critical(statistics.level), widening.of(estimate))
        for part, estimate in open_parts.items()
    }
    return Finding(
        requirement=requirement,
        status=status,
        reason=_reason(status, judged, quantity.unmeasured),
        measured=key,
        judged=tuple(judged),
        unjudged=quantity.unmeasured,
        **(_needed(quantity, judged, limit, grown) if status == "inconclusive" else {}),
    )


def _widening(quantity: Quantity, statistics: Statistics, family: int) -> Widening:
    parts = sum(not isinstance(e.spread, Exact | NotEstimable) for e in quantity.parts.values())
    level = 1 - (1 - statistics.level) / family
    words = [f"{parts} parts"] if parts > 1 else []
    words += [f"{family} blockers"] if family > 1 else []
    if parts < 2:
        return Widening(level, parts, None, ", ".join(words))
    if statistics.multiplicity == "bonferroni" or quantity.correlation is None:
        return Widening(1 - (1 - level) / parts, parts, None, ", ".join(words) + " (Bonferroni)")
    given = [e.spread.df for e in quantity.parts.values() if e.spread.df is not None]
    critical = critical_value(quantity.correlation, level, min(given, default=None))
    return Widening(level, parts, critical, ", ".join(words) + " (max-t)")


def _part(part: str, estimate: Estimate, limit: Limit, level: float, widening: Widening) -> Judged:
    plain = estimate.interval(level)
    wide = estimate.interval(widening.level, widening.of(estimate))
    if limit.on == "value":
        plain = wide = Interval(estimate.value, estimate.value)
    few = "" if isinstance(estimate.spread, Exact) else too_few(estimate)
    status: Literal["pass", "fail", "inconclusive"] = "inconclusive"
    reason, shown, adjusted = "", plain, ""
    if isinstance(estimate.spread, NotEstimable):
        reason = estimate.spread.reason
    elif few:
        reason = few
    elif inside(plain, limit) and not isinstance(estimate.spread, Perfect):
        status = "pass"
    elif outside(wide, limit):
        status, shown, adjusted = "fail", wide, widening.words
    elif inside(plain, limit):
        reason = "the sample has zero variance"
    else:
        reason = "the interval holds values on both sides of the limit"
        if outside(plain, limit):
            shown, adjusted = wide, widening.words
    return Judged(
        part=part,
        value=estimate.value,
        low=shown.low if math.isfinite(shown.low) else None,
        high=shown.high if math.isfinite(shown.high) else None,
        level=level,
        adjusted=adjusted,
        n=estimate.n,
        events=estimate.events,
        entities=estimate.entities,
        method="the value alone, as the policy asks" if limit.on == "value" else estimate.method,
        status=status,
        reason=reason,
    )


def _margin(judged: Judged, limit: Limit) -> float:
    """How far inside the limit the value lies (negative: outside)."""
    room = [] if limit.low is None else [judged.value - limit.low]
    room += [] if limit.high is None else [limit.high - judged.value]
    return min(room)


def _needed(
    quantity: Quantity, judged: Sequence[Judged], limit: Limit, grown: Mapping[str, float | None]
) -> dict[str, Any]:
    """A part, and the rows of it that would settle the finding; nothing where that cannot be told, or is no advice.

    Of values within the limit it is the part that needs most, as all have to pass; else the first, which would fail.
    """
    if judged and _margin(judged[0], limit) < 0:
        grown = {judged[0].part: grown.get(judged[0].part)}
    if not grown or None in grown.values():
        return {}
    part = max(grown, key=lambda name: grown[name] or 0.0)
    rows = math.ceil(quantity.parts[part].n * (grown[part] or 0.0))
    return {"needed": rows, "needed_in": part} if rows <= _MOST_ROWS else {}


def _reason(status: Status, judged: list[Judged], unmeasured: Mapping[str, str]) -> str:
    if status == "fail":
        return "" if not judged[0].part else f"{sum(j.status == 'fail' for j in judged)} of {len(judged)} parts fail"
    if status == "pass":
        return ""
    reasons = [f"{j.part}: {j.reason}" if j.part else j.reason for j in judged if j.status == "inconclusive"]
    reasons += [f"{part}: {why}" for part, why in unmeasured.items()]
    return "; ".join(reasons)
