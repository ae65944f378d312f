"""What people state: waivers and attestations, held against the policy before anything runs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from auditor.errors import Problem, WrittenFault
from auditor.estimate import Frozen
from auditor.loaders.spec import AuditSpec
from auditor.names import plain
from auditor.people import Attestation, Waiver
from auditor.policy import Policy
from auditor.record import Record
from auditor.stated import OWNERLESS, SETTLED, joined_duty, no_parts
from auditor.yamlfile import Marked, nearest, read_yaml, validated

if TYPE_CHECKING:
    from auditor.seal.trust import Trust

One = TypeVar("One", Waiver, Attestation)


NAME_OWNER = "Name the person in the audit file, as in model: {owner: Otto Owner}."
_SIGN = "It has to be signed as it stands by whom it names, with a key that the trust store has for that role."


class WaiverFile(Frozen):
    """waivers.yaml."""

    waivers: tuple[Waiver, ...]


class AttestationFile(Frozen):
    """attestations.yaml."""

    attestations: tuple[Attestation, ...]


@dataclass(frozen=True)
class Held:
    """What statements are held against. trust: whose signatures count, None where no trust store was given.

    owner: of the model, as the audit file names it.
    """

    policy: Policy
    today: datetime.date
    trust: Trust | None = None
    owner: str = ""


def waivers(path: Path | None, held: Held, attesting: Sequence[Attestation] = ()) -> tuple[Waiver, ...]:
    """The waivers in a file.

    Raises WrittenFault for any that is expired, broader than the policy allows, signed by nobody who may, or for a
    requirement that is not in the policy.
    """
    if path is None:
        return ()
    marked = read_yaml(path)
    given = validated(WaiverFile, marked).waivers
    known = [requirement.id for requirement in held.policy.requirements]
    problems = [
        *_unfit(marked, "waivers", given, known, held.today),
        *_hasty(marked, "waivers", "approved", [one.approved for one in given], held.today),
        *_broad(marked, given, held),
        *_joined(marked, given, held, attesting),
    ]
    return _signed(marked, "waivers", given, held, problems)


def attestations(path: Path | None, held: Held) -> tuple[Attestation, ...]:
    """The attestations in a file.

    Raises WrittenFault for any that is expired, signed by somebody else, or that no requirement asks for.
    """
    if path is None:
        return ()
    marked = read_yaml(path)
    given = validated(AttestationFile, marked).attestations
    known = [requirement.id for requirement in held.policy.requirements if requirement.attest]
    problems = [
        *_unfit(marked, "attestations", given, known, held.today),
        *_hasty(marked, "attestations", "date", [one.date for one in given], held.today),
    ]
    return _signed(marked, "attestations", given, held, problems)


def refuse_misnamed(audit: Path, record: Record) -> None:
    """Raise WrittenFault for every waiver of the audit file that names a part which its finding does not have.

    Which parts there are is known only after measuring; such a waiver has excused nothing.
    """
    named = validated(AuditSpec, audit).waivers
    if named is None:
        return
    marked = read_yaml(audit.parent / named)
    found = {finding.requirement.id: finding for finding in record.findings}
    problems = [
        Problem(marked.where("waivers", at, "parts", number), what, remedy)
        for at, waiver in enumerate(validated(WaiverFile, marked).waivers)
        for number, what, remedy in no_parts(found[waiver.requirement], waiver)
    ]
    if problems:
        raise WrittenFault(problems)


def idle(audit: Path, record: Record) -> Iterator[str]:
    """A line for every waiver of the audit file whose requirement is met: it excuses nothing, until a later audit."""
    named = validated(AuditSpec, audit).waivers
    if named is None:
        return
    marked = read_yaml(audit.parent / named)
    found = {finding.requirement.id: finding for finding in record.findings}
    for at, waiver in enumerate(validated(WaiverFile, marked).waivers):
        if found[waiver.requirement].status in SETTLED:
            yield f"{marked.where('waivers', at)}: waives nothing, as {waiver.requirement} is met; take it out"


def _unfit(
    marked: Marked, key: str, given: Sequence[Waiver | Attestation], known: list[str], today: datetime.date
) -> Iterator[Problem]:
    seen: set[str] = set()
    for at, one in enumerate(given):
        where = marked.where(key, at, "requirement")
        if (key, at, "verified") in marked.values:  # a record tells it of a statement; nobody can say it of their own
            yield Problem(marked.where(key, at, "verified", key=True), "unknown key 'verified'", "Take it out.")
        if one.requirement not in known:
            what = f"'{one.requirement}' is no requirement of the policy that can be met this way"
            yield Problem(where, what, nearest(one.requirement, known))
        if one.requirement in seen:
            yield Problem(where, f"'{one.requirement}' stands here twice", "Leave one of them.")
        if one.expires < today:
            yield Problem(marked.where(key, at, "expires"), f"this expired on {one.expires}", "Renew it or remove it.")
        seen.add(one.requirement)


def _hasty(
    marked: Marked, key: str, field: str, dates: Sequence[datetime.date], today: datetime.date
) -> Iterator[Problem]:
    for at, date in enumerate(dates):
        if date > today:
            yield Problem(marked.where(key, at, field), f"{date} lies in the future", "Nobody can have stated it yet.")


def _broad(marked: Marked, given: Sequence[Waiver], held: Held) -> Iterator[Problem]:
    """Waivers that would excuse more, or longer, than the policy lets anybody excuse."""
    rules = held.policy.people
    for at, one in enumerate(given):
        if not one.model_sha256:
            remedy = "Add model_sha256, as `sha256sum` gives it of the model's file."
            yield Problem(marked.where("waivers", at), "this would excuse every later model too", remedy)
        if (one.expires - one.approved).days > rules.longest_days:
            what = f"this lasts {(one.expires - one.approved).days} days; the policy allows {rules.longest_days}"
            yield Problem(marked.where("waivers", at, "expires"), what, "Renew it in time instead.")
        if one.requirement in rules.never_waived:
            where = marked.where("waivers", at, "requirement")
            remedy = f"Take it out: {one.requirement} has to pass."
            yield Problem(where, f"the policy lets nobody waive '{one.requirement}'", remedy)
        if rules.approvers and one.role not in rules.approvers:
            what = f"'{one.role}' may not waive under this policy"
            yield Problem(marked.where("waivers", at, "role"), what, nearest(one.role, rules.approvers))


def _joined(marked: Marked, given: Sequence[Waiver], held: Held, attesting: Sequence[Attestation]) -> Iterator[Problem]:
    """Duties that one person may not have together."""
    if given and held.policy.people.separate and not held.owner:
        yield Problem(marked.where("waivers"), OWNERLESS, NAME_OWNER)
    stating = [one.name for one in attesting]
    for at, one in enumerate(given):
        if held.policy.people.separate and held.trust and _owns(held.trust.roles_of(one.approver)):
            what = f"'{one.approver}' is a model owner in the trust store, and may not waive where duties are separate"
            yield Problem(marked.where("waivers", at, "approver"), what, "Somebody else has to accept it.")
        elif why := joined_duty(one, held.policy, held.owner, stating):
            yield Problem(marked.where("waivers", at, "approver"), why, "Somebody else has to accept it.")


def _owns(roles: Iterable[str]) -> bool:
    """Whether somebody is a model's owner by role, whichever model: the audit file may name a department as owner."""
    return any(plain(role) in ("owner", "model owner") for role in roles)


def _signed(marked: Marked, key: str, given: tuple[One, ...], held: Held, problems: list[Problem]) -> tuple[One, ...]:
    """The statements, each with the holder of the key that signed it. Raises WrittenFault with all problems."""
    from auditor.seal.stated import holder

    verified = []
    for at, one in enumerate(given):
        whose, wrong = holder(one, held.trust, held.today)
        problems += [Problem(marked.where(key, at, "signature"), what, _SIGN) for what in wrong]
        if held.policy.people.signed and one.signature is None:
            remedy = "`auditor attest` and `auditor waive` sign with --key."
            problems.append(Problem(marked.where(key, at), "the policy asks for a signature here", remedy))
        if held.policy.people.signed and one.signature and held.trust is None:
            remedy = "Give the trust store by --trust."
            problems.append(Problem(marked.where(key, at, "signature"), "whose key this is cannot be told", remedy))
        verified.append(one.model_copy(update={"verified": whose}))
    if problems:
        raise WrittenFault(problems)
    return tuple(verified)
