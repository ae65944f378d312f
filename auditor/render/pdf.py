"""The report as PDF: PDF/A-3a and PDF/UA-1 in one file, with the record attached, the same bytes every time."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

from auditor.record import Record
from auditor.render.fonts import faces
from auditor.render.html import render_html

if TYPE_CHECKING:
    from weasyprint import Document

# What opens on a click has no place on paper; leaving it out beforehand saves its layout.
_ON_SCREEN_ONLY = re.compile("<details>.*?</details>", re.DOTALL)
_PACKED_FONT = re.compile(r"@font-face \{ font-family: \"Auditor [^}]*\}")
# PDF/A allows the mark of PDF/UA only with a description of its schema (ISO 19005-3, 6.6.2.3).
_UNIVERSAL_ACCESS = b"""<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


def render_pdf(record: Record, record_json: bytes, *, html: str | None = None) -> bytes:
    """The report of a record as PDF, with `record_json` attached as record.json.

    html: the report as `render_html` made it, where it was made already. Times come from the record's run, so that the
    same record gives the same bytes in the same environment.
    """
    from weasyprint import HTML, Attachment
    from weasyprint.text.fonts import FontConfiguration

    page = render_html(record) if html is None else html
    page = _PACKED_FONT.sub("", _ON_SCREEN_ONLY.sub("", page)).replace("<style>", "<style>\n" + faces("ttf"), 1)
    source = HTML(string=page, base_url=None, url_fetcher=_inside_only())
    document = source.render(font_config=FontConfiguration(), pdf_variant="pdf/a-3a", pdf_tags=True)
    made = _moment(record.run.finished)
    attachment = Attachment(
        string=record_json,
        name="record.json",
        description="The whole record that this report was made from",
        relationship="Source",
        created=made,
        modified=made,
    )
    document.metadata.attachments = [attachment]
    _mark_universal_access(document)
    written = document.write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True, finisher=_no_object_streams)
    return bytes(written)


def _inside_only() -> Any:
    """Nothing is read but what the page holds itself; anything else ends the rendering with an error."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)


def _mark_universal_access(document: Document) -> None:
    plain = document.metadata.generate_rdf_metadata

    def marked(*arguments: Any) -> bytes:
        return bytes(plain(*arguments)).replace(b"</rdf:RDF>", _UNIVERSAL_ACCESS + b"</rdf:RDF>")

    document.metadata.generate_rdf_metadata = marked


def _no_object_streams(_document: Any, pdf: Any) -> None:
    """Objects one by one, as in PDF 1.4: whoever verifies a signature later reads such a file many times faster."""
    write = pdf.write

    def classic(output: Any, version: bytes = b"1.7", identifier: Any = False, compress: bool = False) -> None:
        del compress  # asked for with PDF/A; page contents are compressed one by one all the same
        write(output, version, identifier, compress=False)

    pdf.write = classic


def _moment(text: str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
