"""Every machine format of a record, by the name of its file."""

from __future__ import annotations

import json
from typing import Any

from auditor.record import Record
from auditor.render.machine.bom import bill_of_materials
from auditor.render.machine.junit import junit
from auditor.render.machine.model_card import model_index
from auditor.render.machine.sarif import sarif
from auditor.render.machine.summary import summary
from auditor.render.plain import printable


def machine_files(record: Record) -> dict[str, bytes]:
    """Name -> bytes. The same record gives the same bytes."""
    safe = printable(record)
    return {
        "junit.xml": junit(safe),
        "sarif.json": _json(sarif(safe)),
        "summary.md": summary(safe).encode(),
        "model-index.yaml": model_index(safe).encode(),
        "bom.cdx.json": _json(bill_of_materials(safe)),
    }


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"
