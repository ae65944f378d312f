"""The last page of a report that is signed: a place for the seal and for each sign-off, tagged as PDF/UA asks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from auditor.errors import FileFault

if TYPE_CHECKING:
    from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

SEAL = "Seal"
PLACES = 8
"""Sign-offs that a page has room for; later ones are statements alone."""
_WIDTH, _HEIGHT, _LEFT, _TOP, _STEP = 595, 842, 57, 785, 82  # points, of A4
_BOX = (481, 72)


def field(number: int) -> str:
    """The signature field of the n-th sign-off, from 1."""
    return f"SignOff{number}"


def with_page(pdf: bytes) -> bytes:
    """The PDF with an empty page of signature fields appended; the bytes given are its beginning.

    The fields are there before the seal, as what is added after a certification may fill in a form and nothing else
    (ISO 32000-2, 12.8.2.2). Each has its element in the structure tree, as an annotation of PDF/UA-1 must (7.18.4).
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.writer import PageObject

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    content = writer.add_object(generic.StreamObject(stream_data=b""))
    page = PageObject(contents=content, media_box=(0, 0, _WIDTH, _HEIGHT), resources=generic.DictionaryObject())
    page[generic.pdf_name("/Tabs")] = generic.pdf_name("/S")
    place = writer.insert_page(page)
    names = {SEAL: "The seal of this report"} | {field(n): f"Sign-off {n}" for n in range(1, PLACES + 1)}
    for at, (name, told) in enumerate(names.items()):
        widget = _field(writer, name, told, at)
        _tagged(writer, widget, place)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def has(pdf: bytes, name: str) -> bool:
    """Whether the PDF has an empty signature field of that name. Raises FileFault where it cannot be read."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    try:
        empty = enumerate_sig_fields(PdfFileReader(io.BytesIO(pdf)), filled_status=False)
        return name in [found for found, *_ in empty]
    except PdfError as error:
        raise FileFault(f"cannot be read as PDF: {error}") from error


def _field(writer: IncrementalPdfFileWriter, name: str, told: str, at: int) -> IndirectObject:
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    top = _TOP - at * _STEP
    box = (_LEFT, top - _BOX[1], _LEFT + _BOX[0], top)
    last = int(writer.root["/Pages"]["/Count"]) - 1
    spec = SigFieldSpec(name, on_page=last, box=box, empty_field_appearance=True, readable_field_name=told)
    append_signature_field(writer, spec)
    fields: Any = writer.root["/AcroForm"]["/Fields"]
    found: IndirectObject = fields.raw_get(len(fields) - 1)
    return found


def _tagged(writer: IncrementalPdfFileWriter, widget: IndirectObject, page: IndirectObject) -> None:
    """Give the field its element in the structure tree, and the way back from the field to it."""
    from pyhanko.pdf_utils.generic import ArrayObject, NumberObject, pdf_name

    tree: Any = writer.root["/StructTreeRoot"]
    top = tree.raw_get("/K")
    top = top if not isinstance(top, ArrayObject) else top.raw_get(0)
    document: Any = top.get_object()
    reference = {"/Type": pdf_name("/OBJR"), "/Obj": widget, "/Pg": page}
    told = {"/Type": pdf_name("/StructElem"), "/S": pdf_name("/Form"), "/P": top, "/Pg": page, "/K": _plain(reference)}
    element = writer.add_object(_plain(told))
    document["/K"].append(element)
    writer.update_container(document["/K"])
    numbers: Any = tree["/ParentTree"]["/Nums"]
    key = NumberObject(max(int(number) for number in list(numbers)[::2]) + 1)
    numbers.extend([key, element])
    writer.update_container(numbers)
    field_: Any = widget.get_object()
    field_[pdf_name("/StructParent")] = key
    writer.update_container(field_)


def _plain(values: dict[str, Any]) -> DictionaryObject:
    from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name

    return DictionaryObject({pdf_name(key): value for key, value in values.items()})
