"""Findings ranked, each as a block; and the matrix of all requirements."""

from __future__ import annotations

from auditor.people import Stated
from auditor.policy import Requirement
from auditor.record import Finding, Judged, Record
from auditor.render.methods_told import gathered
from auditor.render.numbers import digits_for
from auditor.render.places import check_number
from auditor.render.strips import Ruler
from auditor.render.telling import (
    anchor,
    check_anchor,
    check_title,
    common_reason,
    decisive,
    limit_of,
    quantity_title,
    reason,
    sentence,
    told,
)
from auditor.render.view import Cell, Code, Fact, FindingView, Grid, Head, Link, Part
from auditor.render.vocabulary import NONE, SEVERITIES, STATUSES, severity_chip, status_chip
from auditor.render.words import Words

_MOST_PARTS, _MOST_SETTLED = 12, 3  # parts shown of a finding, and of one that is settled; the decisive one is first


def ranked(record: Record) -> tuple[Finding, ...]:
    """Findings in the order in which they matter: what is not settled first, by severity, then by status."""
    return tuple(sorted(record.findings, key=lambda finding: (is_settled(finding), *_weight(finding))))


def is_settled(finding: Finding) -> bool:
    """That nothing is left to do about a finding."""
    declared = finding.status == "not_applicable" and bool(finding.requirement.may_not_apply)
    return finding.status in ("pass", "attested") or declared


def _weight(finding: Finding) -> tuple[int, int]:
    return SEVERITIES.index(finding.requirement.severity), STATUSES.index(finding.status)


def unsettled(record: Record) -> tuple[Finding, ...]:
    """The findings that keep the audit from a clean pass, in their rank."""
    return tuple(finding for finding in ranked(record) if not is_settled(finding))


def finding_view(finding: Finding, record: Record, words: Words) -> FindingView:
    """One finding as a block."""
    limit, requirement = finding.requirement.limit, finding.requirement
    settled = is_settled(finding)
    ruler = Ruler.over(finding.judged, limit) if limit and finding.judged else None
    most = _MOST_SETTLED if settled else _MOST_PARTS
    shown, hidden = finding.judged[:most], len(finding.judged) - most
    after = words.many(
        "{count} further part is in the attached record.", "{count} further parts are in the attached record.", hidden
    )
    return FindingView(
        anchor=anchor(finding),
        id=requirement.id,
        text=requirement.text,
        chip=status_chip(finding.status, words),
        severity=severity_chip(requirement.severity, words),
        quantity=quantity_title(finding, record),
        estimate=decisive(finding, record, words),
        limit=limit_of(finding, record, words),
        reason="" if finding.status == "pass" else sentence(reason(finding, words)),
        scale=_scale(ruler, words),
        parts=tuple(_part(one, finding, ruler, record, words) for one in shown),
        after=after if hidden > 0 else "",
        facts=tuple((_settled_facts if settled else _facts)(finding, record, words)),
        settled=settled,
        columns=(any(one.events is not None for one in shown), any(one.entities is not None for one in shown)),
    )


def _scale(ruler: Ruler | None, words: Words) -> tuple[str, str] | None:
    if ruler is None:
        return None
    digits = max(2, digits_for([ruler.high - ruler.low]) - 1) if ruler.high - ruler.low < 10 else 0
    return words.numbers.number(ruler.low, digits), words.numbers.number(ruler.high, digits)


def _part(judged: Judged, finding: Finding, ruler: Ruler | None, record: Record, words: Words) -> Part:
    count = words.numbers.count
    estimate = told(judged, finding, record, words)
    alternative = words("{estimate}; the limit is {limit}", estimate=estimate, limit=limit_of(finding, record, words))
    return Part(
        name=judged.part or words("all rows"),
        estimate=estimate,
        strip=ruler.strip(judged, alternative) if ruler else None,
        n=count(judged.n),
        events=NONE if judged.events is None else count(judged.events),
        entities=NONE if judged.entities is None else count(judged.entities),
        chip=status_chip(judged.status, words),
        reason="" if judged.reason == common_reason(finding) else judged.reason,
    )


def settling(finding: Finding, words: Words) -> str:
    """How many rows would settle it, and whether as a fail: what lies outside of its limit does not come to pass."""
    rows = _rows_needed(finding, words)
    if _would_fail(finding):
        return words("{rows}, would settle it, as a fail", rows=rows)
    return words("{rows}, would settle it", rows=rows)


def _would_fail(finding: Finding) -> bool:
    limit = finding.requirement.limit
    value = next(one.value for one in finding.judged if one.part == finding.needed_in)
    low, high = (limit.low, limit.high) if limit else (None, None)
    return (low is not None and value < low) or (high is not None and value > high)


def _rows_needed(finding: Finding, words: Words) -> str:
    """The rows beside how many there are: of a difference, rows of its smaller side."""
    judged = next(one for one in finding.judged if one.part == finding.needed_in)
    count = words.numbers.count
    told = words("about {n} rows instead of {have}", n=count(finding.needed or 0), have=count(judged.n))
    if judged.part == finding.judged[0].part != "":
        told += " " + f"({judged.part})"
    elif judged.part:  # not the one whose number is shown
        told += " " + words("({part}, the part that needs most)", part=judged.part)
    return words("{rows}, if the value stayed as it is", rows=told)


