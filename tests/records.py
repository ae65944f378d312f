"""A small record for tests that need a true one but no model."""

from __future__ import annotations

from typing import Any

from auditor.record import Record, Status
from auditor.verdict import verdict


def _file(name: str, digit: str) -> dict[str, Any]:
    return {"name": name, "sha256": digit * 64, "bytes": 1000}


def _estimate(value: float) -> dict[str, Any]:
    spread = {"kind": "normal", "scale": "logit", "se": 0.05}
    return {"value": value, "n": 1000, "events": 200, "method": "DeLong, logit scale", "spread": spread}


def _requirement(name: str, severity: str, at_least: float) -> dict[str, Any]:
    return {
        "id": name,
        "text": "People who default are ranked above people who repay.",
        "check": "performance.discrimination",
        "limit": {"quantity": "auroc", "at_least": at_least},
        "severity": severity,
    }


def _judged(value: float, status: str) -> dict[str, Any]:
    numbers = {"value": value, "low": value - 0.02, "high": value + 0.02, "level": 0.95, "n": 1000, "events": 200}
    return {"part": "", **numbers, "method": "DeLong, logit scale", "status": status}


def _findings(statuses: dict[str, Status]) -> list[dict[str, Any]]:
    made = []
    for name, status in statuses.items():
        finding = {"requirement": _requirement(name, "blocker", 0.75), "status": status, "reason": f"it is {status}"}
        finding["measured"] = "performance.discrimination"
        if status in ("pass", "fail", "inconclusive"):
            finding["judged"] = [_judged(0.8, status)]
        made.append(finding)
    return made


def a_record(statuses: dict[str, Status] | None = None, **changes: Any) -> Record:
    """A record of one measurement (AUROC 0.8) with the findings that are given by requirement id and status."""
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
        "measured": {
            "performance.discrimination": {
                "check": "performance.discrimination",
                "params": {},
                "documentation": {"title": "Discrimination", "measures": "m", "why": "w", "blind_to": "b"},
                "meanings": {"auroc": {"title": "AUROC", "better": "higher"}},
                "status": "measured",
                "measurement": {"quantities": {"auroc": {"parts": {"": _estimate(0.8)}}}},
                "evaluations": 1000,
            }
        },
        "findings": _findings(statuses or {"PERF-1": "pass"}),
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
