"""What the validation library finds wrong is told in words of the file, whatever it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from auditor import wording
from auditor.app.cases import Cases
from auditor.app.people import AttestationFile, WaiverFile
from auditor.checks import CATALOGUE
from auditor.loaders.reasons import ReasonFile
from auditor.loaders.spec import AuditSpec, DataSpec
from auditor.policy import Policy
from auditor.regulation import Instrument
from auditor.seal.trustfile import TrustFile
from auditor.yamlfile import faults
from auditor.yamltree import parse_yaml

WRITTEN: list[type[BaseModel]] = [
    *(Policy, AuditSpec, DataSpec, WaiverFile, AttestationFile, ReasonFile, Cases, Instrument, TrustFile),
    *(check.params for check in CATALOGUE.values()),
]
# What each part of a schema can raise; `any`, `json` and wrappers raise nothing of their own.
RAISED = {
    "str": {"string_type"},
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float"},
    "float": {"float_type", "float_parsing"},
    "bool": {"bool_type", "bool_parsing"},
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"},
    "dict": {"dict_type"},
    "list": {"list_type"},
    "tuple": {"tuple_type"},
    "model": {"model_type"},
    "literal": {"literal_error"},
    "function-after": {"value_error"},
    "function-before": {"value_error"},
    **{key: {"greater_than" if key == "gt" else "greater_than_equal"} for key in ("gt", "ge")},
    **{key: {"less_than" if key == "lt" else "less_than_equal"} for key in ("lt", "le")},
    **{
        key: {f"{of}too_{word}" for of in ("", "string_")}
        for key, word in (("min_length", "short"), ("max_length", "long"))
    },
    "pattern": {"string_pattern_mismatch"},
    "allow_inf_nan": {"finite_number"},
}
SILENT = {
    *("any", "default", "definition-ref", "definitions", "json-or-python", "model-field", "model-fields", "no-info"),
    *("none", "nullable", "tagged-union", "union"),
}  # what stands in a union is told by its members, and a missing or unknown key by `faults` itself


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for one in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list | tuple) else ():
        yield from parts(one)


def test_every_fault_that_can_be_has_words() -> None:
    """Each kind that the files' models can raise is known, and so is each pattern that a text is held to."""
    found = [part for model in WRITTEN for part in parts(model.__pydantic_core_schema__)]
    kinds = {str(part["type"]) for part in found if isinstance(part.get("type"), str)}
    assert set() == kinds - RAISED.keys() - SILENT
    keys = {key for part in found for key in part if key in RAISED and "type" in part and part[key] is not None}
    assert set() == {kind for key in kinds | keys for kind in RAISED.get(key, ())} - wording.KINDS
    assert set() == {part["pattern"] for part in found if "pattern" in part} - wording.PATTERNS.keys()


CASE = {"name": "w", "measured": {"PERF-1": {"value": 0.5}}, "expect": {"PERF-1": "fail"}}
CLAUSE = {"id": "1", "clause": "1", "title": "t", "evidence": "measured", "tool": "t", "person": "p"}
RULES = {
    "instrument": "ours",
    "title": "t",
    "jurisdiction": "j",
    "status": "in force",
    "source": "s",
    "clauses": [CLAUSE],
}
GOOD: dict[type[BaseModel], dict[str, Any]] = {
    Policy: {"policy": "p", "version": 1, "title": "t"},
    Instrument: {**RULES, "reviewed": "2026-01-01"},
    Cases: {"policy": "p.yaml", "cases": [CASE]},
}


@pytest.mark.parametrize(
    ("model", "key", "given", "told"),
    [
        (Policy, "version", 1.5, "'version' is to be a whole number or text, not 1.5\n    Write it in quotes."),
        (Policy, "version", [], "'version' is to be a whole number or text, not a list"),
        (Policy, "title", None, "'title' is to be text, not nothing"),
        (Policy, "cites", 1, "unknown key 'cites'\n    Did you mean 'title'?"),
        (Policy, "regulations", "eu", "'regulations' is to be a list, not 'eu'"),
        (
            Policy,
            "regulations",
            ["eu", True],
            "item 2 of 'regulations' is to be text, not true\n    Write it in quotes.",
        ),
        (Policy, "vars", {"a": float("inf")}, "'a' is to be a finite number, not .inf"),
        (Policy, "statistics", {"level": 95}, "'level' is to be below 1, not 95"),
        (Policy, "statistics", {"smallest_cell": 2.5}, "'smallest_cell' is to be a whole number, not 2.5"),
        (Policy, "people", {"signed": "maybe"}, "'signed' is to be true or false, not 'maybe'"),
        (Policy, "people", [], "'people' is to be a mapping, not a list"),
        (Policy, "report", {"dress": 3}, "'dress' is to be plain, finance or medical, not 3"),
        (Policy, "report", {"dress": "finanz"}, "'finanz' is not a value of 'dress'\n    Did you mean 'finance'?"),
        (Instrument, "source", " ", "'source' should say something, and is blank (it is ' ')"),
        (Instrument, "instrument", "Ours", "'instrument' is to be small letters, digits and hyphens, not 'Ours'"),
        (Instrument, "from", "soon", "'from' is to be a day, not 'soon'\n    Write it as 2026-12-31."),
        (Cases, "cases", [], "'cases' is empty"),
        (Cases, "cases", [CASE | {"measured": {"PERF-1": {"value": 1, "n": -1}}}], "'n' is to be at least 0, not -1"),
    ],
)
def test_words(model: type[BaseModel], key: str, given: Any, told: str) -> None:
    """Of a value that may be one of several sorts in one line; of a list with the number of the item."""
    text = json.dumps(GOOD[model] | {key: given}).replace("Infinity", ".inf")
    found, _ = faults(model, parse_yaml(Path("f.yaml"), text.encode()))
    assert [told] == [str(one).partition(" ")[2] for one in found]


def test_an_item_too_many() -> None:
    """Of a list, how many items it may have and has; one too few has too few."""
    limits = [{"quantity": "q", "between": between} for between in ([1, 2, 3], [1])]
    asked = [{"id": "T-1", "text": "t", "check": "c", "severity": "minor", "limit": one} for one in limits]
    text = json.dumps(GOOD[Policy] | {"requirements": asked})
    found, _ = faults(Policy, parse_yaml(Path("f.yaml"), text.encode()))
    assert ["'between' is to be a list of at most 2, and has 3", "'between' has too few items"] == [
        one.what for one in found
    ]
