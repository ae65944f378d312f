"""A policy: what must hold, in the reader's words, with the check, the limit and the severity of each requirement.

Limits live here and nowhere else. Reading one tells every error at once, with file, line and column, before any model
is opened.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, FiniteFloat, JsonValue, model_validator

from auditor.estimate import Frozen
from auditor.names import worded

Severity = Literal["blocker", "major", "minor"]


def _identifier(text: str) -> str:
    if len(text) > 40 or not re.fullmatch(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+", text):
        raise ValueError(
            "an id is parts of capital letters and digits, joined by hyphens, as in PERF-1; 40 letters at most"
        )
    return text


def _number(given: object) -> object:
    """YAML's true and false are no numbers, though they can be counted with."""
    if isinstance(given, bool):
        raise ValueError("should be a number")  # noqa: TRY004 - pydantic tells this one
    return given


Bound = Annotated[FiniteFloat, BeforeValidator(_number)]
_COUNTED = BeforeValidator(_number)
Words = Annotated[str, Field(min_length=1), AfterValidator(worded)]
RequirementId = Annotated[str, AfterValidator(_identifier)]


class Limit(Frozen):
    """What a quantity must meet; every bound is inclusive. Exactly one of `at_least`, `at_most`, `between`.

    on: the interval (default), or the value alone. parts: which parts it covers (default: all of them). too_good: of a
    quantity that is better in one direction, what values beyond the better end of `between` would show.
    """

    quantity: str
    at_least: Bound | None = None
    at_most: Bound | None = None
    between: tuple[Bound, Bound] | None = None
    on: Literal["interval", "value"] = "interval"
    parts: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    too_good: Annotated[str, AfterValidator(worded)] = ""

    @model_validator(mode="after")
    def _one_bound(self) -> Limit:
        if sum(bound is not None for bound in (self.at_least, self.at_most, self.between)) != 1:
            raise ValueError("a limit has exactly one of at_least, at_most, between")
        if self.between and self.between[0] > self.between[1]:
            raise ValueError("the first number of between is the lower one")
        return self

    @property
    def low(self) -> float | None:
        """The lowest value that meets the limit, None where any low value does."""
        return self.between[0] if self.between else self.at_least

    @property
    def high(self) -> float | None:
        """The highest value that meets the limit, None where any high value does."""
        return self.between[1] if self.between else self.at_most


Tied = Literal["dataset", "decision", "policy"]


class Attest(Frozen):
    """Who must state it, where only a person can.

    bound_to: what the statement has to be about beside the model; where that is changed, it counts no more.
    """

    role: Words
    evidence: Literal["required", "optional"] = "optional"
    bound_to: tuple[Tied, ...] = ()


class Requirement(Frozen):
    """A line of a policy: tested by a check against a limit, or attested by a person."""

    id: RequirementId
    text: Words
    cites: tuple[str, ...] = ()
    check: str = ""
    params: Annotated[dict[str, Any], Field(alias="with")] = {}
    limit: Limit | None = None
    attest: Attest | None = None
    severity: Severity
    rationale: Annotated[str, AfterValidator(worded)] = ""
    may_not_apply: Annotated[str, AfterValidator(worded)] = ""

    @model_validator(mode="after")
    def _check_or_attest(self) -> Requirement:
        if bool(self.check) == bool(self.attest):
            raise ValueError("a requirement has either check (with limit) or attest")
        if self.check and self.limit is None:
            raise ValueError("a requirement with a check has a limit")
        if self.attest and (self.limit or self.params):
            raise ValueError("an attested requirement has neither limit nor with")
        return self


class Statistics(Frozen):
    """How intervals are made and judged.

    level: of every interval. multiplicity: how a fail is adjusted over the parts of a requirement; blockers are
    adjusted as a family besides. inconclusive_is: what an INCONCLUSIVE verdict means for the exit code.
    smallest_cell: groups with fewer rows are suppressed and never judged.
    """

    level: Annotated[FiniteFloat, Field(gt=0.5, lt=1)] = 0.95
    multiplicity: Literal["max-t", "bonferroni"] = "max-t"
    inconclusive_is: Literal["fail", "pass"] = "fail"
    smallest_cell: Annotated[int, Field(ge=1), _COUNTED] = 10


