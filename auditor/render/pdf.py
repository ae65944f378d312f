"""The report as PDF: PDF/A-3a and PDF/UA-1 in one file, with the record attached, the same bytes every time."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from auditor.record import Record
from auditor.render.conformance import mark_universal_access, quickly_verified
from auditor.render.drawing import taken_out
from auditor.render.fonts import packed_faces, plain_faces
from auditor.render.html import render_html
from auditor.render.lines import full_lines
from auditor.render.pagenumbers import filled, with_room
from auditor.render.strict import inside_only, strict
from auditor.render.svgwords import whole_words
from auditor.render.unrepeated import parsed, unrepeated
from auditor.sparing import later, uncollected, unsearched

if TYPE_CHECKING:
    from weasyprint import Attachment, Document

_VARIANT = "pdf/a-3a"
_NOWHERE = "theme:/"  # what an address without a place is asked for from: the fetcher refuses it with its name
# What opens on a click, and what stands aside, has no place on paper; leaving it out beforehand saves its layout.
_ON_SCREEN_ONLY = re.compile(
    '<!--aside-->.*?<!--/aside-->|<details>.*?</details>|<style media="screen">.*?</style>', re.DOTALL
)


def render_pdf(record: Record, record_json: bytes, *, html: str | None = None) -> bytes:
    """The report of a record as PDF, with `record_json` attached as record.json.

    html: the report as `render_html` made it, where it was made already. Times come from the record's run, so that the
    same record gives the same bytes in the same environment. Raises WrittenFault where a template asks for what the
    page does not hold, AuditorError where a part of it, such as a drawing, cannot be set.
    """
    page = render_html(record) if html is None else html
    return page_pdf(page, lambda: [_attachment(record, record_json)])


def page_pdf(page: str, attachments: Callable[[], list[Attachment]] = list) -> bytes:
    """A page of ours as PDF. Raises as `render_pdf`."""
    ready()
    with uncollected():
        return _drawn(page, attachments)  # of which nothing is left when garbage is searched for again


def ready() -> None:
    """Import WeasyPrint, in half of its time. Raises OSError where a library of the system is missing.

    It takes fontTools along for systems without HarfBuzz's own subsetter.
    """
    with uncollected(), unsearched(), later("fontTools.subset", "fontTools.varLib.instancer"):
        import weasyprint  # noqa: F401


def _drawn(page: str, attachments: Callable[[], list[Attachment]]) -> bytes:
    with strict(), whole_words(), full_lines(), unrepeated():
        paper = _ON_SCREEN_ONLY.sub("", page).replace(packed_faces(), "")
        document = _laid_out(with_room(paper))
        if not filled(document):
            document = _laid_out(paper)
        document.metadata.attachments = attachments()
        mark_universal_access(document)
        return bytes(document.write_pdf(pdf_variant=_VARIANT, pdf_tags=True, finisher=quickly_verified))


def _laid_out(page: str) -> Document:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    page, drawings = taken_out(page, lambda at: f"auditor-drawing:{at}")
    fonts, fetcher = FontConfiguration(), inside_only(drawings)
    letters = CSS(string=plain_faces(page), font_config=fonts, url_fetcher=fetcher)
    source = parsed(page, base_url=_NOWHERE, url_fetcher=fetcher)
    return source.render(stylesheets=[letters], font_config=fonts, pdf_variant=_VARIANT, pdf_tags=True)


def _attachment(record: Record, record_json: bytes) -> Attachment:
    from weasyprint import Attachment

    made = _moment(record.run.finished)
    return Attachment(
        string=record_json,
        name="record.json",
        description="The whole record that this report was made from",
        relationship="Source",
        created=made,
        modified=made,
    )


def _moment(text: str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
