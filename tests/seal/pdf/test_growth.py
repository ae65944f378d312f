"""What may follow a signature without a look at the whole document: what a signature of ours writes, and no more."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from pdfsigning import REPORT
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, StreamObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from auditor.seal import pdfgrowth
from auditor.seal.pdfpage import field as field_name

AS_A_WHOLE = "looked at as a whole"


@pytest.fixture(autouse=True)
def _asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Asked:
        def review_file(self, *_: object) -> str:
            return AS_A_WHOLE

    monkeypatch.setattr(pdfgrowth, "DEFAULT_DIFF_POLICY", Asked())


def _plain(**values: Any) -> DictionaryObject:
    return DictionaryObject({pdf_name(f"/{key}"): value for key, value in values.items()})


def _box(*corners: int) -> ArrayObject:
    return ArrayObject(map(NumberObject, corners))


class Filled:
    """A second sign-off as it is written, its signature aside, that can be changed before it is reviewed."""

    def __init__(self, pdf: bytes) -> None:
        self.writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        self.form = self.writer.root["/AcroForm"]
        self.reference = next(one for one in self.form["/Fields"] if one.get_object()["/T"] == field_name(2))
        self.field: Any = self.reference.get_object()
        self.signature = _plain(
            Type=pdf_name("/Sig"), Contents=generic.ByteStringObject(b"\0" * 9), M=pdf_string("D:2026")
        )
        form = {"Type": pdf_name("/XObject"), "Subtype": pdf_name("/Form"), "BBox": _box(0, 72, 481, 0)}
        self.drawing = StreamObject(_plain(**form, Resources=_plain(Font=_plain())), stream_data=b"BT ET")
        self.page = self.writer.root["/Pages"]["/Kids"].raw_get(0)
        self.set(self.field, "V", self.writer.add_object(self.signature))
        self.set(self.field, "AP", _plain(N=self.writer.add_object(self.drawing)))
        self.writer.mark_update(self.reference)

    def set(self, one: Any, key: str, value: Any) -> None:
        one[pdf_name(f"/{key}")] = value

    def changed(self, reference: Any, key: str, value: Any) -> None:
        self.set(reference.get_object(), key, value)
        self.writer.mark_update(reference)

    def review(self) -> Any:
        out = io.BytesIO()
        self.writer.write(out)
        reader = PdfFileReader(out)
        return pdfgrowth.Growth().review_file(reader, reader.xrefs.total_revisions - 2)


def _old(one: Filled) -> Any:
    """An object that is sealed."""
    return one.page.get_object().raw_get("/Contents")


def _stamp(one: Filled, kind: str, *rect: int) -> None:
    """Another field, with something signed in it."""
    held = one.writer.add_object(_plain(Type=pdf_name(kind), Contents=generic.ByteStringObject(b"\0")))
    told = {"FT": pdf_name("/Sig"), "T": pdf_string("Timestamp-1"), "Rect": _box(*rect), "V": held}
    new = one.writer.add_object(_plain(**told))
    one.changed(one.writer.root.raw_get("/AcroForm"), "Fields", ArrayObject([*one.form["/Fields"], new]))
    one.changed(one.page, "Annots", ArrayObject([*one.page.get_object().get("/Annots", []), new]))


OURS = {
    "nothing": lambda one: None,
    "time stamp": lambda one: _stamp(one, "/DocTimeStamp", 0, 0, 0, 0),
}
STRANGE = {
    "page turned": lambda one: one.changed(one.page, "Rotate", NumberObject(180)),
    "page's content": lambda one: one.changed(
        one.page, "Contents", one.writer.add_object(StreamObject(stream_data=b""))
    ),
    "note on a page": lambda one: one.changed(one.page, "Annots", ArrayObject([one.writer.add_object(_plain())])),
    "script": lambda one: one.changed(one.writer.root_ref, "OpenAction", _plain(S=pdf_name("/JavaScript"))),
    "attachments": lambda one: one.changed(one.writer.root_ref, "Names", _plain()),
    "other metadata": lambda one: one.changed(
        one.writer.root_ref, "Metadata", one.writer.add_object(StreamObject(stream_data=b"<x/>"))
    ),
    "title": lambda one: one.changed(one.writer.trailer.raw_get("/Info"), "Title", pdf_string("PASS")),
    "no proofs": lambda one: one.changed(
        one.writer.root_ref, "DSS", one.writer.add_object(_plain(Odd=NumberObject(1)))
    ),
    "field moved": lambda one: one.set(one.field, "Rect", _box(0, 0, 595, 842)),
    "field's action": lambda one: one.set(one.field, "A", _plain(S=pdf_name("/JavaScript"))),
    "form's script": lambda one: one.changed(one.writer.root.raw_get("/AcroForm"), "NeedAppearances", NumberObject(1)),
    "field gone": lambda one: one.changed(
        one.writer.root.raw_get("/AcroForm"), "Fields", ArrayObject([*one.form["/Fields"]][:-1])
    ),
    "signature that leads elsewhere": lambda one: one.set(one.signature, "Data", one.page),
    "signature that was there": lambda one: one.set(one.field, "V", one.form["/Fields"][0].raw_get("/V")),
    "no signature": lambda one: one.set(one.field, "V", _plain()),
    "drawing of what was there": lambda one: one.set(one.drawing["/Resources"], "Font", _plain(F1=_old(one))),
    "drawing that was there": lambda one: one.set(one.field, "AP", _plain(N=_old(one))),
    "drawing by another file": lambda one: one.set(one.drawing, "F", pdf_string("other.pdf")),
    "second drawing": lambda one: one.set(one.field["/AP"], "D", one.field["/AP"].raw_get("/N")),
    "what nothing points to": lambda one: one.writer.add_object(_plain()),
    "stamp with an area": lambda one: _stamp(one, "/DocTimeStamp", 0, 0, 9, 9),
    "stamp that is none": lambda one: _stamp(one, "/Sig", 0, 0, 0, 0),
}


@pytest.mark.parametrize("change", OURS)
def test_ours(signed: Path, change: str) -> None:
    """A field that is filled in, with or without a time stamp, is known by what it writes."""
    one = Filled((signed / REPORT).read_bytes())
    OURS[change](one)
    assert one.review().changed_form_fields == {field_name(2)}


@pytest.mark.parametrize("change", STRANGE)
def test_strange(signed: Path, change: str) -> None:
    """The same sign-off that does one thing more is no longer known: the whole document is looked at."""
    one = Filled((signed / REPORT).read_bytes())
    STRANGE[change](one)
    assert one.review() == AS_A_WHOLE


def test_older_place(signed: Path) -> None:
    """An object that is said to stand where an older one does is none of a sign-off's."""
    pdf = (signed / REPORT).read_bytes()
    reader = PdfFileReader(io.BytesIO(pdf))
    last, info = reader.xrefs.total_revisions - 1, reader.trailer.raw_get("/Info")
    where = reader.xrefs.get_historical_ref(info.reference, last - 1)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    size, root = reader.trailer["/Size"], reader.trailer.raw_get("/Root").idnum
    table = b"xref\n%d 1\n%010d 00000 n \n" % (info.idnum, where)
    told = size, root, info.idnum, reader.xrefs.get_startxref_for_revision(last), len(pdf)
    grown = PdfFileReader(io.BytesIO(pdf + table + trailer % told))
    assert grown.xrefs.total_revisions == last + 2
    assert pdfgrowth.Growth().review_file(grown, last) == AS_A_WHOLE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"/Info 45 0 R", {"Info": 1}),
        (b"/Annots [ 7 0 R 45 0 R ]/Obj 45 0 R", {"Annots": 1, "Obj": 1}),
        (b"/Info 145 0 R 450 0 R 45 1 R 45 R", {}),
        (b"/Info 0045\n00 %x\n R", {"": 1}),
        (b"/In#66o 45 0 R /D [ 7 0 R /XYZ 45 0 R ]", {"": 1, "XYZ": 1}),
    ],
)
def test_keys(text: bytes, found: dict[str, int]) -> None:
    """References are found by the bytes, however they are written, and are not known where their key is not plain."""
    assert pdfgrowth.keys(text, 45) == found