class SignOff(Frozen):
    """Who has to sign a sealed audit off before it counts: how many people who approved, and who reviewed it.

    distinct: nobody counts for both. barred: who has one of these roles in the trust store does not count; `seal` is
    also whoever sealed this audit, `owner` whoever the audit names as the model's owner.
    """

    approved: Annotated[int, Field(ge=0, le=20), _COUNTED] = 0
    reviewed: Annotated[int, Field(ge=0, le=20), _COUNTED] = 0
    distinct: bool = True
    barred: Annotated[tuple[Words, ...], Field(alias="not")] = ()


def _asks(given: SignOff) -> SignOff:
    if given.approved + given.reviewed == 0:
        raise ValueError("sign_off asks for nobody; say how many have approved or reviewed, or leave it out")
    return given


class People(Frozen):
    """What waivers and attestations have to be like.

    longest_days: that a waiver may last. approvers: the roles that may waive (none named: any). never_waived: ids of
    requirements. signed: only what a key of the trust store signed counts. separate: who waives is neither the model's
    owner nor attests anything of this audit.
    """

    longest_days: Annotated[int, Field(ge=1, le=3660), _COUNTED] = 366
    approvers: tuple[Words, ...] = ()
    never_waived: tuple[RequirementId, ...] = ()
    signed: bool = False
    separate: bool = True


Dress = Literal["plain", "finance", "medical"]


class Look(Frozen):
    """How the report is told. dress: the words, the order and the colour of a domain; none changes a result."""

    dress: Dress = "plain"


class FrozenPolicy(Frozen):
    """That the policy in force was signed before: when (ISO 8601), by whom; its digest.

    stamped_by: the authority whose time stamp proves when; empty where only the signer's clock says so.
    """

    at: str
    by: str
    sha256: str
    stamped_by: str = ""


class Policy(Frozen):
    """A policy as judged: what it extends is already merged in, parents first.

    regulations: the instruments whose clauses the report goes through (none named: all that are cited).
    catalogues: files of clauses of an institution's own, which requirements may cite beside the shipped ones.
    vars: values that requirements name as `$name` under `with` and `limit`, and that a policy over this one may set.
    """

    policy: Words
    version: int | Words
    title: Words
    description: str = ""
    extends: str = ""
    regulations: tuple[str, ...] = ()
    catalogues: tuple[str, ...] = ()
    vars: dict[str, JsonValue] = {}
    statistics: Statistics = Statistics()
    people: People = People()
    sign_off: Annotated[SignOff, AfterValidator(_asks)] | None = None
    report: Look = Look()
    requirements: tuple[Requirement, ...] = ()

    def digest(self) -> str:
        """SHA-256 of the policy in force: of what it asks, whatever files that was written in."""
        untold = {"extends", "vars", "catalogues", "regulations", "report"}
        plain = self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=untold)
        return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def measured(self) -> Iterator[Requirement]:
        """The requirements that a check tests."""
        return (requirement for requirement in self.requirements if requirement.check)


class PolicyChange(Frozen):
    """What a policy asks otherwise than the one it extends. requirement: its id, empty for the statistics.

    key: what of it differs, empty where the whole requirement is new or gone. kind: `other` where policies alone do not
    tell whether it is tighter. where: `file:line:column`.
    """

    requirement: str
    key: str
    before: str
    after: str
    kind: Literal["tighter", "looser", "other"]
    where: str = ""


def merged(parent: Policy, child: Policy) -> Policy:
    """The child over its parent: requirements by id (the child's are complete); the rest is taken by key."""
    requirements = {requirement.id: requirement for requirement in (*parent.requirements, *child.requirements)}
    chosen = {key: getattr(child.statistics, key) for key in child.statistics.model_fields_set}
    ruled = {key: getattr(child.people, key) for key in child.people.model_fields_set}
    told = {key: getattr(child.report, key) for key in child.report.model_fields_set}
    return child.model_copy(
        update={
            "regulations": child.regulations or parent.regulations,
            "vars": {**parent.vars, **child.vars},
            "people": parent.people.model_copy(update=ruled),
            "sign_off": child.sign_off or parent.sign_off,
            "report": parent.report.model_copy(update=told),
            "requirements": tuple(requirements.values()),
            "statistics": parent.statistics.model_copy(update=chosen),
        }
    )
