"""A small record for tests that need a true one but no model."""

from __future__ import annotations

import datetime
from typing import Any

from auditor.judge import judge
from auditor.people import Attestation, Bound, Waiver
from auditor.policy import Policy, Requirement
from auditor.record import Finding, Measured, Record, Status
from auditor.verdict import verdict


def _file(name: str, digit: str) -> dict[str, Any]:
    return {"name": name, "sha256": digit * 64, "bytes": 1000}


def _estimate(value: float) -> dict[str, Any]:
    spread = {"kind": "normal", "scale": "logit", "se": 0.05}
    return {"value": value, "n": 1000, "events": 200, "method": "DeLong, logit scale", "spread": spread}


def _requirement(name: str, status: Status) -> Requirement:
    asked: dict[str, Any] = {"id": name, "text": "People who default are ranked above people who repay."}
    if status in ("open", "attested"):
        asked["attest"] = {"role": "owner"}
    else:
        asked |= {"check": "performance.discrimination", "limit": {"quantity": "auroc", "at_least": 0.75}}
    return Requirement.model_validate({**asked, "severity": "blocker"})


def _measured(status: Status) -> dict[str, Any]:
    """A measurement that is judged so, by a limit of 0.75."""
    entry: dict[str, Any] = {
        "check": "performance.discrimination",
        "params": {},
        "documentation": {"title": "Discrimination", "measures": "m", "why": "w", "blind_to": "b"},
        "meanings": {"auroc": {"title": "AUROC", "better": "higher"}},
        "status": "measured",
        "evaluations": 1000,
    }
    if status in ("error", "not_applicable"):
        return entry | {"status": status, "reason": f"it is {status}"}
    value = {"pass": 0.8, "inconclusive": 0.75}.get(status, 0.6)
    return entry | {"measurement": {"quantities": {"auroc": {"parts": {"": _estimate(value)}}}}}


def _findings(asked: dict[str, Requirement], statuses: dict[str, Status], raw: dict[str, Any]) -> tuple[Finding, ...]:
    policy = Policy(policy="test", version="1", title="A policy", requirements=tuple(asked.values()))
    measured = {key: Measured.model_validate(entry) for key, entry in raw.items()}
    day = datetime.date(2026, 11, 21)
    until = {"expires": day, "model_sha256": "a" * 64}
    stated = [
        Attestation(requirement=name, name="Ann", role="owner", date=day, statement="s", **until)
        for name, status in statuses.items()
        if status == "attested"
    ]
    excused = [
        Waiver(requirement=name, reason="r", approver="Bob", approved=day, **until)
        for name, status in statuses.items()
        if status == "waived"
    ]
    keys = {name: _key(status) for name, status in statuses.items() if asked[name].check}
    return judge(policy, measured, keys, bound=Bound(model="a" * 64), today=day, waivers=excused, attestations=stated)


def _key(status: Status) -> str:
    return "performance.discrimination" if status == "pass" else f"performance.discrimination of what is {status}"


def a_record(statuses: dict[str, Status] | None = None, **changes: Any) -> Record:
    """A record of small measurements (what passes has an AUROC of 0.8) whose findings have the given statuses."""
    wanted = statuses or {"PERF-1": "pass"}
    asked = {name: _requirement(name, status) for name, status in wanted.items()}
    measured = {_key(status): _measured(status) for name, status in wanted.items() if asked[name].check}
    split = {"rows": 1000, "entities": 1000, "events": 200, "steps": (6, 6)}
    raw: dict[str, Any] = {
        "identity": {"name": "Credit LSTM", "version": "1.0.0"},
        "decision": {"threshold": 0.3, "action": "decline", "favourable": "below"},
        "model": {
            "file": _file("model.keras", "a"),
            "format": "keras-v3",
            "keras_version": "3.15.1",
            "parameters": 100,
            "nonfinite_weights": 0,
            "inputs": {"sequence": (6, 3)},
            "outputs": {"output": (1,)},
            "layers": [{"name": "lstm", "kind": "LSTM", "output_shape": (8,), "parameters": 100}],
        },
        "data": {
            "name": "credit",
            "description": "",
            "source": "made up",
            "files": [_file("test.parquet", "b")],
            "task": "binary",
            "target": "default",
            "unit": "",
            "output": "probability",
            "test": split,
            "reference": None,
            "independence": "rows are independent",
            "features": [],
            "groups": [],
        },
        "policy": {
            "name": "test",
            "version": "1",
            "title": "A policy",
            "description": "",
            "files": [_file("policy.yaml", "c")],
            "statistics": {},
        },
        "files": [_file("audit.yaml", "d")],
        "seed": 0,
        "measured": measured,
        "findings": [one.model_dump(by_alias=True) for one in _findings(asked, wanted, measured)],
        "verdict": "PASS",
        "because": "",
        "not_tested": [],
        "environment": {"auditor": "0.1.0", "python": "3.11", "platform": "linux", "packages": {}, "isolation": []},
        "run": {"started": "2026-11-21T12:00:00+00:00", "finished": "2026-11-21T12:00:09+00:00", "seconds": 9.0,
                "evaluations": 1000},
    }  # fmt: skip
    record = Record.model_validate(raw)
    word, because = verdict(record.findings)
    return record.model_copy(update={"verdict": word, "because": because, **changes}).sealed()
