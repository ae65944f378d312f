"""The full sample, rendered once for all tests that look at it."""

from __future__ import annotations

import pytest
from render.pages import Page
from render.sample import sample

from auditor.record import Record
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
