"""Whether the findings of a record follow from its own measurements and statements: nobody may write a pass into it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator

from auditor.app import recorded
from auditor.errors import Problem
from auditor.judge import judge
from auditor.record import Finding, Judged, Record

_SAME = 1e-9  # relative: other versions of the libraries may differ in the last digits


def unfounded(record: Record, where: str) -> Iterator[Problem]:
    """Findings that are not what judging the record's measurements again gives, on the day of its run."""
    for finding, again in zip(record.findings, judged_again(record), strict=True):
        name = finding.requirement.id
        if finding.status != again.status:
            what = f"{name} is '{finding.status}', and follows as '{again.status}' from the record's own measurements"
            yield Problem(where, what, "Seal the record that `run` or `judge` wrote.")
        elif not _same(finding.judged, again.judged):
            yield Problem(where, f"{name} has other numbers than the record's own measurements give")


def judged_again(record: Record) -> tuple[Finding, ...]:
    """The findings that the record's measurements and statements give, in the order of its own."""
    policy = recorded.policy(record)
    stated = [finding.attestation for finding in record.findings if finding.attestation]
    measured = record.measured
    keys = {one.requirement.id: one.measured for one in record.findings if one.measured in measured}
    missing = {one.requirement.id for one in record.findings if one.requirement.check} - keys.keys()
    whole = policy.model_copy(update={"requirements": tuple(r for r in policy.requirements if r.id not in missing)})
    # A record holds not all that the policy's digest is of: what is bound to it is held to the digest in the record.
    ours = {"": "", record.policy.sha256: whole.digest()}
    free = [
        one.model_copy(update={"policy_sha256": ours[one.policy_sha256]}) for one in stated if one.policy_sha256 in ours
    ]
    found = judge(
        whole,
        measured,
        keys,
        bound=record.bound,
        today=datetime.date.fromisoformat(record.run.started[:10]),
        waivers=[finding.waiver for finding in record.findings if finding.waiver],
        attestations=free,
        owner=record.identity.owner,
    )
    by_id = {one.requirement.id: one for one in found}
    return tuple(by_id.get(one.requirement.id) or _unmeasured(one) for one in record.findings)


def _unmeasured(finding: Finding) -> Finding:
    """What a requirement is of which the record holds no measurement, as where the model was refused."""
    return Finding(requirement=finding.requirement, status="error", reason="the record holds no measurement")


def _same(before: tuple[Judged, ...], after: tuple[Judged, ...]) -> bool:
    one, other = ({judged.part: judged for judged in each} for each in (before, after))
    return one.keys() == other.keys() and all(
        one[part].status == other[part].status
        and all(_near(getattr(one[part], key), getattr(other[part], key)) for key in ("value", "low", "high"))
        for part in one
    )


def _near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=_SAME, abs_tol=1e-12)
