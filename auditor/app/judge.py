"""Another policy's limits, or another level, on recorded measurements: no model, no data."""

from __future__ import annotations

import datetime
from pathlib import Path

from auditor import engine
from auditor.app import recorded
from auditor.app.files import THEME, audit_files, carried, policy_inputs
from auditor.app.look import Template, theme_of
from auditor.app.output import new_folder
from auditor.checks import CATALOGUE
from auditor.judge import judge as judged
from auditor.loaders.policies import LoadedPolicy, load_policy
from auditor.policy import Policy, Statistics
from auditor.record import Documentation, Measured, Record
from auditor.verdict import verdict


def judge(
    source: Path, policy: str, out: Path | None, level: float | None = None, template: str | None = None
) -> tuple[Record, Path]:
    """Judge a record by a policy and write it to a new folder; returns the new record and the folder.

    level: of the intervals, in place of the policy's. template: a dress or a theme other than the record's own.
    Raises WrittenFault for a faulty policy, FileFault for a record that is damaged. A requirement whose measurement the
    record does not hold is an error, never a pass.
    """
    look = Template.named(template)
    loaded = look.policy(load_policy(policy, CATALOGUE))
    inputs = [*policy_inputs(loaded.paths, loaded.files), *look.inputs]
    before = recorded.load(source)
    replaced = ("inputs/policy/", THEME) if template else ("inputs/policy/",)
    kept = [file for file in before.files if not file.name.startswith(replaced)]
    theme = look.theme or (None if template else theme_of(before, source))
    files = (*kept, *(one.digest for one in inputs))
    record = again(before, loaded, level).model_copy(update={"files": files}).sealed()
    with new_folder(out, f"{record.identity.name} {record.policy.name}") as place:
        place.write({**audit_files(record, inputs, theme), **carried(source, kept)})
    return record, place.final


def again(record: Record, loaded: LoadedPolicy, level: float | None) -> Record:
    """The record with the findings and the verdict of another policy."""
    policy = loaded.policy if level is None else _at(loaded.policy, level)
    jobs, keys = engine.plan(policy, CATALOGUE)
    asked = {job.key: record.measured.get(job.key) or _absent(job) for job in jobs}
    findings = judged(
        policy,
        asked,
        keys,
        bound=record.bound,
        today=datetime.datetime.now(datetime.UTC).date(),
        waivers=[f.waiver for f in record.findings if f.waiver and f.requirement in policy.requirements],
        attestations=[f.attestation for f in record.findings if f.attestation and f.requirement in policy.requirements],
        owner=record.identity.owner,
    )
    word, because = verdict(findings)
    measured = record.measured | asked
    told = f"The model was not run: the measurements are those of the record {record.body_sha256}."
    changes = {
        "policy": loaded.facts.model_copy(update={"statistics": policy.statistics}),
        "measured": measured,
        "findings": findings,
        "verdict": word,
        "because": because,
        "not_tested": (told, *engine.not_tested(measured.values(), findings)),
    }
    return record.model_copy(update=changes).sealed()


def _at(policy: Policy, level: float) -> Policy:
    statistics = Statistics.model_validate(policy.statistics.model_dump() | {"level": level})
    return policy.model_copy(update={"statistics": statistics})


def _absent(job: engine.Job) -> Measured:
    check = job.check
    return Measured(
        check=check.id,
        params=job.params.model_dump(mode="json"),
        documentation=Documentation(title=check.title, measures=check.measures, why=check.why, blind_to=check.blind_to),
        meanings=dict(check.quantities),
        status="error",
        reason="the record holds no measurement of this check with these parameters",
    )
