"""JUnit XML, as build servers read it: one test case for each requirement.

Inconclusive, open and undeclared not-applicable findings are failures, whose type says so: what was not shown has not
passed. What was excused is skipped, with its reason.
"""

from __future__ import annotations

from xml.etree import ElementTree

from auditor.record import Finding, Record
from auditor.render.machine.outcome import family, line, outcome

_ELEMENT = {"failed": "failure", "unsettled": "failure", "error": "error", "excused": "skipped"}


def junit(record: Record) -> bytes:
    """The record as a JUnit report, a suite for each family of checks."""
    title = f"{record.identity.name} {record.identity.version}: {record.policy.name}"
    root = ElementTree.Element("testsuites", _counted(record.findings, name=title))
    for name in dict.fromkeys(map(family, record.findings)):
        own = tuple(one for one in record.findings if family(one) == name)
        suite = ElementTree.SubElement(
            root, "testsuite", _counted(own, name=name) | {"timestamp": record.run.started[:19]}
        )
        for finding in own:
            _case(suite, finding, record)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(suite: ElementTree.Element, finding: Finding, record: Record) -> None:
    requirement = finding.requirement
    attributes = {
        "classname": f"{record.policy.name}.{family(finding)}",
        "name": f"{requirement.id} {requirement.text}",
    }
    case = ElementTree.SubElement(suite, "testcase", attributes)
    properties = ElementTree.SubElement(case, "properties")
    place = record.policy.places.get(requirement.id, "")
    for name, value in {"severity": requirement.severity, "status": finding.status, "policy": place}.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})
    told = line(finding, record)
    element = _ELEMENT.get(outcome(finding))
    if element is None:
        ElementTree.SubElement(case, "system-out").text = told
    elif element == "skipped":
        ElementTree.SubElement(case, element, {"message": told})
    else:
        ElementTree.SubElement(case, element, {"type": finding.status, "message": told})


def _counted(findings: tuple[Finding, ...], name: str) -> dict[str, str]:
    elements = [_ELEMENT.get(outcome(finding)) for finding in findings]
    counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {"name": name, "tests": str(len(findings))} | {
        key: str(elements.count(element)) for key, element in counts.items()
    }
