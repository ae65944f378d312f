"""How WeasyPrint is helped: nothing that it is spared shows, and a line is as long as it can be."""

from __future__ import annotations

import io
from contextlib import nullcontext

import pytest
from pypdf import PdfReader
from weasyprint import HTML

from auditor.render import pdf

_ROWS = "".join(f"<tr><td>a group of {at % 3}</td><td class='x'>0.{at} to 0.9</td></tr>" for at in range(9))
_TABLE = f"<h1>Sizes</h1><ol><li>one</li></ol><table><tr><th>Group</th><th>95 % interval</th></tr>{_ROWS}</table>"
_NOTED = "<style>.x { float: footnote; }</style>" + _TABLE


def _page(body: str) -> str:
    head = "<head><title>t</title><style>td { padding: 1% 2px }</style></head>"
    return f"<html lang='en'>{head}<body>{body}</body></html>"


@pytest.mark.parametrize("body", [_TABLE, _NOTED])
def test_what_is_spared_changes_no_byte(body, monkeypatch):
    """Neither of a page without notes nor of one whose style sheet makes some."""
    spared = pdf.page_pdf(_page(body))
    monkeypatch.setattr(pdf, "unrepeated", nullcontext)
    monkeypatch.setattr(pdf, "parsed", lambda page, **given: HTML(string=page, **given))
    assert pdf.page_pdf(_page(body)) == spared


def test_a_line_that_is_full_but_for_a_space_is_not_ended_after_one_word():
    """In this width the last word fits and the space after it does not: `Alpha` stood alone."""
    body = "<p style='width: 214px; font: 9pt Auditor Sans'>Alpha customers of every age are found <b>often</b></p>"
    told = PdfReader(io.BytesIO(pdf.page_pdf(_page(body)))).pages[0].extract_text()
    assert ["Alpha customers of every age are found", "often"] == [line.strip() for line in told.splitlines()]
