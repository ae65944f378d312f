"""The first page: verdict, what would change it, what it is valid for, what matters most, and what it is not."""

from __future__ import annotations

from auditor.record import Finding, Record, Status
from auditor.render.bypart import part_matrix
from auditor.render.changed import loosened
from auditor.render.dresses import kind_of_report
from auditor.render.earlier import frozen
from auditor.render.findings import ranked, settling, unsettled
from auditor.render.telling import anchor, decisive, limit_of, quantity_title, reason
from auditor.render.tested import decision_text
from auditor.render.view import Cell, Code, Fact, FirstPage, Link, Top
from auditor.render.vocabulary import STATUSES, severity_chip, short, status_chip, verdict_chip
from auditor.render.words import Words

_MOST_CHARACTERS = 170  # of a field; the whole of it is in the section on the model
_TOP = 3


def first_page(record: Record, words: Words) -> FirstPage:
    """The first page of a record's report."""
    unmet = unsettled(record)
    identity, policy = record.identity, record.policy
    version = words("version {version}", version=policy.version)
    return FirstPage(
        kind=kind_of_report(words),
        title=identity.name,
        model=words("version {version}", version=identity.version),
        subtitle=words(
            "Measured on {data} against {policy}, {version}",
            data=record.data.name,
            policy=policy.title,
            version=version,
        ),
        verdict=verdict_chip(record.verdict, words),
        sentence=_sentence(record, words),
        change=_change(record, unmet, words),
        identity=_identity(record, words),
        valid=_valid(record, words),
        top_title=words("What matters most")
        if unmet
        else words("No requirement is unmet; the weightest that were tested"),
        top=tuple(_top(finding, record, words) for finding in (unmet or ranked(record))[:_TOP]),
        counts=part_matrix(record, words),
        disclaimer=words(
            "This report measures a model against the policy “{policy}” ({version}). It is not legal advice and not a "
            "certification; what was not tested is listed in its own section and is never a pass.",
            policy=policy.title,
            version=version,
        ),
    )


def _sentence(record: Record, words: Words) -> str:
    counts = {status: sum(one.status == status for one in record.findings) for status in STATUSES}
    several: dict[Status, str] = {
        "fail": words.many("{count} failed", "{count} failed", counts["fail"]),
        "error": words.many("{count} ended in an error", "{count} ended in an error", counts["error"]),
        "inconclusive": words.many("{count} is inconclusive", "{count} are inconclusive", counts["inconclusive"]),
        "open": words.many("{count} awaits a person’s statement", "{count} await a person’s statement", counts["open"]),
        "waived": words.many("{count} is waived", "{count} are waived", counts["waived"]),
        "not_applicable": words.many("{count} does not apply", "{count} do not apply", counts["not_applicable"]),
        "pass": words.many("{count} passed", "{count} passed", counts["pass"]),
        "attested": _attested(record, counts["attested"], words),
    }
    told = words.listed([text for status, text in several.items() if counts[status]])
    return words.many(
        "Of {count} requirement, {told}.", "Of {count} requirements, {told}.", len(record.findings), told=told
    )


def _attested(record: Record, count: int, words: Words) -> str:
    """How many statements there are, and of how many somebody had a reservation."""
    reserved = sum(bool(one.attestation and one.attestation.reservation) for one in record.findings)
    told = words.many("{count} is attested", "{count} are attested", count)
    if not reserved:
        return told
    if reserved == count:
        return words("{told}, with reservation", told=told)
    return words.many("{told} ({count} with reservation)", "{told} ({count} with reservation)", reserved, told=told)


def _change(record: Record, unmet: tuple[Finding, ...], words: Words) -> tuple[str, ...]:
    """What would have to be different, from statuses alone."""
    if record.verdict == "PASS":
        return (words("Another model file, other data or another policy: the verdict holds for these alone."),)
    if record.verdict == "CONDITIONAL":
        return _each(unmet, words)
    blockers = tuple(finding for finding in unmet if finding.requirement.severity == "blocker")
    if record.verdict == "FAIL":
        failed = [finding.requirement.id for finding in blockers if finding.status == "fail"]
        text = words("It stays FAIL until these blockers meet their limits: {ids}.", ids=words.listed(failed))
        rest = tuple(finding for finding in blockers if finding.status != "fail")
        return (text, *_each(rest, words)) if rest else (text,)
    return _each(blockers or unmet, words)


