"""The PDF: says what the record says, holds the record, is complete or not there, and keeps to its standards."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path
from typing import Any

import pdfvalidator
import pytest
from records import a_record
from render.conftest import ATTACHED
from render.pages import Page
from render.small import small

from auditor.errors import AuditorError, WrittenFault
from auditor.record import Record
from auditor.render import pagenumbers
from auditor.render.html import render_html
from auditor.render.pdf import page_pdf, render_pdf

_NO_VALIDATOR = pdfvalidator.missing()


def _opened(pdf: bytes) -> Any:
    import pypdf

    return pypdf.PdfReader(io.BytesIO(pdf))


def _read(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in _opened(pdf).pages)


def _on_paper(page: Page) -> list[int]:
    """Numbers of the figures that do not stand aside."""
    aside = {one.get("id") for place in page.all("div", "aside") for one in Page(place).all("figure")}
    names = (str(one.get("id")) for one in page.all("figure") if one.get("id") not in aside)
    return sorted(int(name.removeprefix("figure-")) for name in names)


def test_text_holds_verdict_and_requirements(pdf: bytes, record: Record, page: Page) -> None:
    """The verdict stands on page one, every requirement's id and every figure for paper in the text."""
    text = _read(pdf)
    assert record.verdict in _opened(pdf).pages[0].extract_text()
    assert [] == [f.requirement.id for f in record.findings if f.requirement.id not in text]
    assert _on_paper(page) == sorted({int(n) for n in re.findall(r"Figure\s+(\d+)\.", text)})


def test_what_paper_leaves_out_is_told(pdf: bytes, page: Page) -> None:
    """The screen shows every drawing; paper the first of each check, and says how many more there are, and where.

    What is listed on the screen alone has no heading on paper, nor a line of its contents.
    """
    left = sum(1 for _ in page.all("div", "aside"))
    shown = len(_on_paper(page))
    assert left > 0
    assert 0 < shown < sum(1 for _ in page.all("figure"))
    text = " ".join(_read(pdf).split())
    assert "blind" in {one.get("id") for one in page.all("h3")}
    assert (True, False) == ("What each check is blind to is told with the check." in text, "Blind spots" in text)
    told = re.findall(r"(\d+) further tables? (?:or drawing is|and drawings are) in report\.html", text)
    assert sum(map(int, told)) == left - 2  # the lists of blind spots and of times have words of their own


def test_record_is_inside(pdf: bytes) -> None:
    """The record's own bytes are attached."""
    assert {"record.json": [ATTACHED]} == dict(_opened(pdf).attachments)


def test_letters_are_inside(pdf: bytes) -> None:
    """Every font is embedded, the Chinese one too, and that is ours: the machine's are not asked for."""
    fonts = [one for one in _objects(pdf) if one.get("/Type") == "/FontDescriptor"]
    assert [] == [one["/FontName"] for one in fonts if not {"/FontFile2", "/FontFile3"} & set(one)]
    names = {str(one["/FontName"]).partition("+")[2] for one in fonts}
    assert "Auditor-Han" in names
    assert set() == {one for one in names if not one.startswith("Auditor")} - {"DejaVu-Sans"}


def test_every_drawing_has_words(pdf: bytes, page: Page) -> None:
    """Each figure of the document's structure has its alternative text."""
    figures = [one for one in _objects(pdf) if one.get("/S") == "/Figure"]
    assert len(_on_paper(page)) == len(figures)
    assert [] == [one for one in figures if len(one.get("/Alt", "")) < 20]


def _objects(pdf: bytes) -> list[Any]:
    reader = _opened(pdf)
    there = (reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1))
    return [one for one in there if isinstance(one, dict)]


def test_quiet(caplog: pytest.LogCaptureFixture) -> None:
    """The shipped templates give WeasyPrint nothing to warn of, nor does what is for screens of some width."""
    wide = "<style>@media (min-width: 80em) { p { margin: 0 } }</style></head>"
    with caplog.at_level(logging.WARNING):
        render_pdf(small(), b"{}", html=render_html(small()).replace("</head>", wide))
    assert [] == caplog.messages


def test_lost_drawing_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawing that cannot be set is an error, never a gap."""
    from weasyprint.svg import SVG

    def fail(*_given: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(SVG, "draw", fail)
    with pytest.raises(AuditorError, match=r"the PDF cannot be set: Failed to render SVG image .*: no room"):
        render_pdf(small(), b"{}")


def test_the_end_of_the_process_is_no_lost_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal that arrives while a drawing is set ends the program, as anywhere else."""
    from weasyprint.svg import SVG

    def end(*_given: object) -> None:
        raise SystemExit(143)

    monkeypatch.setattr(SVG, "draw", end)
    with pytest.raises(SystemExit, match="143"):
        render_pdf(small(), b"{}")


@pytest.mark.parametrize(
    "style",
    [
        "h1 { background-image: url(https://example.org/logo.png) }",
        "h1 { background-image: url(file:///etc/hostname) }",
        "@font-face { font-family: Ours; src: url(https://example.org/ours.ttf) }",
    ],
)
def test_nothing_from_elsewhere(tmp_path: Path, style: str) -> None:
    """A template that asks the network or the disk for something is told so, and no PDF is made."""
    record = a_record()
    (tmp_path / "theme.css").write_text(style)
    with pytest.raises(WrittenFault, match=r"the template asks for (https://example\.org|file:///etc)"):
        render_pdf(record, b"{}", html=render_html(record, theme=tmp_path))


@pytest.mark.skipif(bool(_NO_VALIDATOR), reason=_NO_VALIDATOR or "it can be validated")
def test_keeps_to_its_standards(pdf: bytes, board_pdf: bytes, tmp_path: Path) -> None:
    """Both reports are PDF/A-3a and PDF/UA-1 at once, as veraPDF sees them; a plain PDF beside them breaks both."""
    from weasyprint import HTML

    names = [tmp_path / f"{name}.pdf" for name in ("report", "committee", "plain")]
    names[0].write_bytes(pdf)
    names[1].write_bytes(board_pdf)
    HTML(string="<p>A page without a language or a title.").write_pdf(names[2])
    found = pdfvalidator.violations(("3a", "ua1"), *names)
    assert ([], []) == (found["report.pdf"], found["committee.pdf"])
    assert {"plain.pdf 3a", "plain.pdf ua1"} == {line.partition(":")[0] for line in found["plain.pdf"]}


_LONG_WAY = """<!doctype html><html lang="en"><head><title>Far</title><style>
@page { size: 100mm 80mm; margin: 5mm }
a::after { content: " p. " target-counter(attr(href), page) }
section { break-before: page }
</style></head><body><h1>Far</h1><p><a href="#near">near</a> and <a href="#far">far</a></p>
<section id="near">near</section>%s<section id="far">far</section></body></html>"""


@pytest.mark.parametrize("digits", [2, 1])
def test_references_name_their_pages(digits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference has the number of the page that it refers to, however many digits that has."""
    monkeypatch.setattr(pagenumbers, "_DIGITS", digits)
    text = _opened(page_pdf(_LONG_WAY % ("<section>on</section>" * 7))).pages[0].extract_text()
    assert ["2", "10"] == re.findall(r"p\.\s+(\d+)", text)


def test_drawn_words_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawing's text is set in one go, with kerning, not letter by letter."""
    from weasyprint.draw import text

    drawn: list[str] = []
    draw = text.draw_first_line
    monkeypatch.setattr(
        text, "draw_first_line", lambda stream, box, *rest: drawn.append(box.text) or draw(stream, box, *rest)
    )
    render_pdf(small(), b"{}")
    assert "Area under the ROC curve" in drawn
