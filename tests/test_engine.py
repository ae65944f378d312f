"""The engine: each check once, each failure a visible finding, nothing beyond the budget, small cells suppressed."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import Field
from subjects import make_subject

from auditor.checks.check import Check, check
from auditor.dataset import Group
from auditor.engine import Budget, Context, audit, not_tested, plan, run_checks
from auditor.errors import FileFault, ModelFault, NotApplicable
from auditor.estimate import Estimate, Exact, Frozen
from auditor.evidence import SCORES, Evidence, Need
from auditor.facts import data_facts
from auditor.measurement import Meaning, Measurement, Quantity
from auditor.policy import Policy, Statistics
from auditor.record import Finding, PolicyFacts, Record
from auditor.subject import Subject

WIDE = Budget(evaluations=10**9, minutes=60)
MEANING = {"q": Meaning(title="q", better="higher")}
QUIET: Any = SimpleNamespace(begin=lambda *a: None, end=lambda *a: None)


class Params(Frozen):
    """One number."""

    value: float = Field(default=1.0, description="what is measured")


def one(value: float) -> Measurement:
    return Measurement(quantities={"q": Quantity.of(Estimate(value=value, n=1, method="m", spread=Exact()))})


def make(name: str, body: Any, **options: Any) -> Check:
    """A check of that id which does what `body(subject, evidence, params)` does."""

    def measure(subject: Subject, evidence: Evidence, params: Params) -> Measurement:
        """A title.

        Measures: m.
        Why: w.
        Blind to: b.
        """
        return body(subject, evidence, params)  # type: ignore[no-any-return]

    measure.__module__ = f"auditor.checks.{name}"
    measure.__annotations__ = {
        "subject": Subject,
        "evidence": Evidence,
        "params": Params,
        "return": Measurement,
    }
    return check(quantities=MEANING, **options)(measure)


def crash(*_: object) -> Measurement:
    raise ZeroDivisionError("division by zero")


def not_here(*_: object) -> Measurement:
    raise NotApplicable("nothing here")


def dead(*_: object) -> Measurement:
    raise ModelFault("the model's process died")


def policy_of(*asked: Mapping[str, Any]) -> Policy:
    requirements = [
        {"text": "t", "limit": {"quantity": "q", "at_least": 0}, "severity": "major", "id": f"T-{i}", **item}
        for i, item in enumerate(asked)
    ]
    return Policy.model_validate({"policy": "p", "version": 1, "title": "t", "requirements": requirements})


def context() -> Context:
    facts = PolicyFacts(name="p", version="1", title="t", description="", files=(), statistics=Statistics())
    return Context("", "", (), (), facts, (), "en", WIDE)


def test_the_same_check_with_the_same_parameters_runs_once() -> None:
    """Two requirements on one measurement, a third with other parameters: two jobs."""
    catalogue = {"a.one": make("a.one", lambda s, e, p: one(p.value))}
    asked = [{"check": "a.one"}, {"check": "a.one", "with": {"value": 1.0}}, {"check": "a.one", "with": {"value": 2}}]
    jobs, keys = plan(policy_of(*asked), catalogue)
    assert 2 == len(jobs)
    assert keys["T-0"] == keys["T-1"] != keys["T-2"]


def test_a_crash_is_an_error_and_takes_nothing_with_it() -> None:
    """Each kind of failure has its own status and reason; the sound check is measured all the same."""
    bodies = {"a.crash": crash, "a.dead": dead, "a.not": not_here, "a.good": lambda s, e, p: one(1)}
    catalogue = {name: make(name, body) for name, body in bodies.items()}
    policy = policy_of(*({"check": name} for name in catalogue))
    measured, seconds = run_checks(make_subject(n=30), plan(policy, catalogue)[0], WIDE, QUIET)
    found = {entry.check: (entry.status, entry.reason) for entry in measured.values()}
    assert found == {
        "a.crash": ("error", "the check crashed: ZeroDivisionError: division by zero"),
        "a.dead": ("error", "the model's process died"),
        "a.not": ("not_applicable", "nothing here"),
        "a.good": ("measured", ""),
    }
    assert seconds.keys() == measured.keys()


def test_an_undeclared_quantity_is_an_error() -> None:
    """What a policy could not have been held against is not let through."""
    strange = Measurement(quantities={"z": one(1).quantities["q"]})
    catalogue = {"a.strange": make("a.strange", lambda s, e, p: strange)}
    jobs, _ = plan(policy_of({"check": "a.strange"}), catalogue)
    (entry,) = run_checks(make_subject(n=30), jobs, WIDE, QUIET)[0].values()
    assert ("error", "the check gave quantities that it does not declare: z") == (entry.status, entry.reason)


def test_evidence_is_made_once_and_fails_all_that_need_it() -> None:
    """Shared work is not repeated, neither when it works nor when it fails."""
    made: list[str] = []

    def broken(subject: Subject) -> Any:
        made.append("broken")
        raise FileFault("no scores today")

    good: Need[int] = Need("good", lambda subject: made.append("good") or 7, lambda subject: 0)
    bad: Need[int] = Need("bad", broken, lambda subject: 0)
    catalogue = {
        "a.x": make("a.x", lambda s, e, p: one(e[good]), needs=(good,)),
        "a.y": make("a.y", lambda s, e, p: one(e[good]), needs=(good,)),
        "b.x": make("b.x", lambda s, e, p: one(1), needs=(bad,)),
        "b.y": make("b.y", lambda s, e, p: one(1), needs=(bad,)),
    }
    jobs, _ = plan(policy_of(*({"check": name} for name in catalogue)), catalogue)
    measured, _ = run_checks(make_subject(n=30), jobs, WIDE, QUIET)
    assert made == ["good", "broken"]
    assert [entry.reason for entry in measured.values()] == ["", "", "no scores today", "no scores today"]


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (Budget(150, 60), "needs 100 model evaluations, 50 are left of 150"),
        (Budget(10**9, 0), "time budget of 0 minutes"),
    ],
)
def test_what_does_not_fit_the_budget_is_an_error(budget: Budget, told: str) -> None:
    """Never a silent skip: the reason says what was needed and what to change."""
    catalogue = {
        "a.x": make("a.x", lambda s, e, p: one(1), needs=(SCORES,)),
        "a.y": make("a.y", lambda s, e, p: one(1), needs=(SCORES,), rows=lambda subject, params: 100),
    }
    jobs, _ = plan(policy_of({"check": "a.x"}, {"check": "a.y"}), catalogue)
    last = list(run_checks(make_subject(n=100), jobs, budget, QUIET)[0].values())[-1]
    assert "error" == last.status
    assert told in last.reason
    assert "audit file" in last.reason


def test_a_record_is_complete_and_tells_equal_audits_apart_by_nothing_but_time() -> None:
    """Two runs have the same body digest, another seed has another; the record survives its file."""
    catalogue = {"a.x": make("a.x", lambda s, e, p: one(float(e.finite(SCORES).mean())), needs=(SCORES,))}
    policy = policy_of({"check": "a.x"})
    first, second = (audit(make_subject(n=60), policy, catalogue, context(), QUIET) for _ in range(2))
    other = audit(make_subject(n=60, seed=1), policy, catalogue, context(), QUIET)
    assert first.body_sha256 == second.body_sha256 == first.body_digest()
    assert first.body_sha256 != other.body_sha256
    assert first == Record.model_validate_json(first.model_dump_json(by_alias=True))
    assert ("PASS", 60) == (first.verdict, first.run.evaluations)
    assert any("Groups of people" in told for told in first.not_tested)
    asked = policy_of({"check": "a.x", "text": "It is right."}).requirements
    due = [Finding(requirement=asked[0], status="open", reason="nobody said so")]
    assert ("Not stated: “It is right” (nobody said so).",) == not_tested((), due)[-1:]  # no claim to who skims


def test_weights_are_told_with_the_facts() -> None:
    """Without intervals of weighted rows the audit goes on: each check says so, and so do the facts."""
    subject = make_subject(n=30)
    object.__setattr__(subject.test, "weight", np.arange(1.0, 31.0))
    facts = data_facts(subject, "", "", (), ())
    assert (
        facts.independence == "30 rows; rows have different weights, and intervals of weighted rows are not supported"
    )


def test_a_small_group_and_what_would_give_it_away_are_suppressed() -> None:
    """Where counts are withheld, so is that of the group of which checks set some rows aside."""
    subject = make_subject(n=100)
    facts = {}
    for name, sizes in {"one": (3, 40, 57), "two": (3, 5, 92), "none": (30, 30, 40)}.items():
        codes = np.repeat(np.arange(3), sizes)
        groups = {name: Group(name, ("a", "b", "c"), codes)}
        object.__setattr__(subject.test, "groups", groups)
        (facts[name],) = data_facts(subject, "", "", (), ()).groups
    assert {"a": None, "b": None, "c": 57} == facts["one"].rows
    assert {"a": None, "b": None, "c": None} == facts["two"].rows
    assert {"a": 30, "b": 30, "c": 40} == facts["none"].rows
