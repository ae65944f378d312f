"""What people state: waivers and attestations, held against the policy before anything runs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

from auditor.errors import Problem, WrittenFault
from auditor.estimate import Frozen
from auditor.people import Attestation, Waiver
from auditor.policy import Policy
from auditor.yamlfile import Marked, nearest, read_yaml, validated


class WaiverFile(Frozen):
    """waivers.yaml."""

    waivers: tuple[Waiver, ...]


class AttestationFile(Frozen):
    """attestations.yaml."""

    attestations: tuple[Attestation, ...]


def waivers(path: Path | None, policy: Policy, today: datetime.date) -> tuple[Waiver, ...]:
    """The waivers in a file. Raises WrittenFault for any that is expired, or for a requirement not in the policy."""
    if path is None:
        return ()
    marked = read_yaml(path)
    given = validated(WaiverFile, marked).waivers
    known = [requirement.id for requirement in policy.requirements]
    dates = [one.approved for one in given]
    _refuse([*_unfit(marked, "waivers", given, known, today), *_hasty(marked, "waivers", "approved", dates, today)])
    return given


def attestations(path: Path | None, policy: Policy, today: datetime.date) -> tuple[Attestation, ...]:
    """The attestations in a file. Raises WrittenFault for any that is expired, or that no requirement asks for."""
    if path is None:
        return ()
    marked = read_yaml(path)
    given = validated(AttestationFile, marked).attestations
    known = [requirement.id for requirement in policy.requirements if requirement.attest]
    dates = [one.date for one in given]
    _refuse(
        [*_unfit(marked, "attestations", given, known, today), *_hasty(marked, "attestations", "date", dates, today)]
    )
    return given


def _unfit(
    marked: Marked, key: str, given: Sequence[Waiver | Attestation], known: list[str], today: datetime.date
) -> Iterator[Problem]:
    seen: set[str] = set()
    for at, one in enumerate(given):
        where = marked.where(key, at, "requirement")
        if one.requirement not in known:
            what = f"'{one.requirement}' is no requirement of the policy that can be met this way"
            yield Problem(where, what, nearest(one.requirement, known))
        if one.requirement in seen:
            yield Problem(where, f"'{one.requirement}' stands here twice")
        if one.expires < today:
            yield Problem(marked.where(key, at, "expires"), f"this expired on {one.expires}", "Renew it or remove it.")
        seen.add(one.requirement)


def _hasty(
    marked: Marked, key: str, field: str, dates: Sequence[datetime.date], today: datetime.date
) -> Iterator[Problem]:
    for at, date in enumerate(dates):
        if date > today:
            yield Problem(marked.where(key, at, field), f"{date} lies in the future", "Nobody can have stated it yet.")


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise WrittenFault(problems)
