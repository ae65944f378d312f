"""The engine: plans evidence, runs the checks that a policy asks for, has them judged, and makes the record."""

from __future__ import annotations

import datetime
import hashlib
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from auditor.checks import FAMILIES
from auditor.checks.check import Check
from auditor.errors import AuditorError, NotApplicable
from auditor.estimate import Frozen
from auditor.evidence import Evidence
from auditor.facts import data_facts, environment, model_facts
from auditor.judge import judge
from auditor.measurement import Measurement
from auditor.people import Attestation, Bound, Waiver
from auditor.policy import Policy
from auditor.record import Documentation, FileDigest, Finding, Measured, PolicyFacts, Record, Run
from auditor.subject import Subject
from auditor.verdict import verdict

_log = logging.getLogger(__name__)


class Progress(Protocol):
    """Who is told how the audit goes."""

    def begin(self, name: str, at: int, of: int) -> None:
        """Check number `at` of `of` begins."""
        ...

    def end(self, name: str, status: str, seconds: float) -> None:
        """It ended, measured or not."""
        ...


@dataclass(frozen=True)
class Budget:
    """What an audit may cost: model evaluations (rows), and minutes. A check that does not fit is an error."""

    evaluations: int
    minutes: float


@dataclass(frozen=True)
class Context:
    """What the record tells beside subject and policy. files: the specifications, as read."""

    description: str
    source: str
    data_files: tuple[FileDigest, ...]
    notes: tuple[str, ...]
    policy: PolicyFacts
    files: tuple[FileDigest, ...]
    language: str
    budget: Budget
    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()


@dataclass(frozen=True)
class Job:
    """A check with its parameters, and its name in the record."""

    key: str
    check: Check
    params: Frozen


def audit(
    subject: Subject, policy: Policy, catalogue: Mapping[str, Check], context: Context, progress: Progress
) -> Record:
    """Run and judge everything that the policy asks for. A check that fails becomes a finding, never an exception."""
    started = datetime.datetime.now(datetime.UTC)
    clock = time.monotonic()
    jobs, keys = plan(policy, catalogue)
    measured, seconds = run_checks(subject, jobs, context.budget, progress)
    description = subject.model.description
    findings = judge(
        policy,
        measured,
        keys,
        bound=Bound.of(description.sha256, {one.name: one.sha256 for one in context.files}, subject.decision),
        today=started.date(),
        waivers=context.waivers,
        attestations=context.attestations,
        owner=subject.identity.owner,
    )
    word, because = verdict(findings)
    finished = datetime.datetime.now(datetime.UTC)
    return Record(
        language=context.language,
        identity=subject.identity,
        decision=subject.decision,
        model=model_facts(description),
        data=data_facts(subject, context.description, context.source, context.data_files, context.notes),
        policy=context.policy,
        files=context.files,
        seed=subject.seed,
        measured=measured,
        findings=findings,
        verdict=word,
        because=because,
        not_tested=not_tested(measured.values(), findings),
        environment=environment(description),
        run=Run(
            started=started.isoformat(timespec="seconds"),
            finished=finished.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - clock, 3),
            evaluations=subject.model.evaluations,
            check_seconds=seconds,
        ),
    ).sealed()


def plan(policy: Policy, catalogue: Mapping[str, Check]) -> tuple[tuple[Job, ...], dict[str, str]]:
    """Each check once for each set of parameters, in the catalogue's order; and the job's key of each requirement."""
    asked: dict[tuple[str, str], Job] = {}
    keys: dict[str, str] = {}
    for requirement in policy.measured():
        check = catalogue[requirement.check]
        params = check.params.model_validate(requirement.params)
        digest = hashlib.sha256(params.model_dump_json().encode()).hexdigest()[:8]
        job = asked.setdefault((check.id, digest), Job(f"{check.id}@{digest}", check, params))
        keys[requirement.id] = job.key
    order = list(catalogue)
    return tuple(sorted(asked.values(), key=lambda job: (order.index(job.check.id), job.key))), keys


