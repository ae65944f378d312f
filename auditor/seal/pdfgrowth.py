"""What may follow a signature in our PDF files, told quickly: what the next signature writes, and nothing else.

pyHanko's own review looks for every way that leads to an object which is written anew, and reads the whole document for
that: 17,000 objects of 60 pages, for each signature. What a sign-off, its proofs and their time stamp write is little
and has one shape, which is compared here. What has another shape is pyHanko's to judge: nothing is refused for being
strange.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffPolicy, DiffResult, ModificationLevel
from pyhanko.sign.diff_analysis.rules.form_field_rules import DSSCompareRule
from pyhanko.sign.diff_analysis.rules.metadata_rules import MetadataUpdateRule
from pyhanko.sign.fields import MDPPerm

from auditor.seal.pdfobjects import alike, at, grown, hold, keys, number_of

_PROOFS = {"DSS", "VRI", "Certs", "OCSPs", "CRLs"}
_WIDGET = {"/FT", "/T", "/Type", "/Subtype", "/F", "/Rect", "/P", "/TU", "/AP", "/StructParent", "/V"}
_SIGNATURE = {"/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange", "/M", "/Name", "/Reason"}
_DRAWN = re.compile(
    "/(Type|Subtype|BBox|Resources|Font|F[0-9]+|Length|Filter|DescendantFonts|Encoding|BaseFont|ToUnicode|FontName|Ascent|"
    "Descent|FontBBox|Flags|StemV|ItalicAngle|CapHeight|FontFile[23]|CIDSystemInfo|Registry|Ordering|Supplement|"
    "CIDToGIDMap|FontDescriptor|D?W)"
)


class Growth(DiffPolicy):  # type: ignore[misc] # typed in parts
    """Lets pass what a signature of ours writes, and asks pyHanko about all else.

    For one reading of one file: each of its revisions is looked at once, however many signatures stand before it.
    """

    def __init__(self) -> None:
        self._filled: dict[int, set[str] | None] = {}

    def review_file(
        self, reader: PdfFileReader, base_revision: Any, field_mdp_spec: Any = None, doc_mdp: Any = None
    ) -> Any:
        """As pyHanko asks for it: what kind of change follows the revision, or why that is suspicious."""
        if isinstance(base_revision, int) and field_mdp_spec is None and doc_mdp in (None, MDPPerm.FILL_FORMS):
            later = [self._of(reader, one) for one in range(base_revision + 1, reader.xrefs.total_revisions)]
            if None not in later:
                return DiffResult(ModificationLevel.FORM_FILLING, {name for one in later for name in one or ()})
        return DEFAULT_DIFF_POLICY.review_file(reader, base_revision, field_mdp_spec, doc_mdp)

    def _of(self, reader: PdfFileReader, number: int) -> set[str] | None:
        if number not in self._filled:
            try:
                self._filled[number] = {*_Revision(reader, number).filled()}
            except (PdfError, ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError):
                self._filled[number] = None  # another shape, or broken
        return self._filled[number]


class _Revision:
    """A revision and the one before it. new, changed: numbers of the objects that it writes.

    What was there before points to none that is new, and to what is changed from known keys alone.
    """

    def __init__(self, reader: PdfFileReader, number: int) -> None:
        self._before, self._after = map(reader.get_historical_resolver, (number - 1, number))
        tables = [reader.xrefs.get_xref_container_info(one) for one in range(number + 1)]
        written = self._after.explicit_refs_in_revision()
        hold(all(one.xref_section_type == XRefSectionType.STANDARD for one in tables))
        hold(not self._after.refs_freed_in_revision(), not any(one.generation for one in written))
        own = range(tables[number - 1].end_location, tables[number].start_location)
        hold(all(reader.xrefs.get_historical_ref(one, number) in own for one in written))
        self._new = {one.idnum for one in written if reader.xrefs.get_introducing_revision(one) == number}
        self._changed = {one.idnum for one in written} - self._new
        reader.stream.seek(0)
        self._earlier = reader.stream.read(tables[number - 1].end_location)
        for one in self._new:
            hold(tables[number - 1].size <= one < tables[number].size, not keys(self._earlier, one))

    def filled(self) -> Iterator[str]:
        """Names of the fields that it fills in. Raises where it does anything else."""
        explained = self._document() | self._proofs()
        form = self._after.root.raw_get("/AcroForm")
        stamps = {number_of(one) for one in form.get_object()["/Fields"]} & self._new
        for number in sorted(self._changed - explained):
            old, new = at(self._before, number), at(self._after, number)
            if new.get("/Type") == "/Page":
                hold(grown(old, new, "/Annots") <= stamps)
            elif number == number_of(form):
                hold(grown(old, new, "/Fields") == stamps)
            else:
                explained |= self._field(number, old, new)
                yield str(new["/T"])
            explained.add(number)
        for number in stamps:
            explained |= {number} | self._stamp(at(self._after, number))
        hold(self._new | self._changed <= explained)

    def _document(self) -> set[int]:
        """The catalogue, which may have got proofs, and what tells when the file was changed last."""
        trailers = self._before.trailer_view, self._after.trailer_view
        hold(not any("/Encrypt" in one for one in trailers))
        for key in ("/Root", "/Info"):
            hold(trailers[0].raw_get(key) == trailers[1].raw_get(key))
        root, info = (number_of(trailers[1].raw_get(key)) for key in ("/Root", "/Info"))
        alike(self._before.root, self._after.root, "/DSS")
        if info in self._changed:
            old, new = at(self._before, info), at(self._after, info)
            alike(old, new, "/ModDate", "/Producer")
            hold(all(isinstance(new.raw_get(key), str) for key in ("/ModDate", "/Producer")))
            hold(keys(self._earlier, info).keys() <= {"Info"})
        told = self._after.root.get_value_as_reference("/Metadata")
        if told.idnum in self._changed:
            MetadataUpdateRule.is_well_formed_xml(told)
            hold(told.get_object().keys() <= {"/Type", "/Subtype", "/Filter", "/Length"})
            hold(keys(self._earlier, told.idnum).keys() <= {"Metadata"})
        return {root, info, told.idnum}

    def _proofs(self) -> set[int]:
        """Certificates, and what says that they were not revoked."""
        found = {one.updated_ref.idnum for one in DSSCompareRule().apply(self._before, self._after)}
        hold(all(keys(self._earlier, one).keys() <= _PROOFS for one in found & self._changed))
        return found

    def _field(self, number: int, old: DictionaryObject, new: DictionaryObject) -> set[int]:
        """A field for a signature that was empty, stands in one place of one page, and is filled in."""
        alike(old, new, "/AP", "/V")
        hold(old["/FT"] == "/Sig", old["/Subtype"] == "/Widget", "/V" not in old, new.keys() <= _WIDGET)
        places = keys(self._earlier, number)
        hold(places.keys() <= {"Fields", "Annots", "Obj"}, places["Annots"] == 1, places["Obj"] == 1)
        lists = self._after.root["/AcroForm"]["/Fields"], new["/P"]["/Annots"]
        hold(all(number in map(number_of, one) for one in lists), new["/AP"].keys() == {"/N"})
        return self._signature(new, "/Sig") | self._drawing(new["/AP"].raw_get("/N"))

    def _stamp(self, field: DictionaryObject) -> set[int]:
        """A time stamp's field, which is new and cannot be seen."""
        hold(field["/FT"] == "/Sig", field.keys() <= _WIDGET - {"/AP"}, not any(field["/Rect"]))
        hold(field["/T"].startswith("Timestamp"))  # a name that no other field of ours has
        return self._signature(field, "/DocTimeStamp")

    def _signature(self, field: DictionaryObject, kind: str) -> set[int]:
        number = number_of(field.raw_get("/V"))
        held = at(self._after, number)
        hold(number in self._new, held["/Type"] == kind, held.keys() <= _SIGNATURE)
        hold(not any(isinstance(one, IndirectObject) for one in held.values()))
        return {number}

    def _drawing(self, first: Any) -> set[int]:
        """Letters in a box, of new objects alone."""
        found: set[int] = set()
        waiting = [first]
        while waiting:
            one = waiting.pop()
            if isinstance(one, IndirectObject):
                hold(one.idnum in self._new)
                waiting += [] if one.idnum in found else [self._after(one.reference)]
                found.add(one.idnum)
            elif isinstance(one, dict):
                hold(all(_DRAWN.fullmatch(key) for key in one))
                waiting += one.values()
            elif isinstance(one, list):
                waiting += one
        return found
