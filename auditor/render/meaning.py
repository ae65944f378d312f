"""What a finding means to somebody who has to decide, and what there is to decide: in words, without method."""

from __future__ import annotations

import re

from auditor.record import Finding, Record
from auditor.render.findings import settling, unsettled
from auditor.render.hundred import of_a_hundred
from auditor.render.telling import reason, sentence
from auditor.render.words import Words

_CITED = re.compile(r" ?\([A-Z][^()]*\b(?:1[89]|20)\d\d\b[^()]*\)")  # (Hardt, Price and Srebro 2016)


def means(finding: Finding, record: Record, words: Words) -> str:
    """A finding in a few sentences: what came out, of a hundred, and why the check is made, in the check's words."""
    entry = record.measured.get(finding.measured)
    why = sentence(_CITED.sub("", entry.documentation.why)) if entry else ""
    return " ".join(text for text in (came_out(finding, words), of_a_hundred(finding, words), why) if text)


def came_out(finding: Finding, words: Words) -> str:
    """What came out of a requirement, in a sentence."""
    if finding.status == "open" and finding.requirement.attest:
        return words("Nobody has stated this so far; the {role} has to.", role=finding.requirement.attest.role)
    if finding.status == "waived" and finding.waiver:
        until = words.date(finding.waiver.expires.isoformat())
        who = ", ".join(one for one in (finding.waiver.approver, finding.waiver.role) if one)
        return words("This is not met; {who} accepts that until {date}.", who=who, date=until)
    if finding.status == "inconclusive" and finding.needed is not None:
        rows = settling(finding, words)
        return words("The data do not tell whether this holds; {rows}.", rows=rows)
    told = {
        "fail": words("This does not hold on the test data."),
        "inconclusive": words("The data do not tell whether this holds."),
        "error": words("This was not tested, as its check did not run to its end."),
        "not_applicable": words("This could not be tested here: {reason}", reason=sentence(reason(finding, words))),
    }
    return told.get(finding.status, words("This holds on the test data."))


def to_decide(record: Record, words: Words) -> tuple[str, ...]:
    """What the committee has to decide, from the verdict and from what is not settled; never what it should decide."""
    return (_use(record, words), *_each(unsettled(record), words))


def _use(record: Record, words: Words) -> str:
    return {
        "PASS": words(
            "Whether the model is used as intended. Every requirement of the policy is met on these data; what the "
            "policy does not ask, nobody has tested."
        ),
        "CONDITIONAL": words(
            "Whether the model is used as intended, under which conditions and until when: no blocker is unmet, and "
            "what is listed below is."
        ),
        "FAIL": words(
            "What becomes of the model: it does not meet what the policy demands before it may be used. It can be "
            "mended and audited again, or given up."
        ),
        "INCONCLUSIVE": words(
            "Whether to wait for the evidence that is missing. So far nobody can say that the model meets the policy; "
            "a use would rest on hope."
        ),
    }[record.verdict]


def _each(findings: tuple[Finding, ...], words: Words) -> tuple[str, ...]:
    """What is to be decided of what is not settled, a point for each kind of it."""
    asked = (
        ("fail", words("To be mended, or accepted for a limited time by whom the policy allows: {ids}.")),
        ("inconclusive", words("To be measured again with more data, or left open and said so: {ids}.")),
        ("error", words("To be run again, after what stopped the check is mended: {ids}.")),
        ("open", words("To be stated by a person, or refused: {ids}.")),
        ("waived", words("Whether the waiver stands, and who sees to it that its end is kept: {ids}.")),
        ("not_applicable", words("Whether it may stay untested, and what takes its place: {ids}.")),
    )
    points = []
    for status, text in asked:
        ids = [one.requirement.id for one in findings if one.status == status]
        if ids:
            points.append(text.format(ids=words.listed(ids)))
    return tuple(points)
