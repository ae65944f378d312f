"""JSON Schemas: of the files that people write, so that an editor completes and checks them, and of the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from auditor.app.people import AttestationFile, WaiverFile
from auditor.checks import CATALOGUE
from auditor.checks.check import Check
from auditor.loaders.reasons import ReasonFile
from auditor.loaders.spec import AuditSpec, DataSpec
from auditor.policy import Policy
from auditor.record import SCHEMA_VERSION, Record

Schema = dict[str, Any]
_VARIABLE: Schema = {"type": "string", "pattern": "^[$]"}


def schema(name: str) -> Schema:
    """The JSON Schema (draft 2020-12) of one kind of file; `name` is a key of `SCHEMAS`.

    It holds what can be told without the files that are named; `policy lint` and `run` refuse more.
    """
    made = SCHEMAS[name]()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"auditor: {name}", **made}


def _policy() -> Schema:
    made = Policy.model_json_schema()
    definitions = made["$defs"]
    requirement = definitions["Requirement"]
    requirement["properties"]["check"] = {"type": "string", "enum": list(CATALOGUE)}
    requirement["allOf"] = [_of_check(check, definitions) for check in CATALOGUE.values()]
    whole = {"required": requirement["required"], "oneOf": [{"required": ["check", "limit"]}, {"required": ["attest"]}]}
    requirement["required"] = ["id"]  # what a policy over another leaves out, it keeps
    made["if"] = {"not": {"required": ["extends"]}}
    made["then"] = {"properties": {"requirements": {"items": whole}}}
    limit = definitions["Limit"]["properties"]
    limit |= {key: _or_variable(limit[key]) for key in ("at_least", "at_most", "between", "parts")}
    return made


def _or_variable(schema: Schema) -> Schema:
    """The same, or the name of a variable, in the place of the whole or of an item of it."""
    inner = dict(schema)
    if "anyOf" in inner:
        inner["anyOf"] = [_items(one) for one in inner["anyOf"]]
    return {"anyOf": [_items(inner), _VARIABLE]}


def _items(schema: Schema) -> Schema:
    changed = dict(schema)
    if isinstance(changed.get("items"), dict):
        changed["items"] = {"anyOf": [changed["items"], _VARIABLE]}
    if "prefixItems" in changed:
        changed["prefixItems"] = [{"anyOf": [one, _VARIABLE]} for one in changed["prefixItems"]]
    return changed


def _record() -> Schema:
    return {"$id": f"auditor-record-{SCHEMA_VERSION}", **Record.model_json_schema(mode="serialization")}


def _of_check(check: Check, definitions: Schema) -> Schema:
    """That a requirement of this check has its parameters and names one of its quantities."""
    params = check.params.model_json_schema()
    definitions.update(params.pop("$defs", {}))
    params["title"] = check.title
    params["properties"] = {key: _or_variable(value) for key, value in params.get("properties", {}).items()}
    quantities = {name: meaning.title for name, meaning in check.quantities.items()}
    quantity = {"oneOf": [{"const": name, "title": title} for name, title in quantities.items()]}
    then: Schema = {"properties": {"with": params, "limit": {"properties": {"quantity": quantity}}}}
    if params.get("required"):
        then["required"] = ["with"]
    return {"if": {"properties": {"check": {"const": check.id}}, "required": ["check"]}, "then": then}


SCHEMAS: Mapping[str, Callable[[], Schema]] = MappingProxyType(
    {
        "policy": _policy,
        "audit": AuditSpec.model_json_schema,
        "dataset": DataSpec.model_json_schema,
        "waivers": WaiverFile.model_json_schema,
        "attestations": AttestationFile.model_json_schema,
        "record": _record,
        "reasons": ReasonFile.model_json_schema,
    }
)
