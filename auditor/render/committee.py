"""The report for a committee: what came out, what it means, what is to be decided; a few pages in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

from auditor.record import Finding, Record
from auditor.render.bypart import by_part, not_asked, part_lead, part_title
from auditor.render.committee_parts import GROUPS, RELIES, drawings, forest, line, numbers, performance_first
from auditor.render.committee_people import board_signers, people, statements
from auditor.render.committee_view import Chapter, Committee, Matter
from auditor.render.dresses import board, dress_of
from auditor.render.findings import ranked, unsettled
from auditor.render.first import first_page
from auditor.render.html import page
from auditor.render.meaning import came_out, means, to_decide
from auditor.render.plain import printable
from auditor.render.telling import anchor, sentence
from auditor.render.theme import Theme
from auditor.render.view import Grid, Head
from auditor.render.vocabulary import STATUSES, severity_chip, short, status_chip
from auditor.render.words import Words, words

_MOST_MATTERS, _MOST_POINTS, _MOST_BLIND = 6, 6, 4
_LISTED = ("fail", "error", "inconclusive", "open", "waived", "not_applicable")


def committee_html(record: Record, *, theme: Path | Theme | None = None) -> str:
    """The committee's report of a record as one HTML file. theme, and what it raises: as `render_html`."""
    told = words(record.language, dress_of(record))
    return page("committee.html", told, theme, report=committee(record, told))


def committee(record: Record, words: Words) -> Committee:
    """Everything that the committee's template places."""
    record = printable(record)
    first = replace(first_page(record, words), kind=board(words))
    figures, numbers_of = count(1), count(1)
    made = (make(record, figures, words) for make in _CHAPTERS)
    name, version = record.identity.name, record.identity.version
    return Committee(
        language=words.language,
        dress=words.dress,
        title=words("Report to the committee: {name}, version {version}", name=name, version=version),
        id=short(record.body_sha256),
        date=words.date(record.run.started),
        stamp=record.run.started,
        first=first,
        chapters=tuple(replace(one, number=str(next(numbers_of))) for one in made if one is not None),
        signers=board_signers(words),
    )


def _outcome(record: Record, _figures: count[int], words: Words) -> Chapter:
    heads = (Head(words("Part")), Head(words("What was looked at")), Head(words("What came out")))
    rows = tuple(
        (part_title(part, words), part_lead(part, words), _counted(findings, words))
        for part, findings in by_part(record).items()
    )
    grid = Grid(words("What the policy asks, part by part"), heads, rows, after=not_asked(record, words))
    return Chapter("outcome", "", words("What was tested, and what came out"), grids=(grid,))


def _counted(findings: tuple[Finding, ...], words: Words) -> str:
    told = []
    for status in sorted({one.status for one in findings}, key=STATUSES.index):
        ids = [one.requirement.id for one in findings if one.status == status]
        text = words("{status}: {n}", status=status_chip(status, words).word, n=words.numbers.count(len(ids)))
        told.append(f"{text} ({', '.join(ids)})" if status in _LISTED else text)
    return "; ".join(told)


def _matters(record: Record, _figures: count[int], words: Words) -> Chapter:
    unmet = unsettled(record)
    shown = (unmet or ranked(record))[: _MOST_MATTERS if unmet else 3]
    lead = words(
        "The dot is what was measured, the bar how far the truth may lie from it ({level} intervals), the shaded part "
        "where the policy’s limit is met.",
        level=words.numbers.level(record.policy.statistics.level),
    )
    left = len(unmet) - len(shown)
    after = words.many(
        "{count} further finding is in the technical report.",
        "{count} further findings are in the technical report.",
        left,
    )
    return Chapter(
        "matters",
        "",
        words("Findings that matter") if unmet else words("Nothing is unmet; what weighed most"),
        lead,
        matters=tuple(_matter(one, record, words) for one in shown),
        after=after if left > 0 else "",
    )


