"""A policy tried on measurements that somebody made up: what each requirement, and the verdict, would be."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Discriminator, Field, FiniteFloat, Tag, model_validator

from auditor.checks import CATALOGUE
from auditor.errors import Problem, WrittenFault
from auditor.estimate import Estimate, Exact, Frozen, Normal
from auditor.judge import judge
from auditor.loaders.policies import load_policy
from auditor.measurement import Measurement, Quantity
from auditor.people import Attestation, Bound
from auditor.policy import Policy, Requirement
from auditor.record import Documentation, Measured, Status, Verdict
from auditor.verdict import verdict
from auditor.yamlfile import Marked, nearest, read_yaml, validated

_ANY = "0" * 64
_BOUND = Bound(model=_ANY, dataset=_ANY, decision=_ANY)
_TODAY = datetime.date(2000, 1, 1)  # attestations of a case are dated by it, so that none ever expires


class Number(Frozen):
    """An estimate that is made up. error: its standard error; left out, the number counts as exact."""

    value: FiniteFloat
    error: Annotated[FiniteFloat, Field(gt=0)] | None = None
    n: Annotated[int, Field(ge=0)] = 10_000
    events: Annotated[int, Field(ge=0)] | None = None
    entities: Annotated[int, Field(ge=0)] | None = None

    def estimate(self) -> Estimate:
        spread = Exact() if self.error is None else Normal(se=self.error)
        return Estimate(
            value=self.value,
            n=self.n,
            events=self.events,
            entities=self.entities,
            method="made up for a test",
            spread=spread,
        )


class Parts(Frozen):
    """A quantity with parts."""

    parts: Annotated[dict[str, Number], Field(min_length=1)]


Outcome = Literal["attested", "open", "not_applicable", "error"]


def _kind(given: object) -> str:
    """Which of the three a case gives, so that a fault is told of that one alone."""
    if isinstance(given, Parts) or (isinstance(given, dict) and "parts" in given):
        return "parts"
    return "outcome" if isinstance(given, str) else "number"


Given = Annotated[
    Annotated[Number, Tag("number")] | Annotated[Parts, Tag("parts")] | Annotated[Outcome, Tag("outcome")],
    Discriminator(_kind),
]


class Case(Frozen):
    """What was measured for some requirements, and what is expected of them; others are left out of the case."""

    name: Annotated[str, Field(min_length=1)]
    measured: dict[str, Given]
    expect: Annotated[dict[str, str], Field(min_length=1)]

    @model_validator(mode="after")
    def _known(self) -> Case:
        if unknown := sorted(set(self.expect) - {"verdict", *self.measured}):
            raise ValueError(f"expects something of {unknown[0]}, for which nothing was measured")
        return self


class Cases(Frozen):
    """A file of cases. policy: a shipped one by name, or a file relative to this one."""

    policy: str
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Tried:
    """A case with what came out otherwise than expected: name -> (expected, found)."""

    name: str
    wrong: Mapping[str, tuple[str, str]]


def tried(file: Path) -> list[Tried]:
    """Each case of the file. Raises WrittenFault where it, or the policy, is written wrongly."""
    marked = read_yaml(file)
    cases = validated(Cases, marked)
    policy = load_policy(cases.policy, CATALOGUE, file.parent, marked.where("policy")).policy
    if problems := list(_unknown(marked, cases, policy)):
        raise WrittenFault(problems)
    return [_tried(case, policy) for case in cases.cases]


def _unknown(marked: Marked, cases: Cases, policy: Policy) -> Iterator[Problem]:
    known = {requirement.id: requirement for requirement in policy.requirements}
    for at, case in enumerate(cases.cases):
        for name, said in case.expect.items():
            words = get_args(Verdict if name == "verdict" else Status)
            if said not in words:
                place = marked.where("cases", at, "expect", name)
                yield Problem(place, f"'{said}' is nothing that '{name}' can come out as", nearest(said, words))
        for name, given in case.measured.items():
            where = marked.where("cases", at, "measured", name)
            if name not in known:
                yield Problem(where, f"the policy has no requirement '{name}'", nearest(name, known))
            elif (known[name].attest is None) is (given in ("attested", "open")):
                kind = "a number, parts, not_applicable or error" if known[name].check else "attested or open"
                yield Problem(where, f"'{given}' cannot be of {name}", f"Write {kind}.")


def _tried(case: Case, policy: Policy) -> Tried:
    chosen = [requirement for requirement in policy.requirements if requirement.id in case.measured]
    part = policy.model_copy(update={"requirements": tuple(chosen)})
    entries = {one.id: _measured(one, case.measured[one.id]) for one in chosen if one.check}
    stated = [_stated(one, part) for one in chosen if case.measured[one.id] == "attested"]
    findings = judge(part, entries, {key: key for key in entries}, bound=_BOUND, today=_TODAY, attestations=stated)
    found: dict[str, str] = {finding.requirement.id: finding.status for finding in findings}
    found["verdict"] = verdict(findings)[0]
    return Tried(case.name, {name: (want, found[name]) for name, want in case.expect.items() if want != found[name]})


def _measured(requirement: Requirement, given: Number | Parts | str) -> Measured:
    check = CATALOGUE[requirement.check]
    said = Documentation(title=check.title, measures=check.measures, why=check.why, blind_to=check.blind_to)
    base = Measured(check=check.id, params={}, documentation=said, meanings={}, status="error", reason="says the case")
    if isinstance(given, str):
        return base.model_copy(update={"status": given})
    parts = given.parts if isinstance(given, Parts) else {"": given}
    quantity = Quantity(parts={name: number.estimate() for name, number in parts.items()})
    name = requirement.limit.quantity if requirement.limit else ""
    return base.model_copy(update={"status": "measured", "measurement": Measurement(quantities={name: quantity})})


def _stated(requirement: Requirement, policy: Policy) -> Attestation:
    return Attestation(
        requirement=requirement.id,
        name="a case",
        role=requirement.attest.role if requirement.attest else "",
        date=_TODAY,
        statement="so says the case",
        evidence_sha256=_ANY,
        expires=_TODAY,
        model_sha256=_ANY,
        policy_sha256=policy.digest(),
        dataset_sha256=_ANY,
        decision_sha256=_ANY,
        verified="a case",  # as a key of the trust store would have it, where the policy asks for signatures
    )
