"""The JSON Schemas that editors use."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from render.sample import sample
from ruamel.yaml import YAML

from auditor.app.recorded import load, written
from auditor.app.schema import SCHEMAS, schema
from auditor.cli.commands import auditor
from auditor.errors import FileFault
from auditor.seal.agreement import body_digest

ROOT = Path(__file__).parents[2]
WRITTEN = {
    "policy": [
        *(one for one in ROOT.glob("policies/**/*.yaml") if "regulations" not in one.parts),
        *ROOT.glob("examples/*/policy.yaml"),
    ],
    "audit": [*ROOT.glob("examples/*/audit.yaml")],
    "dataset": [*ROOT.glob("examples/*/dataset.yaml")],
}
RIGHT = {
    "id": "FAIR-1",
    "text": "Found equally often.",
    "check": "bias.equal_opportunity",
    "with": {"attribute": "sex"},
    "limit": {"quantity": "sensitivity_difference", "between": [-0.1, 0.1]},
    "severity": "major",
}


def plain(path):
    """A YAML file as JSON would have it: every key is text."""
    return json.loads(json.dumps(YAML(typ="safe").load(path.read_text(encoding="utf-8")), default=str))


def policy(**changed):
    requirement = {key: value for key, value in {**RIGHT, **changed}.items() if value is not None}
    return {"policy": "p", "version": 1, "title": "t", "requirements": [requirement]}


def refused(document):
    return not jsonschema.Draft202012Validator(schema("policy")).is_valid(document)


@pytest.mark.parametrize(
    ("kind", "path"), [pytest.param(k, p, id=str(p.relative_to(ROOT))) for k, paths in WRITTEN.items() for p in paths]
)
def test_what_is_shipped_fits_its_schema(kind, path):
    """Every shipped policy and example has the form that an editor would ask for."""
    jsonschema.Draft202012Validator(schema(kind)).validate(plain(path))


@pytest.mark.parametrize("kind", SCHEMAS)
def test_schemas_are_valid_and_printed(kind):
    """The command prints a valid schema for each kind of file."""
    printed = CliRunner().invoke(auditor, ["schema", kind], standalone_mode=False)
    jsonschema.Draft202012Validator.check_schema(json.loads(printed.output))


def test_a_right_requirement_fits():
    assert not refused(policy())


@pytest.mark.parametrize(
    "changed",
    [
        {"check": "bias.equal_oportunity"},
        {"limit": {"quantity": "sensitivity_diference", "at_least": 0.1}},
        {"with": {"atribute": "sex"}},
        {"with": None},
        {"severity": "critical"},
        {"limit": None},
        {"attest": {"role": "owner"}},
        {"colour": "red"},
    ],
    ids=str,
)
def test_what_lint_refuses_is_marked_by_an_editor(changed):
    """A misspelt check, quantity, parameter or key, a missing limit and two ways at once do not fit."""
    assert refused(policy(**changed))


def test_a_record_fits_its_schema():
    """As it is written to disk, with every kind of finding and evidence."""
    record = json.loads(written(sample()))
    jsonschema.Draft202012Validator(schema("record")).validate(record)
    assert not jsonschema.Draft202012Validator(schema("record")).is_valid({**record, "verdict": "COMPLIANT"})


def test_a_record_of_an_older_program_is_read(tmp_path):
    """It lacks fields that have a default today, and its digest is of what was written then."""
    raw = json.loads(written(sample()))
    for newer in ("vars", "places", "changes"):
        del raw["policy"][newer]
    raw["body_sha256"] = body_digest(raw)
    (tmp_path / "record.json").write_text(json.dumps(raw))
    assert raw["body_sha256"] == load(tmp_path).body_sha256


def test_a_record_of_another_version_is_refused(tmp_path):
    """With the version that this program reads."""
    (tmp_path / "record.json").write_bytes(written(sample()).replace(b'"schema_version": 1', b'"schema_version": 2'))
    with pytest.raises(FileFault, match="This program reads version 1 of the record"):
        load(tmp_path)


def test_a_policy_over_another_may_say_part_of_a_requirement():
    """And a variable may stand where a number does; by itself a policy says the whole."""
    part = {"policy": "p", "version": 1, "title": "t", "requirements": [{"id": "PERF-1", "severity": "minor"}]}
    assert refused(part)
    assert not refused({**part, "extends": "baseline"})
    assert not refused(policy(limit={"quantity": "sensitivity_difference", "between": ["$low", "$high"]}))
    assert refused(policy(limit={"quantity": "sensitivity_difference", "between": ["low", "high"]}))