def _facts(finding: Finding, record: Record, words: Words) -> list[Fact]:
    entry = record.measured.get(finding.measured)
    requirement = finding.requirement
    facts: list[tuple[str, Cell]] = [
        (words("Not judged"), "; ".join(f"{p}: {why}" for p, why in finding.unjudged.items()))
    ]
    if finding.needed is not None:
        would = words("Would settle it, as a fail") if _would_fail(finding) else words("Would settle it")
        facts.append((would, _rows_needed(finding, words)))
    if any(one.low is not None or one.high is not None for one in finding.judged):
        facts.append((words("Interval"), _interval_told(finding, words)))
    facts += _people(finding, words)
    facts += [
        (words("Why this limit"), _why(requirement)),
        (words("May not apply"), requirement.may_not_apply),
        (words("Refers to"), ", ".join(requirement.cites)),
        (words("Blind to"), sentence(entry.documentation.blind_to) if entry else ""),
    ]
    return [*(Fact(name, text) for name, text in facts if text), *_evidence(finding, record, words)]


def _why(requirement: Requirement) -> str:
    """The reasons that the policy gives, also for an end that is there for values too good to be true."""
    beyond = requirement.limit.too_good if requirement.limit else ""
    return " ".join(filter(None, (requirement.rationale, beyond)))


def _settled_facts(finding: Finding, record: Record, words: Words) -> list[Fact]:
    """Of what is settled, why the limit, who stated it and where its numbers are; the rest stands there."""
    facts: list[tuple[str, Cell]] = [(words("Why this limit"), _why(finding.requirement)), *_people(finding, words)]
    facts += [(words("May not apply"), finding.requirement.may_not_apply)] if finding.status == "not_applicable" else []
    facts += [(words("Refers to"), ", ".join(finding.requirement.cites))]
    return [*(Fact(name, text) for name, text in facts if text), *_evidence(finding, record, words)]


def _evidence(finding: Finding, record: Record, words: Words) -> list[Fact]:
    """Where all numbers of the check are: by section, as a page number here would lay out half of the PDF again."""
    if finding.measured not in record.measured:
        return []
    number, title = check_number(finding.measured, record), check_title(finding.measured, record, words)
    return [Fact(words("Evidence"), Link(f"{number} {title}", check_anchor(finding.measured, record)))]


def _interval_told(finding: Finding, words: Words) -> str:
    methods = dict.fromkeys(gathered((one.method for one in finding.judged), words).values())
    level = words.numbers.level(finding.judged[0].level)
    adjusted = finding.judged[0].adjusted
    text = words("{level}; {methods}", level=level, methods="; ".join(methods))
    return words("{text}; widened for {adjusted}", text=text, adjusted=adjusted) if adjusted else text


def _people(finding: Finding, words: Words) -> list[tuple[str, Cell]]:
    facts: list[tuple[str, Cell]] = []
    if finding.requirement.attest and not finding.attestation:
        facts.append((words("To be stated by"), finding.requirement.attest.role))
    if (attestation := finding.attestation) is not None:
        facts += [
            (words("Stated by"), f"{attestation.name}, {attestation.role}, {words.date(attestation.date.isoformat())}"),
            (words("Statement"), attestation.statement),
            (words("Reservation"), attestation.reservation),
            (words("Valid until"), words.date(attestation.expires.isoformat())),
            (words("Evidence, SHA-256"), Code(attestation.evidence_sha256) if attestation.evidence_sha256 else ""),
            (words("Signed by"), _signer(attestation, words)),
        ]
    if (waiver := finding.waiver) is not None:
        approved = words.date(waiver.approved.isoformat())
        facts += [
            (words("Waived by"), ", ".join(one for one in (waiver.approver, waiver.role, approved) if one)),
            (words("Reason of the waiver"), waiver.reason),
            (words("Made up for by"), waiver.compensating_control),
            (words("For"), ", ".join(waiver.parts)),
            (words("Waived until"), words.date(waiver.expires.isoformat())),
            (words("Signed by"), _signer(waiver, words)),
        ]
    return facts


def _signer(stated: Stated, words: Words) -> str:
    if stated.signature is None:
        return words("nobody")
    return stated.verified or words("a key that nobody vouched for ({id}…)", id=stated.signature.keyid[:16])


def matrix(record: Record, words: Words) -> Grid:
    """All requirements, in the order of the policy."""
    heads = (
        Head(words("Id"), narrow=True),
        Head(words("Requirement")),
        Head(words("Measured")),
        Head(words("Limit"), "right"),
        Head(words("Severity")),
        Head(words("Status")),
        Head(words("Page"), "right"),
    )
    rows = []
    for finding in record.findings:
        requirement = finding.requirement
        measured = decisive(finding, record, words) or (NONE if requirement.check else words("by a person"))
        rows.append(
            (
                Link(requirement.id, anchor(finding)),
                requirement.text,
                measured,
                limit_of(finding, record, words) or NONE,
                severity_chip(requirement.severity, words),
                status_chip(finding.status, words),
                Link("", anchor(finding), page=True),
            )
        )
    return Grid(words("Requirements of the policy, with the number that decided each"), heads, tuple(rows))