def run_checks(
    subject: Subject, jobs: Iterable[Job], budget: Budget, progress: Progress
) -> tuple[dict[str, Measured], dict[str, float]]:
    """The measurement of every job, or why there is none; and the seconds that each took."""
    pool, jobs = _Pool(subject, budget), tuple(jobs)
    measured: dict[str, Measured] = {}
    seconds: dict[str, float] = {}
    for at, job in enumerate(jobs, start=1):
        progress.begin(job.check.id, at, len(jobs))
        clock, before = time.monotonic(), subject.model.evaluations
        status, reason, measurement = _attempt(pool, job)
        measured[job.key] = Measured(
            check=job.check.id,
            params=job.params.model_dump(mode="json"),
            documentation=Documentation(
                title=job.check.title,
                measures=job.check.measures,
                why=job.check.why,
                blind_to=job.check.blind_to,
            ),
            meanings=dict(job.check.quantities),
            status=status,
            reason=reason,
            measurement=measurement,
            evaluations=subject.model.evaluations - before,
        )
        seconds[job.key] = round(time.monotonic() - clock, 3)
        progress.end(job.check.id, status, seconds[job.key])
    return measured, seconds


class _Pool:
    """Evidence that was produced so far, and what is left of the budget."""

    def __init__(self, subject: Subject, budget: Budget) -> None:
        self.subject = subject
        self.budget = budget
        self.deadline = time.monotonic() + 60 * budget.minutes
        self.produced: dict[str, Any] = {}
        self.failed: dict[str, AuditorError] = {}

    def refuse(self, job: Job) -> None:
        """Raise where the job does not fit into what is left."""
        missing = [need for need in job.check.needs if need.name not in self.produced]
        rows = job.check.rows(self.subject, job.params) + sum(need.rows(self.subject) for need in missing)
        left = self.budget.evaluations - self.subject.model.evaluations
        if rows > left:
            told = f"needs {rows:,} model evaluations, {max(0, left):,} are left of {self.budget.evaluations:,}"
            raise AuditorError(told, remedy="Raise budget.evaluations in the audit file, or lower the check's rows.")
        if time.monotonic() > self.deadline:
            told = f"the time budget of {self.budget.minutes:g} minutes is used up"
            raise AuditorError(told, remedy="Raise budget.minutes in the audit file.")

    def evidence(self, job: Job) -> Evidence:
        """What the job needs; work that failed once fails all that depend on it, for the same reason."""
        for need in job.check.needs:
            if need.name in self.failed:
                raise self.failed[need.name]
            if need.name not in self.produced:
                try:
                    self.produced[need.name] = need.produce(self.subject)
                except AuditorError as error:
                    self.failed[need.name] = error
                    raise
        return Evidence({need.name: self.produced[need.name] for need in job.check.needs})


def _attempt(pool: _Pool, job: Job) -> tuple[Any, str, Measurement | None]:
    try:
        pool.refuse(job)
        measurement = job.check.measure(pool.subject, pool.evidence(job), job.params)
    except NotApplicable as error:
        return "not_applicable", error.reason, None
    except AuditorError as error:
        return "error", str(error), None
    except Exception as error:  # noqa: BLE001
        # A crashed check must not take the others with it, nor pass: it is a finding, and its trace goes to the log.
        _log.exception("check %s crashed", job.check.id)
        return "error", f"the check crashed: {type(error).__name__}: {error}", None
    strange = sorted({*measurement.quantities, *measurement.unmeasured} - set(job.check.quantities))
    if strange:
        return "error", f"the check gave quantities that it does not declare: {', '.join(strange)}", None
    return "measured", "", measurement


def not_tested(measured: Iterable[Measured], findings: Iterable[Finding]) -> tuple[str, ...]:
    """What a reader must not believe to have been tested."""
    entries = tuple(measured)
    families = {entry.check.split(".")[0] for entry in entries}
    told = [f"{title}: the policy asks for nothing here." for name, title in FAMILIES.items() if name not in families]
    told += [
        f"Not tested: “{entry.documentation.title.rstrip('.')}” ({entry.reason})." for entry in entries if entry.reason
    ]
    told += [f"Not stated: “{f.requirement.text.rstrip('.')}” ({f.reason})." for f in findings if f.status == "open"]
    return tuple(told)
