"""What WeasyPrint leaves to us for a PDF that is PDF/A-3a and PDF/UA-1 at once, and quick to verify."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weasyprint import Document

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


_NAME = re.compile(rb"/([^\s/()<>\[\]{}%]+)")
_KINDS = {"ExtGState", "Font", "Pattern", "XObject"}


def mark_universal_access(document: Document) -> None:
    """Say in the metadata that the file is PDF/UA-1 as well."""
    plain = document.metadata.generate_rdf_metadata

    def marked(*arguments: Any) -> bytes:
        return bytes(plain(*arguments)).replace(b"</rdf:RDF>", _UNIVERSAL_ACCESS + b"</rdf:RDF>")

    document.metadata.generate_rdf_metadata = marked


def quickly_verified(_document: Any, pdf: Any) -> None:
    """Objects one by one, as in PDF 1.4, each reached in few ways: a signature is verified many times faster so."""
    _own_resources(pdf)
    write = pdf.write

    def classic(output: Any, version: bytes = b"1.7", identifier: Any = False, compress: bool = False) -> None:
        del compress  # asked for with PDF/A; page contents are compressed one by one all the same
        plain = io.BytesIO()
        write(plain, version, identifier=False, compress=False)
        output.write(_identified(plain.getvalue()) if identifier else plain.getvalue())

    pdf.write = classic


def _identified(pdf: bytes) -> bytes:
    """With the digest of the content as /ID in the trailer: pydyf would write every object a second time for it."""
    head, ended, rest = pdf.rpartition(b">>\nstartxref")
    digest = hashlib.md5(head, usedforsecurity=False).hexdigest().encode()
    return head + b"/ID [(%b) (%b)]\n" % (digest, digest) + ended + rest


def _own_resources(pdf: Any) -> None:
    """Let each page and drawing name what it draws with, instead of all of them what any does.

    Whoever verifies a signature follows every way to every object; with one list for all pages there are millions.
    """
    for one in list(pdf.objects):
        holder = one if _is_page(one) else getattr(one, "extra", {})
        if "Resources" not in holder:
            continue
        parts = (_at(pdf, one["Contents"]) if _is_page(one) else one).stream
        drawn = b" ".join(part if isinstance(part, bytes) else str(part).encode() for part in parts)
        used = {name.decode() for name in _NAME.findall(drawn)}
        shared = _at(pdf, holder["Resources"])
        kept = type(shared)(shared)
        for kind in _KINDS & kept.keys():
            kept[kind] = type(shared)({name: one for name, one in _at(pdf, kept[kind]).items() if name in used})
        holder["Resources"] = kept


def _is_page(one: Any) -> bool:
    return isinstance(one, dict) and one.get("Type") == "/Page"


def _at(pdf: Any, value: Any) -> Any:
    """What a reference leads to; the value itself where it is none."""
    return pdf.objects[int(value.split()[0])] if isinstance(value, bytes) else value