def _each(findings: tuple[Finding, ...], words: Words) -> tuple[str, ...]:
    told = []
    for finding in findings[:4]:
        name = finding.requirement.id
        if finding.status == "inconclusive" and finding.needed is not None:
            told.append(words("{id}: {rows}.", id=name, rows=settling(finding, words)))
        elif finding.status == "open" and finding.requirement.attest:
            told.append(words("{id}: a statement by the {role}.", id=name, role=finding.requirement.attest.role))
        elif finding.status == "error":
            told.append(words("{id}: its check has to run to its end.", id=name))
        elif finding.status == "waived" and finding.waiver:
            until = words.date(finding.waiver.expires.isoformat())
            told.append(words("{id}: waived until {date}; then it counts as it was measured.", id=name, date=until))
        elif finding.status == "fail":
            told.append(words("{id}: meeting its limit.", id=name))
        else:
            told.append(words("{id}: a measurement that can be judged.", id=name))
    if len(findings) > len(told):
        told.append(words.many("And {count} more.", "And {count} more.", len(findings) - len(told)))
    return tuple(told)


def _identity(record: Record, words: Words) -> tuple[Fact, ...]:
    identity = record.identity
    facts = (
        (words("Owner"), identity.owner),
        (words("Intended use"), _shortened(identity.intended_use)),
        (words("Population"), _shortened(identity.population)),
        (words("Decision"), _shortened(decision_text(record, words))),
        (words("Materiality"), identity.materiality),
    )
    return tuple(Fact(name, text or words("not stated")) for name, text in facts)


def _shortened(text: str) -> str:
    if len(text) <= _MOST_CHARACTERS:
        return text
    return text[:_MOST_CHARACTERS].rsplit(" ", 1)[0] + " …"


def _valid(record: Record, words: Words) -> tuple[Fact, ...]:
    data = " · ".join(short(one.sha256) for one in record.data.files[:3])
    data += " …" if len(record.data.files) > 3 else ""
    policy = " · ".join(short(one.sha256) for one in record.policy.files[:1])
    facts: tuple[tuple[str, Cell], ...] = (
        (words("Model file"), Code(short(record.model.file.sha256))),
        (words("Data files"), Code(data)),
        (words("Policy file"), Code(policy)),
        (words("Record"), Code(short(record.body_sha256))),
        (words("Test rows"), _rows(record, words)),
        (words("Domain"), _domain(record, words)),
        (words("Policy frozen"), frozen(record, words)),
        (words("Measured on"), words.date(record.run.started)),
        (words("Until"), _until(record, words)),
    )
    if any(one.kind == "looser" for one in record.policy.changes):
        facts = (*facts, (words("Policy loosened"), loosened(record, words)))
    return tuple(Fact(name, text) for name, text in facts)


def _rows(record: Record, words: Words) -> str:
    test, count = record.data.test, words.numbers.count
    told = words.many("{rows} of {count} entity", "{rows} of {count} entities", test.entities, rows=count(test.rows))
    if test.events is None:
        return told
    return words.many("{told}, {count} event", "{told}, {count} events", test.events, told=told)


def _domain(record: Record, words: Words) -> str:
    """How many of the test rows are unlike the rows that the model was made from."""
    entry = next((one for one in record.measured.values() if one.check == "behavior.domain"), None)
    if entry is None:
        return words("not looked at")
    outside = entry.measurement.quantities.get("outside") if entry.measurement else None
    if outside is None or "" not in outside.parts:
        return _shortened(words("not known: {reason}", reason=entry.reason or words("see the check")))
    estimate, percent = outside.parts[""], words.numbers.percent
    low, high = estimate.interval(record.policy.statistics.level)
    return words(
        "{share} of the test rows are unlike the reference rows ({low} to {high})",
        share=percent(estimate.value),
        low=percent(max(low, 0.0)),
        high=percent(min(high, 1.0)),
    )


def _until(record: Record, words: Words) -> str:
    """When the first waiver or statement ends, which then counts no more."""
    people = [one for finding in record.findings for one in (finding.waiver, finding.attestation) if one is not None]
    if not people:
        return words("any of these files changes")
    first = min(people, key=lambda one: one.expires)
    date = words.date(first.expires.isoformat())
    return words("{date}, when what {id} rests on ends", date=date, id=first.requirement)


def _top(finding: Finding, record: Record, words: Words) -> Top:
    number, limit = decisive(finding, record, words), limit_of(finding, record, words)
    told = reason(finding, words)
    if number:
        told = words(
            "{quantity}, {number}; limit\u00a0{limit}",
            quantity=quantity_title(finding, record),
            number=number,
            limit=limit,
        )
    return Top(
        link=Link(finding.requirement.id, anchor(finding), page=True),
        chip=status_chip(finding.status, words),
        severity=severity_chip(finding.requirement.severity, words),
        text=finding.requirement.text,
        told=_shortened(told),
    )
