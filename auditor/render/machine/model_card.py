"""The `model-index` of a model card, as the Hugging Face hub reads it from a card's YAML header."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from auditor.record import Record

_TASK = {"binary": "tabular-classification", "multiclass": "tabular-classification", "regression": "tabular-regression"}


def model_index(record: Record) -> str:
    """YAML with every number that a requirement was judged on, over all rows; groups are left to the report."""
    from ruamel.yaml import YAML

    result = {
        "task": {"type": _TASK[record.data.task], "name": record.data.target},
        "dataset": {"type": "private", "name": record.data.name, "split": "test"},
        "metrics": list(_metrics(record)),
        "source": {"name": f"auditor {record.environment.auditor}, record {record.body_sha256[:12]}"},
    }
    card = {
        "model-index": [{"name": f"{record.identity.name} {record.identity.version}", "results": [result]}],
        "audit": {
            "verdict": record.verdict,
            "policy": f"{record.policy.name} {record.policy.version}",
            "date": record.run.finished[:10],
            "model_sha256": record.model.file.sha256,
            "record_sha256": record.body_sha256,
        },
    }
    yaml, stream = YAML(), io.StringIO()
    yaml.allow_unicode, yaml.width = True, 4096
    yaml.dump(card, stream)
    return stream.getvalue()


def _metrics(record: Record) -> Iterator[dict[str, Any]]:
    told: set[tuple[str, str]] = set()
    for finding in record.findings:
        limit, entry = finding.requirement.limit, record.measured.get(finding.measured)
        if limit is None or entry is None or (finding.measured, limit.quantity) in told:
            continue
        told.add((finding.measured, limit.quantity))
        meaning = entry.meanings.get(limit.quantity)
        for judged in finding.judged:
            if not judged.part:
                yield {
                    "type": limit.quantity,
                    "name": meaning.title if meaning else limit.quantity,
                    "value": judged.value,
                    "args": {"low": judged.low, "high": judged.high, "level": judged.level, "n": judged.n},
                }
