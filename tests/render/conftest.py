"""The full sample, rendered once for all tests that look at it."""

from __future__ import annotations

import pytest
from render.pages import Page
from render.sample import sample

from auditor.record import Finding, Record
from auditor.render.committee import committee_html
from auditor.render.html import render_html
from auditor.render.pdf import render_pdf

ATTACHED = b'{"the": "record"}\n'


@pytest.fixture(scope="session")
def record() -> Record:
    return sample()


@pytest.fixture(scope="session")
def html(record: Record) -> str:
    return render_html(record)


@pytest.fixture(scope="session")
def page(html: str) -> Page:
    return Page.of(html)


@pytest.fixture(scope="session")
def pdf(record: Record, html: str) -> bytes:
    return render_pdf(record, ATTACHED, html=html)


@pytest.fixture(scope="session")
def crowded(record: Record) -> Record:
    """As much as the largest of our examples tells a committee: five of every kind of finding."""

    def again(one: Finding, at: int) -> Finding:
        wanted = one.requirement.model_copy(update={"id": f"{one.requirement.id}-{at}"})
        return one.model_copy(update={"requirement": wanted})

    told = ("FAIR-REGION", "PERF-1", "PERF-2", "HUM-2", "REP-1", "PERF-4")
    more = [again(one, at) for one in record.findings if one.requirement.id in told for at in range(2, 6)]
    return record.model_copy(update={"findings": (*record.findings, *more)}).sealed()


@pytest.fixture(scope="session")
def board_pdf(crowded: Record) -> bytes:
    return render_pdf(crowded, ATTACHED, html=committee_html(crowded))