def _matter(finding: Finding, record: Record, words: Words) -> Matter:
    return Matter(
        anchor=anchor(finding),
        id=finding.requirement.id,
        chip=status_chip(finding.status, words),
        severity=severity_chip(finding.requirement.severity, words),
        text=finding.requirement.text,
        means=means(finding, record, words),
        line=line(finding, finding.judged[0], record, words) if finding.judged else None,
        brief=finding.status == "open",
    )


def _performance(record: Record, figures: count[int], words: Words) -> Chapter | None:
    lines, drawn = (
        numbers(record, "performance", words),
        drawings(record, performance_first(words.dress), 3, figures, words),
    )
    if not lines and not drawn:
        return None
    return Chapter("performance", "", words("How well it performs"), lines=lines, figures=drawn)


def _groups(record: Record, figures: count[int], words: Words) -> Chapter | None:
    lines, (title, parts) = numbers(record, "bias", words), forest(record, "bias", words)
    drawn = () if parts else drawings(record, GROUPS, 1, figures, words)
    if not lines and not drawn:
        return None
    lead = words("The fewer people a group has, the longer its bar: what is not seen there may be there all the same.")
    return Chapter(
        "groups",
        "",
        words("Differences between groups"),
        lead,
        lines=lines,
        forest_title=title,
        forest=parts,
        figures=drawn,
    )


def _relies(record: Record, figures: count[int], words: Words) -> Chapter | None:
    drawn = drawings(record, RELIES, 1, figures, words)
    if not drawn:
        return None
    lead = words("What moves the score, on average over the test data. It is no proof that it causes the outcome.")
    return Chapter("relies", "", words("What the model relies on"), lead, figures=drawn)


def _limits(record: Record, _figures: count[int], words: Words) -> Chapter:
    points = _untested(record, words)
    left = len(points) - _MOST_POINTS
    more = words.many(
        "{count} further point is in the technical report.", "{count} further points are in the technical report.", left
    )
    after = (more,) if left > 0 else ()
    return Chapter(
        "limits",
        "",
        words("Limits of this audit"),
        points=(*(sentence(one) for one in points[:_MOST_POINTS]), *after),
        grids=_blind(record, words),
    )


def _untested(record: Record, words: Words) -> tuple[str, ...]:
    """What was not tested, without what a program said about it; statements that are due stand among the people."""
    due = tuple(one.requirement.text.rstrip(".") for one in record.findings if one.status == "open")
    lost = (
        one
        for one in record.findings
        if one.status in ("error", "not_applicable")
        and not any(one.reason.rstrip(".") in point for point in record.not_tested)
    )
    told = (f"{one.requirement.id}: “{one.requirement.text.rstrip('.')}”. {came_out(one, words)}" for one in lost)
    others = (point for point in record.not_tested if not any(text in point for text in due))
    return tuple(dict.fromkeys((*told, *others)))


def _blind(record: Record, words: Words) -> tuple[Grid, ...]:
    """What the checks behind the weightiest findings cannot see."""
    entries = (record.measured.get(finding.measured) for finding in ranked(record))
    said = {one.check: one.documentation for one in entries if one is not None}
    rows = [(one.title.rstrip("."), sentence(one.blind_to)) for one in said.values()][:_MOST_BLIND]
    heads = (Head(words("What was tested")), Head(words("What that cannot see")))
    return (Grid(words("Blind spots behind the weightiest findings"), heads, tuple(rows)),) if rows else ()


def _people(record: Record, _figures: count[int], words: Words) -> Chapter | None:
    grids = (*statements(record, words), *people(record, words))
    return Chapter("people", "", words("Who answers for what"), grids=grids) if grids else None


def _decide(record: Record, _figures: count[int], words: Words) -> Chapter:
    lead = words("The audit says what was measured. What follows from it is the committee’s to decide:")
    return Chapter("decide", "", words("What is to be decided"), lead, points=to_decide(record, words))


_CHAPTERS: tuple[Callable[[Record, count[int], Words], Chapter | None], ...] = (
    _outcome,
    _matters,
    _performance,
    _groups,
    _relies,
    _limits,
    _people,
    _decide,
)
