"""The whole report of a record, ready to be set."""

from __future__ import annotations

from itertools import count

from auditor.record import Record
from auditor.render.changed import change_blocks
from auditor.render.closing import reproducibility_blocks, signers
from auditor.render.coverage import coverage_blocks
from auditor.render.families import check_views
from auditor.render.findings import finding_view, matrix, ranked
from auditor.render.first import first_page
from auditor.render.methods import method_blocks
from auditor.render.places import BEFORE, families, family_number
from auditor.render.plain import printable
from auditor.render.tested import data_blocks, model_block
from auditor.render.untested import not_tested_blocks
from auditor.render.view import Report, Section
from auditor.render.vocabulary import family_lead, family_title, short
from auditor.render.words import Words


def report(record: Record, words: Words) -> Report:
    """Everything that the templates place."""
    record = printable(record)
    after = BEFORE + len(families(record)) + 1
    sections = (*_results(record, words), *_families(record, words), *_tested(record, count(after), words))
    return Report(
        language=words.language,
        dress=words.dress,
        title=words(
            "Model audit report: {name}, version {version}", name=record.identity.name, version=record.identity.version
        ),
        id=short(record.body_sha256),
        date=words.date(record.run.started),
        stamp=record.run.started,
        first=first_page(record, words),
        sections=sections,
    )


def _results(record: Record, words: Words) -> tuple[Section, ...]:
    views = tuple(finding_view(finding, record, words) for finding in ranked(record))
    lead = words(
        "What is not settled comes first, the weightiest before the rest. Each number has the interval that was judged."
    )
    return (
        Section("findings", "1", words("Findings"), "findings", lead, findings=views),
        Section(
            "requirements",
            "2",
            words("Requirement matrix"),
            "matrix",
            grid=matrix(record, words),
            blocks=change_blocks(record, "2", words),
        ),
    )


def _families(record: Record, words: Words) -> tuple[Section, ...]:
    figures = count(1)
    return tuple(
        Section(
            f"family-{family}",
            str(family_number(family, record)),
            family_title(family, words),
            "family",
            family_lead(family, words),
            checks=check_views(record, family, figures, words),
        )
        for family in families(record)
    )


def _tested(record: Record, numbers: count[int], words: Words) -> tuple[Section, ...]:
    audited = str(next(numbers))
    clauses = _clauses(record, numbers, words)
    absent, methods, again, signed = (str(next(numbers)) for _ in range(4))
    about = (model_block(record, f"{audited}.1", words), *data_blocks(record, audited, words))
    lead = words("A report without signatures is a draft. Signing means what the line says, and nothing about the law.")
    return (
        Section("audited", audited, words("Model and data"), "blocks", blocks=about),
        *clauses,
        Section(
            "not-tested",
            absent,
            words("What was not tested"),
            "blocks",
            blocks=not_tested_blocks(record, absent, words),
        ),
        Section("methods", methods, words("Methods"), "blocks", blocks=method_blocks(record, methods, words)),
        Section(
            "reproducibility",
            again,
            words("Reproducibility"),
            "blocks",
            blocks=reproducibility_blocks(record, again, words),
        ),
        Section("sign-off", signed, words("Sign-off"), "sign_off", lead, signers=signers(words)),
    )


def _clauses(record: Record, numbers: count[int], words: Words) -> tuple[Section, ...]:
    """Nothing where the policy cites no regulation."""
    if not record.policy.regulations:
        return ()
    number = str(next(numbers))
    lead = words("What of each regulation that the policy cites was tested or stated. It is not legal advice.")
    blocks = coverage_blocks(record, number, words)
    return (Section("coverage", number, words("Clauses of regulations"), "blocks", lead, blocks=blocks),)
