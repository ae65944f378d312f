"""A CycloneDX 1.6 bill of materials: the model as a component with its card, and the data that it was measured on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from auditor.record import FileDigest, Finding, Record

_SPACE = uuid.UUID("6a1a7c3e-4b0c-5a55-9c7d-0a3f2f9d8e10")  # so that a record's number is the same wherever it is made
_TASK = {"binary": "classification", "multiclass": "classification", "regression": "regression"}


def bill_of_materials(record: Record) -> dict[str, Any]:
    """The record as a CycloneDX document; its serial number follows from the record's body."""
    identity = record.identity
    model = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": identity.name,
        "version": identity.version,
        "description": identity.intended_use,
        "hashes": [_hash(record.model.file)],
        "modelCard": _card(record),
        "properties": [
            {"name": "auditor:verdict", "value": record.verdict},
            {"name": "auditor:because", "value": record.because},
            {"name": "auditor:policy", "value": f"{record.policy.name} {record.policy.version}"},
            {"name": "auditor:record-sha256", "value": record.body_sha256},
        ],
    }
    if identity.owner:
        model["supplier"] = {"name": identity.owner}
    tool = {"type": "application", "name": "auditor", "version": record.environment.auditor}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_SPACE, record.body_sha256)}",
        "version": 1,
        "metadata": {"timestamp": f"{record.run.finished[:19]}Z", "tools": {"components": [tool]}, "component": model},
        "components": [*_data(record), *_libraries(record)],
    }


def _card(record: Record) -> dict[str, Any]:
    layers = dict.fromkeys(layer.kind for layer in record.model.layers)
    considerations: dict[str, Any] = {"technicalLimitations": list(record.not_tested)}
    if record.identity.intended_use:
        considerations["useCases"] = [record.identity.intended_use]
    return {
        "modelParameters": {
            "task": _TASK[record.data.task],
            "architectureFamily": "recurrent neural network",
            "modelArchitecture": ", ".join(layers),
            "datasets": [{"ref": f"data-{at}"} for at in range(len(record.data.files))],
            "inputs": [{"format": f"{name} {_shape(shape)}"} for name, shape in record.model.inputs.items()],
            "outputs": [{"format": f"{name} {_shape(shape)}"} for name, shape in record.model.outputs.items()],
        },
        "quantitativeAnalysis": {"performanceMetrics": [one for f in record.findings for one in _metrics(f)]},
        "considerations": considerations,
    }


def _metrics(finding: Finding) -> Iterator[dict[str, Any]]:
    limit = finding.requirement.limit
    for judged in finding.judged if limit else ():
        metric: dict[str, Any] = {"type": limit.quantity if limit else "", "value": f"{judged.value:g}"}
        if judged.part:
            metric["slice"] = judged.part
        bounds = {"lowerBound": judged.low, "upperBound": judged.high}
        known = {name: f"{bound:g}" for name, bound in bounds.items() if bound is not None}
        yield metric | ({"confidenceInterval": known} if known else {})


def _data(record: Record) -> Iterator[dict[str, Any]]:
    for at, file in enumerate(record.data.files):
        yield {
            "type": "data",
            "bom-ref": f"data-{at}",
            "name": file.name,
            "hashes": [_hash(file)],
            "data": [{"type": "dataset", "name": record.data.name, "description": record.data.description}],
        }


def _libraries(record: Record) -> Iterator[dict[str, Any]]:
    for name, version in record.environment.packages.items():
        yield {"type": "library", "bom-ref": f"pkg-{name}", "name": name, "version": version, "scope": "excluded"}


def _hash(file: FileDigest) -> dict[str, str]:
    return {"alg": "SHA-256", "content": file.sha256}


def _shape(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('any' if size is None else str(size) for size in shape)})"
